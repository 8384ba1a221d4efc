/** Packages whose files are fetched, and advisories. */
import type { Context } from '../../../kernel/contract/context.js';
import { done, failed, wouldChange } from '../../../kernel/contract/state.js';
import { str } from '../../../kernel/std/python-text.js';
import { isList, isPlainMap, isTruthy, type PlainMap, type Value } from '../../../kernel/std/value.js';
import { failedCall, tried } from '../outcome/failure.js';
import { fulfills, nameWithVersion } from './conditions.js';
import { checkInstalled } from './installed.js';
import { readPackages, resolved, unknownNames, type Desired } from './packages.js';

export interface FetchWish {
  readonly name: string;
  readonly pkgs: Value;
  readonly fromrepo: Value;
  readonly ignoreEpoch: Value;
  readonly kwargs: PlainMap;
}

/** Versions in the cache by package. */
type Cached = Readonly<Record<string, PlainMap>>;

const cachedPackages = async (kwargs: PlainMap, ctx: Context): Promise<Cached> => await ctx.call('pkg.list_downloaded', [], kwargs) as Cached;
const versionsIn = (cached: Cached, name: string): string[] => (Object.hasOwn(cached, name) ? Object.keys(cached[name] ?? {}) : []);

async function missingFiles(wish: FetchWish, ctx: Context): Promise<Desired | { readonly returned: PlainMap }> {
  const { name, pkgs, fromrepo, ignoreEpoch, kwargs } = wish;
  const cached = await cachedPackages(kwargs, ctx);
  const wanted = await readPackages(pkgs, true, ctx);
  if (Object.keys(wanted).length === 0) return { returned: failed(name, 'Invalidly formatted pkgs parameter. See minion log.') };
  const unknown = await tried(unknownNames(Object.keys(wanted), fromrepo, kwargs, ctx));
  if ('value' in unknown && unknown.value !== undefined) return { returned: failed(name, unknown.value) };
  const targets: Desired = {};
  const problems: string[] = [];
  let comparesVersions = false;
  for (const [one, version] of Object.entries(wanted)) {
    const versions = versionsIn(cached, one);
    if (versions.length > 0 && !isTruthy(version)) continue;
    if (versions.length > 0) comparesVersions = true;
    const fits = versions.length === 0 ? { value: false } : await tried(fulfills(versions, version ?? '', { ignoreEpoch }, ctx));
    if ('failure' in fits) problems.push(fits.failure.message);
    else if (!fits.value) targets[one] = version;
  }
  if (problems.length > 0) return { returned: failed(name, problems.join(' ')) };
  if (Object.keys(targets).length > 0) return targets;
  return { returned: done(name, `All specified packages${comparesVersions ? ' (matching specified versions)' : ''} are already downloaded`) };
}

export async function downloaded(asked: FetchWish, ctx: Context): Promise<PlainMap> {
  const { name } = asked;
  if (!await ctx.has('pkg.list_downloaded')) return failed(name, 'The pkg.downloaded state is not available on this platform');
  if (isList(asked.pkgs) && asked.pkgs.length === 0) return done(name, 'No packages to download provided');
  const { downloadonly: _only, ...kwargs } = asked.kwargs;
  const { pkgs } = await resolved(asked.pkgs, false, kwargs, ctx);
  const wish = { ...asked, pkgs, kwargs };
  const targets = await missingFiles(wish, ctx);
  if ('returned' in targets && isPlainMap(targets.returned)) return targets.returned;
  const missing = targets as Desired;
  if (ctx.test) return wouldChange(name, `The following packages would be downloaded: ${Object.keys(missing).join(', ')}`);
  const fetched = await tried(ctx.call('pkg.install', [], {
    name, pkgs, version: null, downloadonly: true, fromrepo: wish.fromrepo, ignore_epoch: wish.ignoreEpoch ?? false, ...kwargs,
  }));
  if ('failure' in fetched) return failedCall(name, 'An error was encountered while downloading package(s)', fetched.failure, ctx);
  return afterFetch(wish, missing, isPlainMap(fetched.value) ? fetched.value : {}, ctx);
}

async function afterFetch({ name, ignoreEpoch, kwargs }: FetchWish, targets: Desired, changes: PlainMap, ctx: Context): Promise<PlainMap> {
  const cached = await cachedPackages(kwargs, ctx);
  const now = Object.fromEntries(Object.keys(cached).map((one) => [one, versionsIn(cached, one)]));
  const { wrong } = await checkInstalled(targets, now, ignoreEpoch, {}, ctx);
  if (wrong.length > 0) {
    return failed(name, `The following packages failed to download: ${wrong.map((one) => nameWithVersion(one, targets[one] ?? null)).join(', ')}`, changes);
  }
  return done(name, Object.keys(changes).length === 0 ? `Packages downloaded: ${Object.keys(targets).join(', ')}` : '', changes);
}

export interface PatchWish {
  readonly name: string;
  readonly ids: Value;
  readonly downloadonly: Value;
  readonly kwargs: PlainMap;
}

export async function patched({ name, ids, downloadonly, kwargs }: PatchWish, ctx: Context): Promise<PlainMap> {
  if (!await ctx.has('pkg.list_patches')) return failed(name, 'The pkg.patch_installed state is not available on this platform');
  if (isList(ids) && ids.length === 0) return done(name, 'No advisory ids provided');
  const known = await ctx.call('pkg.list_installed_patches', [], kwargs) as PlainMap;
  const isThere = (id: string): boolean => isTruthy(known[id] ?? null);
  if (!isTruthy(ids) && isThere(name)) return done(name, `Advisory patch ${name} is already installed`);
  const targets = (isTruthy(ids) && isList(ids) ? ids.map(str) : [name]).filter((id) => !isThere(id));
  if (targets.length === 0) return done(name, 'All specified advisory patches are already installed');
  if (ctx.test) return wouldChange(name, `The following advisory patches would be downloaded: ${targets.join(', ')}`);
  const outcome = await tried(ctx.call('pkg.install', [], { name, advisory_ids: ids, downloadonly, ...kwargs }));
  if ('failure' in outcome) return failedCall(name, 'An error was encountered while downloading package(s)', outcome.failure, ctx);
  const changes = isPlainMap(outcome.value) ? outcome.value : {};
  const status = isTruthy(downloadonly) ? 'downloaded' : 'installed';
  return done(name, Object.keys(changes).length === 0 ? `Advisory patch is not needed or related packages are already ${status}` : '', changes);
}
