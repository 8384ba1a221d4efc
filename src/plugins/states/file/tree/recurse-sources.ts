/** The folders of the file server that `file.recurse` is given. */
import type { Context } from '../../../../kernel/contract/context.js';
import { CommandExecutionError } from '../../../../kernel/contract/errors.js';
import { isList, type Value } from '../../../../kernel/std/value.js';
import { saltPath } from '../../../../kernel/sys/file/url.js';
import { environmentOf } from '../ground/checks.js';
import { textList } from '../ground/texts.js';

/** Those that exist. @throws CommandExecutionError when there is none */
export async function recurseSources(ctx: Context, given: Value): Promise<string[]> {
  const sources = textList(given).map((source) => source.replace(/\/+$/, ''));
  const wrong = sources.find((source) => !source.startsWith('salt://'));
  if (wrong !== undefined) throw new CommandExecutionError(`Invalid source '${wrong}' (must be a salt:// URI)`);
  const folders = new Map<string, readonly Value[]>();
  const found: string[] = [];
  for (const source of sources) {
    const { path, saltenv } = saltPath(source);
    const env = saltenv ?? environmentOf(ctx);
    const known = folders.get(env) ?? await foldersOf(ctx, env);
    folders.set(env, known);
    if (known.includes(path)) found.push(source);
  }
  if (found.length === 0) throw new CommandExecutionError('none of the specified sources were found');
  return found;
}

async function foldersOf(ctx: Context, saltenv: string): Promise<readonly Value[]> {
  const names = await ctx.call('cp.list_master_dirs', [], { saltenv });
  return isList(names) ? names : [];
}
