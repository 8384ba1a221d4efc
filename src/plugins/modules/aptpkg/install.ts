/** Installs packages. Start at `installPackages`. */
import type { Context } from '../../../kernel/contract/context.js';
import { isTrue } from '../../../kernel/std/is-true.js';
import { str } from '../../../kernel/std/python-text.js';
import { isMap, isTruthy, mapEntries, type PlainMap, type Value } from '../../../kernel/std/value.js';
import { changesBetween } from '../pkg/changes.js';
import { packageName, plainArgument } from '../pkg/names.js';
import { callApt } from './apt.js';
import { isComparison, matchVersion, noSuchVersion } from '../pkg/match-version.js';
import { failureWithInfo } from '../pkg/failure.js';
import { chosen, forgetInstalled, joined, listInstalled } from './installed.js';
import { refreshDb } from './refresh.js';
import { changeHold, getSelections } from './selections.js';
import { compareVersions, latestVersions, versionFits, versionsOnOffer } from './versions.js';

export interface InstallCall {
  readonly name: Value;
  readonly refresh: Value;
  readonly fromrepo: string | null;
  readonly skipVerify: boolean;
  readonly debconf: Value;
  readonly pkgs: Value;
  readonly sources: Value;
  readonly reinstall: boolean;
  readonly downloadonly: boolean;
  readonly ignoreEpoch: boolean;
  readonly normalize: boolean;
  readonly kwargs: PlainMap;
}

/** One package that is wanted: from the archive, or a file with the version found in it. */
interface Wanted {
  readonly name: string;
  readonly version: string | null;
  /** Path of a package file. */
  readonly file: string | undefined;
}

interface Plan {
  readonly install: string[];
  readonly downgrade: string[];
  readonly reinstall: Map<string, string>;
  readonly errors: string[];
}

type Versions = Record<string, string>;

/** `{ name: { old, new } }`. @throws CommandExecutionError with the words of apt and what had changed until then */
export async function installPackages(call: InstallCall, ctx: Context): Promise<PlainMap> {
  const refresh = isTrue(call.refresh) && (await needsRefresh(call, ctx));
  if (isTruthy(call.debconf)) await ctx.call('debconf.set_file', [call.debconf]);
  const wanted = await wantedPackages(call, ctx);
  if (wanted === undefined) return {};
  const before = joined(chosen(await listInstalled(ctx)));
  const plan = await planOf(wanted, before, call, ctx);
  const commands = commandsOf(plan, call, wanted.some(({ file }) => file !== undefined));
  const changes = commands.length === 0 ? {} : await carryOut(commands, { plan, before, refresh, call }, ctx);
  if (plan.errors.length > 0) throw failureWithInfo('Problem encountered installing package(s)', { errors: plan.errors, changes });
  return changes;
}

/** With a version asked for, only when it is not the one on offer. */
async function needsRefresh({ name, pkgs, kwargs }: InstallCall, ctx: Context): Promise<boolean> {
  const onOffer = async (one: Value): Promise<Value> =>
    latestVersions([one], { refresh: false, showInstalled: true, fromrepo: null, cacheValidTime: 0 }, ctx);
  if (Array.isArray(pkgs) && pkgs.length > 0) {
    for (const item of pkgs as readonly Value[]) {
      const entry = isMap(item) ? mapEntries(item)[0] : undefined;
      if (entry === undefined || (await onOffer(entry[0])) !== entry[1]) return true;
    }
    return false;
  }
  const version = kwargs['version'];
  return !isTruthy(version) || name === null || (await onOffer(name)) !== version;
}

async function wantedPackages(call: InstallCall, ctx: Context): Promise<Wanted[] | undefined> {
  const { name, pkgs, sources, kwargs } = call;
  const normalize = call.normalize && isTruthy(kwargs['split_arch'] ?? true);
  const passed = Object.fromEntries(Object.entries(kwargs).filter(([key]) => ['version', 'saltenv', 'advisory_ids'].includes(key)));
  const [targets = null, kind = null] = await ctx.call('pkg_resource.parse_targets', [name, pkgs, sources], { ...passed, normalize }) as readonly Value[];
  if (!isTruthy(targets)) return undefined;
  if (kind === 'file') return Promise.all((targets as readonly Value[]).map((file) => wantedFile(str(file), ctx)));
  const entries = isMap(targets) ? mapEntries(targets) : [];
  const only = isTruthy(name) && pkgs === null && entries.length === 1 && isTruthy(kwargs['version']) ? str(kwargs['version'] ?? null) : null;
  return entries.map(([key, version]) => ({
    name: packageName(str(key)), file: undefined, version: only ?? (version === null ? null : str(version)),
  }));
}

async function wantedFile(path: string, ctx: Context): Promise<Wanted> {
  if (!(await ctx.has('lowpkg.bin_pkg_info'))) {
    ctx.log.error({}, `pkg.install: Unable to get deb information for ${path}. Version comparisons will be unavailable.`);
    return { name: '', version: null, file: path };
  }
  const facts = await ctx.call('lowpkg.bin_pkg_info', [path]) as PlainMap;
  return { name: str(facts['name'] ?? ''), version: str(facts['version'] ?? ''), file: path };
}

async function planOf(wanted: readonly Wanted[], before: Versions, call: InstallCall, ctx: Context): Promise<Plan> {
  const plan: Plan = { install: [], downgrade: [], reinstall: new Map(), errors: [] };
  const compared = wanted.filter(({ version, file }) => file === undefined && isComparison(version)).map(({ name }) => name);
  const onOffer = compared.length === 0 ? {} : await versionsOnOffer(compared, ctx);
  for (const one of wanted) {
    const version = await exactVersion(one, compared.includes(one.name) ? onOffer[one.name] ?? [] : undefined, { plan, call }, ctx);
    if (version === undefined) continue;
    const word = one.file ?? (version === null ? one.name : `${one.name}=${version}`);
    const current = before[one.name] ?? '';
    if (version === null) {
      if (call.reinstall && one.file === undefined && current !== '') plan.reinstall.set(one.name, word);
      else plan.install.push(word);
    } else if (call.reinstall && current !== '' && (await versionFits(version, '==', current, ctx))) {
      plan.reinstall.set(one.name, word);
    } else if (current === '' || (await versionFits(version, '>=', current, ctx))) {
      plan.install.push(word);
    } else {
      plan.downgrade.push(word);
    }
  }
  return plan;
}

/** The version to ask apt for, null for any; undefined (and an error) when none on offer fits. */
async function exactVersion(one: Wanted, candidates: readonly string[] | undefined, { plan, call }: { plan: Plan; call: InstallCall }, ctx: Context): Promise<string | null | undefined> {
  if (one.version === null || one.file !== undefined) return one.version;
  const version = one.version.replace(/^=+/, '');
  if (candidates === undefined) return version;
  const match = await matchVersion(version, candidates, (a, b) => compareVersions(a, b, ctx, call.ignoreEpoch), ctx.log);
  if (match === undefined) plan.errors.push(noSuchVersion(one.name, version, candidates));
  return match;
}

/**
 * The commands of apt, in order: installations and upgrades, downgrades, reinstallations.
 * Differs: with `downloadonly` every command downloads only; real Salt says so to the last but one.
 */
function commandsOf(plan: Plan, call: InstallCall, fromFiles: boolean): string[][] {
  const options = aptOptions(call, fromFiles);
  const download = call.downloadonly ? ['--download-only'] : [];
  const commands: string[][] = [];
  if (plan.install.length > 0) commands.push([...options, 'install', ...plan.install, ...download]);
  if (plan.downgrade.length > 0) {
    const force = fromFiles || options.includes('--force-yes') ? [] : ['--force-yes'];
    commands.push([...options, ...force, 'install', ...plan.downgrade, ...download]);
  }
  if (plan.reinstall.size > 0) {
    commands.push([...options, 'install', ...(fromFiles ? [] : ['--reinstall']), ...plan.reinstall.values(), ...download]);
  }
  return commands;
}

function aptOptions({ fromrepo, skipVerify, kwargs }: InstallCall, fromFiles: boolean): string[] {
  const release = fromrepo ?? (isTruthy(kwargs['repo']) ? str(kwargs['repo'] ?? '') : null);
  return [
    'apt-get', '-q', '-y',
    ...(isTruthy(kwargs['force_yes']) ? ['--force-yes'] : []),
    ...confOptions(kwargs),
    ...(Object.hasOwn(kwargs, 'install_recommends') ? [isTruthy(kwargs['install_recommends']) ? '--install-recommends' : '--no-install-recommends'] : []),
    ...(isTruthy(kwargs['only_upgrade']) ? ['--only-upgrade'] : []),
    ...(skipVerify ? ['--allow-unauthenticated'] : []),
    ...(release === null || fromFiles ? [] : ['-t', plainArgument(release, 'Release')]),
  ];
}

/** What dpkg does with configuration files that were changed. */
export function confOptions(kwargs: PlainMap): string[] {
  const options = isTruthy(kwargs['force_conf_new']) ? ['--force-confnew'] : ['--force-confold', '--force-confdef'];
  return options.flatMap((option) => ['-o', `DPkg::Options::=${option}`]);
}

interface Work {
  readonly plan: Plan;
  readonly before: Versions;
  readonly refresh: boolean;
  readonly call: InstallCall;
}

/** Held packages that were named are released meanwhile. */
async function carryOut(commands: readonly (readonly string[])[], { plan, before, refresh, call }: Work, ctx: Context): Promise<PlainMap> {
  if (refresh) await refreshDb(ctx, { cacheValidTime: Number(call.kwargs['cache_valid_time'] ?? 0) });
  const named = new Set([...plan.install, ...plan.reinstall.keys()].map((word) => word.split('=')[0] ?? ''));
  const held = ((await getSelections(null, 'hold', ctx))['hold'] ?? []).filter((name) => named.has(name));
  if (held.length > 0) await changeHold(held, false, ctx);
  const passed = Object.fromEntries(Object.entries(call.kwargs).filter(([key]) => PASSED_ON.has(key)));
  try {
    for (const command of commands) {
      const done = await callApt(command, ctx, { options: passed });
      if (done.retcode !== 0 && done.stderr !== '') plan.errors.push(done.stderr);
    }
  } finally {
    forgetInstalled(ctx);
    if (held.length > 0) await changeHold(held, true, ctx);
  }
  const after = joined(chosen(await listInstalled(ctx)));
  const changes = changesBetween(before, after);
  for (const name of plan.reinstall.keys()) changes[name] = { old: before[name] ?? '', new: after[name] ?? '' };
  return changes;
}

/** Keyword arguments of an installation that are for the command. */
const PASSED_ON = new Set(['env', 'timeout', 'cwd', 'umask', 'ignore_retcode', 'success_retcodes']);
