/** Tables of mounts as files of lines: reading, writing, and the errors of both in Salt's words. */
import type { Context } from '../../../kernel/contract/context.js';
import { CommandExecutionError, InvocationError } from '../../../kernel/contract/errors.js';
import { isOsError, osErrorText } from '../../../kernel/std/os-error.js';
import { str } from '../../../kernel/std/python-text.js';
import { isList, isTruthy, type PlainMap, type Value } from '../../../kernel/std/value.js';

export async function isFile(path: string, ctx: Context): Promise<boolean> {
  return (await ctx.sys.exists(path)) && (await ctx.sys.fs.stat(path)).isFile();
}

/** Lines with their ends. @throws CommandExecutionError */
export async function readLines(path: string, ctx: Context): Promise<string[]> {
  try {
    return (await ctx.sys.fs.readFile(path, 'utf8')).match(/[^\n]*\n|[^\n]+$/g) ?? [];
  } catch (err) {
    if (!isOsError(err)) throw err;
    throw new CommandExecutionError(`Couldn't read from ${path}: ${osErrorText(err)}`, { cause: err });
  }
}

/** Writes lines; `failure` makes the sentence. @throws CommandExecutionError */
export async function writeLines(path: string, lines: readonly string[], ctx: Context, failure: (err: NodeJS.ErrnoException) => string): Promise<void> {
  try {
    await ctx.sys.writeFile(path, lines.join(''));
  } catch (err) {
    if (!isOsError(err)) throw err;
    throw new CommandExecutionError(failure(err), { cause: err });
  }
}

/** Fields of a line. */
export const fieldsOf = (line: string): string[] => line.trim().split(/\s+/).filter((field) => field !== '');

/** Options as one text. */
export const optionText = (opts: Value): string => (isList(opts) ? opts.map(str).join(',') : str(opts));

/** Salt's `test_mode`: `test` itself, or any keyword that is the word in other letters. */
export function isTestRun(test: Value, keywords: PlainMap): boolean {
  return [test, ...Object.entries(keywords).filter(([name]) => name.toLowerCase() === 'test').map(([, value]) => value)]
    .some((value) => (typeof value === 'string' ? value.toLowerCase() === 'true' || Number(value) > 0 : isTruthy(value)));
}

/** A field of a table. @throws InvocationError for what would begin another line */
export function field(text: string): string {
  if (/[\n\r\0]/.test(text)) throw new InvocationError('An entry of a table of mounts must be one line');
  return text;
}
