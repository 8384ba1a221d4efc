/** The files of accounts below `/` or another root, with the fields that directories of accounts do not give. */
import { join } from 'node:path';
import type { Context } from '../../../kernel/contract/context.js';
import { CommandExecutionError, InvocationError, PythonError } from '../../../kernel/contract/errors.js';
import { isOsError, osErrorClass, osErrorText } from '../../../kernel/std/os-error.js';

export interface PasswdEntry {
  readonly name: string;
  readonly passwd: string;
  readonly uid: number;
  readonly gid: number;
  readonly gecos: string;
  readonly home: string;
  readonly shell: string;
}
export interface GroupEntry {
  readonly name: string;
  readonly passwd: string;
  readonly gid: number;
  readonly members: readonly string[];
}

/** Fields of the lines of a file. @throws PythonError when it cannot be read */
export async function accountLines(file: 'passwd' | 'group' | 'shadow', root: string | null, ctx: Context): Promise<string[][]> {
  try {
    const text = await ctx.sys.fs.readFile(join(root ?? '/', 'etc', file), 'utf8');
    return text.split('\n').filter((line) => line.trim() !== '').map((line) => line.trim().split(':'));
  } catch (err) {
    if (!isOsError(err)) throw err;
    throw new PythonError(osErrorClass(err), osErrorText(err), err);
  }
}

export async function passwdEntries(root: string | null, ctx: Context): Promise<PasswdEntry[]> {
  const lines = (await accountLines('passwd', root, ctx)).filter((fields) => fields.length >= 7);
  return lines.map(([name = '', passwd = '', uid, gid, gecos = '', home = '', shell = '']) =>
    ({ name, passwd, uid: Number(uid), gid: Number(gid), gecos, home, shell }));
}

export async function groupEntries(root: string | null, ctx: Context): Promise<GroupEntry[]> {
  const lines = (await accountLines('group', root, ctx)).filter((fields) => fields.length >= 4);
  return lines.map(([name = '', passwd = '', gid, members = '']) => ({ name, passwd, gid: Number(gid), members: members === '' ? [] : members.split(',') }));
}

/** A user; without a root also one that only a directory knows. */
export async function passwdEntry(name: string, root: string | null, ctx: Context): Promise<PasswdEntry | undefined> {
  const local = (await passwdEntries(root, ctx)).find((entry) => entry.name === name);
  if (local !== undefined || root !== null) return local;
  const remote = await ctx.sys.userByName(name);
  return remote === undefined ? undefined : { passwd: 'x', ...remote };
}

/** A group; without a root also one that only a directory knows. */
export async function groupEntry(name: string, root: string | null, ctx: Context): Promise<GroupEntry | undefined> {
  const local = (await groupEntries(root, ctx)).find((entry) => entry.name === name);
  if (local !== undefined || root !== null) return local;
  const remote = await ctx.sys.groupByName(name);
  return remote === undefined ? undefined : { passwd: 'x', ...remote };
}

/** Path of a program. @throws CommandExecutionError */
export async function programPath(program: string, ctx: Context): Promise<string> {
  const path = await ctx.sys.which(program);
  if (path === undefined) throw new CommandExecutionError(`Command '${program}' cannot be found`);
  return path;
}

/** A name on a command line. @throws InvocationError for one that would be an option or break a line of a file */
export function accountName(name: string): string {
  if (name === '' || name.startsWith('-') || /[:\n\0]/.test(name)) throw new InvocationError(`Name '${name}' is not valid for an account`);
  return name;
}
