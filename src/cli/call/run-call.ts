/**
 * `tsalt-call`: runs a function on this machine as the minion would; with `--local` without a master.
 *
 * Source: golden cli/call-*; wire-protocol section 8 (`jid: "req"`).
 */
import { callFailure } from '../../kernel/loader/failure-text.js';
import { outcomeRetcode } from '../../kernel/loader/outcome.js';
import type { PlainMap, Value } from '../../kernel/std/value.js';
import { newJid, stampNow } from '../../kernel/std/time.js';
import { EXIT } from '../exit-code.js';
import type { SaltHost } from '../salt/run-salt.js';
import type { LocalMinion } from '../../minion/local-minion.js';

export interface CallRequest {
  readonly fun: string;
  readonly args: readonly Value[];
  readonly kwargs: PlainMap;
  /** The arguments as they stood on the line: so they are reported. Source: golden events/event-send. */
  readonly words: readonly string[];
  readonly local: boolean;
  readonly metadata: boolean;
  readonly retcodePassthrough: boolean;
  readonly returners: readonly string[];
  readonly outputter: string | null;
}

export interface CallHost extends SaltHost {
  readonly log: { notice(level: 'error', text: string): void };
  /** Told when the function gave its answer, before anything of it is shown. */
  readonly onAnswer?: (() => void) | undefined;
  complainRaw(text: string): void;
  printRaw(text: string): void;
}

/** Gives the exit code. */
export async function runCall(request: CallRequest, host: CallHost, minion: LocalMinion): Promise<number> {
  const { fun, args, kwargs } = request;
  const jid = newJid();
  const session = minion.host.session({
    job: { fun, pid: process.pid, jid, tgt: 'salt-call' }, signal: host.signal,
  });
  let value: Value;
  try {
    value = await session.call(fun, args, kwargs);
  } catch (error) {
    const failure = callFailure(fun, error, (await minion.host.catalog.doc('modules', fun)) ?? '');
    if (failure.log !== undefined) host.log.notice('error', failure.log);
    if (failure.stdout !== '') host.printRaw(failure.stdout);
    if (failure.stderr !== '') host.complainRaw(failure.stderr);
    return failure.exitCode;
  } finally {
    host.onAnswer?.();
  }
  const retcode = outcomeRetcode(value, session.retcode);
  const out = await session.outputterOf(fun);
  const ret: PlainMap = { jid, return: value, retcode, id: minion.id, fun, fun_args: [...request.words] };
  if (request.returners.length > 0) await minion.giveTo(request.returners, { ...ret, ...(out === undefined ? {} : { out }), success: true });
  if (!request.local) await report(ret, out, request, minion, host);
  if (fun === 'state.plan' && !request.metadata) {
    const overview = (await import('../print/plan-overview.js')).planOverview(host, request.outputter);
    overview.returned('local', value, out);
    await overview.end();
  } else await host.show(request.metadata ? { local: ret } : { local: value }, request.outputter ?? out ?? (request.metadata ? 'nested' : null), { retcode });
  if (retcode === 0) return EXIT.ok;
  return request.retcodePassthrough ? retcode : EXIT.failed;
}

/** Tells the master, as a job of its own. */
async function report(ret: PlainMap, out: string | undefined, request: CallRequest, minion: LocalMinion, host: SaltHost): Promise<void> {
  const load: PlainMap = {
    cmd: '_return', ...ret, jid: 'req', tgt: minion.id, tgt_type: 'glob', _stamp: stampNow(), ...(out === undefined ? {} : { out }),
  };
  try {
    await minion.report(load);
  } catch (error) {
    host.complain(`[WARNING ] The master did not take the return of ${request.fun}: ${error instanceof Error ? error.message : String(error)}`);
  }
}
