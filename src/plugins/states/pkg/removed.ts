/** Packages that are not there, with or without their configuration. */
import type { Context } from '../../../kernel/contract/context.js';
import { done, failed, wouldChange } from '../../../kernel/contract/state.js';
import { compareText } from '../../../kernel/std/python-order.js';
import { isPlainMap, isTruthy, type PlainMap, type Value } from '../../../kernel/std/value.js';
import { failedCall, tried } from '../outcome/failure.js';
import { fulfills } from './conditions.js';
import { installedPackages, isFree, onePackage, readPackages, versionsOf, type Desired, type Installed } from './packages.js';

export interface RemovalWish {
  readonly action: 'remove' | 'purge';
  readonly name: string;
  readonly version: string | null;
  readonly pkgs: Value;
  readonly normalize: boolean;
  readonly ignoreEpoch: Value;
  readonly kwargs: PlainMap;
}

type Found = { readonly targets: string[] } | { readonly returned: PlainMap };

async function installedTargets(wish: RemovalWish, ctx: Context): Promise<Found> {
  const { name, version, pkgs, normalize, ignoreEpoch, kwargs } = wish;
  const packages = await installedPackages(kwargs, ctx);
  const wanted = isTruthy(pkgs) ? await readPackages(pkgs, normalize, ctx) : await onePackage(name, version, true, ctx);
  if (Object.keys(wanted).length === 0) return { returned: failed(name, 'Invalidly formatted pkgs parameter. See minion log.') };
  const targets: string[] = [];
  const problems: string[] = [];
  let comparesVersions = false;
  for (const [one, condition] of Object.entries(wanted)) {
    const versions = versionsOf(packages, one);
    if (versions.length === 0) continue;
    const free = await isFree(condition, ctx);
    if (!free) comparesVersions = true;
    const fits = free ? { value: true } : await tried(fulfills(versions, condition ?? '', { ignoreEpoch }, ctx));
    if ('failure' in fits) problems.push(fits.failure.message);
    else if (fits.value) targets.push(one);
  }
  if (problems.length > 0) return { returned: failed(name, problems.join(' ')) };
  if (targets.length > 0) return { targets };
  return { returned: done(name, `All specified packages${comparesVersions ? ' (matching specified versions)' : ''} are already absent`) };
}

/** Packages of which only the configuration is left. */
async function leftovers(kwargs: PlainMap, ctx: Context): Promise<Installed> {
  return installedPackages({ removed: true, ...kwargs }, ctx);
}

async function uninstall(wish: RemovalWish, ctx: Context): Promise<PlainMap> {
  const { action, name, version, pkgs, normalize, kwargs } = wish;
  const [named = null] = await ctx.call('pkg_resource.parse_targets', [name, pkgs], { normalize, version, ...kwargs }) as readonly Value[];
  const params: Desired = isPlainMap(named) ? named as Desired : {};
  const found = await installedTargets(wish, ctx);
  if ('returned' in found && action === 'remove') return found.returned;
  const purgeable = action === 'purge' ? await leftovers(kwargs, ctx) : {};
  const targets = [...('targets' in found ? found.targets : []), ...Object.keys(params).filter((one) => Object.hasOwn(purgeable, one))].toSorted(compareText);
  if (targets.length === 0) return done(name, `None of the targeted packages are installed${action === 'purge' ? ' or partially installed' : ''}`);
  if (ctx.test) {
    const changes = Object.fromEntries(targets.map((one) => [one, { new: `${action}d`, old: '' }]));
    return wouldChange(name, `The following packages will be ${action}d: ${targets.join(', ')}.`, changes);
  }
  const changes = await ctx.call(`pkg.${action}`, [name], { pkgs, version, split_arch: false, ...kwargs }) as PlainMap;
  const failures = await stillThere(wish, params, ctx);
  if (failures.length > 0) return failed(name, `The following packages failed to ${action}: ${failures.join(', ')}.`, changes);
  const absent = Object.keys(params).filter((one) => !targets.includes(one)).toSorted(compareText);
  const comment = absent.length === 0
    ? `All targeted packages were ${action}d.`
    : `The following packages were not installed: ${absent.join(', ')} The following packages were ${action}d: ${targets.join(', ')}.`;
  return done(name, comment, changes);
}

async function stillThere({ action, kwargs }: RemovalWish, params: Desired, ctx: Context): Promise<string[]> {
  const now = await installedPackages(kwargs, ctx);
  const hasVersions = ['Suse', 'RedHat'].includes(String(ctx.grains['os_family']));
  const failures = Object.entries(params).flatMap(([one, version]) => {
    if (!Object.hasOwn(now, one)) return [];
    if (!hasVersions || version === null || version === '') return [one];
    return versionsOf(now, one).includes(version) ? [`${one}-${version}`] : [];
  });
  const left = action === 'purge' ? await leftovers(kwargs, ctx) : {};
  return [...failures, ...Object.keys(params).filter((one) => Object.hasOwn(left, one))].toSorted(compareText);
}

export async function absent(wish: RemovalWish, ctx: Context): Promise<PlainMap> {
  const outcome = await tried(uninstall(wish, ctx));
  if ('value' in outcome) return outcome.value;
  return failedCall(wish.name, `An error was encountered while ${wish.action === 'remove' ? 'removing' : 'purging'} package(s)`, outcome.failure, ctx);
}
