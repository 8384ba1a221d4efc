/**
 * Where options are looked for: options of the minion, grains, pillar, the master's options in the pillar, defaults.
 *
 * Source: observed, Salt 3008.3.
 */
import type { Context } from '../../../kernel/contract/context.js';
import { fnmatch } from '../../../kernel/std/fnmatch.js';
import { mergeMaps } from '../../../kernel/std/merge.js';
import { traverse } from '../../../kernel/std/traverse.js';
import { isMap, isTruthy, mapEntries, mapFrom, mapGet, type Value, type ValueMap } from '../../../kernel/std/value.js';
import { MODULE_DEFAULTS } from './defaults.data.js';

export interface Omit {
  readonly omit_opts: boolean;
  readonly omit_grains: boolean;
  readonly omit_pillar: boolean;
  readonly omit_master: boolean;
}

/** Options of the master, where it hands them to minions (`pillar_opts`). */
export function masterOptions(ctx: Context): ValueMap {
  const master = mapGet(ctx.pillar, 'master');
  return isMap(master) ? master : {};
}

/** The places that count, best first. */
function placesOf(ctx: Context, omit: Omit): ValueMap[] {
  return [
    ...(omit.omit_opts ? [] : [ctx.opts]),
    ...(omit.omit_grains ? [] : [ctx.grains]),
    ...(omit.omit_pillar ? [] : [ctx.pillar]),
    ...(omit.omit_master ? [] : [masterOptions(ctx)]),
    MODULE_DEFAULTS,
  ];
}

/** A value of the form `sdb://profile/key` is looked up where it points. */
async function resolve(ctx: Context, value: Value): Promise<Value> {
  const pointsElsewhere = typeof value === 'string' && value.startsWith('sdb://') && (await ctx.has('sdb.get'));
  return pointsElsewhere ? ctx.call('sdb.get', [value]) : value;
}

/** The first place that has something at the path. */
export async function getFirst(ctx: Context, key: Value, fallback: Value, delimiter: string, omit: Omit): Promise<Value> {
  for (const place of placesOf(ctx, omit)) {
    const found = traverse(place, key, undefined, delimiter);
    if (found !== undefined) return resolve(ctx, found);
  }
  return fallback;
}

/** The value at the path when all places are laid over each other; nothing can be left out here. */
export async function getMerged(ctx: Context, key: Value, fallback: Value, delimiter: string, strategy: string): Promise<Value> {
  const isKnown = strategy === 'recurse' || strategy === 'overwrite';
  if (!isKnown) ctx.log.warn({ strategy }, 'unknown merge strategy, recurse taken');
  const mergeLists = isTruthy(ctx.opts['pillar_merge_lists']);
  const places: ValueMap[] = [MODULE_DEFAULTS, masterOptions(ctx), ctx.pillar, ctx.grains, ctx.opts];
  const all = places.reduce((below, above) => mergeMaps(below, above, isKnown ? strategy : 'recurse', { mergeLists }));
  const found = traverse(all, key, undefined, delimiter);
  return found === undefined ? fallback : resolve(ctx, found);
}

/** The value of an option by its plain name. */
export function optionOf(ctx: Context, name: string, fallback: Value, omit: Omit): Value {
  for (const place of placesOf(ctx, omit)) {
    const found = mapGet(place, name);
    if (found !== undefined) return found;
  }
  return fallback;
}

/** All options whose names fit a pattern; better places win, the names of worse ones come first. */
export function optionsLike(ctx: Context, pattern: string, fallback: Value, omit: Omit): Value {
  const [defaults = {}, ...places] = placesOf(ctx, omit).toReversed();
  const found = new Map<Value, Value>();
  for (const place of places) for (const [key, value] of matching(place, pattern)) found.set(key, value);
  for (const [key, value] of matching(defaults, pattern)) if (!found.has(key)) found.set(key, value);
  return found.size === 0 ? fallback : mapFrom(found);
}

function matching(place: ValueMap, pattern: string): [Value, Value][] {
  return mapEntries(place).filter(([key]) => typeof key === 'string' && fnmatch(key, pattern));
}

/** Values of one name from all places in one: maps laid over each other, lists put together, text of the best place alone. */
export function mergedOption(ctx: Context, name: string, fallback: Value, omit: Omit): Value {
  const places = [
    ...(omit.omit_opts ? [] : [ctx.opts]), ...(omit.omit_master ? [] : [masterOptions(ctx)]), ...(omit.omit_pillar ? [] : [ctx.pillar]),
  ];
  let best: Value = null;
  for (const place of places) {
    const found = mapGet(place, name);
    if (found === undefined) continue;
    best = best === null ? found : joined(best, found);
    if (typeof best === 'string') return best;
  }
  const preset = mapGet(MODULE_DEFAULTS, name);
  return best ?? (preset === undefined ? fallback : preset);
}

function joined(best: Value, found: Value): Value {
  if (isMap(best) && isMap(found)) return mapFrom(new Map([...mapEntries(found), ...mapEntries(best)]));
  return Array.isArray(best) && Array.isArray(found) ? [...(best as readonly Value[]), ...(found as readonly Value[])] : best;
}

/** Options that begin with `name.`. */
export function optionsBelow(ctx: Context, name: string): ValueMap {
  const found = new Map<Value, Value>();
  for (const place of [masterOptions(ctx), ctx.opts]) {
    for (const [key, value] of mapEntries(place)) if (typeof key === 'string' && key.startsWith(`${name}.`)) found.set(key, value);
  }
  return mapFrom(found);
}
