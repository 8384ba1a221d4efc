/** Hashes of file content, read in pieces. */
import { createHash } from 'node:crypto';
import { InvocationError, PythonError } from '../../../../kernel/contract/errors.js';
import type { Sys } from '../../../../kernel/contract/sys.js';
import { piecesOf } from '../../../../kernel/sys/file/content.js';
import { expandUser, isRegularFile } from '../../../../kernel/sys/file/probe.js';

/** Hash types that Salt names, with the number of their hex digits, in Salt's order. */
export const HASH_DIGITS: ReadonlyMap<string, number> = new Map([
  ['sha512', 128], ['sha384', 96], ['sha256', 64], ['sha224', 56], ['sha1', 40], ['md5', 32],
]);

/** The hash type of a number of hex digits. */
export const HASH_BY_DIGITS: ReadonlyMap<number, string> = new Map([...HASH_DIGITS].map(([name, digits]) => [digits, name]));

/** `md5 (32), sha1 (40), ...`, as error texts list them. */
export function hashTypeList(): string {
  return [...HASH_BY_DIGITS].sort(([a], [b]) => a - b).map(([digits, name]) => `${name} (${digits})`).join(', ');
}

/** What else Python's hashlib offers, by node's names. */
const FURTHER: Readonly<Record<string, string>> = {
  blake2b: 'blake2b512', blake2s: 'blake2s256', sha3_224: 'sha3-224', sha3_256: 'sha3-256', sha3_384: 'sha3-384', sha3_512: 'sha3-512',
};
const PIECE_BYTES_MAX = 16 * 1024 * 1024;

/** The hash in hex. @throws PythonError `ValueError` for an unknown type. */
export async function hashFile(sys: Sys, given: string, type = 'sha256', chunkBytes = 65536): Promise<string> {
  const path = await expandUser(sys, given);
  const name = HASH_DIGITS.has(type) ? type : Object.hasOwn(FURTHER, type) ? FURTHER[type] : undefined;
  if (name === undefined) throw new PythonError('ValueError', `Invalid hash type: ${type}`);
  const hash = createHash(name);
  const pieceBytes = Math.max(1, Math.min(Math.max(chunkBytes, 65536), PIECE_BYTES_MAX));
  for await (const piece of piecesOf(sys, path, pieceBytes)) hash.update(piece);
  return hash.digest('hex');
}

/** `file.get_sum`: a sentence where there is no file. */
export async function sumOf(sys: Sys, given: string, type: string): Promise<string> {
  const path = await expandUser(sys, given);
  return (await isRegularFile(sys, path)) ? hashFile(sys, path, type) : 'File not found';
}

/** `file.check_hash`: `md5:...`, `md5=...`, or a bare hash whose length tells the type. */
export async function fitsHash(sys: Sys, path: string, wanted: string): Promise<boolean> {
  const separator = wanted.includes(':') ? ':' : '=';
  const at = wanted.indexOf(separator);
  if (at >= 0) return (await hashFile(sys, path, wanted.slice(0, at))) === wanted.slice(at + 1);
  const type = HASH_BY_DIGITS.get(wanted.length);
  if (type === undefined) {
    throw new InvocationError(
      `Hash ${wanted} (length: ${wanted.length}) could not be matched to a supported hash type. `
      + `The supported hash types and lengths are: ${hashTypeList()}`,
    );
  }
  return (await hashFile(sys, path, type)) === wanted;
}
