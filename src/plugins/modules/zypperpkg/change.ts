/** Installs, removes and upgrades packages. */
import type { Context } from '../../../kernel/contract/context.js';
import { CommandExecutionError } from '../../../kernel/contract/errors.js';
import { str } from '../../../kernel/std/python-text.js';
import { isTruthy, type PlainMap, type Value } from '../../../kernel/std/value.js';
import { changesBetween } from '../pkg/changes.js';
import { failureWithInfo } from '../pkg/failure.js';
import { packageName, plainArgument } from '../pkg/names.js';
import { namedPackages, readTargets, type Package } from '../pkg/targets.js';
import { rpmFilesBelow } from '../rpm/package-files.js';
import { linesOf, rpmWords } from '../rpm/query.js';
import { newestMatch } from './available.js';
import { forgetLists, kindsIn, listPackages } from './installed.js';
import { refreshWith } from './refresh.js';
import { below, listPatches } from './solvables.js';
import { callZypper, isSuccess, type ZypperCall } from './zypper.js';

/** Names in one call. */
const BATCH = 500;
export const CACHE_FOLDER = '/var/cache/zypp/packages';

export interface InstallCall {
  readonly name: Value;
  readonly refresh: boolean;
  readonly fromrepo: Value;
  readonly pkgs: Value;
  readonly sources: Value;
  readonly downloadonly: boolean;
  readonly skipVerify: boolean;
  readonly version: Value;
  readonly ignoreRepoFailure: boolean;
  readonly noRecommends: boolean;
  readonly root: Value;
  readonly kwargs: PlainMap;
}

/** `{ name: { old, new } }`. @throws CommandExecutionError with the words of zypper */
export async function installPackages(call: InstallCall, ctx: Context): Promise<PlainMap> {
  const { root, kwargs } = call;
  if (call.refresh) await refreshWith(root, kwargs, ctx);
  const words = await wordsFor(call, ctx);
  if (words === undefined) return {};
  const includes = kindsIn(words);
  const state = (): Promise<PlainMap> => (call.downloadonly ? rpmFilesBelow(below(root, CACHE_FOLDER), ctx)
    : listPackages({ root, includes, kwargs: { attr: kwargs['diff_attr'] ?? null } }, ctx));
  const before = await state();
  const command = installCommand(call);
  const options: ZypperCall = { root, forgiving: call.ignoreRepoFailure };
  const downgrades: string[] = [];
  for (const batch of batches(words)) {
    const { stdout } = await callZypper([...command, ...batch], ctx, { ...options, scope: true });
    downgrades.push(...[...stdout.matchAll(/^The selected package '([^']+)'.+has lower version/gm)].map((match) => match[1] ?? ''));
  }
  for (const batch of batches(downgrades)) await callZypper([...command, '--force', ...batch], ctx, options);
  forgetLists(ctx);
  const changes = changesBetween(before, await state());
  if (includes.length > 0) forgetLists(ctx);
  return changes;
}

const batches = (words: readonly string[]): string[][] =>
  Array.from({ length: Math.ceil(words.length / BATCH) }, (_item, at) => words.slice(at * BATCH, (at + 1) * BATCH));

/** What zypper is told to install; undefined for nothing. */
async function wordsFor(call: InstallCall, ctx: Context): Promise<string[] | undefined> {
  const targets = await readTargets(call, ctx);
  if (targets === undefined) return undefined;
  if (targets.kind === 'file') return targets.paths.map((path) => plainArgument(path, 'Path'));
  if (targets.kind === 'advisory') {
    const known = await listPatches({ root: call.root }, ctx);
    const missing = targets.ids.find((id) => known[id] === undefined);
    if (missing !== undefined) throw new CommandExecutionError(`Advisory id "${missing}" not found`);
    return targets.ids.map((id) => `patch:${id}`);
  }
  const isSingle = call.pkgs === null && call.sources === null;
  if (!isTruthy(call.version)) return targets.packages.map(wordOf);
  if (!isSingle) ctx.log.warn({}, '"version" parameter will be ignored for multiple package targets');
  const match = isSingle ? await newestMatch(str(call.name), str(call.version), call.root, ctx) : undefined;
  return match === undefined ? targets.packages.map(wordOf) : [wordOf({ name: packageName(str(call.name)), version: match })];
}

/** `name`, `name>=1.2` or `name=1.2`. */
function wordOf({ name, version }: Package): string {
  if (version === null) return name;
  const [, operator = '=', bare = version] = /^(<=>|!=|>=|<=|>>|<<|<>|>|<|=)?\s?([^<>=]+)$/.exec(version) ?? [];
  return packageName(`${name}${operator}${bare}`);
}

function installCommand(call: InstallCall): string[] {
  return [
    ...(call.skipVerify ? ['--no-gpg-checks'] : []), ...(call.refresh ? [] : ['--no-refresh']),
    'install', '--auto-agree-with-licenses', isTruthy(call.kwargs['resolve_capabilities']) ? '--capability' : '--name',
    ...(call.downloadonly ? ['--download-only'] : []),
    ...(isTruthy(call.fromrepo) ? ['--force', '--force-resolution', '--from', plainArgument(str(call.fromrepo), 'Repository')] : []),
    ...(call.noRecommends ? ['--no-recommends'] : []),
  ];
}

/** Removes packages. @throws CommandExecutionError with the words of zypper */
export async function removePackages(name: Value, pkgs: Value, root: Value, ctx: Context): Promise<PlainMap> {
  const named = await namedPackages({ name, pkgs }, ctx);
  const names = named.map((one) => one.name);
  const temporary = await temporaryFixes(names, root, ctx);
  const includes = kindsIn(names);
  const before = await listPackages({ root, includes }, ctx);
  const words = named.filter((one) => !temporary.includes(one.name) && before[one.name] !== undefined).flatMap((one) => {
    if (one.version === null || one.version === '') return [one.name];
    return str(before[one.name] ?? '').split(',').includes(one.version) ? [`${one.name}-${one.version}`] : [];
  });
  if (words.length === 0 && temporary.length === 0) return {};
  for (const batch of batches(words)) await callZypper(['remove', ...batch], ctx, { root, scope: true });
  for (const batch of batches(temporary)) await callZypper(['removeptf', '--allow-downgrade', ...batch], ctx, { root, scope: true });
  forgetLists(ctx);
  return changesBetween(before, await listPackages({ root, includes }, ctx));
}

/** Packages that are program temporary fixes: zypper removes them by another command. */
async function temporaryFixes(names: readonly string[], root: Value, ctx: Context): Promise<string[]> {
  const argv = [...rpmWords(root), '-q', '--qf', '%{NAME}: [%{PROVIDES} ]\n', ...names];
  const output = str(await ctx.call('cmd.run', [argv], { python_shell: false, ignore_retcode: true }));
  return linesOf(output).flatMap((line) => {
    const at = line.indexOf(':');
    return at > 0 && line.slice(at).includes('ptf()') ? [line.slice(0, at)] : [];
  });
}

export interface UpgradeCall {
  readonly name: Value;
  readonly pkgs: Value;
  readonly refresh: boolean;
  readonly dryrun: boolean;
  readonly distUpgrade: boolean;
  readonly fromrepo: Value;
  readonly novendorchange: boolean;
  readonly skipVerify: boolean;
  readonly noRecommends: boolean;
  readonly root: Value;
  readonly diffAttr: Value;
  readonly kwargs: PlainMap;
}

/** Upgrades the packages named, or all; a dry run gives the words of zypper. @throws CommandExecutionError */
export async function upgradePackages(call: UpgradeCall, ctx: Context): Promise<Value> {
  const { root } = call;
  if (call.refresh) await refreshWith(root, call.kwargs, ctx);
  const command = await upgradeCommand(call, ctx);
  const options: ZypperCall = { root, scope: true, forgiving: true };
  if (call.distUpgrade && call.dryrun) await callZypper([...command, '--debug-solver'], ctx, options);
  const state = (): Promise<PlainMap> => listPackages({ root, includes: [], kwargs: { attr: call.diffAttr } }, ctx);
  const before = await state();
  const done = await callZypper(command, ctx, options);
  forgetLists(ctx);
  const changes = changesBetween(before, await state());
  if (!isSuccess(done)) {
    const { retcode, stdout, stderr, pid } = done;
    throw failureWithInfo('Problem encountered upgrading packages', { changes, result: { retcode, stdout, stderr, pid } });
  }
  return call.dryrun ? `${done.stdout}\n${done.stderr}`.trim() : changes;
}

async function upgradeCommand(call: UpgradeCall, ctx: Context): Promise<string[]> {
  const from = Array.isArray(call.fromrepo) ? call.fromrepo as readonly Value[] : isTruthy(call.fromrepo) ? [call.fromrepo] : [];
  const command = [
    ...(call.skipVerify ? ['--no-gpg-checks'] : []), call.distUpgrade ? 'dist-upgrade' : 'update', '--auto-agree-with-licenses',
    ...(call.dryrun ? ['--dry-run'] : []),
    ...from.flatMap((name) => [call.distUpgrade ? '--from' : '--repo', plainArgument(str(name), 'Repository')]),
  ];
  if (call.distUpgrade) return [...command, ...vendorOption(call, ctx), ...(call.noRecommends ? ['--no-recommends'] : [])];
  const targets = isTruthy(call.name) || isTruthy(call.pkgs) ? await readTargets({ ...call }, ctx) : undefined;
  return targets?.kind === 'repository' ? [...command, ...targets.packages.map(({ name }) => name)] : command;
}

function vendorOption({ novendorchange }: UpgradeCall, ctx: Context): string[] {
  if (!novendorchange) return [];
  const release = ctx.grains['osrelease_info'] ?? null;
  const major = Array.isArray(release) ? Number(release[0]) : 0;
  if (major > 11) return ['--no-allow-vendor-change'];
  ctx.log.warn({}, 'Disabling vendor changes is not supported on this Zypper version');
  return [];
}
