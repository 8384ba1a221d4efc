/** Unpacks an archive; gives the names of what came out of it. */
import type { Context } from '../../../kernel/contract/context.js';
import { CommandNotFoundError, CommandExecutionError } from '../../../kernel/contract/errors.js';
import { splitLines } from '../../../kernel/std/python-space.js';
import { str } from '../../../kernel/std/python-text.js';
import type { PlainMap, Value } from '../../../kernel/std/value.js';
import { isList } from '../../../kernel/std/value.js';
import { shellWords } from '../../../kernel/sys/file/shell-words.js';
import { Refusal, type Archive, type Wish } from './wish.js';

/** What a program printed when it failed stands in the changes. */
export interface ProgramFailure {
  readonly failed: PlainMap;
}

const trimmed = (names: readonly string[], { trim }: Wish): string[] => (trim === null ? [...names] : names.slice(0, trim));

export async function unpack(wish: Wish, archive: Archive, folder: string, ctx: Context): Promise<readonly Value[] | string | ProgramFailure> {
  try {
    if (archive.format === 'tar') return await (wish.options === null ? unpackTar(wish, archive, folder, ctx) : runTar(wish, wish.options, archive, folder, ctx));
    return await unpackOther(wish, archive, folder, ctx);
  } catch (error) {
    if (error instanceof CommandExecutionError || error instanceof CommandNotFoundError) throw new Refusal(error.message);
    throw error;
  }
}

async function unpackOther({ options, password, trim, extractPerms, useUnzip, kwargs }: Wish, { format, path }: Archive, folder: string, ctx: Context): Promise<readonly Value[]> {
  const trimOutput = trim ?? false;
  const found = format === 'rar'
    ? await ctx.call('archive.unrar', [path, folder], { trim_output: trimOutput, ...kwargs })
    : useUnzip === true
      ? await ctx.call('archive.cmd_unzip', [path, folder], { options, trim_output: trimOutput, password, ...kwargs })
      : await ctx.call('archive.unzip', [path, folder], { options, trim_output: trimOutput, password, extract_perms: extractPerms, ...kwargs });
  return isList(found) ? found : [found];
}

/** The names in the order of the archive, without the slash of a folder. */
async function unpackTar(wish: Wish, { path }: Archive, folder: string, ctx: Context): Promise<string[]> {
  const listed = await ctx.call('cmd.run_all', [['tar', '--quoting-style=literal', '-tf', path]], { python_shell: false, ignore_retcode: true }) as PlainMap;
  const done = listed['retcode'] !== 0 ? listed : await ctx.call('cmd.run_all', [['tar', '-xf', path, '-C', folder]], { python_shell: false, ignore_retcode: true }) as PlainMap;
  if (done['retcode'] !== 0) {
    throw new Refusal("Failed to read from tar archive using Python's native tar file support. If archive is compressed using something other than gzip or bzip2, the 'options' argument may be required to pass the correct options to the tar command in order to extract the archive.");
  }
  return trimmed(splitLines(str(listed['stdout'] ?? '')).map((name) => (name.length > 1 ? name.replace(/\/+$/, '') : name)), wish);
}

/** With options of the user: the first word may be letters as tar has them, `xzf`. */
async function runTar(wish: Wish, options: string, { path }: Archive, folder: string, ctx: Context): Promise<string[] | string | ProgramFailure> {
  if (await ctx.sys.which('tar') === undefined) throw new Refusal('tar command not available, it might not be installed on minion');
  const words = shellWords(options).filter((word) => !['v', '-v', '--verbose'].includes(word));
  const letters = words[0] !== undefined && !words[0].startsWith('-') ? words[0].replaceAll(/[xf]/g, '') : undefined;
  const long = letters === undefined ? words : words.slice(1);
  const done = await ctx.call('cmd.run_all', [['tar', `xv${letters ?? ''}`, ...long, '-f', path]], { cwd: folder, python_shell: false }) as PlainMap;
  if (done['retcode'] !== 0) return { failed: done };
  const names = trimmed(splitLines(str(done['stdout'] ?? '')), wish);
  return names.length > 0 ? names : 'no tar output so far';
}
