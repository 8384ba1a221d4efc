/** Swap spaces that are in use. */
import { posix } from 'node:path';
import type { Context } from '../../../kernel/contract/context.js';
import { isMap, isPlainMap, isTruthy, mapGet, mapHas, mapValues, type PlainMap } from '../../../kernel/std/value.js';
import { PERSISTED } from './mounted.js';

async function realDevice(name: string, ctx: Context): Promise<string> {
  if (!isTruthy(await ctx.call('file.is_link', [name]))) return name;
  const target = String(await ctx.call('file.readlink', [name]));
  return target.startsWith('/') ? target : `/dev/${posix.basename(target)}`;
}

const swapSpaces = async (ctx: Context): Promise<PlainMap> => {
  const spaces = await ctx.call('mount.swaps');
  return isPlainMap(spaces) ? spaces : {};
};

interface Swapped {
  readonly changes: PlainMap;
  readonly result: boolean | null;
  readonly comment: string;
  /** Names of the spaces in use. */
  readonly inUse: readonly string[];
}

async function activate(name: string, ctx: Context): Promise<Swapped> {
  const device = await realDevice(name, ctx);
  const before = await swapSpaces(ctx);
  if (Object.hasOwn(before, device)) return { changes: {}, result: true, comment: `Swap ${name} already active`, inUse: Object.keys(before) };
  if (ctx.test) return { changes: {}, result: null, comment: `Swap ${name} is set to be activated`, inUse: Object.keys(before) };
  await ctx.call('mount.swapon', [device]);
  const after = await swapSpaces(ctx);
  const facts = after[device];
  if (facts === undefined) return { changes: {}, result: false, comment: `Swap ${name} failed to activate`, inUse: Object.keys(after) };
  return { changes: isPlainMap(facts) ? { ...facts } : {}, result: true, comment: `Swap ${name} activated`, inUse: Object.keys(after) };
}

export async function swap(name: string, persist: boolean, config: string, ctx: Context): Promise<PlainMap> {
  const { inUse, ...swapped } = await activate(name, ctx);
  if (!persist) return { name, ...swapped };
  const table = await ctx.call('mount.fstab', [config]);
  const entries = isMap(table) ? table : {};
  if (ctx.test) {
    const isListed = mapHas(entries, name) || mapValues(entries).some((entry) => isMap(entry) && mapGet(entry, 'device') === name);
    if (isListed) return { name, ...swapped };
    return { name, ...swapped, result: null, ...(inUse.includes(name) ? { comment: `Swap ${name} is set to be added to the fstab and to be activated` } : {}) };
  }
  const none = mapGet(entries, 'none');
  if (isMap(none) && mapGet(none, 'device') === name && mapGet(none, 'fstype') !== 'swap') return { name, ...swapped };
  const answer = String(await ctx.call('mount.set_fstab', ['none', name, 'swap', ['defaults'], 0, 0, config]));
  if (answer === 'present') return { name, ...swapped };
  const { word = '', change } = PERSISTED[answer] ?? {};
  return {
    name, ...swapped, changes: { ...swapped.changes, ...(change === undefined ? {} : { persist: change }) },
    comment: `${swapped.comment}${word}`, ...(answer === 'bad config' ? { result: false } : {}),
  };
}
