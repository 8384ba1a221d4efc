/** Equality of values with their types: 1 is not 1.0, a list is no tuple, and the order of keys counts. */
import { Tuple, ValueSet } from '../../src/kernel/std/sequences.js';
import { Float, isBytes, isMap, mapEntries, type Value } from '../../src/kernel/std/value.js';

export function sameValue(a: Value, b: Value): boolean {
  if (Object.is(a, b)) return true;
  if (a instanceof Float || b instanceof Float) return a instanceof Float && b instanceof Float && Object.is(a.value, b.value);
  if (isBytes(a) || isBytes(b)) return isBytes(a) && isBytes(b) && Buffer.compare(a, b) === 0;
  if (Array.isArray(a) && Array.isArray(b)) {
    const kind = (list: readonly Value[]): string => (list instanceof Tuple ? 'tuple' : list instanceof ValueSet ? 'set' : 'list');
    return kind(a) === kind(b) && a.length === b.length && a.every((item, at) => sameValue(item as Value, b[at] as Value));
  }
  if (!isMap(a) || !isMap(b)) return false;
  const [left, right] = [mapEntries(a), mapEntries(b)];
  return left.length === right.length && left.every(([key, value], at) => sameValue(key, right[at]?.[0] as Value) && sameValue(value, right[at]?.[1] as Value));
}
