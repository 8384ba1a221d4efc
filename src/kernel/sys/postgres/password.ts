/**
 * Passwords as PostgreSQL keeps them: `md5...` and `SCRAM-SHA-256$...`. Source: PostgreSQL's manual, `pg_authid.rolpassword`; RFC 5802;
 * RFC 4013 (SASLprep), where PostgreSQL takes a password as it is when it cannot be prepared.
 */
import { createHash, createHmac, pbkdf2Sync, randomBytes } from 'node:crypto';
import { PythonError } from '../../contract/errors.js';
import type { Value } from '../../std/value.js';

const ITERATIONS = 4096;
/** A verifier of somebody else could ask for hours of work. */
const ITERATIONS_MAX = 10_000_000;
const KEY_BYTES = 32;
const SALT_BYTES = 16;

const OTHER_SPACES = /[\u00A0\u1680\u2000-\u200A\u202F\u205F\u3000]/g;
const MAPPED_TO_NOTHING = /\u00AD|\u034F|\u1806|\u180B|\u180C|\u180D|\u200B|\u200C|\u200D|\u2060|[\uFE00-\uFE0F]|\uFEFF/g;

/** A password in the one form that both sides compute with. */
function prepared(password: string): string {
  // oxlint-disable-next-line no-control-regex -- what is printable is taken as it is
  if (/^[\x20-\x7e]*$/.test(password)) return password;
  const made = password.replaceAll(OTHER_SPACES, ' ').replaceAll(MAPPED_TO_NOTHING, '').normalize('NFKC');
  // oxlint-disable-next-line no-control-regex -- control characters are what is looked for
  return made === '' || /[\u0000-\u001f\u007f-\u009f]|\p{Cn}|\p{Co}|\p{Cs}/u.test(made) ? password : made;
}

const md5 = (role: string, password: string): string => `md5${createHash('md5').update(`${password}${role}`).digest('hex')}`;

function scram(password: string, salt: Uint8Array, iterations: number): string {
  const salted = pbkdf2Sync(prepared(password), salt, iterations, KEY_BYTES, 'sha256');
  const hmac = (text: string): Buffer => createHmac('sha256', salted).update(text).digest();
  const stored = createHash('sha256').update(hmac('Client Key')).digest('base64');
  return `SCRAM-SHA-256$${iterations}:${Buffer.from(salt).toString('base64')}$${stored}:${hmac('Server Key').toString('base64')}`;
}

/** How a password is kept: `true` means md5, as before there was another way. */
export type Encryption = 'md5' | 'scram-sha-256' | false;

/** @throws PythonError for a way that does not exist */
export function encryptionOf(value: Value): Encryption {
  if (value === null || value === true) return 'md5';
  if (value === false || value === 'md5' || value === 'scram-sha-256') return value;
  throw new PythonError('ValueError', `Unknown password algorithm: ${String(value)}`);
}

/** The password as it is kept; one that is kept like that already stays. */
export function encrypted(role: string, password: string, how: Encryption): string {
  if (how === 'scram-sha-256') return password.startsWith('SCRAM-SHA-256') ? password : scram(password, randomBytes(SALT_BYTES), ITERATIONS);
  if (how === 'md5') return password.startsWith('md5') ? password : md5(role, password);
  return password;
}

/** True when a password is the one that is kept as `verifier`. */
export function fitsVerifier(role: string, password: string, verifier: string, how: Encryption): boolean {
  if (how === false) return password === verifier;
  if (how === 'md5') return encrypted(role, password, how) === verifier;
  if (password.startsWith('SCRAM-SHA-256')) return password === verifier;
  const [, iterations = '', salt = ''] = /^SCRAM-SHA-256\$(\d+):([^$]+?)\$/.exec(verifier) ?? [];
  if (iterations === '' || Number(iterations) > ITERATIONS_MAX) return false;
  return scram(password, Buffer.from(salt, 'base64'), Number(iterations)) === verifier;
}
