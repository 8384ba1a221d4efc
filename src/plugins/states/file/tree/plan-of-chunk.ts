/** The plan of a `file.recurse` that another state requires. */
import type { Context } from '../../../../kernel/contract/context.js';
import { str } from '../../../../kernel/std/python-text.js';
import { isTruthy, type PlainMap } from '../../../../kernel/std/value.js';
import { planRecurse, type Plan } from './plan.js';
import { recurseSources } from './recurse-sources.js';

/** @throws CommandExecutionError when its sources are not there */
export async function planOfChunk(ctx: Context, chunk: Readonly<PlainMap>): Promise<Plan> {
  const { maxdepth = null } = chunk;
  return planRecurse(ctx, {
    folder: str(chunk['name'] ?? ''), sources: await recurseSources(ctx, chunk['source'] ?? []), keepSymlinks: isTruthy(chunk['keep_symlinks']),
    includePat: chunk['include_pat'] ?? null, excludePat: chunk['exclude_pat'] ?? null, maxdepth: maxdepth === null ? null : Number(maxdepth),
    includeEmpty: isTruthy(chunk['include_empty']), merge: isTruthy(chunk['merge']),
  });
}
