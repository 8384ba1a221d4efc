/**
 * How a program starts under another user: its real and effective ids and its supplementary groups.
 *
 * Node can set uid and gid of a child but drops all supplementary groups then. So `setpriv` (util-linux) changes the
 * ids and initialises the groups as login does; it replaces itself by the program. Where it is missing (not Linux),
 * Node's own way is used and the program has its primary group only.
 */
import { CommandExecutionError } from '../contract/errors.js';
import type { Account, Group } from '../contract/sys.js';

export interface Lookup {
  userByName(name: string): Promise<Account | undefined>;
  groupByName(name: string): Promise<Group | undefined>;
  which(program: string): Promise<string | undefined>;
}

export interface Identity {
  /** Words put before the program. */
  readonly prefix: readonly string[];
  /** For `child_process` when there is no `setpriv`. */
  readonly ids: { uid?: number; gid?: number };
  /** Variables that name the user. */
  readonly env: Readonly<Record<string, string>>;
}

const UNCHANGED: Identity = { prefix: [], ids: {}, env: {} };

/** What it takes to run as `runas` and `group`. @throws CommandExecutionError when there is no such user or group, or no right. */
export async function identityFor(runas: string | undefined, group: string | undefined, lookup: Lookup): Promise<Identity> {
  if (runas === undefined && group === undefined) return UNCHANGED;
  const account = runas === undefined ? undefined : await lookup.userByName(runas);
  if (runas !== undefined && account === undefined) throw new CommandExecutionError(`User '${runas}' is not available`);
  const entry = group === undefined ? undefined : await lookup.groupByName(group);
  if (group !== undefined && entry === undefined) throw new CommandExecutionError(`Group '${group}' is not available`);

  const env = account === undefined ? {} : { HOME: account.home, USER: account.name, LOGNAME: account.name, SHELL: account.shell || '/bin/sh' };
  const uid = account?.uid ?? process.getuid?.() ?? 0;
  const gid = entry?.gid ?? account?.gid ?? process.getgid?.() ?? 0;
  if (process.getuid?.() !== 0) return ownIdentity(uid, gid, env, runas ?? group ?? '');
  const setpriv = await lookup.which('setpriv');
  if (setpriv === undefined) return { prefix: [], ids: { uid, gid }, env };
  const groups = account === undefined ? '--keep-groups' : '--init-groups';
  return { prefix: [setpriv, `--reuid=${uid}`, `--regid=${gid}`, groups, '--'], ids: {}, env };
}

/** Without root only what is so already can be had. */
function ownIdentity(uid: number, gid: number, env: Identity['env'], wanted: string): Identity {
  if (uid === process.getuid?.() && gid === process.getgid?.()) return { prefix: [], ids: {}, env };
  throw new CommandExecutionError(`Cannot run as '${wanted}': only root may change the user or group of a program`);
}
