/** Groups of packages. */
import type { Context } from '../../../kernel/contract/context.js';
import { CommandExecutionError, PythonError } from '../../../kernel/contract/errors.js';
import { done, failed, wouldChange } from '../../../kernel/contract/state.js';
import { str } from '../../../kernel/std/python-text.js';
import { isList, type PlainMap, type Value } from '../../../kernel/std/value.js';
import { failedCall, tried } from '../outcome/failure.js';

type Part = Readonly<Record<'installed' | 'not installed', readonly string[]>>;
type Difference = Readonly<Record<'mandatory' | 'default' | 'optional', Part>>;

async function differenceOf(name: string, kwargs: PlainMap, ctx: Context): Promise<Difference | { readonly problem: string }> {
  const given = Object.fromEntries(Object.entries(kwargs).filter(([key]) => !key.startsWith('__')));
  try {
    return await ctx.call('pkg.group_diff', [name], given) as unknown as Difference;
  } catch (error) {
    if (!(error instanceof CommandExecutionError || error instanceof PythonError)) throw error;
    if (error.message.includes('unexpected keyword argument')) return { problem: 'Repo options are not supported on this platform' };
    return { problem: `An error was encountered while installing/updating group '${name}': ${error.message}.` };
  }
}

export async function groupInstalled({ name, skip, include, kwargs }: { name: string; skip: Value; include: Value; kwargs: PlainMap }, ctx: Context): Promise<PlainMap> {
  if (!await ctx.has('pkg.group_diff')) return failed(name, 'pkg.group_install not available for this platform');
  if (skip !== null && !isList(skip)) return failed(name, 'skip must be formatted as a list');
  if (include !== null && !isList(include)) return failed(name, 'include must be formatted as a list');
  const [skipped, included] = [(skip ?? []).map(str), (include ?? []).map(str)];
  const found = await differenceOf(name, kwargs, ctx);
  if ('problem' in found) return failed(name, found.problem);
  const needed = [...found.mandatory.installed, ...found.mandatory['not installed']].filter((one) => skipped.includes(one));
  if (needed.length > 0) return failed(name, `The following mandatory packages cannot be skipped: ${needed.join(', ')}`);
  const targets = [...found.mandatory['not installed'], ...found.default['not installed'].filter((one) => !skipped.includes(one)), ...included];
  if (targets.length === 0) return done(name, `Group '${name}' is already installed`);
  const isPartial = [found.mandatory, found.default, found.optional].some((part) => part.installed.length > 0);
  if (ctx.test) return wouldChange(name, isPartial ? `Group '${name}' is partially installed and will be updated` : `Group '${name}' will be installed`);
  const outcome = await tried(ctx.call('pkg.install', [], { pkgs: targets, ...kwargs }));
  if ('failure' in outcome) return failedCall(name, `An error was encountered while installing/updating group '${name}'`, outcome.failure, ctx);
  const changes = outcome.value as PlainMap;
  const now = await ctx.call('pkg.list_pkgs', [], kwargs) as PlainMap;
  const missing = [...found.mandatory['not installed'], ...included].filter((one) => !Object.hasOwn(now, one));
  if (missing.length > 0) return failed(name, `Failed to install the following packages: ${missing.join(', ')}`, changes);
  return done(name, `Group '${name}' was ${isPartial ? 'updated' : 'installed'}`, changes);
}
