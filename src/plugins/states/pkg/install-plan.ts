/** What has to be done to have packages installed. Start at `planInstallation`. */
import type { Context } from '../../../kernel/contract/context.js';
import { done, failed } from '../../../kernel/contract/state.js';
import { str } from '../../../kernel/std/python-text.js';
import { isMap, isTruthy, type PlainMap, type Value } from '../../../kernel/std/value.js';
import { tried } from '../outcome/failure.js';
import { fulfills, readConditions } from './conditions.js';
import { installedPackages, isFree, readPackages, unknownNames, versionsByAnyName, versionsOf, type Desired, type Installed } from './packages.js';
import { isVerified, tryAlteredFiles } from './verify.js';
import type { Wish } from './wish.js';

export interface Plan {
  /** All that is asked for; `latest` is the version that stands for it. */
  readonly desired: Desired;
  readonly targets: Desired;
  readonly reinstall: Desired;
  /** Packages whose removal was decided but not carried out. */
  readonly unpurge: readonly string[];
  /** Files that were altered, by package. */
  readonly altered: Record<string, Value>;
  readonly warnings: readonly string[];
  /** The lists were fetched while looking. */
  readonly refreshed: boolean;
}

interface Draft {
  readonly targets: Desired;
  readonly reinstall: Desired;
  readonly altered: Record<string, Value>;
  readonly problems: string[];
  readonly warnings: string[];
  verifyProblem: string | undefined;
  comparesVersions: boolean;
}

interface Ground {
  readonly wish: Wish;
  readonly packages: Installed;
  readonly provides: PlainMap;
  /** For every call of the package module. */
  readonly kwargs: PlainMap;
}

/** The plan, or the return of a state that has nothing to do or cannot be. */
export async function planInstallation(wish: Wish, ctx: Context): Promise<Plan | { readonly returned: PlainMap }> {
  const { name, kwargs } = wish;
  if (isTruthy(wish.pkgs) && isTruthy(wish.sources)) return { returned: failed(name, 'Only one of "pkgs" and "sources" is permitted.') };
  const found = await tried(groundOf(wish, ctx));
  if ('failure' in found) return { returned: failed(name, found.failure.message) };
  const ground = found.value;
  const desired = await desiredOf(wish, ctx);
  if (Object.keys(desired).length === 0) {
    return { returned: failed(name, `Invalidly formatted '${isTruthy(wish.pkgs) ? 'pkgs' : 'sources'}' parameter. See minion log.`) };
  }
  const undecided = await ctx.call('pkg.list_pkgs', [], { purge_desired: true, ...kwargs }) as PlainMap;
  const unpurge = Object.keys(desired).filter((one) => Object.hasOwn(undecided, one));
  const unknown = await unknownOf(desired, ground, ctx);
  if (unknown !== undefined) return { returned: failed(name, unknown) };
  const refreshed = await resolveLatest(desired, ground, ctx);
  const draft: Draft = { targets: {}, reinstall: {}, altered: {}, problems: [], warnings: [], verifyProblem: undefined, comparesVersions: false };
  for (const [one, version] of Object.entries(desired)) await planOne(one, version, ground, draft, ctx);
  const problems = [...draft.problems, ...(draft.verifyProblem === undefined ? [] : [draft.verifyProblem])];
  if (problems.length > 0) return { returned: failed(name, problems.join(' ')) };
  if ([draft.targets, draft.reinstall].every((map) => Object.keys(map).length === 0) && unpurge.length === 0) {
    const versions = draft.comparesVersions && !isTruthy(wish.sources) ? ' and are at the desired version' : '';
    return { returned: withWarnings(done(name, `All specified packages are already installed${versions}`), draft.warnings) };
  }
  const { targets, reinstall, altered, warnings } = draft;
  return { desired, targets, reinstall, unpurge, altered, warnings, refreshed };
}

export const withWarnings = (returned: PlainMap, warnings: readonly string[]): PlainMap => (warnings.length === 0 ? returned : { ...returned, warnings });

async function groundOf(wish: Wish, ctx: Context): Promise<Ground> {
  const { kwargs } = wish;
  const resolves = isTruthy(kwargs['resolve_capabilities'] ?? false) && await ctx.has('pkg.list_provides');
  const packages = await installedPackages(kwargs, ctx);
  const provides = resolves ? await ctx.call('pkg.list_provides', [], kwargs) : {};
  return { wish, packages, provides: isMap(provides) && !(provides instanceof Map) ? provides : {}, kwargs };
}

async function desiredOf({ pkgs, sources, normalize, kwargs }: Wish, ctx: Context): Promise<Desired> {
  if (isTruthy(sources)) return await ctx.call('pkg_resource.pack_sources', [sources], { normalize }) as Desired;
  return readPackages(pkgs, normalize && isTruthy(kwargs['split_arch'] ?? true), ctx);
}

async function unknownOf(desired: Desired, { wish, packages, kwargs }: Ground, ctx: Context): Promise<string | undefined> {
  if (isTruthy(wish.sources) || wish.skipSuggestions) return undefined;
  const lacking: string[] = [];
  for (const [name, version] of Object.entries(desired)) {
    const isThere = Object.hasOwn(packages, name) && (version === null || await fulfills(versionsOf(packages, name), version, { ignoreEpoch: wish.ignoreEpoch }, ctx));
    if (!isThere) lacking.push(name);
  }
  if (lacking.length === 0) return undefined;
  const checked = await tried(unknownNames(lacking, wish.fromrepo, kwargs, ctx));
  return 'value' in checked ? checked.value : undefined;
}

/** Puts a version in the place of `latest`; true when the lists were fetched for that. */
async function resolveLatest(desired: Desired, { wish, packages, kwargs }: Ground, ctx: Context): Promise<boolean> {
  const names = isTruthy(wish.sources) ? [] : Object.keys(desired).filter((name) => desired[name] === 'latest');
  if (names.length === 0) return false;
  const found = await ctx.call('pkg.latest_version', names, { refresh: wish.refresh, ...kwargs });
  for (const name of names) {
    const version = isMap(found) && !(found instanceof Map) ? found[name] : found;
    desired[name] = isTruthy(version) ? str(version ?? null) : versionsOf(packages, name).at(-1) ?? null;
  }
  return wish.refresh;
}

async function installedVersions(name: string, { packages, provides }: Ground, ctx: Context): Promise<readonly string[]> {
  const found = await versionsByAnyName(packages, name, ctx);
  const [provider] = found.length === 0 && Object.hasOwn(provides, name) ? provides[name] as readonly string[] : [];
  return provider === undefined ? found : versionsOf(packages, provider);
}

async function planOne(name: string, wanted: string | null, ground: Ground, draft: Draft, ctx: Context): Promise<void> {
  const { wish } = ground;
  const versions = await installedVersions(name, ground, ctx);
  if (versions.length === 0) {
    draft.targets[name] = wanted;
  } else if (wish.reinstall) {
    draft.reinstall[name] = wanted;
  } else if (isTruthy(wish.sources)) {
    const version = await versionInFile(wanted ?? '', ground, draft, ctx);
    if (version !== undefined) await planVersion({ name, wanted: wanted ?? '', version, versions }, ground, draft, ctx);
  } else if (!isTruthy(await ctx.call('pkg_resource.check_extra_requirements', [name, wanted]))) {
    draft.targets[name] = wanted;
  } else if (await isFree(wanted, ctx)) {
    if (isVerified(wish)) await planVerified(name, wanted, ground, draft, ctx);
  } else {
    await planVersion({ name, wanted: wanted ?? '', version: wanted ?? '', versions }, ground, draft, ctx);
  }
}

async function planVerified(name: string, wanted: string | null, { wish, kwargs }: Ground, draft: Draft, ctx: Context): Promise<void> {
  const verified = await tryAlteredFiles(name, wish, kwargs, ctx);
  if ('problem' in verified) {
    draft.verifyProblem = verified.problem;
  } else if (verified.files !== undefined) {
    draft.reinstall[name] = wanted;
    draft.altered[name] = verified.files;
  }
}

interface Versioned {
  readonly name: string;
  /** What the user wrote: a version, or the address of a file. */
  readonly wanted: string;
  readonly version: string;
  readonly versions: readonly string[];
}

async function planVersion({ name, wanted, version, versions }: Versioned, ground: Ground, draft: Draft, ctx: Context): Promise<void> {
  const { wish } = ground;
  const leniency = { ignoreEpoch: wish.ignoreEpoch, allowUpdates: !isTruthy(wish.sources) && wish.allowUpdates };
  const fulfilled = await tried(fulfills(versions, version, leniency, ctx));
  if ('failure' in fulfilled) {
    draft.problems.push(fulfilled.failure.message);
    return;
  }
  draft.comparesVersions = true;
  if (fulfilled.value) return;
  if (isVerified(wish) && readConditions(wanted).some(({ operator }) => operator === '==')) await planVerified(name, wanted, ground, draft, ctx);
  else draft.targets[name] = wanted;
}

/** The version inside a package file; undefined when it is not known, with the reason in the draft. */
async function versionInFile(source: string, { kwargs }: Ground, draft: Draft, ctx: Context): Promise<string | undefined> {
  if (!await ctx.has('lowpkg.bin_pkg_info')) return undefined;
  const cached = await tried(ctx.call('cp.cache_file', [source], { saltenv: kwargs['saltenv'] ?? 'base', verify_ssl: kwargs['verify_ssl'] ?? true }));
  if ('failure' in cached || !isTruthy(cached.value)) {
    draft.problems.push(`Unable to cache ${source}: ${'failure' in cached ? cached.failure.message : 'file not found'}`);
    return undefined;
  }
  const path = str(cached.value);
  if (!await ctx.sys.exists(path)) {
    draft.problems.push(`${source} does not exist on minion`);
    return undefined;
  }
  const facts = await ctx.call('lowpkg.bin_pkg_info', [path]);
  if (isMap(facts) && !(facts instanceof Map)) return str(facts['version'] ?? null);
  draft.warnings.push(`Failed to parse metadata for ${source}`);
  return undefined;
}
