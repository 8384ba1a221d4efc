/** All packages, or some, at what an upgrade gives. */
import type { Context } from '../../../kernel/contract/context.js';
import { TsaltError } from '../../../kernel/contract/errors.js';
import { done, failed, wouldChange } from '../../../kernel/contract/state.js';
import { str } from '../../../kernel/std/python-text.js';
import { isList, type PlainMap, type Value } from '../../../kernel/std/value.js';
import { failedCall, tried } from '../outcome/failure.js';
import { resolved } from './packages.js';

/** `{ name: { new, old } }` of what an upgrade would change. */
async function expectedChanges(pkgs: Value, refresh: boolean, kwargs: PlainMap, ctx: Context): Promise<PlainMap> {
  const upgrades = await ctx.call('pkg.list_upgrades', [], { refresh, ...kwargs }) as PlainMap;
  const wanted = isList(pkgs) ? pkgs.map(str) : undefined;
  const expected: PlainMap = {};
  for (const [name, version] of Object.entries(upgrades)) {
    if (wanted === undefined || wanted.includes(name)) expected[name] = { new: version, old: await ctx.call('pkg.version', [name], kwargs) };
  }
  return expected;
}

export async function upToDate({ name, refresh: asked, pkgs: named, kwargs }: { name: string; refresh: Value; pkgs: Value; kwargs: PlainMap }, ctx: Context): Promise<PlainMap> {
  if (!await ctx.has('pkg.list_upgrades')) return failed(name, 'State pkg.uptodate is not available');
  if (typeof asked !== 'boolean') return failed(name, 'refresh must be either True or False');
  const { pkgs, refresh } = await resolved(named, asked, kwargs, ctx);
  let expected: PlainMap;
  try {
    expected = await expectedChanges(pkgs, refresh, kwargs, ctx);
  } catch (error) {
    if (!(error instanceof TsaltError)) throw error;
    return failed(name, error.message);
  }
  if (Object.keys(expected).length === 0) return done(name, 'System is already up-to-date');
  if (ctx.test) return wouldChange(name, 'System update will be performed', expected);
  const upgraded = await tried(ctx.call('pkg.upgrade', [], { refresh, pkgs, ...kwargs }));
  if ('failure' in upgraded) return failedCall(name, 'An error was encountered while updating packages', upgraded.failure, ctx);
  const changes = upgraded.value as PlainMap;
  const missing = isList(pkgs) ? Object.keys(expected).filter((one) => !Object.hasOwn(changes, one)) : [];
  return missing.length > 0
    ? failed(name, `The following package(s) failed to update: ${missing.join(', ')}`, changes)
    : done(name, 'Upgrade ran successfully', changes);
}
