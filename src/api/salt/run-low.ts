/** One request of a client (`{client, fun, tgt, ...}`), checked and given to its client. Source: golden cli/api-*; read, Salt 3008.3. */
import { isList, isPlainMap, type PlainMap, type Value } from '../../kernel/std/value.js';
import { HttpError } from '../http/http-error.js';
import type { Client, LowHost } from './low-host.js';
import { runBatch, runLocal, runSubset, startLocal } from './local-clients.js';
import { callRunner, callWheel, startFunction } from './master-clients.js';
import { UnexpectedError } from './unexpected-error.js';

const CLIENTS: Readonly<Record<string, Client>> = {
  local: runLocal, local_async: startLocal, local_batch: runBatch, local_subset: runSubset,
  runner: callRunner, runner_async: (...call) => startFunction('runner', ...call), wheel: callWheel, wheel_async: (...call) => startFunction('wheel', ...call),
};

/** As `/` lists them; `destroy` is no client but listed there. Source: golden cli/api-root. */
export const CLIENT_NAMES = ['destroy', 'local', 'local_async', 'local_batch', 'local_subset', 'runner', 'runner_async', 'ssh', 'wheel', 'wheel_async'];
const CREDENTIALS = ['token', 'eauth', 'username', 'password'];

export interface LowRequest {
  readonly lowstate: Value;
  /** Comes in place of what a chunk says. */
  readonly token?: string | undefined;
  readonly client?: string;
}

/** All answers, or the error of the first chunk that fails. @throws HttpError, UnexpectedError */
export async function runLowstate({ lowstate, token, client }: LowRequest, host: LowHost): Promise<Value[]> {
  if (!isList(lowstate)) throw new HttpError(400, 'Lowstates must be a list');
  const answers: Value[] = [];
  for (const chunk of lowstate) {
    if (!isPlainMap(chunk)) throw new UnexpectedError('a chunk is no map');
    answers.push(...await runLow({ ...chunk, ...(token === undefined ? {} : { token }), ...(client === undefined ? {} : { client }) }, host));
  }
  return answers;
}

async function runLow(chunk: PlainMap, host: LowHost): Promise<readonly Value[]> {
  if ('token' in chunk && !isHex(chunk['token'])) throw new HttpError(401, 'Invalid token');
  const low = 'arg' in chunk && !isList(chunk['arg']) ? { ...chunk, arg: [chunk['arg'] ?? null] } : chunk;
  const name = low['client'] ?? null;
  if (typeof name !== 'string' || !CLIENT_NAMES.includes(name)) throw new HttpError(400, `Invalid client specified: '${name === null ? 'None' : String(name)}'`);
  if (!host.options.clients.includes(name)) throw new HttpError(400, `Client disabled: '${name}'. Add to 'netapi_enable_clients' master config option to enable.`);
  if (!('token' in low) && !('eauth' in low)) throw new HttpError(401, 'No authentication credentials given');
  if (low['raw_shell'] === true && !host.options.allowsRawShell) throw new HttpError(401, 'Raw shell option not allowed.');
  const client = CLIENTS[name];
  if (client === undefined) throw new UnexpectedError(`the client ${name} is not there`);
  const login: PlainMap = Object.fromEntries(CREDENTIALS.filter((word) => word in low).map((word) => [word, low[word] ?? null]));
  const rest: PlainMap = Object.fromEntries(Object.entries(low).filter(([word]) => word !== 'client' && word !== 'key' && word !== 'user' && !CREDENTIALS.includes(word)));
  return client(rest, login, host);
}

const isHex = (value: Value | undefined): boolean => typeof value === 'string' && /^[0-9a-f]+$/i.test(value);
