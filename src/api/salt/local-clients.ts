/** The clients that reach minions: `local`, `local_async`, `local_batch`, `local_subset`. Source: golden cli/api-local-*; read, Salt 3008.3. */
import { randomInt } from 'node:crypto';
import { isInteger, isList, isNumber, isPlainMap, isTruthy, type PlainMap, type Value } from '../../kernel/std/value.js';
import { HttpError } from '../http/http-error.js';
import type { LowHost } from './low-host.js';
import { UnexpectedError } from './unexpected-error.js';

const OWN_WORDS = ['tgt', 'fun', 'arg', 'kwarg', 'timeout', 'gather_job_timeout', 'tgt_type', 'ret', 'jid', 'full_return', 'batch', 'batch_wait', 'failhard', 'subset', 'sub', 'cli', 'progress', 'listen'];
const SUBSET = 3;
const BATCH = '10%';
const JID = /^[0-9]{20}$/;

export async function runLocal(low: PlainMap, login: PlainMap, host: LowHost): Promise<[Value]> {
  return [await answersOf(low, login, host)];
}

/** Values by minion: false for whoever was asked and did not answer. */
async function answersOf(low: PlainMap, login: PlainMap, { door, address, request, signal }: LowHost): Promise<PlainMap> {
  const answers: PlainMap = {};
  let asked: readonly Value[] = [];
  for await (const frame of door.ask('publish', publishLoad(low), { login, address, request, signal })) {
    if (frame['kind'] === 'published' && isList(frame['minions'])) asked = frame['minions'];
    if (frame['kind'] === 'return') answers[String(frame['id'])] = valueOf(frame, isTruthy(low['full_return']));
  }
  for (const id of asked) answers[String(id)] ??= false;
  return answers;
}

/** Source: golden cli/api-local-fullreturn: order of the names. */
function valueOf(frame: PlainMap, isFull: boolean): Value {
  const load = isPlainMap(frame['load']) ? frame['load'] : {};
  const ret = load['return'] ?? null;
  if (!isFull) return ret;
  const more = Object.fromEntries(['out', 'retcode', 'jid'].filter((name) => name in load).map((name) => [name, load[name] ?? null]));
  return { ret, ...more };
}

export async function startLocal(low: PlainMap, login: PlainMap, { door, address, request, signal }: LowHost): Promise<[Value]> {
  for await (const frame of door.ask('publish', { ...publishLoad(low), wait: false }, { login, address, request, signal })) {
    if (frame['kind'] === 'published') return [{ jid: frame['jid'] ?? null, minions: frame['minions'] ?? [] }];
  }
  return [{}];
}

/** One answer for each minion, as they come. */
export async function runBatch(low: PlainMap, login: PlainMap, { door, address, request, signal }: LowHost): Promise<Value[]> {
  const wait = low['batch_wait'];
  const batch: PlainMap = {
    size: low['batch'] ?? BATCH, failhard: isTruthy(low['failhard']), ...(isNumber(wait) ? { wait_ms: Number(wait) * 1000 } : {}),
  };
  const answers: Value[] = [];
  for await (const frame of door.ask('publish', { ...publishLoad(low), batch }, { login, address, request, signal })) {
    if (frame['kind'] === 'bad_batch') throw new HttpError(400, String(frame['error']));
    if (frame['kind'] === 'return') answers.push({ [String(frame['id'])]: valueOf(frame, isTruthy(low['raw'])) });
  }
  return answers;
}

/** Some minions at random among those that have the function. */
export async function runSubset(low: PlainMap, login: PlainMap, host: LowHost): Promise<[Value]> {
  const count = low['sub'] ?? low['subset'] ?? SUBSET;
  const question = { ...low, fun: 'sys.list_functions', arg: [], kwarg: {}, ret: '', full_return: false };
  const able = Object.entries(await answersOf(question, login, host)).filter(([, names]) => isList(names) && names.includes(low['fun'] ?? null)).map(([id]) => id);
  const picked: string[] = [];
  while (able.length > 0 && picked.length < Number(count)) picked.push(...able.splice(randomInt(able.length), 1));
  return [picked.length === 0 ? {} : await answersOf({ ...low, tgt: picked, tgt_type: 'list' }, login, host)];
}

/** @throws UnexpectedError without target or function */
function publishLoad(low: PlainMap): PlainMap {
  const { tgt, fun, arg, kwarg, ret, jid } = low;
  if (tgt === undefined || fun === undefined) throw new UnexpectedError(`cmd() misses ${fun === undefined ? 'fun' : 'tgt'}`);
  const args = isList(arg) ? arg.map((one) => (isInteger(one) && JID.test(String(one)) ? String(one) : one)) : [];
  const kwargs = isPlainMap(kwarg) && Object.keys(kwarg).length > 0 ? [{ __kwarg__: true, ...kwarg }] : [];
  return {
    tgt, fun, arg: [...args, ...kwargs], tgt_type: typeof low['tgt_type'] === 'string' ? low['tgt_type'] : 'glob', ret: typeof ret === 'string' ? ret : '',
    jid: typeof jid === 'string' ? jid : '', kwargs: Object.fromEntries(Object.entries(low).filter(([name]) => !OWN_WORDS.includes(name))),
    ...milliseconds('timeout_ms', low['timeout']), ...milliseconds('gather_timeout_ms', low['gather_job_timeout']),
  };
}

/** Seconds, also as text. */
function milliseconds(name: string, value: Value | undefined): PlainMap {
  const seconds = typeof value === 'string' && value.trim() !== '' ? Number(value) : isNumber(value) ? Number(value) : NaN;
  return Number.isFinite(seconds) && seconds >= 0 ? { [name]: seconds * 1000 } : {};
}
