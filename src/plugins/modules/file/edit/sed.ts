/** The old functions around the program sed, and the program patch. */
import type { Context } from '../../../../kernel/contract/context.js';
import { CommandExecutionError, PythonError } from '../../../../kernel/contract/errors.js';
import { repr, str } from '../../../../kernel/std/python-text.js';
import { isList, isTruthy, type Value } from '../../../../kernel/std/value.js';
import { copyWithTimes } from '../../../../kernel/sys/file/copying.js';
import { readBytes, textLines } from '../../../../kernel/sys/file/content.js';
import { expandUser, isDirectory, pathExists } from '../../../../kernel/sys/file/probe.js';
import { compilePattern, FLAG, searching } from '../../../../kernel/sys/file/regex.js';
import { shellWords } from '../../../../kernel/sys/file/shell-words.js';
import { decodeUtf8 } from '../../../../kernel/sys/file/utf8.js';

/** Text for a sed expression: quotes as for a shell, slashes guarded. Source: read, Salt 3008.3. */
function sedText(text: string, all: boolean): string {
  const guarded = text.replaceAll("'", `'"'"'`).replaceAll('/', '\\/');
  return all ? guarded.replace(/[\^.[$()|*+?{]/g, '\\$&') : guarded;
}

export interface SedWish {
  readonly before: Value;
  readonly after: Value;
  readonly limit: Value;
  readonly backup: string | false;
  readonly options: string;
  readonly flags: string;
  readonly escapeAll: boolean;
  readonly negate: boolean;
}

/** `file.sed`: the program's answer as `cmd.run_all` gives it; false where there is no file. */
export async function sed(ctx: Context, given: string, wish: SedWish): Promise<Value> {
  const path = await expandUser(ctx.sys, given);
  if (!(await pathExists(ctx.sys, path))) return false;
  const [before, after, limit] = [wish.before, wish.after, wish.limit].map((text) => sedText(str(text), wish.escapeAll));
  const expression = `${limit ? `/${limit}/ ` : ''}${wish.negate ? '!' : ''}s/${before ?? ''}/${after ?? ''}/${wish.flags}`;
  const command = ['sed', wish.backup ? `-i${wish.backup}` : '-i', ...shellWords(wish.options), expression, path];
  return ctx.call('cmd.run_all', [command], { python_shell: false });
}

/** `file.sed_contains`. */
export async function sedContains(ctx: Context, given: string, text: Value, limit: Value, flags: string): Promise<boolean> {
  const path = await expandUser(ctx.sys, given);
  if (!(await pathExists(ctx.sys, path))) return false;
  const lines = sedText(str(limit), false);
  const expression = `${lines === '' ? '' : `/${lines}/ `}s/${sedText(str(text), false)}/$/p${flags}`;
  return isTruthy(await ctx.call('cmd.run', [['sed', '-n', '-r', '-e', expression, path]], { python_shell: false }));
}

const LETTERS: Readonly<Record<string, number>> = {
  I: FLAG.IGNORECASE, L: FLAG.LOCALE, M: FLAG.MULTILINE, S: FLAG.DOTALL, U: FLAG.UNICODE, X: FLAG.VERBOSE,
};

/** `file.psed`: the file's copy is kept. With `multi` Salt treats the first line letter by letter and drops the rest. */
export async function pureSed(ctx: Context, given: string, wish: Omit<SedWish, 'options' | 'negate'> & { multi: boolean }): Promise<null> {
  const { sys } = ctx;
  const path = await expandUser(sys, given);
  await copyWithTimes(sys, path, `${path}${str(wish.backup)}`);
  const text = decodeUtf8(await readBytes(sys, path));
  if (isTruthy(wish.limit)) throw new PythonError('TypeError', 'must be str or None, not re.Pattern');
  const flags = Array.from(wish.flags.replaceAll('g', '')).reduce((all, letter) => {
    const flag = Object.hasOwn(LETTERS, letter) ? LETTERS[letter] : undefined;
    if (flag === undefined) throw new PythonError('KeyError', repr(letter));
    return all | flag;
  }, 0);
  const pattern = compilePattern(sedText(str(wish.before), wish.escapeAll), flags);
  const parts = wish.multi ? Array.from(textLines(text)[0] ?? '') : [text];
  const count = wish.flags.includes('g') ? 0 : 1;
  const after = searching(() => parts.map((part) => pattern.subn(str(wish.after), part, count)[0]).join(''));
  await sys.fs.writeFile(path, after);
  return null;
}

/** `file.patch`: the program's answer as `cmd.run_all` gives it. */
export async function patch(ctx: Context, original: string, patchFile: string, options: Value, dryRun: boolean): Promise<Value> {
  const program = await ctx.sys.which('patch');
  if (program === undefined) {
    throw new CommandExecutionError("patch executable not found. Is the distribution's patch package installed?");
  }
  const command = [program, ...(isList(options) ? options.map(str) : shellWords(str(options)))];
  const has = (...starts: readonly string[]): boolean => command.some((word) => starts.some((start) => word.startsWith(start)));
  if (dryRun) command.push(['FreeBSD', 'OpenBSD'].includes(str(ctx.grains['kernel'] ?? '')) ? '-C' : '--dry-run');
  if (!command.includes('-N') && !command.includes('--forward')) command.push('--forward');
  if (!command.includes('-r') && !has('-r ', '--reject-file')) command.push('--reject-file=-');
  command.push('-i', patchFile);
  if (await isDirectory(ctx.sys, original)) {
    command.push('-d', original);
    if (!has('-p', '--strip=')) command.push('--strip=0');
  } else {
    command.push(original);
  }
  return ctx.call('cmd.run_all', [command], { python_shell: false });
}
