/** Lines of files with public keys: options, kind, key, comment. */
import { createHash, getHashes } from 'node:crypto';
import type { Context } from '../../../kernel/contract/context.js';
import { CommandExecutionError, InvocationError } from '../../../kernel/contract/errors.js';
import { isOsError } from '../../../kernel/std/os-error.js';
import { splitLines } from '../../../kernel/std/python-space.js';
import { str } from '../../../kernel/std/python-text.js';
import { isList, type Value } from '../../../kernel/std/value.js';

export interface PublicKey {
  readonly enc: string;
  readonly comment: string;
  readonly options: readonly string[];
  readonly fingerprint: string;
}

const KINDS: Readonly<Record<string, readonly string[]>> = {
  'ssh-rsa': ['r', 'rsa', 'ssh-rsa'], 'ssh-dss': ['d', 'dsa', 'dss', 'ssh-dss'], 'ecdsa-sha2-nistp256': ['e', 'ecdsa', 'ecdsa-sha2-nistp256'],
  'ecdsa-sha2-nistp384': ['ecdsa-sha2-nistp384'], 'ecdsa-sha2-nistp521': ['ecdsa-sha2-nistp521'], 'ssh-ed25519': ['ed25519', 'ssh-ed25519'],
};
const OTHER_KINDS = [
  'rsa-sha2-512', 'rsa-sha2-256', 'rsa-sha2-512-cert-v01@openssh.com', 'rsa-sha2-256-cert-v01@openssh.com', 'ssh-rsa-cert-v01@openssh.com',
  'ecdsa-sha2-nistp256-cert-v01@openssh.com', 'ecdsa-sha2-nistp384-cert-v01@openssh.com', 'ecdsa-sha2-nistp521-cert-v01@openssh.com', 'sk-ecdsa-sha2-nistp256@openssh.com',
  'sk-ecdsa-sha2-nistp256-cert-v01@openssh.com', 'ssh-ed25519-cert-v01@openssh.com', 'sk-ssh-ed25519@openssh.com', 'sk-ssh-ed25519-cert-v01@openssh.com',
];

/** The full name of a kind of key. @throws CommandExecutionError */
export function keyKind(enc: string): string {
  const found = Object.entries(KINDS).find(([, names]) => names.includes(enc))?.[0] ?? OTHER_KINDS.find((kind) => kind === enc);
  if (found === undefined) throw new CommandExecutionError(`Incorrect encryption key type '${enc}'.`);
  return found;
}

/** Hexadecimal pairs with colons; undefined for what is no key. @throws CommandExecutionError for an unknown hash */
export function fingerprintOf(key: string, hashType: string | null): string | undefined {
  const name = hashType === null || hashType === '' ? 'sha256' : hashType.toLowerCase();
  if (!getHashes().includes(name)) throw new CommandExecutionError(`The fingerprint_hash_type ${name} is not supported.`);
  if (key.length % 4 !== 0 || !/^[A-Za-z0-9+/]*={0,2}$/.test(key)) return undefined;
  return createHash(name).update(Buffer.from(key, 'base64')).digest('hex').replaceAll(/..(?=.)/g, '$&:');
}

export const optionList = (options: Value): string[] => (isList(options) ? options.map(str) : options === null || options === '' ? [] : str(options).split(','));

/** A line of such a file. @throws InvocationError when it would be more than one line */
export function keyLine(key: string, { enc, comment, options }: { enc: string; comment: string; options: readonly string[] }): string {
  const line = `${options.length > 0 ? `${options.join(',')} ` : ''}${enc} ${key} ${comment}`;
  if (/[\r\n\0]/.test(line)) throw new InvocationError('A key has to stand in one line');
  return `${line}\n`;
}

/** Options and the rest of a line that holds a key. */
export function splitKeyLine(line: string): { readonly options: string; readonly words: readonly string[] } | undefined {
  const match = /^(.*?)\s?((?:sk-)?(?:ssh-|ecds)[\w@.-]+\s.+)$/.exec(line);
  return match === null ? undefined : { options: match[1] ?? '', words: (match[2] ?? '').split(/\s+/).filter((word) => word !== '') };
}

/** All keys of a text, by key. */
export function readKeys(text: string, hashType: string | null): Map<string, PublicKey> {
  const keys = new Map<string, PublicKey>();
  for (const line of splitLines(text).map((one) => one.trim())) {
    const { options = '', words = [] } = line === '' || line.startsWith('#') ? {} : splitKeyLine(line) ?? {};
    const [enc, key, ...comment] = words;
    const fingerprint = enc === undefined || key === undefined ? undefined : fingerprintOf(key, hashType);
    if (enc === undefined || key === undefined || fingerprint === undefined) continue;
    keys.set(key, { enc, comment: comment.join(' '), options: options === '' ? [] : options.split(','), fingerprint });
  }
  return keys;
}

/** @throws CommandExecutionError when the file cannot be read */
export async function keysOfFile(path: string, hashType: string | null, ctx: Context): Promise<Map<string, PublicKey>> {
  try {
    return readKeys(await ctx.sys.fs.readFile(path, 'utf8'), hashType);
  } catch (error) {
    if (!isOsError(error)) throw error;
    throw new CommandExecutionError(`Problem reading ssh key file ${path}`, { cause: error });
  }
}
