/** Writing lines and bytes, touching, cutting. */
import type { FileHandle } from 'node:fs/promises';
import { CommandExecutionError, InvocationError, PythonError } from '../../../../kernel/contract/errors.js';
import type { Sys } from '../../../../kernel/contract/sys.js';
import { str } from '../../../../kernel/std/python-text.js';
import { Float, isBytes, typeName, type Value } from '../../../../kernel/std/value.js';
import { readBytes } from '../../../../kernel/sys/file/content.js';
import { isSystemError, naming, reasonOf } from '../../../../kernel/sys/file/os-error.js';
import { expandUser, pathExists } from '../../../../kernel/sys/file/probe.js';
import { decodeUtf8 } from '../../../../kernel/sys/file/utf8.js';

const asText = (lines: readonly Value[]): string => lines.map((line) => `${str(line)}\n`).join('');

/** `file.append`: the file must be there; an open last line is ended first. */
export async function appendLines(sys: Sys, given: string, lines: readonly Value[]): Promise<string> {
  const path = await expandUser(sys, given);
  const handle = await sys.fs.open(path, 'r+');
  try {
    const end = Number((await handle.stat()).size);
    const start = end > 0 && !(await endsLine(handle, end)) ? '\n' : '';
    await naming(path, handle.write(start + asText(lines), end));
  } finally {
    await handle.close();
  }
  return `Wrote ${lines.length} lines to "${path}"`;
}

async function endsLine(handle: FileHandle, end: number): Promise<boolean> {
  const { buffer } = await handle.read(Buffer.alloc(1), 0, 1, end - 1);
  return buffer[0] === 0x0a;
}

/** `file.prepend`: a file that cannot be read counts as empty. */
export async function prependLines(sys: Sys, given: string, lines: readonly Value[]): Promise<string> {
  const path = await expandUser(sys, given);
  const text = asText(lines) + await textOrNothing(sys, path);
  await sys.fs.writeFile(path, text);
  return `Prepended ${lines.length} lines to "${path}"`;
}

async function textOrNothing(sys: Sys, path: string): Promise<string> {
  try {
    return decodeUtf8(await readBytes(sys, path));
  } catch (error) {
    if (isSystemError(error)) return '';
    throw error;
  }
}

/** `file.write`. */
export async function writeLines(sys: Sys, given: string, lines: readonly Value[]): Promise<string> {
  const path = await expandUser(sys, given);
  await sys.fs.writeFile(path, asText(lines));
  return `Wrote ${lines.length} lines to "${path}"`;
}

/** Seconds from digits or a number; nothing stays nothing. */
function readSeconds(value: Value): number | null {
  if (value === null) return null;
  if (typeof value === 'number' || value instanceof Float) return Number(value);
  if (typeof value === 'string' && /^\d+$/.test(value)) return Number(value);
  throw new InvocationError('atime and mtime must be integers');
}

/** `file.touch`. */
export async function touch(sys: Sys, given: string, atime: Value = null, mtime: Value = null): Promise<boolean> {
  const path = await expandUser(sys, given);
  const now = sys.now() / 1000;
  try {
    if (!(await pathExists(sys, path))) await (await sys.fs.open(path, 'a')).close();
    await sys.fs.utimes(path, readSeconds(atime) ?? now, readSeconds(mtime) ?? now);
  } catch (error) {
    if (!isSystemError(error)) throw error;
    throw new CommandExecutionError(reasonOf(error), { cause: error });
  }
  return pathExists(sys, path);
}

/** `file.seek_write`: number of bytes written. */
export async function writeAt(sys: Sys, given: string, data: Value, offset: number): Promise<number> {
  const path = await expandUser(sys, given);
  const handle = await sys.fs.open(path, 'r+');
  try {
    // Observed: Python's os.write takes bytes only, so text from the command line fails there too.
    if (!isBytes(data)) throw new PythonError('TypeError', `a bytes-like object is required, not '${typeName(data)}'`);
    const { bytesWritten } = await handle.write(data, 0, data.length, offset);
    await handle.sync();
    return bytesWritten;
  } finally {
    await handle.close();
  }
}

/** `file.truncate`: longer files are cut, shorter ones filled with NUL. */
export async function truncate(sys: Sys, given: string, length: number): Promise<null> {
  const path = await expandUser(sys, given);
  const handle = await sys.fs.open(path, 'r+');
  try {
    await naming(path, handle.truncate(length));
  } finally {
    await handle.close();
  }
  return null;
}
