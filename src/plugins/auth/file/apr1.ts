/** Apache's form of MD5 passwords, `$apr1$salt$...`. Source: its published algorithm, that of `$1$` under another name. */
import { createHash } from 'node:crypto';

const DIGITS = './0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const ROUNDS = 1000;
const BYTES = 16;
const SALT_MAX = 8;
/** Which bytes of the digest make one group of four digits. */
const GROUPS = [[0, 6, 12], [1, 7, 13], [2, 8, 14], [3, 9, 15], [4, 10, 5]] as const;

const md5 = (...parts: readonly (string | Uint8Array)[]): Buffer => parts.reduce((hash, part) => hash.update(part), createHash('md5')).digest();

export function apr1(password: string, givenSalt: string): string {
  const salt = givenSalt.slice(0, SALT_MAX);
  const secret = Buffer.from(password);
  let digest = first(secret, salt);
  for (let round = 0; round < ROUNDS; round += 1) {
    const isOdd = round % 2 === 1;
    digest = md5(
      isOdd ? secret : digest, round % 3 === 0 ? '' : salt, round % 7 === 0 ? '' : secret, isOdd ? digest : secret,
    );
  }
  return `$apr1$${salt}$${digits(digest)}`;
}

function first(secret: Buffer, salt: string): Buffer {
  const inner = md5(secret, salt, secret);
  const parts: (string | Uint8Array)[] = [secret, '$apr1$', salt];
  for (let left = secret.length; left > 0; left -= BYTES) parts.push(inner.subarray(0, Math.min(BYTES, left)));
  for (let bits = secret.length; bits > 0; bits >>= 1) parts.push(bits % 2 === 1 ? Buffer.alloc(1) : secret.subarray(0, 1));
  return md5(...parts);
}

function digits(digest: Buffer): string {
  const at = (index: number): number => digest[index] ?? 0;
  const groups = GROUPS.map(([a, b, c]) => four((at(a) << 16) | (at(b) << 8) | at(c), 4));
  return groups.join('') + four(at(11), 2);
}

function four(value: number, count: number): string {
  return Array.from({ length: count }, (_, place) => DIGITS[(value >> (6 * place)) & 63]).join('');
}
