/** Packages of this machine as detailed lists, read once for a job. */
import type { Context } from '../../../kernel/contract/context.js';
import { isTrue } from '../../../kernel/std/is-true.js';
import { isTruthy, type PlainMap, type Value } from '../../../kernel/std/value.js';
import { splitWords } from './targets.js';

/** `{ name: [{ epoch, version, release, arch, install_date, install_date_time_t }] }`. */
export type Detailed = Record<string, PlainMap[]>;

const MEMORY_KEY = 'pkg.list_pkgs';

export function forgetPackages(ctx: Context): void {
  ctx.memory.delete(MEMORY_KEY);
}

/** What was read before, or reads it. */
export async function remembered(ctx: Context, useMemory: boolean, read: () => Promise<Detailed>): Promise<Detailed> {
  const known = ctx.memory.get(MEMORY_KEY) as Detailed | undefined;
  if (known !== undefined && useMemory) return known;
  const found = await read();
  ctx.memory.set(MEMORY_KEY, found);
  return found;
}

/** The form `pkg.list_pkgs` has: versions, or the attributes asked for. */
export async function formatted(packages: Detailed, { asList, attr }: { asList: Value; attr?: Value }, ctx: Context): Promise<PlainMap> {
  const attributes = !isTruthy(attr) ? null : attr === 'all' ? 'all' : splitWords(attr);
  return await ctx.call('pkg_resource.format_pkg_list', [structuredClone(packages), isTrue(asList), attributes]) as PlainMap;
}

/** `{ name: [version] }` without attributes. */
export const versionLists = async (packages: Detailed, ctx: Context): Promise<Record<string, string[]>> =>
  await formatted(packages, { asList: true }, ctx) as Record<string, string[]>;

/** `{ name: 'version,version' }`. */
export const versionTexts = async (packages: Detailed, ctx: Context): Promise<Record<string, string>> =>
  await formatted(packages, { asList: false }, ctx) as Record<string, string>;
