/** Packages on this machine, as rpm knows them. */
import type { Context } from '../../../kernel/contract/context.js';
import { isTrue } from '../../../kernel/std/is-true.js';
import { str } from '../../../kernel/std/python-text.js';
import { isTruthy, type PlainMap, type Value } from '../../../kernel/std/value.js';
import { formatted, remembered, type Detailed } from '../pkg/memory.js';
import { queryFormat, readPackageLines } from '../rpm/package-line.js';

export const osarchOf = (ctx: Context): string => str(ctx.grains['osarch'] ?? '');

/** Read once for a job, until `forgetPackages`. */
export function installedPackages(ctx: Context, useMemory = true): Promise<Detailed> {
  return remembered(ctx, useMemory, async () => {
    const argv = ['rpm', '-qa', '--nodigest', '--nosignature', '--queryformat', `${queryFormat('(none)')}\n`];
    const output = await ctx.call('cmd.run', [argv], { output_loglevel: 'trace', python_shell: false });
    return readPackageLines(str(output), osarchOf(ctx));
  });
}

/** The answer of `pkg.list_pkgs`. rpm keeps nothing of what was removed. */
export async function listPackages(asList: Value, kwargs: PlainMap, ctx: Context): Promise<PlainMap> {
  if (isTrue(kwargs['removed']) || isTrue(kwargs['purge_desired'])) return {};
  const found = await installedPackages(ctx, isTruthy(kwargs['use_context'] ?? true));
  return formatted(found, { asList, attr: kwargs['attr'] ?? null }, ctx);
}
