/** The clients of the master's own functions: `runner`, `wheel` and their `_async` forms. Source: golden cli/api-runner-*, api-wheel*; read, Salt 3008.3. */
import { isList, isPlainMap, isTruthy, type PlainMap, type Value } from '../../kernel/std/value.js';
import { stampNow } from '../../kernel/std/time.js';
import { readWords } from '../../kernel/loader/words.js';
import { HttpError } from '../http/http-error.js';
import type { LowHost } from './low-host.js';
import { UnexpectedError } from './unexpected-error.js';

/** Words beside the arguments that are for the client. */
const OWN_WORDS = ['fun', 'arg', 'kwarg', 'timeout', 'full_return'];

export async function callRunner(low: PlainMap, login: PlainMap, host: LowHost): Promise<[Value]> {
  const { tag, data, refusal } = await resultOf('runner', low, login, host);
  // There is no such function: Salt's client raises there.
  if (typeof refusal === 'string' && refusal.endsWith('is not available.')) throw new UnexpectedError(refusal);
  if (refusal !== undefined) return [refusal];
  return [isTruthy(low['full_return']) ? { data: { ...data, _stamp: stampNow() }, tag: `${tag}/ret` } : data['return'] ?? null];
}

/** Source: golden cli/api-wheel: order of the names. */
export async function callWheel(low: PlainMap, login: PlainMap, host: LowHost): Promise<[Value]> {
  const { tag, jid, data, refusal } = await resultOf('wheel', low, login, host);
  const { fun = `wheel.${String(low['fun'])}`, user = null, return: value = refusal ?? null, success = false } = data;
  return [{ tag, data: { fun, jid, tag, user, return: value, success } }];
}

export async function startFunction(client: 'runner' | 'wheel', low: PlainMap, login: PlainMap, { door, address, request, signal }: LowHost): Promise<[Value]> {
  for await (const { kind, tag = null, jid = null } of door.ask(client, { ...loadOf(client, low), wait: false }, { login, address, request, signal })) {
    if (kind === 'started') return [{ tag, jid }];
  }
  throw new HttpError(503, 'Salt Master is not available.');
}

interface Result {
  readonly tag: string;
  readonly jid: string;
  readonly data: PlainMap;
  /** Told instead of a result: the function could not be called. */
  readonly refusal: Value | undefined;
}

async function resultOf(client: 'runner' | 'wheel', low: PlainMap, login: PlainMap, { door, address, request, signal, options }: LowHost): Promise<Result> {
  const seconds = Number(low['timeout'] ?? NaN);
  const late = AbortSignal.timeout(Number.isFinite(seconds) && seconds > 0 ? seconds * 1000 : options.restTimeoutMs);
  let started = { tag: '', jid: '' };
  for await (const frame of door.ask(client, loadOf(client, low), { login, address, request, signal: AbortSignal.any([signal, late]) })) {
    if (frame['kind'] === 'started') started = { tag: String(frame['tag']), jid: String(frame['jid']) };
    if (frame['kind'] === 'result') return { ...started, data: isPlainMap(frame['data']) ? frame['data'] : {}, refusal: undefined };
    if (frame['kind'] === 'not_called') return { ...started, data: {}, refusal: frame['shown'] ?? null };
  }
  throw new HttpError(late.aborted ? 504 : 503);
}

/** What stands beside `arg` and `kwarg` are keywords too. Text arguments of runners are read like words of a command line. @throws HttpError */
function loadOf(client: 'runner' | 'wheel', low: PlainMap): PlainMap {
  const { fun, arg, kwarg } = low;
  if (typeof fun !== 'string') throw new HttpError(400, `${client} takes at least 1 argument (0 given)`);
  const given = isList(arg) ? arg : [];
  const { args, kwargs } = client === 'runner' ? readWords(given) : { args: given, kwargs: {} };
  const beside = Object.entries(low).filter(([name]) => !OWN_WORDS.includes(name));
  return { fun, arg: [...args], kwarg: { ...kwargs, ...(isPlainMap(kwarg) ? kwarg : {}), ...Object.fromEntries(beside) } };
}

