/** Installs, removes and upgrades packages. */
import type { Context } from '../../../kernel/contract/context.js';
import { isTrue } from '../../../kernel/std/is-true.js';
import { fnmatch } from '../../../kernel/std/fnmatch.js';
import { isTruthy, type PlainMap, type Value } from '../../../kernel/std/value.js';
import { changesBetween } from '../pkg/changes.js';
import { failureWithInfo } from '../pkg/failure.js';
import { plainArgument } from '../pkg/names.js';
import { namedPackages, readTargets, type Package } from '../pkg/targets.js';
import { listOffered } from './available.js';
import { forgetInstalled, installedPackages } from './installed.js';
import { changeWithPacman, rootWords } from './program.js';

export interface InstallCall {
  readonly name: Value;
  readonly refresh: boolean;
  readonly sysupgrade: Value;
  readonly pkgs: Value;
  readonly sources: Value;
  readonly kwargs: PlainMap;
}

/** `{ name: { old, new } }`. @throws CommandExecutionError with the words of pacman */
export async function installPackages(call: InstallCall, ctx: Context): Promise<PlainMap> {
  const targets = await readTargets(call, ctx);
  if (targets === undefined) return {};
  const root = rootWords(call.kwargs['root']);
  const quiet = ['--noprogressbar', '--noconfirm'];
  if (targets.kind === 'file') {
    return change(['-U', ...quiet, ...targets.paths.map((path) => plainArgument(path, 'Path')), ...root], 'Problem encountered installing package(s)', ctx);
  }
  const errors: string[] = [];
  const packages = targets.kind === 'repository' ? targets.packages : [];
  const patterns = packages.some(hasPattern);
  const offers = patterns ? await listOffered(packages.filter(hasPattern).map(({ name }) => name), { refresh: call.refresh }, ctx) as Record<string, string[]> : {};
  const words = packages.flatMap((one) => wordOf(one, offers, errors));
  if (errors.length > 0) throw failureWithInfo('Problem encountered installing package(s)', { errors, changes: {} });
  // The search for versions has fetched the lists already.
  const refresh = call.refresh && !patterns ? ['-y'] : [];
  const upgrade = call.sysupgrade === true ? ['-u'] : [];
  return change(['-S', ...refresh, ...upgrade, ...quiet, '--needed', ...words, ...root], 'Problem encountered installing package(s)', ctx);
}

const hasPattern = ({ version }: Package): boolean => version?.includes('*') === true;

/** What pacman is told: `name`, `name>=1.2`, or `name=version` for a pattern. */
function wordOf({ name, version }: Package, offers: Readonly<Record<string, string[]>>, errors: string[]): string[] {
  if (version === null) return [name];
  const [, operator = '=', bare = version] = /^(<=>|!=|>=|<=|>>|<<|<>|>|<|=)?\s?([^<>=]+)$/.exec(version) ?? [];
  if (!bare.includes('*')) return [`${name}${operator}${bare}`];
  if (operator !== '=') {
    errors.push(`Invalid wildcard for ${name}${operator}${bare}`);
    return [];
  }
  const candidates = offers[name] ?? [];
  const match = candidates.find((candidate) => fnmatch(candidate, bare));
  if (match === undefined) errors.push(`No version matching '${bare}' found for package '${name}' (available: ${candidates.length === 0 ? 'none' : candidates.join(', ')})`);
  return match === undefined ? [] : [`${name}=${match}`];
}

/** Removes packages; `purge` also what only they needed and what needs them. @throws CommandExecutionError */
export async function removePackages(action: 'remove' | 'purge', { name, pkgs, root }: { name: Value; pkgs: Value; root: Value | undefined }, ctx: Context): Promise<PlainMap> {
  const named = await namedPackages({ name, pkgs }, ctx);
  const installed = await installedPackages(ctx);
  const targets = named.map((one) => one.name).filter((one) => Object.hasOwn(installed, one));
  if (targets.length === 0) return {};
  const how = action === 'purge' ? '-Rsc' : '-R';
  return change([how, '--noprogressbar', '--noconfirm', ...targets, ...rootWords(root)], 'Problem encountered removing package(s)', ctx);
}

/** A failure without a word of pacman is none (observed: real Salt looks at both). */
async function change(args: readonly string[], failure: string, ctx: Context): Promise<PlainMap> {
  const before = await installedPackages(ctx);
  const done = await changeWithPacman(args, ctx);
  forgetInstalled(ctx);
  const changes = changesBetween(before, await installedPackages(ctx));
  if (done.retcode !== 0 && done.stderr !== '') throw failureWithInfo(failure, { errors: [done.stderr], changes });
  return changes;
}

/** Upgrades everything. @throws CommandExecutionError with what had changed and the end of pacman */
export async function upgradePackages(refresh: Value, root: Value, ctx: Context): Promise<PlainMap> {
  const before = await installedPackages(ctx);
  const done = await changeWithPacman(['-Su', '--noprogressbar', '--noconfirm', ...(isTrue(refresh) ? ['-y'] : []), ...(isTruthy(root) ? rootWords(root) : [])], ctx);
  forgetInstalled(ctx);
  const changes = changesBetween(before, await installedPackages(ctx));
  if (done.retcode !== 0) throw failureWithInfo('Problem encountered upgrading packages', { changes, result: { ...done } });
  return changes;
}
