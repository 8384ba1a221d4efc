/**
 * `tsalt-run`: asks the master to run a runner and shows its progress and its answer.
 *
 * Source: golden cli/run-*.
 */
import { join } from 'node:path';
import { askMaster, DOOR_NAME } from '../../client/door.js';
import { proofOf } from '../login/proof.js';
import { isPlainMap, type PlainMap, type Value } from '../../kernel/std/value.js';
import { levelNumber } from '../../kernel/log/levels.js';
import { EXIT } from '../exit-code.js';
import type { RunningState } from '../../sls/state/running-state.js';
import type { StateLine } from '../print/state-line.js';
import type { SaltHost } from '../salt/run-salt.js';

export interface RunnerRequest {
  readonly fun: string;
  readonly args: readonly Value[];
  readonly kwargs: PlainMap;
  readonly async: boolean;
  readonly outputter: string | null;
  /** Show nothing of the progress (`--skip...`, `-q`). */
  readonly quiet: boolean;
  /** Never 0 when something failed, also where Salt ends with 0. */
  readonly strict: boolean;
}

/** Gives the exit code. `steps` shows the step that an orchestration is at. @throws MasterUnreachableError */
export async function runRunner(request: RunnerRequest, host: SaltHost, steps?: StateLine): Promise<number> {
  const proof = proofOf(host);
  const load: PlainMap = { fun: request.fun, arg: [...request.args], kwarg: request.kwargs, wait: !request.async, ...(steps === undefined ? {} : { steps: true }) };
  const path = join(String(host.opts['sock_dir']), DOOR_NAME);
  let code: number = EXIT.ok;
  for await (const frame of askMaster(path, { op: 'runner', ...proof, load }, host.signal)) {
    if (frame['kind'] === 'refused') {
      host.print(isPlainMap(frame['error']) ? String(frame['error']['message']) : 'Refused');
      return request.strict ? EXIT.failed : EXIT.ok;
    }
    if (frame['kind'] === 'started' && request.async) host.complain(`[WARNING ] Running in asynchronous mode. Results of this execution may be collected by attaching to the master event bus or by examining the master job cache, if configured. This execution is running under tag ${String(frame['tag'])}`);
    // What a runner prints is printed whatever the options say, as in Salt.
    if (frame['kind'] === 'print') host.print(String(frame['text']));
    if (frame['kind'] === 'log') showLog(frame, host);
    if (frame['kind'] === 'state') steps?.at(stateOf(frame));
    if (frame['kind'] === 'not_called') {
      if (!request.quiet) await host.show(frame['shown'] ?? null, request.outputter);
      if (request.strict) code = EXIT.failed;
    }
    if (frame['kind'] === 'progress' && !request.quiet) await showProgress(frame, host, request);
    if (frame['kind'] === 'result') steps?.[Symbol.dispose]();
    if (frame['kind'] === 'result') code = await showResult(frame, host, request);
  }
  return code;
}

function stateOf({ at, of, fun, id, failed }: PlainMap): RunningState {
  return { at: Number(at), of: Number(of), fun: String(fun), id: String(id), failed: Number(failed) };
}

/** Lines of the log of the master that concern this run, by the level of this command. */
function showLog({ level, text }: PlainMap, host: SaltHost): void {
  if (levelNumber(level) >= levelNumber(host.opts['log_level'])) host.complain(`[${String(level).toUpperCase().padEnd(8)}] ${String(text)}`);
}

async function showProgress(frame: PlainMap, host: SaltHost, request: RunnerRequest): Promise<void> {
  const data = isPlainMap(frame['data']) ? frame['data'] : {};
  const out = typeof data['outputter'] === 'string' ? data['outputter'] : null;
  await host.show({ suffix: 'progress', event: data }, request.outputter ?? out);
}

async function showResult(frame: PlainMap, host: SaltHost, request: RunnerRequest): Promise<number> {
  const data = isPlainMap(frame['data']) ? frame['data'] : {};
  const ret = data['return'] ?? null;
  const named = typeof data['outputter'] === 'string' ? data['outputter'] : null;
  // A runner may name its outputter inside its answer; with nothing else beside it only the data is shown.
  const inner = isPlainMap(ret) && typeof ret['outputter'] === 'string' && 'data' in ret ? ret : undefined;
  const value = inner !== undefined && Object.keys(inner).length === 2 ? inner['data'] ?? null : ret;
  if (!request.quiet) await host.show(value, request.outputter ?? (inner === undefined ? named : String(inner['outputter'])));
  if (data['success'] !== false) return request.strict && frame['thrown'] === true ? EXIT.failed : EXIT.ok;
  const retcode = Number(data['retcode'] ?? 1);
  return retcode === 0 ? EXIT.failed : retcode;
}
