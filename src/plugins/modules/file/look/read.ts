/** Reading: whole files, pieces, folders, links, and searching text. */
import type { Context } from '../../../../kernel/contract/context.js';
import { CommandExecutionError, InvocationError, PythonError } from '../../../../kernel/contract/errors.js';
import type { Sys } from '../../../../kernel/contract/sys.js';
import { fnmatch } from '../../../../kernel/std/fnmatch.js';
import { strip } from '../../../../kernel/std/python-space.js';
import { repr, str } from '../../../../kernel/std/python-text.js';
import type { Value } from '../../../../kernel/std/value.js';
import { piecesOf, readBytes, WHOLE_FILE_BYTES_MAX } from '../../../../kernel/sys/file/content.js';
import { globPaths } from '../ground/glob.js';
import { failedWith, isSystemError, systemError } from '../../../../kernel/sys/file/os-error.js';
import { expandVariables, isAbsolute } from '../../../../kernel/sys/file/paths.js';
import { expandUser, isDirectory, isSymlink, pathExists, realPath } from '../../../../kernel/sys/file/probe.js';
import { decodeUtf8, Utf8Stream } from '../../../../kernel/sys/file/utf8.js';
import { shellWords } from '../../../../kernel/sys/file/shell-words.js';

/** `file.read`. */
export async function readFile(sys: Sys, path: string, binary: boolean): Promise<string | Uint8Array> {
  const bytes = await readBytes(sys, path);
  return binary ? bytes : decodeUtf8(bytes);
}

/** `file.seek_read`. */
export async function readAt(sys: Sys, given: string, size: number, offset: number): Promise<Uint8Array> {
  const path = await expandUser(sys, given);
  if (size < 0) throw systemError('EINVAL');
  const bytes = Math.min(size, WHOLE_FILE_BYTES_MAX);
  const handle = await sys.fs.open(path, 'r');
  try {
    const available = Math.max(0, Number((await handle.stat()).size) - offset);
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(Math.min(bytes, Math.max(available, 4096))), { position: offset });
    return buffer.subarray(0, bytesRead);
  } finally {
    await handle.close();
  }
}

/** `file.readdir`: `.` and `..` first, the rest as the system lists it. */
export async function listFolder(sys: Sys, given: string): Promise<string[]> {
  const path = await expandUser(sys, given);
  if (!isAbsolute(path)) throw new InvocationError('Dir path must be absolute.');
  if (!(await isDirectory(sys, path))) throw new InvocationError(`A valid directory was not specified: ${path}`);
  return ['.', '..', ...(await sys.fs.readdir(path))];
}

/** `file.readlink`. */
export async function readLink(sys: Sys, given: string, canonical: boolean): Promise<string> {
  const path = expandVariables(await expandUser(sys, given), sys.env);
  if (!isAbsolute(path)) throw new InvocationError(`Path to link must be absolute: ${path}`);
  if (!(await isSymlink(sys, path))) throw new InvocationError(`A valid link was not specified: ${path}`);
  return canonical ? realPath(sys, path) : sys.fs.readlink(path);
}

/** The first piece Salt looks at, and how far it moves on: text across two pieces is found as well. */
const WINDOW_CHARS = 256 * 1024;
const STEP_CHARS = 32 * 1024;

/** Pieces of text as Salt's buffered reader gives them: a window of 256 Ki characters that moves by 32 Ki. */
export async function* textWindows(sys: Sys, path: string): AsyncGenerator<string> {
  const decoder = new Utf8Stream();
  let window = '';
  let fresh = '';
  let wanted = WINDOW_CHARS;
  for await (const piece of piecesOf(sys, path)) {
    fresh += decoder.write(piece);
    while (fresh.length >= wanted) {
      window = (window === '' ? '' : window.slice(STEP_CHARS)) + fresh.slice(0, wanted);
      fresh = fresh.slice(wanted);
      wanted = STEP_CHARS;
      yield window;
    }
  }
  decoder.end();
  if (fresh !== '') yield (window === '' ? '' : window.slice(STEP_CHARS)) + fresh;
}

/** `file.contains`: the text, stripped of white space at its ends. */
export async function containsText(sys: Sys, given: string, text: Value): Promise<boolean> {
  const wanted = strip(str(text));
  return anyWindow(sys, given, (window) => window.includes(wanted));
}

/** `file.contains_glob`: the pattern must fit a whole piece. */
export async function containsGlob(sys: Sys, given: string, pattern: string): Promise<boolean> {
  return anyWindow(sys, given, (window) => fnmatch(window, pattern));
}

async function anyWindow(sys: Sys, given: string, fits: (window: string) => boolean): Promise<boolean> {
  const path = await expandUser(sys, given);
  if (!(await pathExists(sys, path))) return false;
  try {
    for await (const window of textWindows(sys, path)) if (fits(window)) return true;
    return false;
  } catch (error) {
    if (isSystemError(error)) return false;
    throw error;
  }
}

/** `file.grep`: the program's answer as `cmd.run_all` gives it. */
export async function grep(ctx: Context, given: string, pattern: string, options: readonly Value[]): Promise<Value> {
  const path = await expandUser(ctx.sys, given);
  const paths = await globPaths(ctx.sys, path);
  const words: string[] = [];
  for (const option of options) {
    const split = shellWords(str(option));
    if (split.length > 1) {
      throw new InvocationError(
        'Passing multiple command line arguments in a single string is not supported, '
        + `please pass the following arguments separately: ${str(option)}`,
      );
    }
    words.push(...split);
  }
  try {
    return await ctx.call('cmd.run_all', [['grep', ...words, pattern, ...(paths.length > 0 ? paths : [path])]], { python_shell: false });
  } catch (error) {
    if (failedWith(error, 'ENOENT')) throw new CommandExecutionError('No such file or directory', { cause: error });
    throw error;
  }
}

/** Numbers as Python's `int()` reads them. @throws PythonError `ValueError` */
export function readInteger(value: Value): number {
  const number = typeof value === 'string' ? Number(/^\s*[+-]?\d+\s*$/.test(value) ? value : NaN) : Math.trunc(Number(value));
  if (Number.isNaN(number)) throw new PythonError('ValueError', `invalid literal for int() with base 10: ${repr(value)}`);
  return number;
}
