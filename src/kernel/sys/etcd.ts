/** etcd by version 3 of its API, as JSON over HTTP (etcd 3.4, `Documentation/dev-guide/api_grpc_gateway`). Refuses to know: what values mean. */
import { CommandExecutionError } from '../contract/errors.js';
import { asError } from '../std/async.js';
import { isList, isPlainMap, type PlainMap, type Value } from '../std/value.js';
import { httpFetch } from './http/request.js';

export interface EtcdPlace {
  readonly host: string;
  readonly port: number;
  readonly username?: string | undefined;
  readonly password?: string | undefined;
  /** Paths of PEM files; with one of them the connection is encrypted. */
  readonly ca?: string | undefined;
  readonly certificate?: string | undefined;
  readonly key?: string | undefined;
}

export interface EtcdEntry {
  readonly key: string;
  readonly value: Buffer;
  readonly revision: number;
}

const TIMEOUT_MS = 30_000;
const BYTES_MAX = 64 * 1024 * 1024;

const packed = (text: string | Uint8Array): string => Buffer.from(text as string).toString('base64');
const unpacked = (value: Value | undefined): Buffer => Buffer.from(typeof value === 'string' ? value : '', 'base64');

/** The first key behind all that begin so. */
function endOf(prefix: string): string {
  const bytes = Buffer.from(prefix, 'utf8');
  for (let at = bytes.length - 1; at >= 0; at -= 1) {
    const byte = bytes[at] ?? 0;
    if (byte < 0xff) return packed(Buffer.concat([bytes.subarray(0, at), Buffer.from([byte + 1])]));
  }
  return packed('\0');
}

export class Etcd {
  readonly #place: EtcdPlace;
  readonly #signal: AbortSignal;
  #token: string | undefined;

  constructor(place: EtcdPlace, signal: AbortSignal) {
    this.#place = place;
    this.#signal = signal;
  }

  /** One key, or all that begin with it, in order. @throws CommandExecutionError */
  async range(key: string, below = false): Promise<{ entries: EtcdEntry[]; revision: number }> {
    const answer = await this.#ask('kv/range', { key: packed(key), ...(below ? { range_end: endOf(key) } : {}) });
    const { kvs = [], header = {} } = answer;
    const entries = (isList(kvs) ? kvs : []).filter(isPlainMap).map((kv) => ({
      key: unpacked(kv['key']).toString('utf8'), value: unpacked(kv['value']), revision: Number(kv['mod_revision'] ?? 0),
    }));
    return { entries, revision: Number(isPlainMap(header) ? header['revision'] ?? 0 : 0) };
  }

  /** With `ttlSeconds` the key goes by itself. @throws CommandExecutionError */
  async put(key: string, value: Uint8Array, ttlSeconds?: number): Promise<void> {
    const lease = ttlSeconds === undefined ? {} : { lease: (await this.#ask('lease/grant', { TTL: ttlSeconds }))['ID'] ?? 0 };
    await this.#ask('kv/put', { key: packed(key), value: packed(value), ...lease });
  }

  /** How many keys went. @throws CommandExecutionError */
  async remove(key: string, below = false): Promise<number> {
    return Number((await this.#ask('kv/deleterange', { key: packed(key), ...(below ? { range_end: endOf(key) } : {}) }))['deleted'] ?? 0);
  }

  async #ask(path: string, body: PlainMap): Promise<PlainMap> {
    const { username, password } = this.#place;
    if (username !== undefined && password !== undefined) this.#token ??= String((await this.#send('auth/authenticate', { name: username, password }, {}))['token'] ?? '');
    return this.#send(path, body, this.#token === undefined ? {} : { Authorization: this.#token });
  }

  async #send(path: string, body: PlainMap, login: Readonly<Record<string, string>>): Promise<PlainMap> {
    const { host, port, ca, certificate, key } = this.#place;
    const isSecure = ca !== undefined || certificate !== undefined;
    const url = `${isSecure ? 'https' : 'http'}://${host.includes(':') ? `[${host}]` : host}:${port}/v3/${path}`;
    const answer = await httpFetch({
      method: 'POST', url, headers: { 'Content-Type': 'application/json', ...login }, body: JSON.stringify(body), verify: true, caFile: ca, certFile: certificate, keyFile: key,
      timeoutMs: TIMEOUT_MS, bytesMax: BYTES_MAX, redirectsMax: 0, signal: this.#signal,
    }).catch((cause: unknown) => {
      throw new CommandExecutionError(`etcd at ${host}:${port} cannot be asked: ${asError(cause).message}`, { cause });
    });
    const found = readAnswer(answer.body.toString('utf8'));
    if (answer.status === 200) return found;
    throw new CommandExecutionError(`etcd at ${host}:${port} refuses: ${String(found['error'] ?? found['message'] ?? answer.reason)}`);
  }
}

function readAnswer(text: string): PlainMap {
  try {
    const found: unknown = JSON.parse(text);
    return isPlainMap(found) ? found : {};
  } catch {
    // What is no JSON comes from something that is no etcd; its status tells the rest.
    return {};
  }
}
