/** Cleaning a folder of what nobody keeps. */
import type { Context } from '../../../../kernel/contract/context.js';
import type { Value } from '../../../../kernel/std/value.js';
import { isSystemError } from '../../../../kernel/sys/file/os-error.js';
import { joinPath } from '../../../../kernel/sys/file/paths.js';
import { isChosen } from '../ground/patterns.js';
import { walkTree } from '../ground/walk.js';
import { withParents } from './keep.js';

/** Removes (in a test run: lists) what is not kept and not spared by a pattern; gives the paths. */
export async function cleanFolder(ctx: Context, root: string, kept: Iterable<string>, spared: Value): Promise<string[]> {
  const keep = withParents(kept, root);
  const removed: string[] = [];
  for await (const { folder, folders, files } of walkTree(ctx.sys, root)) {
    for (const name of [...folders, ...files]) {
      const path = joinPath(folder, name);
      if (keep.has(path) || !isChosen(relative(path, root), null, spared)) continue;
      removed.push(path);
      if (!ctx.test) await remove(ctx, path);
    }
  }
  return removed;
}

export const relative = (path: string, root: string): string => path.slice(root.endsWith('/') ? root.length : root.length + 1);

async function remove(ctx: Context, path: string): Promise<void> {
  try {
    await ctx.sys.fs.unlink(path);
  } catch (error) {
    if (!isSystemError(error)) throw error;
    await ctx.call('file.remove', [path]);
  }
}
