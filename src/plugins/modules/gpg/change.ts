/** Making, deleting and trusting keys. Source: read, Salt 3008.3. */
import type { Context } from '../../../kernel/contract/context.js';
import { InvocationError, PythonError } from '../../../kernel/contract/errors.js';
import { str } from '../../../kernel/std/python-text.js';
import { isTruthy, type PlainMap, type Value } from '../../../kernel/std/value.js';
import { homeOf, type Home, type Place } from './home.js';
import { findKey } from './keys.js';
import { NO_PASSPHRASE, pillarPassphrase, runGpg } from './program.js';

export interface KeyWish {
  readonly key_type: Value;
  readonly key_length: Value;
  readonly name_real: Value;
  readonly name_comment: Value;
  readonly name_email: Value;
  readonly subkey_type: Value;
  readonly subkey_length: Value;
  readonly expire_date: Value;
  readonly use_passphrase: boolean;
}

/** One parameter of a key a line; a line break in one would begin another. */
function line(name: string, value: Value): string[] {
  const text = value === null ? '' : str(value);
  if (/[\n\r\0]/.test(text)) throw new InvocationError(`${name} of a key is one line`);
  return text.trim() === '' ? [] : [`${name}: ${text}`];
}

export async function createKey(wish: KeyWish, home: Home, ctx: Context): Promise<PlainMap> {
  const passphrase = await pillarPassphrase(wish.use_passphrase, ctx);
  if (passphrase === undefined) return { res: false, fingerprint: '', message: NO_PASSPHRASE };
  const user = ctx.sys.env['LOGNAME'] ?? ctx.sys.env['USERNAME'] ?? 'unspecified';
  const lines = [
    ...line('Key-Type', wish.key_type), ...line('Key-Length', wish.key_length), ...line('Name-Real', wish.name_real), ...line('Name-Comment', wish.name_comment),
    ...line('Name-Email', isTruthy(wish.name_email) ? wish.name_email : `${user.replaceAll(' ', '_')}@${ctx.sys.hostname()}`),
    ...(isTruthy(wish.subkey_type) ? line('Subkey-Type', wish.subkey_type) : []), ...(isTruthy(wish.subkey_length) ? line('Subkey-Length', wish.subkey_length) : []),
    ...(isTruthy(wish.expire_date) ? line('Expire-Date', wish.expire_date) : []), ...(passphrase === null ? ['%no-protection'] : line('Passphrase', passphrase)), '%commit', '',
  ];
  const { status, stderr } = await runGpg(home, { args: ['--gen-key'], stdin: lines.join('\n') }, ctx);
  const fingerprint = status.find(([word]) => word === 'KEY_CREATED')?.[1].split(' ')[1] ?? '';
  if (fingerprint !== '') return { res: true, fingerprint, message: 'GPG key pair successfully generated.' };
  ctx.log.error({ words: stderr.split('\n').filter((one) => one.startsWith('gpg: ')) }, 'gpg made no key');
  return { res: false, fingerprint, message: 'Unable to generate GPG key pair.' };
}

const DELETE_PROBLEMS: Readonly<Record<string, string>> = { 1: 'No such key', 2: 'Must delete secret key first', 3: 'Ambiguous specification' };

/** `ok`, or what is wrong. */
async function deleteOne(home: Home, fingerprint: string, secret: boolean, usePassphrase: boolean, ctx: Context): Promise<string> {
  const passphrase = await pillarPassphrase(secret && usePassphrase, ctx);
  if (passphrase === undefined) return NO_PASSPHRASE;
  const { status, code } = await runGpg(home, { args: secret ? ['--yes', '--delete-secret-keys'] : ['--delete-keys'], names: [fingerprint], passphrase }, ctx);
  const problem = status.findLast(([word]) => word === 'DELETE_PROBLEM')?.[1];
  if (problem !== undefined) return DELETE_PROBLEMS[problem] ?? `Unknown error: '${problem}'`;
  // Differs: Salt takes silence for success; a key that is still there is told by the exit code.
  return code === 0 ? 'ok' : `gpg returned an error - return code ${code}`;
}

export interface Deletion extends Place {
  readonly keyid: string | null;
  readonly fingerprint: string | null;
  readonly delete_secret: boolean;
  readonly use_passphrase: boolean;
}

export async function deleteKey(asked: Deletion, ctx: Context): Promise<PlainMap> {
  const refused = (message: string): PlainMap => ({ res: false, message });
  const [hasId, hasFingerprint] = [isTruthy(asked.keyid), isTruthy(asked.fingerprint)];
  if (hasId && hasFingerprint) return refused('Only specify one argument, fingerprint or keyid');
  if (!hasId && !hasFingerprint) return refused('Required argument, fingerprint or keyid');
  const key = await findKey(asked, { ...asked, secret: false }, ctx);
  if (key === false) return refused('Key not available in keychain.');
  const home = await homeOf(asked, ctx);
  const fingerprint = str(key['fingerprint'] ?? '');
  let message = '';
  if (await findKey(asked, { keyid: asked.keyid, fingerprint, secret: true }, ctx) !== false) {
    if (!asked.delete_secret) return refused('Secret key exists, delete first or pass delete_secret=True.');
    const out = await deleteOne(home, fingerprint, true, asked.use_passphrase, ctx);
    if (out !== 'ok') return refused(`Failed to delete secret key for ${fingerprint}: ${out}`);
    message = `Secret key for ${fingerprint} deleted\n`;
  }
  const out = await deleteOne(home, fingerprint, false, asked.use_passphrase, ctx);
  return out === 'ok' ? { res: true, message: `${message}Public key for ${fingerprint} deleted` } : refused(`${message}Failed to delete public key for ${fingerprint}: ${out}`);
}

/** Salt's words, the number that gpg knows them by, and what is said. */
const LEVELS: Readonly<Record<string, readonly [number: number, told: string]>> = {
  expired: [1, 'Expired'], unknown: [2, 'Unknown'], not_trusted: [3, 'Not Trusted'], marginally: [4, 'Marginally'], fully: [5, 'Fully Trusted'], ultimately: [6, 'Ultimately Trusted'],
};

export async function trustKey(asked: Place & { keyid: string | null; fingerprint: string | null; trust_level: string | null }, ctx: Context): Promise<PlainMap> {
  if (isTruthy(asked.keyid) === isTruthy(asked.fingerprint)) throw new InvocationError('Exactly one of keyid or fingerprint is required');
  const level = Object.hasOwn(LEVELS, asked.trust_level ?? '') ? LEVELS[asked.trust_level ?? ''] : undefined;
  if (level === undefined) throw new InvocationError(`ERROR: Valid trust levels - ${Object.keys(LEVELS).join(',')}`);
  const key = await findKey(asked, { ...asked, secret: false }, ctx);
  if (key === false) return { res: false, message: `Key ${asked.keyid ?? asked.fingerprint ?? ''} not in GPG keychain` };
  const fingerprint = isTruthy(asked.fingerprint) ? str(asked.fingerprint) : str(key['fingerprint'] ?? '');
  const { code } = await runGpg(await homeOf(asked, ctx), { args: ['--import-ownertrust'], stdin: `${fingerprint}:${level[0]}:\n` }, ctx);
  if (code !== 0) throw new PythonError('ValueError', `gpg returned an error - return code ${code}`);
  return { res: true, fingerprint, message: `Setting ownership trust to ${level[1]}.` };
}
