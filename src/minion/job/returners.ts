/** Gives a return to the returners that were asked for: in the job (`--return`) or in the configuration (`return`). */
import type { Publication } from '../../kernel/contract/job.js';
import type { Logger } from '../../kernel/contract/log.js';
import type { ModuleHost } from '../../kernel/loader/module-host.js';
import type { PlainMap } from '../../kernel/std/value.js';

/** Longest that a returner may take. */
const RETURNER_MS = 60_000;

export async function giveToReturners(host: ModuleHost, job: Publication, ret: PlainMap, log: Logger): Promise<void> {
  const names = job.ret.split(',').map((name) => name.trim()).filter((name) => name !== '');
  for (const name of new Set(names)) {
    const plugin = await host.load('returners', name);
    if (plugin === undefined) {
      log.error({ returner: name, jid: job.jid }, 'returner is not available on this minion');
      continue;
    }
    try {
      await plugin.returner(ret, host.context(name, { signal: AbortSignal.timeout(RETURNER_MS) }));
    } catch (err) {
      log.error({ err, returner: name, jid: job.jid }, 'returner failed');
    }
  }
}
