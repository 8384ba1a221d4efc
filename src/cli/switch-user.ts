/** Goes on as another user: ids, groups, and the variables that name the user. Source: read, Salt 3008.3; observed. */
import type { Account, Sys } from '../kernel/contract/sys.js';
import { EndOfProgram } from './parsed-line.js';

/** As `EX_NOUSER` of sysexits. */
const NO_USER = 67;

/** Missing from the types of Node. */
interface WithGroups {
  initgroups?(user: string, extraGroup: number): void;
}

/** @throws EndOfProgram when there is no such user, or this process may not become that user */
export async function switchUser(name: string, sys: Sys): Promise<Account> {
  const account = await sys.userByName(name);
  if (account === undefined) {
    throw new EndOfProgram(NO_USER, { stderr: `Failed to prepare the Salt environment for user ${name}. The user is not available.\n` });
  }
  if (account.uid === process.getuid?.()) return account;
  if (process.getuid?.() !== 0) {
    throw new EndOfProgram(0, { stderr: `[CRITICAL] Salt configured to run as user "${name}" but unable to switch.\n` });
  }
  (process as WithGroups).initgroups?.(account.name, account.gid);
  process.setgid?.(account.gid);
  process.setuid?.(account.uid);
  Object.assign(process.env, { HOME: account.home, SHELL: account.shell, USER: account.name, LOGNAME: account.name });
  return account;
}
