/**
 * Containers whose contents must not be printed: pillar data. A mark beside the value, not a wrapper, so that everything
 * that reads maps and lists reads these too. Copies are not marked; the mark is the net below `redact`, which whoever
 * prints pillar data calls himself.
 *
 * Source: golden, outputters/json-masked; observed.
 */
import { setOf, Tuple, tupleOf, ValueSet } from './sequences.js';
import { isBytes, isMap, isTruthy, mapEntries, mapFrom, type PlainMap, type Value } from './value.js';

const REDACTED = '**********';
const masked = new WeakSet<object>();

/** Marks a map or list, and all maps and lists in it, as secret. Gives the same value. */
export function hide<T extends Value>(value: T): T {
  if (!isContainer(value) || masked.has(value)) return value;
  masked.add(value);
  for (const item of childrenOf(value)) hide(item);
  return value;
}

export function isHidden(value: Value): boolean {
  return isContainer(value) && masked.has(value);
}

/** A copy in which every text, number, True and bytes is ten asterisks; what is empty, zero, False or None stays. */
export function redact(value: Value): Value {
  if (isContainer(value)) return mapContainer(value, redact);
  if (value === null || !isTruthy(value)) return value;
  return isBytes(value) ? Buffer.from(REDACTED) : REDACTED;
}

/**
 * A copy in which all marked containers are redacted. Always a copy, in which no container stands twice: YAML would
 * write the second as a reference. Golden: outputters/yaml-shared.
 */
export function redactHidden(value: Value): Value {
  if (!isContainer(value)) return value;
  return masked.has(value) ? redact(value) : mapContainer(value, redactHidden);
}

type Container = Extract<Value, readonly Value[] | Map<Value, Value> | { [key: string]: Value }>;

function isContainer(value: Value): value is Container {
  return Array.isArray(value) || isMap(value);
}

function childrenOf(container: Container): Value[] {
  return isMap(container) ? mapEntries(container).map(([, item]) => item) : [...container];
}

function mapContainer(container: Container, change: (item: Value) => Value): Value {
  if (!isMap(container)) {
    const items = container.map((item) => change(item));
    if (container instanceof Tuple) return tupleOf(items);
    return container instanceof ValueSet ? setOf(items) : items;
  }
  if (container instanceof Map) return mapFrom(mapEntries(container).map(([key, item]) => [key, change(item)] as const));
  const copy: PlainMap = {};
  // A map that is a plain object has plain keys only.
  for (const key of Object.keys(container)) copy[key] = change(container[key] as Value);
  return copy;
}
