/** What is known about users. */
import type { Context } from '../../../kernel/contract/context.js';
import { PythonError } from '../../../kernel/contract/errors.js';
import { repr, reprText, str } from '../../../kernel/std/python-text.js';
import type { PlainMap } from '../../../kernel/std/value.js';
import { groupEntries, passwdEntry, type PasswdEntry } from '../lookup/account-files.js';

/** The comment field of an account, by its customary parts. */
export const GECOS = ['fullname', 'roomnumber', 'workphone', 'homephone', 'other'] as const;
export type Gecos = Readonly<Record<typeof GECOS[number], string>>;

/** The last part keeps further commas. */
export function readGecos(text: string): Gecos {
  const parts = text.split(',');
  const values = [...parts.slice(0, 4), parts.slice(4).join(',')];
  return Object.fromEntries(GECOS.map((name, at) => [name, values[at] ?? ''])) as unknown as Gecos;
}

export const writeGecos = (gecos: Gecos): string => GECOS.map((name) => gecos[name]).join(',').replace(/,+$/, '');

/** Names of the groups of a user, sorted. Users of a directory are asked of the program id. */
export async function groupsOf(name: string, ctx: Context): Promise<string[]> {
  const groups = await groupEntries(null, ctx);
  const account = await passwdEntry(name, null, ctx);
  const gids = new Set(groups.filter(({ members }) => members.includes(name)).map(({ gid }) => gid));
  if (account !== undefined) gids.add(account.gid);
  const names = new Set(groups.filter(({ gid }) => gids.has(gid)).map((group) => group.name));
  const isLocal = account === undefined || (await ctx.sys.users()).some((user) => user.name === name);
  if (!isLocal) for (const remote of await remoteGroups(name, ctx)) names.add(remote);
  return [...names].toSorted();
}

async function remoteGroups(name: string, ctx: Context): Promise<string[]> {
  const ids = str(await ctx.call('cmd.run', [['id', '-G', '--', name]], { python_shell: false })).split(/\s+/).filter((id) => /^\d+$/.test(id));
  const groups = await Promise.all(ids.map((id) => ctx.sys.groupById(Number(id))));
  return groups.filter((group) => group !== undefined).map((group) => group.name);
}

export async function shown({ name, passwd, uid, gid, gecos, home, shell }: PasswdEntry, ctx: Context): Promise<PlainMap> {
  return { gid, groups: await groupsOf(name, ctx), home, name, passwd, shell, uid, ...readGecos(gecos) };
}

export async function userInfo(name: string, root: string | null, ctx: Context): Promise<PlainMap> {
  const found = await passwdEntry(name, root, ctx);
  return found === undefined ? {} : shown(found, ctx);
}

/** @throws PythonError as Python's `pwd` when there is no such user */
export async function gecosOf(name: string, root: string | null, ctx: Context): Promise<Gecos> {
  const found = await passwdEntry(name, root, ctx);
  if (found === undefined) throw new PythonError('KeyError', root === null ? repr(`getpwnam(): name not found: ${reprText(name)}`) : '');
  return readGecos(found.gecos);
}
