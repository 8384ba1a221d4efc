/** Package files in a cache. */
import { join } from 'node:path';
import type { Context } from '../../../kernel/contract/context.js';
import { str } from '../../../kernel/std/python-text.js';
import { isMap, type PlainMap } from '../../../kernel/std/value.js';

/** By package and version: path, size, and when they came. */
export async function rpmFilesBelow(folder: string, ctx: Context): Promise<PlainMap> {
  if (!(await ctx.sys.exists(folder))) return {};
  const found: Record<string, PlainMap> = {};
  const names = (await ctx.sys.fs.readdir(folder, { recursive: true })).filter((name) => name.endsWith('.rpm')).toSorted();
  for (const path of names.map((name) => join(folder, name))) {
    const facts = await ctx.call('lowpkg.bin_pkg_info', [path]);
    if (!isMap(facts) || facts instanceof Map) {
      ctx.log.warn({ path }, 'a file in the cache of packages is no package');
      continue;
    }
    const { ctimeMs, size } = await ctx.sys.fs.stat(path);
    const seconds = Math.floor(ctimeMs / 1000);
    (found[str(facts['name'] ?? '')] ??= {})[str(facts['version'] ?? '')] = {
      path, size, creation_date_time_t: seconds, creation_date_time: localIso(seconds),
    };
  }
  return found;
}

/** Local time without a zone, as Python writes it. */
function localIso(seconds: number): string {
  const date = new Date(seconds * 1000);
  return new Date(date.getTime() - date.getTimezoneOffset() * 60_000).toISOString().slice(0, 19);
}
