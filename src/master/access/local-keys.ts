/**
 * Proof of local users: who can read `cachedir/.<user>_key` may act as that user.
 *
 * Source: wire-protocol section 9; made once, mode 0600, kept over restarts.
 */
import { timingSafeEqual } from 'node:crypto';
import { chmodSync, chownSync, existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { generateKeyString } from '../../bus/crypto/crypticle.js';
import { isSafeName } from '../../kernel/sys/safe-path.js';

export interface LocalUser {
  readonly name: string;
  readonly uid: number;
}

export class LocalKeys {
  readonly #keys = new Map<string, Buffer>();

  /** Reads or makes a key file for each user; the file belongs to its user. */
  constructor(cacheDir: string, users: readonly LocalUser[]) {
    for (const { name, uid } of users) {
      if (!isSafeName(name)) continue;
      const path = join(cacheDir, `.${name}_key`);
      // An empty file would be a key that everybody knows.
      if (!existsSync(path) || readFileSync(path, 'utf8').trim() === '') writeKey(path);
      chmodSync(path, 0o600);
      if (process.getuid?.() === 0 && uid !== 0) chownSync(path, uid, -1);
      this.#keys.set(name, Buffer.from(readFileSync(path, 'utf8').trim()));
    }
  }

  /** The user whose key this is, or undefined. */
  userOf(key: unknown): string | undefined {
    if (typeof key !== 'string' || key.trim() === '') return undefined;
    const given = Buffer.from(key.trim());
    let found: string | undefined;
    for (const [name, wanted] of this.#keys) {
      if (given.length === wanted.length && timingSafeEqual(given, wanted)) found ??= name;
    }
    return found;
  }
}

function writeKey(path: string): void {
  const temporary = `${path}.${process.pid}`;
  writeFileSync(temporary, generateKeyString(), { mode: 0o600, flag: 'w' });
  renameSync(temporary, path);
}
