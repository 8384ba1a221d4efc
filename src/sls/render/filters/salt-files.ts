/** Salt's filters that look at the machine that renders. Golden: render/sf-files, sf-path_join, sf-get_uid. */
import { isUtf8 } from 'node:buffer';
import { closeSync, openSync, readdirSync, readFileSync, readSync, statSync, accessSync, constants } from 'node:fs';
import { posix } from 'node:path';
import { operation, type Operation } from '../python/callable.js';
import { truth } from '../python/compare.js';
import type { Data } from '../python/data.js';
import { checkSize } from '../python/limits.js';
import { textOf } from '../python/markup.js';
import { nameOfType } from '../python/type-name.js';
import { Undefined } from '../python/undefined.js';
import { needText } from './salt-text.js';
import { typeError } from '../python/errors.js';

const TEXT_SHARE_MIN = 0.7;

/** What a look at a file gives, or another value where the system refuses. */
function looked<T>(work: () => T, otherwise: T): T {
  try {
    return work();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== undefined) return otherwise;
    throw error;
  }
}

function beginning(path: string, length: number): Buffer | undefined {
  return looked(() => {
    const file = openSync(path, 'r');
    try {
      const buffer = Buffer.alloc(length);
      return buffer.subarray(0, readSync(file, buffer, 0, length, 0));
    } finally {
      closeSync(file);
    }
  }, undefined);
}

/** True for data that people cannot read: a zero byte, or many control characters. */
function isBinary(data: Buffer): boolean {
  if (data.length === 0) return false;
  if (data.includes(0)) return true;
  const wide = isUtf8(data);
  const text = data.filter((byte) => (byte >= 32 && byte < 127) || byte === 10 || byte === 13 || byte === 9 || byte === 12 || byte === 8 || (wide && byte >= 128 && byte < 255));
  return text.length / data.length < TEXT_SHARE_MIN;
}

function* walk(folder: string): Generator<string> {
  yield folder;
  for (const entry of looked(() => readdirSync(folder, { withFileTypes: true }), [])) {
    const path = posix.join(folder, entry.name);
    if (entry.isDirectory()) yield* walk(path);
    else yield path;
  }
}

function listFiles(folder: string): Data {
  const found: string[] = [];
  for (const path of walk(folder)) {
    found.push(path);
    checkSize(found.length);
  }
  return found;
}

function partOf(value: Data): string {
  const text = textOf(value);
  if (text !== undefined) return text;
  if (value instanceof Undefined) value.fail();
  throw typeError(`expected str, bytes, or bytearray not <class '${nameOfType(value)}'>`);
}

function joinPath(parts: readonly string[]): string {
  const [root = '', ...rest] = parts.map((part) => (part === '' ? '.' : posix.normalize(part)).replace(/(.)\/$/, '$1'));
  if (rest.length === 0) return root;
  return posix.normalize([root, ...rest.map((part) => part.replace(/^\/+/, ''))].join('/')).replace(/(.)\/$/, '$1');
}

function which(program: string): string | null {
  const isProgram = (path: string): boolean => looked(() => {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  }, false);
  if (program.startsWith('/')) return isProgram(program) ? program : null;
  const folders = (process.env['PATH'] ?? '').split(':').filter((folder) => folder !== '');
  return folders.map((folder) => posix.join(folder, program)).find(isProgram) ?? null;
}

/** Number of a user by the table of accounts. */
function userId(name: Data): Data {
  if (name === null) return process.geteuid?.() ?? null;
  const wanted = needText(name);
  const row = readFileSync('/etc/passwd', 'utf8').split('\n').find((line) => line.startsWith(`${wanted}:`));
  return row === undefined ? null : Number(row.split(':')[2]);
}

export const SALT_FILE_FILTERS: readonly Operation[] = [
  operation('is_empty', ['filename'], ([path = null]) => looked(() => statSync(needText(path)).size === 0, false)),
  operation('is_text_file', ['fp_', ['blocksize', 512]], ([path = null, size = 512]) => {
    const data = beginning(needText(path), checkSize(Number(size)));
    return data !== undefined && !isBinary(data);
  }, { pythonName: 'is_text' }),
  operation('is_bin_file', ['path'], ([path = null]) => {
    const data = looked(() => statSync(needText(path)).isFile(), false) ? beginning(needText(path), 2048) : undefined;
    return data !== undefined && isBinary(data);
  }, { pythonName: 'is_binary' }),
  operation('list_files', ['directory'], ([path = null]) => listFiles(needText(path))),
  { name: 'path_join', waits: false, run: (value, { list, named }) => {
    for (const word of named.keys()) if (word !== 'use_posixpath') throw typeError(`The following keyword arguments are not valid: ${word}=${String(truth(named.get(word) ?? null))}`);
    return joinPath([value, ...list].map(partOf));
  } },
  operation('which', [['exe', null]], ([program = null]) => (program === null || program === '' ? null : which(needText(program)))),
  operation('get_uid', [['user', null]], ([name = null]) => userId(name)),
];
