/** Content of files: read whole with a limit, copied in pieces, looked at for binary data. */
import { isUtf8 } from 'node:buffer';
import type { FileHandle } from 'node:fs/promises';
import { CommandExecutionError } from '../../contract/errors.js';
import type { Sys } from '../../contract/sys.js';
import { failedWith, isSystemError, naming, systemError } from './os-error.js';
import { isRegularFile } from './probe.js';
import { utf8Fault } from './utf8.js';

const PIECE_BYTES = 1024 * 1024;
/** Files that are edited or compared are held in memory; above this they are refused. */
export const WHOLE_FILE_BYTES_MAX = 512 * 1024 * 1024;

/** All bytes of a file. Errors name the path as Python's do. */
export async function readBytes(sys: Sys, path: string): Promise<Buffer> {
  const { handle, size } = await openToRead(sys, path);
  try {
    if (size > WHOLE_FILE_BYTES_MAX) {
      throw new CommandExecutionError(`File ${path} has ${size} bytes, more than the ${WHOLE_FILE_BYTES_MAX} that are read at once`);
    }
    return await naming(path, handle.readFile());
  } finally {
    await handle.close();
  }
}

interface Opened {
  readonly handle: FileHandle;
  /** Bytes when it was opened; 0 also where nobody knows, as below /proc. */
  readonly size: number;
}

/** An open file. @throws EISDIR at once, as Python's `open`, where node would fail at the first read. */
async function openToRead(sys: Sys, path: string): Promise<Opened> {
  const handle = await sys.fs.open(path, 'r');
  try {
    const facts = await handle.stat();
    if (facts.isDirectory()) throw systemError('EISDIR', path);
    return { handle, size: facts.isFile() ? facts.size : 0 };
  } catch (error) {
    await handle.close();
    throw error;
  }
}

/** The content in pieces of one buffer that is used again: take what you need before asking for the next. */
export async function* piecesOf(sys: Sys, path: string, pieceBytes = PIECE_BYTES): AsyncGenerator<Buffer> {
  const { handle, size } = await openToRead(sys, path);
  try {
    const buffer = Buffer.allocUnsafe(size === 0 ? pieceBytes : Math.min(size, pieceBytes));
    for (let read = 0; size === 0 || read < size;) {
      const { bytesRead } = await naming(path, handle.read(buffer, 0, buffer.length, null));
      if (bytesRead === 0) return;
      read += bytesRead;
      yield buffer.subarray(0, bytesRead);
    }
  } finally {
    await handle.close();
  }
}

/** Up to so many bytes from the front. */
async function readStart(sys: Sys, path: string, bytes: number): Promise<Buffer> {
  const { handle } = await openToRead(sys, path);
  try {
    const { buffer, bytesRead } = await naming(path, handle.read(Buffer.alloc(bytes), 0, bytes, 0));
    return buffer.subarray(0, bytesRead);
  } finally {
    await handle.close();
  }
}

/** Writes the content of one file into an open handle. */
export async function pourInto(sys: Sys, source: string, target: FileHandle): Promise<void> {
  for await (const piece of piecesOf(sys, source)) await target.writeFile(piece);
}

const TEXT_CONTROLS = new Set([0x0a, 0x0d, 0x09, 0x0c, 0x08]);

/**
 * Salt's guess: a NUL byte, or more than 30 % of bytes that text has not got.
 *
 * Source: read, Salt 3008.3. Bytes from 128 to 254 count as text when the block is UTF-8, or is cut off inside a character.
 */
export function looksBinary(block: Uint8Array): boolean {
  if (block.length === 0) return false;
  if (block.includes(0)) return true;
  const multibyte = isUtf8(block) || utf8Fault(block)?.reason === 'unexpected end of data';
  let strange = 0;
  for (const byte of block) {
    const plain = (byte >= 32 && byte < 127) || TEXT_CONTROLS.has(byte) || (multibyte && byte >= 128 && byte < 255);
    if (!plain) strange += 1;
  }
  return strange / block.length > 0.3;
}

/** True for a file that reads as text; false also for one that cannot be read. */
export async function isTextFile(sys: Sys, path: string): Promise<boolean> {
  try {
    return !looksBinary(await readStart(sys, path, 512));
  } catch (error) {
    if (isSystemError(error)) return false;
    throw error;
  }
}

/** True for a regular file with binary content. */
export async function isBinaryFile(sys: Sys, path: string): Promise<boolean> {
  if (!(await isRegularFile(sys, path))) return false;
  try {
    return looksBinary(await readStart(sys, path, 2048));
  } catch (error) {
    if (failedWith(error, 'EACCES', 'EIO', 'EPERM', 'ENOENT')) return false;
    throw error;
  }
}

const MARKS: readonly (readonly [string, readonly number[]])[] = [
  ['UTF-32-BE', [0, 0, 0xfe, 0xff]], ['UTF-32-LE', [0xff, 0xfe, 0, 0]], ['UTF-16-BE', [0xfe, 0xff]],
  ['UTF-16-LE', [0xff, 0xfe]], ['UTF-8', [0xef, 0xbb, 0xbf]],
];

/** The encoding of a text by byte order mark, else UTF-8; undefined when it is neither. */
export async function guessEncoding(sys: Sys, path: string): Promise<string | undefined> {
  if (!(await isRegularFile(sys, path))) return undefined;
  const block = await readStart(sys, path, 2048);
  const marked = MARKS.find(([, mark]) => mark.every((byte, at) => block[at] === byte));
  if (marked !== undefined) return marked[0];
  return isUtf8(block) ? 'UTF-8' : undefined;
}

/** Lines with their ends, as Python's `readlines` of a text opened with `newline=''`: `\n`, `\r\n` and lone `\r` end one. */
export function textLines(text: string): string[] {
  return text.match(/[^\r\n]*(?:\r\n|\n|\r)|[^\r\n]+/g) ?? [];
}

/** Lines with their ends, as Python splits text opened in binary mode: only `\n` ends one. */
export function byteLines(text: string): string[] {
  return text.match(/[^\n]*\n|[^\n]+/g) ?? [];
}
