/**
 * Tokens of people who have logged in: a file each below `token_dir`. Its name is the hash of the token, so that who reads the
 * folder has no token. The master is the only writer; what is in the folder at its start is known again.
 */
import { createHash, randomBytes } from 'node:crypto';
import { chmod, mkdir, readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Logger } from '../../kernel/contract/log.js';
import { isMissing, writeFile } from '../../kernel/sys/files.js';
import { isList, isPlainMap, type PlainMap, type Value } from '../../kernel/std/value.js';

export interface TokenData {
  readonly name: string;
  readonly eauth: string;
  readonly startUnixMs: number;
  /** Valid up to and with this millisecond. */
  readonly expireUnixMs: number;
  readonly groups?: readonly string[];
  /** Rights as they were at the login (`keep_acl_in_token`). */
  readonly authList?: readonly Value[];
}

const TOKEN_BYTES = 32;
const TOKENS_MAX = 100_000;
const FILE_NAME = /^[0-9a-f]{64}$/;

export class Tokens {
  readonly #dir: string;
  readonly #log: Logger;
  readonly #now: () => number;
  #known: Promise<Map<string, TokenData>> | undefined;

  constructor({ dir, log, now = Date.now }: { dir: string; log: Logger; now?: () => number }) {
    this.#dir = dir;
    this.#log = log;
    this.#now = now;
  }

  /** Gives the token; undefined when there are too many. */
  async make(data: TokenData): Promise<string | undefined> {
    const known = await this.#all();
    if (known.size >= TOKENS_MAX) await this.removeExpired();
    if (known.size >= TOKENS_MAX) return undefined;
    const token = randomBytes(TOKEN_BYTES).toString('hex');
    await writeFile(join(this.#dir, idOf(token)), JSON.stringify(data), { mode: 0o600 });
    known.set(idOf(token), data);
    return token;
  }

  /** Whose token it is; undefined when nobody's, or no more. */
  async find(token: Value | undefined): Promise<TokenData | undefined> {
    if (typeof token !== 'string' || token === '') return undefined;
    const id = idOf(token);
    const data = (await this.#all()).get(id);
    if (data === undefined || data.expireUnixMs >= this.#now()) return data;
    await this.#remove(id);
    return undefined;
  }

  /** Takes the token, or the id under which it is listed. */
  async remove(tokenOrId: string): Promise<boolean> {
    const byToken = await this.#remove(idOf(tokenOrId));
    return byToken || await this.#remove(tokenOrId);
  }

  async list(): Promise<{ id: string; data: TokenData }[]> {
    const now = this.#now();
    return [...await this.#all()].map(([id, data]) => ({ id, data })).filter(({ data }) => data.expireUnixMs >= now);
  }

  async removeExpired(): Promise<void> {
    const now = this.#now();
    for (const [id, { expireUnixMs }] of await this.#all()) if (expireUnixMs < now) await this.#remove(id);
  }

  async #remove(id: string): Promise<boolean> {
    if (!(await this.#all()).delete(id)) return false;
    await rm(join(this.#dir, id), { force: true });
    return true;
  }

  #all(): Promise<Map<string, TokenData>> {
    this.#known ??= this.#read();
    this.#known.catch(() => {
      this.#known = undefined;
    });
    return this.#known;
  }

  async #read(): Promise<Map<string, TokenData>> {
    await mkdir(this.#dir, { recursive: true, mode: 0o700 });
    await chmod(this.#dir, 0o700);
    const known = new Map<string, TokenData>();
    for (const id of await readdir(this.#dir)) {
      const data = FILE_NAME.test(id) ? await this.#readOne(join(this.#dir, id)) : undefined;
      if (data !== undefined) known.set(id, data);
    }
    return known;
  }

  /** A damaged file is nobody's token. */
  async #readOne(path: string): Promise<TokenData | undefined> {
    try {
      return tokenData(JSON.parse(await readFile(path, 'utf8')) as Value);
    } catch (err) {
      if (!isMissing(err)) this.#log.warn({ path, reason: err instanceof Error ? err.name : 'unknown' }, 'token file cannot be read');
      return undefined;
    }
  }
}

const idOf = (token: string): string => createHash('sha256').update(token).digest('hex');

function tokenData(value: Value): TokenData | undefined {
  if (!isPlainMap(value)) return undefined;
  const { name, eauth, startUnixMs, expireUnixMs, groups, authList } = value;
  if (typeof name !== 'string' || typeof eauth !== 'string' || typeof startUnixMs !== 'number' || typeof expireUnixMs !== 'number') return undefined;
  return { name, eauth, startUnixMs, expireUnixMs, ...(isList(groups) ? { groups: groups.map(String) } : {}), ...(isList(authList) ? { authList } : {}) };
}

/** As clients of Salt get it: seconds. */
export function tokenAnswer(token: string, { name, eauth, startUnixMs, expireUnixMs, groups, authList }: TokenData): PlainMap {
  return {
    start: startUnixMs / 1000, expire: expireUnixMs / 1000, name, eauth,
    ...(authList === undefined ? {} : { auth_list: authList }), ...(groups === undefined || groups.length === 0 ? {} : { groups: [...groups] }), token,
  };
}
