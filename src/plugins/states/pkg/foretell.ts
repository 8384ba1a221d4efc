/** What a test run of `pkg.installed` tells. */
import type { Context } from '../../../kernel/contract/context.js';
import { wouldChange } from '../../../kernel/contract/state.js';
import { str } from '../../../kernel/std/python-text.js';
import { isList, isPlainMap, isTruthy, type PlainMap, type Value } from '../../../kernel/std/value.js';
import { nameWithVersion } from './conditions.js';
import { withWarnings, type Plan } from './install-plan.js';
import type { Desired } from './packages.js';
import type { Wish } from './wish.js';

/** `{ name: { new, old } }` with the versions that an installation would bring, as far as they are known. */
export async function installableVersions(targets: Desired, current: PlainMap, ctx: Context): Promise<PlainMap> {
  const names = Object.keys(targets);
  const free = names.filter((name) => !isTruthy(targets[name] ?? null));
  const newest = await ctx.call('pkg.latest_version', free);
  const versions: PlainMap = typeof newest === 'string' && free[0] !== undefined ? { [free[0]]: newest } : isPlainMap(newest) ? { ...newest } : {};
  const named = names.filter((name) => !free.includes(name)).map((name) => nameWithVersion(name, targets[name] ?? null));
  const offered = named.length === 0 ? {} : await ctx.call('pkg.list_repo_pkgs', named);
  for (const [name, list] of Object.entries(isPlainMap(offered) ? offered : {})) {
    if (isList(list) && list[0] !== undefined) versions[name] = list[0];
  }
  return Object.fromEntries(names.map((name) => [name, { new: isTruthy(versions[name]) ? versions[name] as Value : 'installed', old: current[name] ?? '' }]));
}

const NEW = { new: 'installed', old: '' };
const allNew = (names: readonly string[]): PlainMap => Object.fromEntries(names.map((name) => [name, { ...NEW }]));

export async function foretell({ name, sources, reinstall }: Wish, plan: Plan, ctx: Context): Promise<PlainMap> {
  const comment: string[] = [];
  const changes: PlainMap = {};
  const fromFiles = isTruthy(sources);
  const targets = Object.keys(plan.targets);
  const shown = (one: string): string => (fromFiles ? one : nameWithVersion(one, plan.reinstall[one] ?? null));
  if (targets.length > 0) {
    Object.assign(changes, fromFiles ? allNew(targets) : await installableVersions(plan.targets, {}, ctx));
    comment.push(`The following packages would be installed/updated: ${targets.join(', ')}`);
  }
  if (plan.unpurge.length > 0) {
    comment.push(`The following packages would have their selection status changed from 'purge' to 'install': ${plan.unpurge.join(', ')}`);
    Object.assign(changes, allNew(plan.unpurge));
  }
  const again = Object.keys(plan.reinstall);
  if (again.length > 0 && reinstall) {
    Object.assign(changes, allNew(again.map(shown)));
    comment.push(`The following packages would be reinstalled: ${again.map(shown).join(', ')}`);
  } else {
    for (const one of again) {
      comment.push(`Package '${shown(one)}' would be reinstalled because the following files have been altered:`, await nested(plan.altered[one] ?? null, ctx));
      changes[one] = {};
    }
  }
  return withWarnings(wouldChange(name, comment.join('\n'), changes), plan.warnings);
}

/** A value as the outputter of that name prints it. */
export async function nested(value: Value, ctx: Context): Promise<string> {
  return await ctx.port('output').format(value, 'nested', ctx.opts) ?? str(value);
}
