/** Packages on this machine. */
import type { Context } from '../../../kernel/contract/context.js';
import { isTrue } from '../../../kernel/std/is-true.js';
import { isTruthy, type PlainMap, type Value } from '../../../kernel/std/value.js';
import { callApk, readPackage } from './apk.js';

type Versions = Record<string, string>;

const MEMORY_KEY = 'pkg.list_pkgs';

/** Read once for a job, until `forgetInstalled`. apk has one version of a package at most. */
export async function installedPackages(ctx: Context, useMemory = true): Promise<Versions> {
  const known = ctx.memory.get(MEMORY_KEY) as Versions | undefined;
  if (known !== undefined && useMemory) return { ...known };
  const { stdout } = await callApk(['info', '-v'], ctx);
  const found = Object.fromEntries(stdout.split('\n').flatMap((line) => {
    const one = readPackage(line);
    return one === undefined ? [] : [[one.name, one.version] as const];
  }));
  ctx.memory.set(MEMORY_KEY, found);
  return { ...found };
}

export function forgetInstalled(ctx: Context): void {
  ctx.memory.delete(MEMORY_KEY);
}

/** The answer of `pkg.list_pkgs`. apk keeps nothing of what was removed. */
export async function listPackages(asList: Value, kwargs: PlainMap, ctx: Context): Promise<PlainMap> {
  if (isTrue(kwargs['removed']) || isTrue(kwargs['purge_desired'])) return {};
  const found = await installedPackages(ctx, isTruthy(kwargs['use_context'] ?? true));
  return isTrue(asList) ? Object.fromEntries(Object.entries(found).map(([name, version]) => [name, [version]])) : found;
}
