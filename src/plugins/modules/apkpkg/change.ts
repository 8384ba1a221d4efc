/** Installs, removes and upgrades packages. */
import type { Context } from '../../../kernel/contract/context.js';
import { isTrue } from '../../../kernel/std/is-true.js';
import { isTruthy, type PlainMap, type Value } from '../../../kernel/std/value.js';
import { changesBetween } from '../pkg/changes.js';
import { failureWithInfo } from '../pkg/failure.js';
import { packageName, plainArgument } from '../pkg/names.js';
import { readTargets, type Package, type TargetCall } from '../pkg/targets.js';
import { callApk } from './apk.js';
import { refreshDb } from './available.js';
import { forgetInstalled, installedPackages } from './installed.js';

/** `name`, `name>=1.2` or `name=1.2`. */
function wordOf({ name, version }: Package): string {
  if (version === null || version === '') return name;
  return packageName(/^[<>=~]/.test(version) ? `${name}${version}` : `${name}=${version}`);
}

/**
 * `{ name: { old, new } }`.
 * Differs: Salt's module ignored names without a version in `pkgs`, versions, and package files.
 * @throws CommandExecutionError with the words of apk
 */
export async function installPackages(call: TargetCall & { readonly refresh: Value }, ctx: Context): Promise<PlainMap> {
  const targets = await readTargets(call, ctx);
  if (targets === undefined) return {};
  if (isTrue(call.refresh)) await refreshDb(ctx);
  const installed = await installedPackages(ctx);
  const packages = targets.kind === 'repository' ? targets.packages : [];
  const words = targets.kind === 'file' ? targets.paths.map((path) => plainArgument(path, 'Path')) : packages.map(wordOf);
  const update = packages.some(({ name }) => installed[name] !== undefined) ? ['-u'] : [];
  return change(['add', ...update, ...words], 'Problem encountered installing package(s)', ctx);
}

/** Removes packages; `purge` also their configuration. @throws CommandExecutionError with the words of apk */
export async function removePackages(call: TargetCall, purge: boolean, ctx: Context): Promise<PlainMap> {
  if (!isTruthy(call.name) && !isTruthy(call.pkgs)) return {};
  const targets = await readTargets(call, ctx);
  const installed = await installedPackages(ctx);
  const names = targets?.kind === 'repository' ? targets.packages.map(({ name }) => name).filter((name) => installed[name] !== undefined) : [];
  return names.length === 0 ? {} : change(['del', ...(purge ? ['--purge'] : []), ...names], 'Problem encountered removing package(s)', ctx);
}

async function change(args: readonly string[], failure: string, ctx: Context): Promise<PlainMap> {
  const before = await installedPackages(ctx);
  const done = await callApk(args, ctx);
  forgetInstalled(ctx);
  const changes = changesBetween(before, await installedPackages(ctx));
  // apk writes its complaints to either output, depending on its version.
  const why = done.stderr === '' ? done.stdout : done.stderr;
  if (done.retcode !== 0 && why !== '') throw failureWithInfo(failure, { errors: [why], changes });
  return changes;
}

/** Upgrades the packages named, or all; gives `{ changes, result, comment }` as Salt's module did. */
export async function upgradePackages(call: TargetCall & { readonly refresh: Value }, ctx: Context): Promise<PlainMap> {
  const targets = isTruthy(call.name) || isTruthy(call.pkgs) ? await readTargets(call, ctx) : undefined;
  if (isTrue(call.refresh)) await refreshDb(ctx);
  const before = await installedPackages(ctx);
  const words = targets?.kind === 'repository' ? ['add', '-u', ...targets.packages.map(({ name }) => name)] : ['upgrade'];
  const done = await callApk(words, ctx, { redirect_stderr: true });
  forgetInstalled(ctx);
  const isDone = done.retcode === 0;
  return { changes: changesBetween(before, await installedPackages(ctx)), result: isDone, comment: isDone ? '' : done.stdout };
}
