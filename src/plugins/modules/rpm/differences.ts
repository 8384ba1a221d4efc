/** How files differ from those in their packages, which are fetched. */
import type { Context } from '../../../kernel/contract/context.js';
import { CommandExecutionError } from '../../../kernel/contract/errors.js';
import { str } from '../../../kernel/std/python-text.js';
import { isMap, mapGet, type PlainMap, type Value } from '../../../kernel/std/value.js';

/** A sentence or a difference for each path. */
export async function differencesOfFiles(paths: readonly Value[], options: PlainMap, ctx: Context): Promise<PlainMap> {
  const answer: PlainMap = {};
  const byPackage: Record<string, string[]> = {};
  for (const path of paths.map(str)) {
    const owner = str(await ctx.call('lowpkg.owner', [path], options));
    if (owner === '') answer[path] = (await ctx.sys.exists(path)) ? 'Not managed' : 'N/A';
    else (byPackage[owner] ??= []).push(path);
  }
  if (Object.keys(byPackage).length === 0) return answer;
  const files = await ctx.call('pkg.download', Object.keys(byPackage), options) as PlainMap;
  for (const [name, owned] of Object.entries(byPackage)) {
    const file = pathOf(files[name]);
    if (file === undefined) throw new CommandExecutionError(`Unable to download any of the following packages: ${name}`);
    for (const path of owned) answer[path] = str(await ctx.call('lowpkg.diff', [file, path])) || 'Unchanged';
  }
  return answer;
}

/** yum gives the path alone, zypper facts with it. */
function pathOf(file: Value | undefined): string | undefined {
  const path = isMap(file) ? mapGet(file, 'path') : file;
  return typeof path === 'string' ? path : undefined;
}
