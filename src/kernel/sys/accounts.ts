/**
 * Users and groups: /etc/passwd and /etc/group, read again when they changed; what is not there is asked of `getent`,
 * which also knows directories such as LDAP. Lists (`users`, `groups`) hold the local files only.
 */
import { execFile } from 'node:child_process';
import { statSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import type { Account, Group } from '../contract/sys.js';
import { isMissing } from './files.js';
import { steadyUnixMs } from '../std/time.js';

const GETENT_WAIT_MS = 10_000;
/** Answers of getent kept until the file changes or they get old, so that a walk over files asks once per unknown id. */
const ANSWERS_MAX = 1000;
const ANSWER_AGE_MAX_MS = 10_000;
/** getent's exit code for "no such key". */
const NOT_FOUND = 2;

/** One line of passwd, or undefined when it is not one. */
export function parsePasswdLine(line: string): Account | undefined {
  const [name = '', , uid = '', gid = '', gecos = '', home = '', shell = ''] = line.split(':');
  if (name === '' || !/^\d+$/.test(uid) || !/^\d+$/.test(gid)) return undefined;
  return { name, uid: Number(uid), gid: Number(gid), gecos, home, shell };
}

/** One line of group, or undefined when it is not one. */
export function parseGroupLine(line: string): Group | undefined {
  const [name = '', , gid = '', members = ''] = line.split(':');
  if (name === '' || !/^\d+$/.test(gid)) return undefined;
  return { name, gid: Number(gid), members: members.split(',').filter((member) => member !== '') };
}

/** A table of accounts of one kind with look-up by name and number. */
export class AccountTable<T extends { readonly name: string }> {
  readonly #path: string;
  readonly #database: 'passwd' | 'group';
  readonly #parse: (line: string) => T | undefined;
  readonly #idOf: (entry: T) => number;
  #stamp = '';
  #entries: readonly T[] = [];
  readonly #answers = new Map<string, { at: number; entry: T | undefined }>();

  constructor(database: 'passwd' | 'group', parse: (line: string) => T | undefined, idOf: (entry: T) => number, path = `/etc/${database}`) {
    this.#database = database;
    this.#parse = parse;
    this.#idOf = idOf;
    this.#path = path;
  }

  async all(): Promise<readonly T[]> {
    const stamp = this.#currentStamp();
    if (stamp === this.#stamp) return this.#entries;
    const text = stamp === '' ? '' : await readFile(this.#path, 'utf8');
    this.#entries = text.split('\n').map(this.#parse).filter((entry) => entry !== undefined);
    this.#answers.clear();
    this.#stamp = stamp;
    return this.#entries;
  }

  async byName(name: string): Promise<T | undefined> {
    const local = (await this.all()).find((entry) => entry.name === name);
    // A name of digits would be read by getent as a number; others cannot be names.
    if (local !== undefined || !/^[^\d\s:-][^\s:]*$/.test(name)) return local;
    const found = await this.#ask(name);
    return found?.name === name ? found : undefined;
  }

  async byId(id: number): Promise<T | undefined> {
    const local = (await this.all()).find((entry) => this.#idOf(entry) === id);
    if (local !== undefined || !Number.isSafeInteger(id) || id < 0) return local;
    return this.#ask(String(id));
  }

  /** Asked at once: the way to another thread and back takes twenty times as long as this look at a file of the system's own disk. */
  #currentStamp(): string {
    const facts = statSync(this.#path, { bigint: true, throwIfNoEntry: false });
    return facts === undefined ? '' : `${facts.mtimeNs} ${facts.size} ${facts.ino}`;
  }

  async #ask(key: string): Promise<T | undefined> {
    const known = this.#answers.get(key);
    if (known !== undefined && steadyUnixMs() - known.at < ANSWER_AGE_MAX_MS) return known.entry;
    const line = await getent(this.#database, key);
    const entry = line === undefined ? undefined : this.#parse(line);
    if (this.#answers.size >= ANSWERS_MAX) this.#answers.clear();
    this.#answers.set(key, { at: steadyUnixMs(), entry });
    return entry;
  }
}

/** The line of a name service, or undefined when it knows none or the system has no getent. */
function getent(database: string, key: string): Promise<string | undefined> {
  return new Promise((resolve, reject) => {
    execFile('getent', [database, key], { timeout: GETENT_WAIT_MS }, (err, stdout) => {
      if (err === null) resolve(stdout.split('\n')[0]);
      else if (err.code === NOT_FOUND || isMissing(err)) resolve(undefined);
      else reject(err);
    });
  });
}
