/** Removes, purges and upgrades packages. */
import type { Context } from '../../../kernel/contract/context.js';
import { PythonError } from '../../../kernel/contract/errors.js';
import { fnmatchFilter } from '../../../kernel/std/fnmatch.js';
import { isMap, isTruthy, mapKeys, type PlainMap, type Value } from '../../../kernel/std/value.js';
import { changesBetween } from '../pkg/changes.js';
import { packageNames } from '../pkg/names.js';
import { callApt } from './apt.js';
import { failureWithInfo } from '../pkg/failure.js';
import { confOptions } from './install.js';
import { chosen, forgetInstalled, joined, listInstalled } from './installed.js';
import { refreshDb } from './refresh.js';

type Versions = Record<string, string>;

const installedNow = async (ctx: Context): Promise<Versions> => joined(chosen(await listInstalled(ctx)));
const removedNow = async (ctx: Context): Promise<Versions> => joined(chosen(await listInstalled(ctx), { removed: true }));

export interface RemoveCall {
  readonly action: 'remove' | 'purge';
  readonly name: Value;
  readonly pkgs: Value;
  readonly env: Value | undefined;
}

/** `{ name: { old, new } }`; for a purge `{ installed, removed }` of such. @throws CommandExecutionError with the words of apt */
export async function removePackages({ action, name, pkgs, env }: RemoveCall, ctx: Context): Promise<PlainMap> {
  const [wanted = null] = await ctx.call('pkg_resource.parse_targets', [name, pkgs]) as readonly Value[];
  // Salt goes on with nothing and fails so.
  if (!isMap(wanted)) throw new PythonError('TypeError', "'NoneType' object is not iterable");
  const names = packageNames(mapKeys(wanted));
  const before = await installedNow(ctx);
  const removedBefore = await removedNow(ctx);
  const targets = matching(names, before);
  if (action === 'purge') targets.push(...matching(names, removedBefore));
  if (targets.length === 0) return {};
  const done = await callApt(['apt-get', '-q', '-y', action, ...targets], ctx, { options: isMap(env) ? { env } : {} });
  const errors = done.retcode !== 0 && done.stderr !== '' ? [done.stderr] : [];
  forgetInstalled(ctx);
  const installed = changesBetween(before, await installedNow(ctx));
  const changes = action === 'purge' ? { removed: changesBetween(removedBefore, await removedNow(ctx)), installed } : installed;
  if (errors.length > 0) throw failureWithInfo('Problem encountered removing package(s)', { errors, changes });
  return changes;
}

/**
 * Packages that are there, of names and patterns with `*`.
 * Differs: real Salt keeps the matches of the last pattern only, and forgets patterns when it comes to removed packages.
 */
function matching(names: readonly string[], packages: Versions): string[] {
  const found = names.flatMap((name) => (name.includes('*') ? fnmatchFilter(Object.keys(packages), name) : [name]));
  return [...new Set(found)].filter((name) => Object.hasOwn(packages, name));
}

/** The packages that nothing needs any more: removes them, or lists them only. */
export async function removeUnneeded(listOnly: boolean, purge: boolean, ctx: Context): Promise<Value> {
  const words = [...(purge ? ['--purge'] : []), 'autoremove'];
  const options = { ignore_retcode: true };
  if (listOnly) return readUnneeded((await callApt(['apt-get', '--assume-no', ...words], ctx, { options })).stdout);
  const before = await installedNow(ctx);
  await callApt(['apt-get', '--assume-yes', ...words], ctx, { options });
  forgetInstalled(ctx);
  return changesBetween(before, await installedNow(ctx));
}

/** Names in the paragraph of apt-get that says what goes, sorted. */
export function readUnneeded(output: string): string[] {
  const lines = output.split('\n');
  const start = lines.findIndex((line) => line.includes('The following packages will be REMOVED:'));
  if (start < 0) return [];
  const end = lines.findIndex((line, at) => at > start && !line.startsWith(' '));
  return lines.slice(start + 1, end < 0 ? undefined : end).flatMap((line) => line.trim().split(/\s+/)).filter((name) => name !== '').toSorted();
}

/** Upgrades everything. @throws CommandExecutionError with what had changed and the end of apt */
export async function upgradePackages(refresh: boolean, distUpgrade: boolean, kwargs: PlainMap, ctx: Context): Promise<PlainMap> {
  if (refresh) await refreshDb(ctx, { cacheValidTime: Number(kwargs['cache_valid_time'] ?? 0) });
  const before = await installedNow(ctx);
  const flag = (option: string, ...names: readonly string[]): string[] => (names.some((name) => isTruthy(kwargs[name])) ? [option] : []);
  const done = await callApt([
    'apt-get', '-q', '-y', ...confOptions(kwargs), ...flag('--force-yes', 'force_yes'), ...flag('--allow-unauthenticated', 'skip_verify'),
    ...flag('--download-only', 'download_only', 'downloadonly'), ...flag('--allow-downgrades', 'allow_downgrades'),
    distUpgrade ? 'dist-upgrade' : 'upgrade',
  ], ctx);
  forgetInstalled(ctx);
  const changes = changesBetween(before, await installedNow(ctx));
  if (done.retcode !== 0) throw failureWithInfo('Problem encountered upgrading packages', { changes, result: { ...done } });
  return changes;
}

