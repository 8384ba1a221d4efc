/** Makes a value unchangeable at every depth, as far as JavaScript can: entries of a Map are frozen, the Map is not. */
import { isMap, mapValues, type Value } from '../std/value.js';

export function deepFreeze<T extends Value>(value: T): T {
  if (Array.isArray(value)) {
    value.forEach((item: Value) => deepFreeze(item));
    return Object.freeze(value);
  }
  if (!isMap(value) || Object.isFrozen(value)) return value;
  mapValues(value).forEach(deepFreeze);
  return value instanceof Map ? value : Object.freeze(value);
}
