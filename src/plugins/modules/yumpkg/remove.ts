/** Removes and upgrades packages. */
import type { Context } from '../../../kernel/contract/context.js';
import { isTrue } from '../../../kernel/std/is-true.js';
import { isTruthy, type PlainMap, type Value } from '../../../kernel/std/value.js';
import { changesBetween } from '../pkg/changes.js';
import { failureWithInfo } from '../pkg/failure.js';
import { forgetPackages, versionTexts } from '../pkg/memory.js';
import { namedPackages, readTargets, splitWords, spreadPatterns } from '../pkg/targets.js';
import { splitArch } from '../rpm/architecture.js';
import { withoutEpoch } from '../rpm/version.js';
import { installedPackages, listPackages, osarchOf } from './installed.js';
import { yumOptionsWithOthers } from './options.js';
import { callYum, isDnf, yumName } from './program.js';
import { refreshDb } from './refresh.js';

/** `{ name: { old, new } }`. @throws CommandExecutionError with the words of the program */
export async function removePackages(name: Value, pkgs: Value, kwargs: PlainMap, ctx: Context): Promise<PlainMap> {
  const named = await namedPackages({ name, pkgs }, ctx);
  const before = await versionTexts(await installedPackages(ctx), ctx);
  const words = spreadPatterns(named, before).flatMap((one) => wordOf(one.name, one.version, before[one.name] ?? '', kwargs, ctx));
  if (words.length === 0) return {};
  const done = await callYum(['-y', 'remove', ...words], ctx);
  forgetPackages(ctx);
  const changes = changesBetween(before, await versionTexts(await installedPackages(ctx), ctx));
  if (done.retcode !== 0 && done.stderr !== '') throw failureWithInfo('Error occurred removing package(s)', { errors: [done.stderr], changes });
  return changes;
}

/** The package, or one version of it; nothing when that version is not installed. */
function wordOf(name: string, version: string | null, installed: string, kwargs: PlainMap, ctx: Context): string[] {
  if (version === null || version === '') return [name];
  if (!installed.split(',').includes(version)) return [];
  const { name: bare, arch } = splitArch(name);
  const isApart = arch !== null && arch !== 'noarch' && (arch !== osarchOf(ctx) || isTruthy(kwargs['split_arch'] ?? true));
  return [isApart ? `${bare}-${withoutEpoch(version)}.${arch}` : `${name}-${withoutEpoch(version)}`];
}

export interface UpgradeCall {
  readonly name: Value;
  readonly pkgs: Value;
  readonly refresh: Value;
  readonly skipVerify: boolean;
  readonly normalize: boolean;
  readonly minimal: boolean;
  readonly obsoletes: boolean;
  readonly diffAttr: Value;
  readonly kwargs: PlainMap;
}

/** Upgrades the packages named, or all. @throws CommandExecutionError with what had changed and the end of the program */
export async function upgradePackages(call: UpgradeCall, ctx: Context): Promise<PlainMap> {
  const yum = await yumName(ctx);
  const keepsObsolete = isDnf(yum) && !call.obsoletes;
  const settings = splitWords(call.kwargs['setopt']).filter((item) => !item.startsWith('obsoletes='));
  const kwargs = keepsObsolete ? { ...call.kwargs, setopt: [...settings, 'obsoletes=False'] } : call.kwargs;
  const options = yumOptionsWithOthers(kwargs);
  if (isTrue(call.refresh)) await refreshDb(kwargs, ctx);
  const before = await listPackages(false, { attr: call.diffAttr }, ctx);
  const targets = isTruthy(call.name) || isTruthy(call.pkgs) ? await readTargets({ ...call, kwargs }, ctx) : undefined;
  const names = targets?.kind === 'repository' ? targets.packages.map(({ name }) => name) : targets?.kind === 'advisory' ? targets.ids : [];
  const action = call.obsoletes || isDnf(yum) ? 'upgrade' : 'update';
  const done = await callYum([
    '--quiet', '-y', ...options, ...(call.skipVerify ? ['--nogpgcheck'] : []), call.minimal ? `${action}-minimal` : action, ...names,
  ], ctx);
  forgetPackages(ctx);
  const changes = changesBetween(before, await listPackages(false, { attr: call.diffAttr }, ctx));
  if (done.retcode !== 0) throw failureWithInfo('Problem encountered upgrading packages', { changes, result: { ...done } });
  return changes;
}
