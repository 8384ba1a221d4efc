/** Packages on offer, and fetching their lists. */
import type { Context } from '../../../kernel/contract/context.js';
import { CommandExecutionError } from '../../../kernel/contract/errors.js';
import { isTrue } from '../../../kernel/std/is-true.js';
import type { PlainMap, Value } from '../../../kernel/std/value.js';
import { failureWithInfo } from '../pkg/failure.js';
import { packageNames } from '../pkg/names.js';
import { clearRefreshMark } from '../../../kernel/sys/pkg/refresh-mark.js';
import { callApk, readPackage, readUpgrades } from './apk.js';
import { installedPackages } from './installed.js';

/** True, or a failure with the words of apk. @throws CommandExecutionError */
export async function refreshDb(ctx: Context): Promise<true> {
  await clearRefreshMark(ctx);
  const { retcode, stdout, stderr } = await callApk(['update'], ctx);
  if (retcode === 0) return true;
  throw failureWithInfo('Problem encountered installing package(s)', { errors: [stdout === '' ? stderr : stdout], changes: false });
}

/** The version an upgrade or installation would give, empty when there is nothing newer; text for one name, a mapping for several. */
export async function latestVersions(given: readonly Value[], kwargs: PlainMap, ctx: Context): Promise<Value> {
  const names = packageNames(given);
  if (names.length === 0) return '';
  const installed = await installedPackages(ctx);
  if (isTrue(kwargs['refresh'] ?? true)) await refreshDb(ctx);
  const upgrades = readUpgrades((await callApk(['upgrade', '-s'], ctx, { ignore_retcode: true })).stdout);
  const answer: PlainMap = {};
  for (const name of names) answer[name] = upgrades[name] ?? (installed[name] === undefined ? await versionOnOffer(name, ctx) : '');
  return names.length === 1 ? answer[names[0] ?? ''] ?? '' : answer;
}

/** The search finds names that begin alike, too. */
async function versionOnOffer(name: string, ctx: Context): Promise<string> {
  const { stdout } = await callApk(['search', name], ctx, { ignore_retcode: true });
  const found = stdout.split('\n').flatMap((line) => readPackage(line) ?? []).filter((one) => one.name === name);
  return found.at(-1)?.version ?? '';
}

/** `{ name: version }` of all that an upgrade would change. @throws CommandExecutionError with the words of apk */
export async function listUpgrades(refresh: Value, ctx: Context): Promise<PlainMap> {
  if (isTrue(refresh)) await refreshDb(ctx);
  const done = await callApk(['upgrade', '-s'], ctx);
  if (done.retcode !== 0) throw new CommandExecutionError(done.stderr + done.stdout);
  return readUpgrades(done.stdout);
}
