/** Installs packages. Start at `installPackages`. */
import type { Context } from '../../../kernel/contract/context.js';
import { CommandExecutionError, InvocationError } from '../../../kernel/contract/errors.js';
import { isTrue } from '../../../kernel/std/is-true.js';
import { fnmatch } from '../../../kernel/std/fnmatch.js';
import { str } from '../../../kernel/std/python-text.js';
import { isTruthy, type PlainMap, type Value } from '../../../kernel/std/value.js';
import { changesBetween } from '../pkg/changes.js';
import { failureWithInfo } from '../pkg/failure.js';
import { isComparison, matchVersion, noSuchVersion } from '../pkg/match-version.js';
import { forgetPackages, versionLists } from '../pkg/memory.js';
import { plainArgument } from '../pkg/names.js';
import { readTargets } from '../pkg/targets.js';
import { splitArch } from '../rpm/architecture.js';
import { compareVersions, withoutEpoch } from '../rpm/version.js';
import { listOffered } from './available.js';
import { downloadedPackages } from './download.js';
import { HOLD_PATTERN, holdPackages, listHolds, releasePackages } from './holds.js';
import { installedPackages, listPackages, osarchOf } from './installed.js';
import { yumOptions } from './options.js';
import { listPatches } from './patches.js';
import { callYum, yumName, type YumName } from './program.js';
import { refreshDb } from './refresh.js';

export interface InstallCall {
  readonly name: Value;
  readonly refresh: Value;
  readonly skipVerify: boolean;
  readonly pkgs: Value;
  readonly sources: Value;
  readonly downloadonly: boolean;
  readonly reinstall: Value;
  readonly normalize: boolean;
  readonly updateHolds: boolean;
  readonly saltenv: string;
  readonly ignoreEpoch: boolean;
  readonly kwargs: PlainMap;
}

/** One thing that is wanted: `word` is what the program is told. */
interface Wanted {
  readonly name: string | undefined;
  readonly word: string;
  /** Null for any. */
  readonly version: string | null;
}

type Action = 'install' | 'downgrade' | 'reinstall';
type Plan = Record<Action, Wanted[]> & { readonly errors: string[] };

/** `{ name: { old, new } }`. @throws CommandExecutionError with the words of the program and what had changed until then */
export async function installPackages(call: InstallCall, ctx: Context): Promise<PlainMap> {
  if (isTrue(call.refresh)) await refreshDb(call.kwargs, ctx);
  const plan: Plan = { install: [], downgrade: [], reinstall: [], errors: [] };
  const wanted = await wantedPackages(call, plan, ctx);
  if (wanted === undefined) return {};
  const before = await stateNow(call, ctx);
  const versions = call.downloadonly ? {} : await versionLists(await installedPackages(ctx), ctx);
  for (const one of wanted.packages) {
    const action = actionFor(one, versions, wanted.kind, call);
    if (action !== undefined) plan[action].push(one);
  }
  const held = await carryOut(plan, wanted.kind, call, ctx);
  forgetPackages(ctx);
  const after = await stateNow(call, ctx);
  const changes = changesBetween(before, after);
  for (const { name = '' } of plan.reinstall) {
    if (!Object.hasOwn(changes, name) || Object.hasOwn(before, name)) changes[name] = { old: before[name] ?? '', new: after[name] ?? '' };
  }
  if (held.length > 0) {
    plan.errors.push(`The following package(s) could not be updated because they are being held: ${held.join(', ')}. `
      + "Set 'update_holds' to True to temporarily unhold these packages so that they can be updated.");
  }
  if (plan.errors.length === 0) return changes;
  throw failureWithInfo(`Error occurred installing${plan.reinstall.length > 0 ? '/reinstalling' : ''} package(s)`, { errors: plan.errors, changes });
}

const stateNow = ({ downloadonly, kwargs }: InstallCall, ctx: Context): Promise<PlainMap> =>
  (downloadonly ? downloadedPackages(ctx) : listPackages(false, { attr: kwargs['diff_attr'] ?? null }, ctx));

type Kind = 'repository' | 'file' | 'advisory';

async function wantedPackages(call: InstallCall, plan: Plan, ctx: Context): Promise<{ kind: Kind; packages: Wanted[] } | undefined> {
  const normalize = call.normalize && isTruthy(call.kwargs['split_arch'] ?? true);
  const targets = await readTargets({ ...call, normalize }, ctx);
  if (targets === undefined) return undefined;
  if (targets.kind === 'advisory') {
    const known = await listPatches(ctx);
    const missing = targets.ids.find((id) => known[id] === undefined);
    if (missing !== undefined) throw new CommandExecutionError(`Advisory id "${missing}" not found`);
    return { kind: 'advisory', packages: targets.ids.map((id) => ({ name: id, word: `--advisory=${id}`, version: null })) };
  }
  if (targets.kind === 'file') {
    return { kind: 'file', packages: await Promise.all(targets.paths.map((path) => wantedFile(path, ctx))) };
  }
  const open = targets.packages.filter(({ version }) => version?.includes('*') === true || isComparison(version)).map(({ name }) => name);
  const offers = open.length === 0 ? {} : await listOffered(open, { ...call.kwargs, byrepo: false }, ctx) as Record<string, string[]>;
  const found: Wanted[] = [];
  for (const { name, version } of targets.packages) {
    const one = version === null ? { name, word: name, version } : await exactPackage(name, version, { offers, call, plan }, ctx);
    if (one !== undefined) found.push(one);
  }
  return { kind: 'repository', packages: found };
}

async function wantedFile(path: string, ctx: Context): Promise<Wanted> {
  const word = plainArgument(path, 'Path');
  const facts = (await ctx.has('lowpkg.bin_pkg_info')) ? await ctx.call('lowpkg.bin_pkg_info', [path]) as PlainMap | null : null;
  if (facts !== null) return { name: str(facts['name'] ?? ''), word, version: str(facts['version'] ?? '') };
  ctx.log.error({}, `pkg.install: Unable to get rpm information for ${path}. Version comparisons will be unavailable, and return data may be inaccurate if reinstall=True.`);
  return { name: undefined, word, version: null };
}

interface Search {
  readonly offers: Readonly<Record<string, string[]>>;
  readonly call: InstallCall;
  readonly plan: Plan;
}

/** A package at a version; undefined (and an error) when none on offer fits. */
async function exactPackage(given: string, wish: string, { offers, call, plan }: Search, ctx: Context): Promise<Wanted | undefined> {
  const candidates = offers[given] ?? [];
  const asked = wish.replace(/^=+/, '');
  let version = asked;
  if (isComparison(wish)) {
    const compare = (first: string, second: string): number => compareVersions(first, second, call.ignoreEpoch);
    const match = await matchVersion(asked, candidates, compare, ctx.log);
    if (match === undefined) plan.errors.push(noSuchVersion(given, asked, candidates));
    if (match === undefined) return undefined;
    version = match;
  }
  const { name, arch } = withOwnArch(given, call, ctx);
  if (version.includes('*')) {
    const match = candidates.find((candidate) => fnmatch(candidate, version));
    if (match === undefined) {
      plan.errors.push(`No version matching '${version}' found for package '${name}' (available: ${candidates.length === 0 ? 'none' : candidates.join(', ')})`);
      return undefined;
    }
    version = match;
  }
  if (/\s/.test(version)) throw new InvocationError(`Version '${version}' is not valid: it contains white space`);
  // dnf finds `name-epoch:version` as well; without the epoch asked for, yum would not.
  const keepsEpoch = call.ignoreEpoch && (await yumName(ctx)) !== 'yum';
  return { name, word: `${name}-${keepsEpoch ? version : withoutEpoch(version)}${arch}`, version };
}

/** Where a name ends in an architecture, the version comes between. */
function withOwnArch(given: string, { kwargs }: InstallCall, ctx: Context): { name: string; arch: string } {
  const { name, arch } = splitArch(given);
  const isApart = arch !== null && arch !== 'noarch' && (arch !== osarchOf(ctx) || isTruthy(kwargs['split_arch'] ?? true));
  return isApart ? { name, arch: `.${arch}` } : { name: given, arch: '' };
}

/** Several versions of these may be installed side by side. */
const KERNEL = /^kernel(|-devel)$/;

function actionFor({ name = '', version }: Wanted, installed: Readonly<Record<string, string[]>>, kind: Kind, call: InstallCall): Action | undefined {
  const current = installed[name] ?? [];
  if (version === null) return kind === 'repository' && isTrue(call.reinstall) && current.length > 0 ? 'reinstall' : 'install';
  const compare = (present: string): number => compareVersions(version, present, call.ignoreEpoch);
  if (isTrue(call.reinstall) && current.length > 0) return current.some((present) => compare(present) === 0) ? 'reinstall' : undefined;
  if (current.length === 0 || current.some((present) => compare(present) >= 0)) return 'install';
  return KERNEL.test(name) ? 'install' : 'downgrade';
}

/** Runs what is planned; gives the packages that were left alone because they are held. */
async function carryOut(plan: Plan, kind: Kind, call: InstallCall, ctx: Context): Promise<string[]> {
  if (plan.install.length + plan.downgrade.length + plan.reinstall.length === 0) return [];
  const holds = await holdsIfAny(ctx);
  const left: string[] = [];
  for (const action of ['install', 'downgrade', 'reinstall'] as const) {
    const isHeld = ({ name }: Wanted): boolean => name !== undefined && holds.includes(name);
    const held = plan[action].filter(isHeld);
    if (!call.updateHolds) left.push(...held.map(({ name = '' }) => name));
    const released = call.updateHolds ? held : [];
    const words = await releasedWords(released, plan, ctx);
    try {
      words.unshift(...plan[action].filter((one) => !isHeld(one)).map(({ word }) => word));
      if (words.length > 0) await runAction(action, words, { kind, call, plan }, ctx);
    } finally {
      if (released.length > 0) await holdPackages(released.map(({ name = '' }) => name), ctx);
    }
  }
  return left;
}

async function holdsIfAny(ctx: Context): Promise<string[]> {
  try {
    return await listHolds(HOLD_PATTERN, false, ctx);
  } catch (err) {
    if (!(err instanceof InvocationError)) throw err;
    ctx.log.debug({ err }, 'Failed to get holds, versionlock plugin is probably not installed');
    return [];
  }
}

async function releasedWords(held: readonly Wanted[], plan: Plan, ctx: Context): Promise<string[]> {
  if (held.length === 0) return [];
  const outcomes = await releasePackages(held.map(({ name = '' }) => name), ctx);
  return held.flatMap(({ name = '', word }) => {
    if ((outcomes[name] as PlainMap | undefined)?.['result'] === true) return [word];
    plan.errors.push(name);
    return [];
  });
}

async function runAction(action: Action, words: readonly string[], { kind, call, plan }: { kind: Kind; call: InstallCall; plan: Plan }, ctx: Context): Promise<void> {
  const done = await callYum(commandOf(action, words, { kind, call, yum: await yumName(ctx) }), ctx, { redirect_stderr: true });
  if (done.retcode !== 0) plan.errors.push(done.stdout);
}

function commandOf(action: Action, words: readonly string[], { kind, call, yum }: { kind: Kind; call: InstallCall; yum: YumName }): string[] {
  const best = action === 'install' ? ['--best', '--allowerasing'] : [];
  return [
    '-y', ...(yum === 'dnf' ? best : []), ...yumOptions(call.kwargs),
    ...(call.skipVerify ? ['--nogpgcheck'] : []),
    ...(call.downloadonly && yum !== 'dnf5' ? ['--downloadonly'] : []),
    action === 'install' && kind === 'advisory' ? 'update' : action,
    // The options of an action come after it in dnf5.
    ...(yum === 'dnf5' ? [...best, ...(call.downloadonly ? ['--downloadonly'] : [])] : []),
    ...words,
  ];
}
