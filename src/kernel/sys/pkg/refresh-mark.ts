/** The file by which states tell the next installation to fetch the lists of packages. */
import { join } from 'node:path';
import type { Context } from '../../contract/context.js';
import { isTrue } from '../../std/is-true.js';
import { str } from '../../std/python-text.js';
import type { Value } from '../../std/value.js';

const markPath = (ctx: Context): string => join(str(ctx.opts['cachedir'] ?? '/var/cache/salt/minion'), 'pkg_refresh');

/** Says that the lists have to be fetched before the next installation. */
export async function setRefreshMark(ctx: Context): Promise<void> {
  const path = markPath(ctx);
  if (!await ctx.sys.exists(path)) await ctx.sys.writeFile(path, '');
}

/** A state run before us may have left the wish for a refresh; whoever refreshes takes it away. */
export async function clearRefreshMark(ctx: Context): Promise<void> {
  await ctx.sys.fs.rm(markPath(ctx), { force: true });
}

/** True when the lists shall be fetched: it is asked for, or marked and not forbidden. */
export async function wantsRefresh(refresh: Value, ctx: Context): Promise<boolean> {
  return isTrue(refresh) || (refresh !== false && await ctx.sys.exists(markPath(ctx)));
}
