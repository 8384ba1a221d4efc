/**
 * The account a daemon runs as (`user`, `-u`): its folders are made and given to it while the process may still do so, then
 * the process becomes that user.
 *
 * Source: config (`user`, `verify_env`).
 */
import { chownSync, mkdirSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Account, Sys } from '../kernel/contract/sys.js';
import type { PlainMap } from '../kernel/std/value.js';
import { switchUser } from './switch-user.js';

const FOLDERS = ['pki_dir', 'cachedir', 'sock_dir', 'extension_modules'];
const FILES = ['log_file', 'pidfile'];

/** @throws EndOfProgram when there is no such user, or this process may not become that user */
export async function becomeAccount(opts: Readonly<PlainMap>, sys: Sys): Promise<void> {
  const name = typeof opts['user'] === 'string' ? opts['user'] : '';
  const account = name === '' ? undefined : await sys.userByName(name);
  if (account !== undefined && process.getuid?.() === 0 && account.uid !== 0) giveFolders(opts, account);
  if (name !== '') await switchUser(name, sys);
}

function giveFolders(opts: Readonly<PlainMap>, account: Account): void {
  const named = (option: string): string[] => (typeof opts[option] === 'string' && opts[option].startsWith('/') ? [opts[option]] : []);
  for (const folder of [...FOLDERS.flatMap(named), ...FILES.flatMap(named).map(dirname)]) {
    const made = mkdirSync(folder, { recursive: true, mode: folder === opts['pki_dir'] ? 0o700 : 0o755 });
    // A folder that others share, such as /var/run, stays theirs.
    const isOurs = made !== undefined || FOLDERS.some((option) => opts[option] === folder);
    if (isOurs && statSync(folder).uid !== account.uid) chownSync(folder, account.uid, account.gid);
  }
}
