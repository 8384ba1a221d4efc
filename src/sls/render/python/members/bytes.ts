/** Methods of bytes: those of text that make sense, on one-byte characters. */
import { PythonError } from '../../../../kernel/contract/errors.js';
import { isBytes } from '../../../../kernel/std/value.js';
import { type Args, type CallSite, type Data, isTuple, tuple } from '../data.js';
import { typeError } from '../errors.js';
import { nameOfType } from '../type-name.js';
import { callMethod, method, rawMethod, type Method, type MethodTable } from './method.js';
import { encodingOf, STR_METHODS } from './str.js';

type BytesMethod = Method<Uint8Array>;

function decoded(bytes: Uint8Array, encoding: Data, errors: Data): string {
  const name = encodingOf(encoding);
  const text = Buffer.from(bytes).toString(name);
  if (name !== 'utf8' || errors === 'replace') return text;
  if (errors === 'ignore') return text.replaceAll('\ufffd', '');
  const at = bytes.findIndex((_byte, place) => Buffer.from(bytes.subarray(0, place + 1)).toString('utf8').includes('\ufffd') && !isOpen(bytes, place));
  if (at < 0 && !text.includes('\ufffd')) return text;
  const place = Math.max(0, at);
  throw new PythonError('UnicodeDecodeError', `'utf-8' codec can't decode byte 0x${(bytes[place] ?? 0).toString(16).padStart(2, '0')} in position ${place}: invalid start byte`);
}

/** True when the bytes up to a place end inside of a character that goes on. */
function isOpen(bytes: Uint8Array, place: number): boolean {
  const next = bytes[place + 1];
  return next !== undefined && (next & 0xc0) === 0x80;
}

/** The method of text, on the same bytes as characters; results go back to bytes. */
function asText(name: string): BytesMethod {
  return rawMethod((bytes: Uint8Array, args: Args, site: CallSite) => {
    const found = STR_METHODS.get(name);
    if (found === undefined) return null;
    const latin = (data: Data): Data => {
      if (isBytes(data)) return Buffer.from(data).toString('latin1');
      if (typeof data === 'string') throw typeError(`a bytes-like object is required, not '${nameOfType(data)}'`);
      return isTuple(data) ? tuple(data.map(latin)) : Array.isArray(data) ? data.map(latin) : data;
    };
    const list = args.list.map(latin);
    const result = callMethod(found, `bytes.${name}`, Buffer.from(bytes).toString('latin1'), { list, named: args.named }, site);
    return result instanceof Promise ? result : back(result);
  });
}

function back(data: Data): Data {
  if (typeof data === 'string') return Buffer.from(data, 'latin1');
  if (isTuple(data)) return tuple(data.map(back));
  return Array.isArray(data) ? data.map(back) : data;
}

const SHARED = [
  'capitalize', 'center', 'count', 'endswith', 'find', 'index', 'isalnum', 'isalpha', 'isascii', 'isdigit', 'islower', 'isspace', 'isupper',
  'join', 'ljust', 'lower', 'lstrip', 'partition', 'removeprefix', 'removesuffix', 'replace', 'rfind', 'rindex', 'rjust', 'rpartition',
  'rsplit', 'rstrip', 'split', 'splitlines', 'startswith', 'strip', 'swapcase', 'title', 'upper', 'zfill',
];

export const BYTES_METHODS: MethodTable<Uint8Array> = new Map<string, BytesMethod>([
  ...SHARED.map((name) => [name, asText(name)] as const),
  ['decode', method([['encoding', 'utf-8'], ['errors', 'strict']], (bytes, encoding = '', errors = '') => decoded(bytes, encoding, errors), true)],
  ['hex', method([], (bytes) => Buffer.from(bytes).toString('hex'))],
]);
