/** Keys that lie on this machine. */
import { posix } from 'node:path';
import type { Context } from '../../../kernel/contract/context.js';
import { CommandExecutionError, InvocationError } from '../../../kernel/contract/errors.js';
import { isOsError, osErrorText } from '../../../kernel/std/os-error.js';
import { str } from '../../../kernel/std/python-text.js';
import { isList, isTruthy, type PlainMap, type Value } from '../../../kernel/std/value.js';
import { ownerOf } from './places.js';

async function textOf(path: string, ctx: Context): Promise<string | undefined> {
  try {
    return await ctx.sys.fs.readFile(path, 'utf8');
  } catch (error) {
    if (isOsError(error)) return undefined;
    throw error;
  }
}

/** Keys of the machine by kind; a file that cannot be read gives empty text. */
export async function hostKeys(keydir: string | null, { keepPrivate, certificates }: { keepPrivate: boolean; certificates: boolean }, ctx: Context): Promise<PlainMap> {
  if (!isTruthy(keydir) && ctx.grains['kernel'] !== 'Linux') throw new InvocationError('ssh.host_keys: Please specify a keydir');
  const folder = isTruthy(keydir) ? str(keydir) : '/etc/ssh';
  const keys: PlainMap = {};
  for (const name of await ctx.sys.fs.readdir(folder)) {
    const [, kind = '', isPublic, isCertificate] = /^ssh_host_(.+)_key((-cert)?\.pub)?/.exec(name) ?? [];
    if (kind === '' || (isPublic === undefined && !keepPrivate) || (isCertificate !== undefined && !certificates)) continue;
    keys[`${kind}${isPublic ?? ''}`] = (await textOf(posix.join(folder, name), ctx) ?? '').trim();
  }
  return keys;
}

const KINDS = ['rsa', 'dsa', 'ecdsa', 'ed25519'];

/** A file that is named, the usual ones, or none for False. */
const filesOf = (asked: Value, ending: string): string[] =>
  (isTruthy(asked) ? [str(asked)] : asked === false ? [] : KINDS.map((kind) => `id_${kind}${ending}`));

/** Keys of users, by user and file. */
export async function userKeys(user: Value, { pubfile, prvfile }: { pubfile: Value; prvfile: Value }, ctx: Context): Promise<PlainMap> {
  const asked = isTruthy(user) ? user : await ctx.call('user.list_users');
  const found: PlainMap = {};
  for (const name of isList(asked) ? asked.map(str) : [str(asked)]) {
    const owner = await ownerOf(name, ctx);
    const keys: PlainMap = {};
    for (const file of owner === undefined ? [] : [...filesOf(pubfile, '.pub'), ...filesOf(prvfile, '')]) {
      const text = await textOf(file.startsWith('/') ? file : posix.join(owner?.home ?? '/', '.ssh', file), ctx);
      if (text !== undefined) keys[file.startsWith('/') ? posix.basename(file) : file] = text.trim();
    }
    if (Object.keys(keys).length > 0) found[name] = keys;
  }
  return found;
}

/** @throws CommandExecutionError for a file that is no private key */
export async function isEncrypted(path: string, ctx: Context): Promise<boolean> {
  let text: string;
  try {
    text = await ctx.sys.fs.readFile(path, 'utf8');
  } catch (error) {
    if (!isOsError(error)) throw error;
    const reason = error.code === 'ENOENT' ? `${path} does not exist` : error.code === 'EACCES' ? `Permission denied reading from ${path}` : `Error reading from ${path}: ${osErrorText(error)}`;
    throw new CommandExecutionError(reason, { cause: error });
  }
  if (!/BEGIN (?:\w+\s)*PRIVATE KEY/.test(text)) throw new CommandExecutionError(`${path} is not a private key`);
  return text.includes('ENCRYPTED');
}
