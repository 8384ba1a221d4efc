/** The proof of a local user: the text of `cachedir/.<user>_key`. */
import { accessSync, constants, readFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import { dirname, join } from 'node:path';
import { TsaltError } from '../kernel/contract/errors.js';
import type { PlainMap } from '../kernel/std/value.js';

/** The key file is missing or may not be read. */
export class LocalKeyError extends TsaltError {
  readonly code = 'client.local_key';
}

/** Root, and who runs as the master's user, use that user's key. @throws LocalKeyError */
export function readLocalKey(opts: Readonly<PlainMap>): { key: string; user: string } {
  const { username } = userInfo();
  const masterUser = typeof opts['user'] === 'string' && opts['user'] !== '' ? opts['user'] : 'root';
  const account = username === 'root' ? masterUser : username;
  const path = join(String(opts['cachedir']), `.${account}_key`);
  const sudo = process.env['SUDO_USER'];
  const user = username === 'root' && sudo !== undefined && sudo !== '' ? `sudo_${sudo}` : account;
  try {
    return { key: readFileSync(path, 'utf8').trim(), user };
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code;
    // Without a master that ever ran here there is no key; the connection will say that nobody answers.
    if (code === 'ENOENT') return { key: '', user };
    const closed = closedFolder(path);
    const remedy = closed === undefined ? `run as root, or let the master's publisher_acl name ${username}` : `${username} may not enter ${closed}; run as root, or open it`;
    throw new LocalKeyError(`Cannot read ${path}: ${remedy}`, { context: { path }, cause });
  }
}

/** The uppermost folder on the way that this user may not enter. */
function closedFolder(path: string): string | undefined {
  const folder = dirname(path);
  const above = folder === path ? undefined : closedFolder(folder);
  if (above !== undefined || folder === path) return above;
  try {
    accessSync(folder, constants.X_OK);
    return undefined;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EACCES' ? folder : undefined;
  }
}
