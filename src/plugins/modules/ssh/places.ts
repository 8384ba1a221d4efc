/** Where the files of users are. */
import { posix } from 'node:path';
import type { Context } from '../../../kernel/contract/context.js';
import { CommandExecutionError } from '../../../kernel/contract/errors.js';
import { str } from '../../../kernel/std/python-text.js';
import { isPlainMap, isTruthy, type PlainMap } from '../../../kernel/std/value.js';

export interface Owner {
  readonly name: string;
  readonly home: string;
  readonly uid: number;
  readonly gid: number;
}

/** Undefined for a user that is not there. */
export async function ownerOf(user: string, ctx: Context): Promise<Owner | undefined> {
  const info = await ctx.call('user.info', [user]);
  if (!isPlainMap(info) || !isTruthy(info)) return undefined;
  return { name: user, home: str(info['home'] ?? ''), uid: Number(info['uid']), gid: Number(info['gid']) };
}

/** `%u`, `%h` and `%%` as sshd_config(5) has them. @throws CommandExecutionError */
function expanded(path: string, { name, home }: Owner): string {
  const tokens: Readonly<Record<string, string>> = { '%': '%', u: name, h: home };
  return path.replaceAll(/%(.?)/gs, (_token, letter: string) => {
    const value = Object.hasOwn(tokens, letter) ? tokens[letter] : undefined;
    if (value !== undefined) return value;
    throw new CommandExecutionError(letter === '' ? "AuthorizedKeysFile path: Last character can't be escape character" : `AuthorizedKeysFile path: unknown token character "%${letter}"`);
  });
}

/** The file of a user's authorised keys. @throws CommandExecutionError */
export async function authorizedKeysPath(user: string, config: string, ctx: Context): Promise<string> {
  const owner = await ownerOf(user, ctx);
  if (owner === undefined) throw new CommandExecutionError(`User '${user}' does not exist`);
  const path = expanded(config, owner);
  return posix.isAbsolute(path) ? path : posix.join(owner.home, path);
}

export interface Trouble {
  readonly status: 'error';
  readonly error: string;
}
export const trouble = (error: string): PlainMap & Trouble => ({ status: 'error', error });

/** The file of known hosts, of a user or of the machine. */
export async function knownHostsPath(config: string | null, user: string | null, ctx: Context): Promise<string | Trouble> {
  const hasUser = user !== null && user !== '';
  const file = config === null || config === '' ? hasUser ? '.ssh/known_hosts' : '/etc/ssh/ssh_known_hosts' : config;
  if (posix.isAbsolute(file)) return file;
  if (!hasUser) return trouble('Cannot determine absolute path to file.');
  const owner = await ownerOf(user, ctx);
  return owner === undefined ? trouble(`User ${user} does not exist`) : posix.join(owner.home, file);
}

export async function isFile(path: string, ctx: Context): Promise<boolean> {
  const stat = await ctx.sys.fs.stat(path).catch(() => undefined);
  return stat?.isFile() === true;
}

export async function isFolder(path: string, ctx: Context): Promise<boolean> {
  const stat = await ctx.sys.fs.stat(path).catch(() => undefined);
  return stat?.isDirectory() === true;
}

export const isRoot = (): boolean => process.geteuid?.() === 0;

/** Makes the folder for a file, closed for all but its owner; nothing when it is there. */
export async function makePrivateFolder(path: string, owner: Owner | undefined, ctx: Context): Promise<void> {
  if (await isFolder(path, ctx)) return;
  await ctx.sys.fs.mkdir(path, { recursive: true });
  if (owner === undefined) return;
  if (isRoot()) await ctx.sys.fs.chown(path, owner.uid, owner.gid);
  await ctx.sys.fs.chmod(path, 0o700);
}
