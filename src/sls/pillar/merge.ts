/**
 * How two pillars become one: the strategies of `pillar_source_merging_strategy`.
 *
 * Source: read, Salt 3008.3; golden: pillar/merging.
 */
import { mergeInPlace, mergeMaps } from '../../kernel/std/merge.js';
import { equalValues, isMap, mapEntries, mapFrom, mapGet, mapHas, type PlainMap, type Value, type ValueMap } from '../../kernel/std/value.js';
import { isAggregated, markAggregated } from '../render/aggregated.js';

export interface Merge {
  (base: ValueMap, update: ValueMap): ValueMap;
  /** The same on entries that belong to the caller, where the strategy allows it. */
  readonly inPlace?: ((known: Map<Value, Value>, update: ValueMap) => void) | undefined;
}

/** Many maps, merged one after the other. */
export class MergedMaps {
  readonly #merge: Merge;
  #entries: Map<Value, Value> | undefined;
  #whole: ValueMap;

  constructor(base: ValueMap, merge: Merge) {
    this.#merge = merge;
    this.#whole = base;
  }

  add(update: ValueMap): void {
    if (this.#merge.inPlace === undefined) this.#whole = this.#merge(this.#whole, update);
    else this.#merge.inPlace(this.#entries ??= new Map(mapEntries(this.#whole)), update);
  }

  get whole(): ValueMap {
    return this.#entries === undefined ? this.#whole : mapFrom(this.#entries);
  }
}

/** @throws what `update` throws for a source that gives no map */
export function pillarMerge(opts: Readonly<PlainMap>): Merge {
  const option = opts['pillar_source_merging_strategy'];
  const named = typeof option === 'string' && option !== '' ? option : 'smart';
  const strategy = named === 'smart' && endsInYamlex(opts['renderer']) ? 'aggregate' : named;
  if (strategy === 'aggregate') return (base, update) => joinMaps(base, update, true) as ValueMap;
  const mergeLists = opts['pillar_merge_lists'] === true;
  const merge = (base: ValueMap, update: ValueMap): ValueMap => mergeMaps(base, update, strategy, { mergeLists });
  return Object.assign(merge, { inPlace: mergeInPlace(strategy, { mergeLists }) });
}

const endsInYamlex = (renderer: Value | undefined): boolean =>
  typeof renderer === 'string' && (renderer.split('|').at(-1) === 'yamlex' || renderer.startsWith('yamlex_'));

/** Values marked `!aggregate` on both sides are joined; of all others the second counts. */
function join(base: Value, update: Value): Value {
  if (isMap(base) && isMap(update)) return joinMaps(base, update, isAggregated(base) && isAggregated(update));
  if (!Array.isArray(base) || !Array.isArray(update) || !isAggregated(base) || !isAggregated(update)) return update;
  const items = base as readonly Value[];
  return [...items, ...(update as readonly Value[]).filter((item) => !items.some((known) => equalValues(known, item)))];
}

function joinMaps(base: ValueMap, update: ValueMap, both: boolean): Value {
  const entries = new Map(mapEntries(both ? base : update));
  for (const [key, value] of mapEntries(update)) entries.set(key, mapHas(base, key) ? join(mapGet(base, key) ?? null, value) : value);
  const joined = mapFrom(entries);
  return both || isAggregated(update) ? markAggregated(joined) : joined;
}
