/** Packages that shall keep their version, with the plugin versionlock. */
import type { Context } from '../../../kernel/contract/context.js';
import { InvocationError } from '../../../kernel/contract/errors.js';
import { fnmatch } from '../../../kernel/std/fnmatch.js';
import { linearMatch } from '../../../kernel/std/linear-regex.js';
import { isTruthy, type PlainMap } from '../../../kernel/std/value.js';
import { holdTargets, type HoldCall } from '../pkg/targets.js';
import { installedPackages } from './installed.js';
import { callYum, isDnf, yumName, type YumName } from './program.js';

/** Names of packages in a line of versionlock. */
export const HOLD_PATTERN = '[\\w+]+(?:[.-][^-]+)*';
const DNF5_LOCKS = '/etc/dnf/versionlock.toml';

/** @throws InvocationError for tdnf, which has none */
function pluginName(yum: YumName, { os, osrelease, osmajorrelease }: Readonly<PlainMap>): string {
  if (yum === 'tdnf') throw new InvocationError('Cannot proceed, no versionlock for tdnf');
  if (yum === 'yum') return 'yum-plugin-versionlock';
  if (String(os).toLowerCase() === 'fedora') {
    return Number(osrelease) >= 26 ? 'python3-dnf-plugin-versionlock' : 'python3-dnf-plugins-extras-versionlock';
  }
  return Number(osmajorrelease) >= 8 ? 'python3-dnf-plugin-versionlock' : 'python2-dnf-plugin-versionlock';
}

/** @throws InvocationError without the plugin */
async function needPlugin(ctx: Context): Promise<void> {
  const plugin = pluginName(await yumName(ctx), ctx.grains);
  if (!Object.hasOwn(await installedPackages(ctx), plugin)) throw new InvocationError(`Cannot proceed, ${plugin} is not installed.`);
}

/** The lock in a line: `vim-2:7.4-1.*` of dnf, `2:vim-7.4-1.*` of yum; the name alone unless `full`. */
export function readHold(line: string, { yum, pattern, full }: { yum: YumName; pattern: string; full: boolean }): string | undefined {
  const source = isDnf(yum) ? `(${pattern}-\\S+)` : full ? `(\\d+:${pattern}-\\S+)` : `\\d+:(${pattern}-\\S+)`;
  const lock = linearMatch(source, line, 'search')?.groups[1];
  if (lock === undefined || full) return lock;
  const before = (text: string, mark: string): string => (text.includes(mark) ? text.slice(0, text.lastIndexOf(mark)) : text);
  return before(before(before(lock, '.'), '-'), '-');
}

/** @throws InvocationError without the plugin */
export async function listHolds(pattern: string, full: boolean, ctx: Context): Promise<string[]> {
  await needPlugin(ctx);
  const yum = await yumName(ctx);
  if (yum === 'dnf5') {
    const { parse: parseToml } = await import('smol-toml');
    return dnf5Holds(parseToml((await ctx.sys.readText(DNF5_LOCKS)) ?? ''), full);
  }
  const output = String(await ctx.call('cmd.run', [[yum, 'versionlock', 'list']], { python_shell: false }));
  return output.split('\n').flatMap((line) => readHold(line, { yum, pattern, full }) ?? []);
}

interface Dnf5Lock {
  readonly name?: string;
  readonly conditions?: readonly { readonly key?: string; readonly comparator?: string; readonly value?: string }[];
}

/** Locks of dnf5: names, or `name-epoch:version-release.*` of those that have an exact version. */
export function dnf5Holds(locks: Readonly<Record<string, unknown>>, full: boolean): string[] {
  const packages = (locks['packages'] ?? []) as readonly Dnf5Lock[];
  if (!full) return [...new Set(packages.flatMap(({ name }) => (name === undefined || name === '' ? [] : [name])))];
  return packages.flatMap(({ name, conditions = [] }) => {
    const evr = conditions.find(({ key, comparator }) => key === 'evr' && comparator === '=')?.value;
    return name === undefined || name === '' || evr === undefined ? [] : [`${name}-${evr.includes(':') ? evr : `0:${evr}`}.*`];
  });
}

/** Names of the packages a call is about; that the plugin is missing is said first. @throws InvocationError */
export async function heldTargets(call: HoldCall, ctx: Context): Promise<string[]> {
  await needPlugin(ctx);
  return holdTargets(call);
}

/** A result for each package, in the form of states. @throws InvocationError without the plugin */
export async function holdPackages(targets: readonly string[], ctx: Context): Promise<PlainMap> {
  const held = await listHolds(HOLD_PATTERN, false, ctx);
  const results: PlainMap = {};
  for (const name of targets) results[name] = { name, changes: {}, ...(await holdOne(name, held, ctx)) };
  return results;
}

const isTest = (ctx: Context): boolean => ctx.test || isTruthy(ctx.opts['test']);

async function holdOne(name: string, held: readonly string[], ctx: Context): Promise<PlainMap> {
  if (held.includes(name)) return { result: true, comment: `Package ${name} is already set to be held.` };
  if (isTest(ctx)) return { result: null, comment: `Package ${name} is set to be held.` };
  const { retcode } = await callYum(['versionlock', 'add', name], ctx);
  if (retcode !== 0) return { result: false, comment: `Package ${name} was unable to be held.` };
  return { changes: { new: 'hold', old: '' }, result: true, comment: `Package ${name} is now being held.` };
}

/** A result for each package, in the form of states. @throws InvocationError without the plugin */
export async function releasePackages(targets: readonly string[], ctx: Context): Promise<PlainMap> {
  const yum = await yumName(ctx);
  const held = await listHolds(HOLD_PATTERN, yum === 'yum', ctx);
  const nameOf = (lock: string): string | undefined => readHold(lock, { yum, pattern: HOLD_PATTERN, full: false });
  const results: PlainMap = {};
  for (const name of targets) {
    const locks = held.filter((lock) => (isDnf(yum) ? lock === name : fnmatch(lock, `*${name}*`) && nameOf(lock) === name));
    results[name] = { name, changes: {}, ...(await releaseOne(name, locks, ctx)) };
  }
  return results;
}

async function releaseOne(name: string, locks: readonly string[], ctx: Context): Promise<PlainMap> {
  if (locks.length === 0) return { result: true, comment: `Package ${name} is not being held.` };
  if (isTest(ctx)) return { result: null, comment: `Package ${name} is set to be unheld.` };
  const { retcode } = await callYum(['versionlock', 'delete', ...locks], ctx);
  if (retcode !== 0) return { result: false, comment: `Package ${name} was unable to be unheld.` };
  return { changes: { new: '', old: 'hold' }, result: true, comment: `Package ${name} is no longer held.` };
}
