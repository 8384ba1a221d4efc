/** The file by which states tell the next installation to fetch the lists of packages. */
import { join } from 'node:path';
import type { Context } from '../../../kernel/contract/context.js';
import { str } from '../../../kernel/std/python-text.js';

/** A state run before us may have left the wish for a refresh; whoever refreshes takes it away. */
export async function clearRefreshMark(ctx: Context): Promise<void> {
  await ctx.sys.fs.rm(join(str(ctx.opts['cachedir'] ?? '/var/cache/salt/minion'), 'pkg_refresh'), { force: true });
}
