/**
 * Merging of maps as Salt's `dictupdate`, the strategies of `pillar_source_merging_strategy` included.
 * Nothing given is changed; the result has the keys of the first map in their order, then the new ones.
 *
 * Source: read, Salt 3008.3 `salt.utils.dictupdate`; golden: pillar/merging.
 */
import { equalValues, isMap, mapEntries, mapFrom, mapGet, mapHas, type Value, type ValueMap } from './value.js';

export interface MergeOptions {
  /** Lists under the same key are joined, without the elements that are there already; else the second list wins. */
  readonly mergeLists?: boolean;
}

/** What stands under a key that both maps have. */
type Both = (old: Value, fresh: Value) => Value;

/** The first map brought up to date with the second, at every depth. */
export function updateMap(base: ValueMap, update: ValueMap, options: MergeOptions = {}): ValueMap {
  return combine(base, update, updated(options));
}

const updated = (options: MergeOptions): Both => (old, fresh) => {
  if (isMap(old) && isMap(fresh)) return updateMap(old, fresh, options);
  if (options.mergeLists === true && Array.isArray(old) && Array.isArray(fresh)) return joinLists(old, fresh);
  return fresh;
};

const replaced: Both = (_old, fresh) => fresh;

/**
 * A strategy of `mergeMaps` for many maps one after the other: it works on the entries of the first, which are the caller's own, and takes
 * no longer when they grow. Undefined for a strategy that needs whole maps.
 */
export function mergeInPlace(strategy: string, options: MergeOptions = {}): ((known: Map<Value, Value>, update: ValueMap) => void) | undefined {
  if (strategy === 'list') return undefined;
  const both = strategy === 'overwrite' || strategy === 'aggregate' ? replaced : updated(strategy === 'none' ? {} : options);
  return (known, update) => add(known, update, both);
}

/** Salt's names of strategies; an unknown one acts as `recurse`. */
export function mergeMaps(base: ValueMap, update: ValueMap, strategy: string, options: MergeOptions = {}): ValueMap {
  switch (strategy) {
    case 'list':
      return mapFrom(mapEntries(base).map(([key, value]) => [key, mapHas(update, key) ? [value, mapGet(update, key) ?? null] : value]));
    // Both go one level deep only (observed): a key of the second map takes the place of the whole value.
    case 'overwrite':
    case 'aggregate':
      return combine(base, update, replaced);
    case 'none':
      return updateMap(base, update);
    default:
      return updateMap(base, update, options);
  }
}

function combine(base: ValueMap, update: ValueMap, both: Both): ValueMap {
  const known = new Map(mapEntries(base));
  add(known, update, both);
  return mapFrom(known);
}

function add(known: Map<Value, Value>, update: ValueMap, both: Both): void {
  for (const [key, fresh] of mapEntries(update)) {
    const old = known.get(key);
    known.set(key, old === undefined ? fresh : both(old, fresh));
  }
}

function joinLists(old: readonly Value[], fresh: readonly Value[]): Value[] {
  return [...old, ...fresh.filter((item) => !old.some((there) => equalValues(there, item)))];
}
