/** Salt's filters for hashes, base64 and random text. Golden: render/sf-hashes, sf-hmac, sf-base64. */
import { createHash, createHmac, getHashes, randomBytes, randomInt, timingSafeEqual } from 'node:crypto';
import { isUtf8 } from 'node:buffer';
import { readFileSync } from 'node:fs';
import { PythonError } from '../../../kernel/contract/errors.js';
import { operation, type Operation } from '../python/callable.js';
import type { Data } from '../python/data.js';
import { typeError, valueError } from '../python/errors.js';
import { checkSize } from '../python/limits.js';
import { isInt } from '../python/numbers.js';
import { strOf } from '../python/text.js';
import { nameOfType } from '../python/type-name.js';
import { toBytes } from './salt-text.js';

const KNOWN = new Set(getHashes());
const RANDOM_MAX = 2 ** 48 - 2;

function digest(type: string, bytes: Uint8Array): string {
  const name = type.replaceAll('_', '-').toLowerCase();
  if (!KNOWN.has(name)) throw new PythonError('AttributeError', `module 'hashlib' has no attribute '${type}'`);
  return createHash(name).update(bytes).digest('hex');
}

function decode(value: Data): Data {
  const text = toBytes(value).toString('latin1').replace(/[^A-Za-z0-9+/=]/g, '');
  if (/[^=]=*$/.test(text) && text.replace(/=+$/, '').length % 4 === 1) {
    throw new PythonError('binascii.Error', `Invalid base64-encoded string: number of data characters (${text.replace(/=+$/, '').length}) cannot be 1 more than a multiple of 4`);
  }
  if (text.length % 4 !== 0) throw new PythonError('binascii.Error', 'Incorrect padding');
  const bytes = Buffer.from(text, 'base64');
  return isUtf8(bytes) ? bytes.toString('utf8') : bytes;
}

function isSigned(message: Data, secret: Data, challenge: Data): boolean {
  const wanted = Buffer.from(createHmac('sha256', toBytes(secret)).update(toBytes(message)).digest('base64'));
  const given = toBytes(challenge);
  return wanted.length === given.length && timingSafeEqual(wanted, given);
}

function whole(value: Data): number {
  if (!isInt(value)) throw typeError(`'${nameOfType(value)}' object cannot be interpreted as an integer`);
  return Number(value);
}

function fileHash(path: Data, form: Data): string {
  const type = strOf(form);
  if (!KNOWN.has(type.replaceAll('_', '-'))) throw valueError(`Invalid hash type: ${type}`);
  return digest(type, readFile(strOf(path)));
}

/** @throws PythonError with the text of the system */
export function readFile(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') throw new PythonError('FileNotFoundError', `[Errno 2] No such file or directory: '${path}'`, error);
    if (code === 'EACCES') throw new PythonError('PermissionError', `[Errno 13] Permission denied: '${path}'`, error);
    if (code === 'EISDIR') throw new PythonError('IsADirectoryError', `[Errno 21] Is a directory: '${path}'`, error);
    throw error;
  }
}

const hash = (name: string): Operation => operation(name, ['instr'], ([value = null]) => digest(name, toBytes(value)), { pythonName: `${name}_digest` });
const random = (name: string): Operation => operation(name, [['size', 9_999_999_999], ['hash_type', null]], ([size = 0, type = null]) =>
  digest(type === null ? 'md5' : strOf(type), Buffer.from(String(randomInt(0, Math.min(whole(size), RANDOM_MAX) + 1)))), { pythonName: 'random_hash' });

export const SALT_HASH_FILTERS: readonly Operation[] = [
  hash('md5'), hash('sha1'), hash('sha256'), hash('sha512'),
  operation('base64_encode', ['instr'], ([value = null]) => toBytes(value).toString('base64'), { pythonName: 'base64_b64encode' }),
  operation('base64_decode', ['instr'], ([value = null]) => decode(value), { pythonName: 'base64_b64decode' }),
  operation('hmac', ['string', 'shared_secret', 'challenge_hmac'], ([value = null, secret = null, challenge = null]) => isSigned(value, secret, challenge), { pythonName: 'hmac_signature' }),
  operation('hmac_compute', ['string', 'shared_secret'], ([value = null, secret = null]) => createHmac('sha256', toBytes(secret)).update(toBytes(value)).digest('hex')),
  operation('file_hashsum', ['path', ['form', 'sha256'], ['chunk_size', 65536]], ([path = null, form = 'sha256']) => fileHash(path, form), { pythonName: 'get_hash' }),
  operation('random_str', [['size', 32]], ([size = 32]) => randomBytes(checkSize(whole(size))).toString('base64').slice(0, whole(size)), { pythonName: 'random' }),
  random('rand_str'), random('random_hash'),
];
