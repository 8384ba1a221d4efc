/** Gives a return to the returners that were asked for: in the job (`--return`) and in the configuration (`return`). */
import type { ReturnerQueues } from '../../bus/returners/returner-queue.js';
import type { Publication } from '../../kernel/contract/job.js';
import type { Logger } from '../../kernel/contract/log.js';
import { isPlainMap, type PlainMap, type Value } from '../../kernel/std/value.js';

/** A returner is named once, however often it is asked for. Source: read, Salt 3008.3. */
export function returnerNames(asked: string, configured: Value | undefined): string[] {
  const more = Array.isArray(configured) ? configured.map(String).join(',') : typeof configured === 'string' ? configured : '';
  return [...new Set(`${asked},${more}`.split(',').map((name) => name.trim()).filter((name) => name !== ''))];
}

/** The asked returners that are not here. Real Salt tells nobody but the minion's log. */
export async function absentReturners(queues: Pick<ReturnerQueues, 'returner'>, asked: string): Promise<string[]> {
  const found = await Promise.all(returnerNames(asked, undefined).map(async (name) => ({ name, isHere: await queues.returner(name) !== undefined })));
  return found.filter(({ isHere }) => !isHere).map(({ name }) => name);
}

/**
 * What returners get: the return without what only the master needs, and the id last but for scheduled jobs; a file of them has the fields of
 * real Salt's in its order. Source: observed, Salt 3008.3, `rawfile_json`.
 */
export function returnerForm(ret: Readonly<PlainMap>, { more: { ret_config: config, ret_kwargs: kwargs } }: Pick<Publication, 'more'>): PlainMap {
  const { cmd: _cmd, _stamp, id, ...facts } = ret;
  const wishes: PlainMap = { ...(typeof config === 'string' ? { ret_config: config } : {}), ...(isPlainMap(kwargs) ? { ret_kwargs: kwargs } : {}) };
  return 'schedule' in ret ? { id: id ?? null, ...facts, ...wishes } : { ...facts, ...wishes, id: id ?? null };
}

/** Resolves when each has it on disk; giving goes on by itself. */
export async function giveToReturners(queues: ReturnerQueues, job: Publication, ret: PlainMap, opts: Readonly<PlainMap>, log: Logger): Promise<void> {
  const names = returnerNames(job.ret, opts['return']);
  if (names.length === 0) return;
  const load = returnerForm(ret, job);
  for (const name of names) {
    const queue = await queues.of(name);
    if (queue !== undefined && !queue.put('returner', load)) log.error({ returner: name, jid: job.jid }, 'returner does not take results');
  }
}
