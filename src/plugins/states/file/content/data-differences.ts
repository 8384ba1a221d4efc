/** What differs between two maps, key by key. */
import { equalValues, isMap, mapEntries, mapFrom, mapGet, mapSize, type Value, type ValueMap } from '../../../../kernel/std/value.js';

/** What Salt writes for the value of a key that was not there. */
const NOTHING = '<_null_>';

/** `{key: {new, old}}` at every depth; keys that are gone are left out. */
export function dataDifferences(old: ValueMap, fresh: ValueMap): ValueMap {
  const found: [Value, Value][] = [];
  for (const [key, value] of mapEntries(fresh)) {
    const before = mapGet(old, key);
    if (before === undefined) found.push([key, { new: value, old: NOTHING }]);
    else if (equalValues(before, value)) continue;
    else if (isMap(before) && isMap(value)) {
      const below = dataDifferences(before, value);
      if (mapSize(below) > 0) found.push([key, below]);
    } else found.push([key, { new: value, old: before }]);
  }
  return mapFrom(found);
}
