/** `file.pruned`: empty folders go. */
import type { Context } from '../../../../kernel/contract/context.js';
import { p } from '../../../../kernel/contract/params.js';
import { fn, type Fn } from '../../../../kernel/contract/plugin.js';
import { done, failed, wouldChange } from '../../../../kernel/contract/state.js';
import { compareText } from '../../../../kernel/std/python-order.js';
import { str } from '../../../../kernel/std/python-text.js';
import { isList, isPlainMap, isTruthy, type PlainMap, type Value } from '../../../../kernel/std/value.js';
import { expandUser, isDirectory } from '../../../../kernel/sys/file/probe.js';

interface PruneWish {
  readonly recurse: boolean;
  readonly ignoreErrors: boolean;
  readonly olderThan: Value;
}

async function pruned(ctx: Context, path: string, { recurse, ignoreErrors, olderThan }: PruneWish): Promise<PlainMap> {
  if (!await isDirectory(ctx.sys, path)) return done(path, `Directory ${path} is not present`);
  if (ctx.test) return wouldChange(path, `Directory ${path} is set for removal`, { deleted: path });
  const told = await ctx.call('file.rmdir', [path], { recurse, verbose: true, older_than: olderThan });
  const { result = false, ...found } = isPlainMap(told) ? told : {};
  const deleted = isList(found['deleted']) ? found['deleted'].map(str).sort(compareText) : [];
  const removedBelow = done(path, `Recursively removed empty directories under ${path}`, { deleted });
  if (isTruthy(result)) {
    if (!recurse) return done(path, `Removed directory ${path}`, { deleted: path });
    return deleted.length > 0 ? removedBelow : done(path, '');
  }
  if (ignoreErrors && deleted.length > 0) return removedBelow;
  return failed(path, `Failed to remove directory ${path}`, found);
}

export const PRUNING: Readonly<Record<string, Fn>> = {
  pruned: fn({
    doc: 'Remove a folder that is empty; with `recurse` also what is empty below it.',
    params: {
      name: p.string(), recurse: p.any(false), ignore_errors: p.any(false, 'Remove what can be removed'),
      older_than: p.any(null, 'Days since the last change'),
    },
    run: async ({ name, recurse, ignore_errors, older_than }, ctx) => pruned(ctx, await expandUser(ctx.sys, name), {
      recurse: isTruthy(recurse) || isTruthy(ignore_errors), ignoreErrors: isTruthy(ignore_errors), olderThan: older_than,
    }),
  }),
};
