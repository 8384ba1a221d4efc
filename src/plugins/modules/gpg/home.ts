/** Whose keys: the folder of GnuPG, its keyring, and the owner of both. Source: read, Salt 3008.3. */
import { join } from 'node:path';
import type { Context } from '../../../kernel/contract/context.js';
import { InvocationError } from '../../../kernel/contract/errors.js';
import type { Account } from '../../../kernel/contract/sys.js';
import { str } from '../../../kernel/std/python-text.js';
import { isTruthy, type Value } from '../../../kernel/std/value.js';

const FOLDER_MODE = 0o700;
/** A folder of keys that is deeper is none. */
const DEPTH_MAX = 16;

/** What all functions have in common. */
export interface Place {
  readonly user: string | null;
  readonly gnupghome: string | null;
  readonly keyring?: Value;
}
export interface Home {
  readonly folder: string;
  readonly keyring: string | null;
}

async function accountOf(user: string | null, ctx: Context): Promise<Account> {
  const name = user === null || user === '' ? str(await ctx.call('config.option', ['user'])) : user;
  const account = await (name === '' ? ctx.sys.userById(process.getuid?.() ?? 0) : ctx.sys.userByName(name));
  if (account !== undefined) return account;
  if (name === 'salt' && name === user) return accountOf(null, ctx);
  throw new InvocationError(`User ${name} does not exist`);
}

async function folderOf(user: string | null, ctx: Context): Promise<string> {
  if (user === 'salt') return join(str(await ctx.call('config.get', ['config_dir'])), 'gpgkeys');
  const fromEnvironment = user === null ? ctx.sys.env['GNUPGHOME'] ?? '' : str(await ctx.call('cmd.run_stdout', ['echo -n "$GNUPGHOME"'], { python_shell: true, runas: user })).trim();
  return fromEnvironment !== '' && !fromEnvironment.startsWith('~') ? fromEnvironment : join((await accountOf(user, ctx)).home, '.gnupg');
}

/** The folder, made when it is not there. */
export async function homeOf(place: Place, ctx: Context): Promise<Home> {
  const keyring = place.keyring ?? null;
  if (isTruthy(keyring) && typeof keyring !== 'string') throw new InvocationError('Please pass keyring as a string. Multiple keyrings are not allowed');
  const folder = place.gnupghome === null || place.gnupghome === '' ? await folderOf(place.user, ctx) : place.gnupghome;
  if (!await ctx.sys.exists(folder)) {
    const { uid, gid } = await accountOf(place.user, ctx);
    await ctx.sys.fs.mkdir(folder, { recursive: true, mode: FOLDER_MODE });
    if (process.getuid?.() === 0) await ctx.sys.fs.chown(folder, uid, gid);
  }
  return { folder, keyring: typeof keyring === 'string' && keyring !== '' ? keyring : null };
}

async function giveAll(path: string, account: Pick<Account, 'uid' | 'gid'>, ctx: Context, depth = 0): Promise<void> {
  await ctx.sys.fs.lchown(path, account.uid, account.gid);
  if (depth > DEPTH_MAX || !(await ctx.sys.fs.lstat(path)).isDirectory()) return;
  for (const name of await ctx.sys.fs.readdir(path)) await giveAll(join(path, name), account, ctx, depth + 1);
}

/** Work that writes keys: what it made belongs to the user afterwards, whoever the minion runs as. */
export async function keepingOwner<T>(place: Place, ctx: Context, work: (home: Home) => Promise<T>): Promise<T> {
  const home = await homeOf(place, ctx);
  const account = await accountOf(place.user, ctx);
  const own = process.getuid?.() ?? account.uid;
  const paths = [home.folder, ...(home.keyring !== null && await ctx.sys.exists(home.keyring) ? [home.keyring] : [])];
  if (account.uid === own) return work(home);
  for (const path of paths) await giveAll(path, { uid: own, gid: process.getgid?.() ?? account.gid }, ctx);
  try {
    return await work(home);
  } finally {
    for (const path of paths) await giveAll(path, account, ctx);
  }
}
