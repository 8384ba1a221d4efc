/**
 * Values as Python has them, in JavaScript: what travels on the wire, stands in YAML and in returns.
 * Refuses to know: where a value comes from. Start at `Value`.
 *
 * | Python | here |
 * |---|---|
 * | None, bool, str | null, boolean, string |
 * | int | number when safe, else bigint |
 * | float | number when it has a fraction, is infinite or NaN; `Float` when it is whole (1.0) |
 * | bytes | Uint8Array (Buffer) |
 * | list, tuple, set | array |
 * | dict | plain object when every key is text that keeps its place; else Map (see `mapFrom`) |
 */

/** A whole number that is a float in Python: 1.0, not 1. Behaves as its number in arithmetic. */
export class Float {
  readonly value: number;
  constructor(value: number) {
    this.value = value;
  }
  valueOf(): number {
    return this.value;
  }
  toString(): string {
    return `${this.value}.0`;
  }
  toJSON(): number {
    return this.value;
  }
}

/** A msgpack extension that has no meaning here: kept, and written back as it came. */
export class Extension {
  readonly code: number;
  readonly bytes: Uint8Array;
  constructor(code: number, bytes: Uint8Array) {
    this.code = code;
    this.bytes = bytes;
  }
}

/** A date and time as msgpack extension 78 carries it: `20260102T03:04:05.000006`, no zone. */
export class DateTime {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
  toString(): string {
    return this.text;
  }
  toJSON(): string {
    return this.text;
  }
}

export type Value =
  | null
  | boolean
  | number
  | bigint
  | string
  | Uint8Array
  | Float
  | DateTime
  | Extension
  | readonly Value[]
  | ValueMap;

export type PlainMap = { [key: string]: Value };
export type ValueMap = PlainMap | Map<Value, Value>;

/** Keys that a plain object would move to the front. */
const INTEGER_LIKE = /^(0|[1-9][0-9]{0,9})$/;

/** Says whether a key may stand in a plain object without losing its place or harming it. */
export function isPlainKey(key: Value): key is string {
  return typeof key === 'string' && key !== '__proto__' && !INTEGER_LIKE.test(key);
}

/** Makes a map of entries in order: a plain object where that loses nothing, else a Map. The last of equal keys wins. */
export function mapFrom(entries: Iterable<readonly [Value, Value]>): ValueMap {
  const list = [...entries];
  if (!list.every(([key]) => isPlainKey(key))) return new Map(list);
  const plain: PlainMap = {};
  for (const [key, value] of list) plain[key as string] = value;
  return plain;
}

/** True for a dict: a plain object (or one without prototype) or a Map; false for lists, bytes, floats and the rest. */
export function isMap(value: unknown): value is ValueMap {
  if (value === null || typeof value !== 'object') return false;
  if (value instanceof Map) return true;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

export function isPlainMap(value: unknown): value is PlainMap {
  return isMap(value) && !(value instanceof Map);
}

export function isBytes(value: unknown): value is Uint8Array {
  return value instanceof Uint8Array;
}

export function isList(value: unknown): value is readonly Value[] {
  return Array.isArray(value);
}

/** True for every number of Python: int and float. */
export function isNumber(value: unknown): value is number | bigint | Float {
  return typeof value === 'number' || typeof value === 'bigint' || value instanceof Float;
}

/** True when Python would call the value an int (a bool is not counted). */
export function isInteger(value: unknown): value is number | bigint {
  return typeof value === 'bigint' || (typeof value === 'number' && Number.isInteger(value));
}

/** Makes the float of a number: `floatOf(1)` is 1.0. */
export function floatOf(value: number): number | Float {
  return Number.isInteger(value) ? new Float(value) : value;
}

export function mapGet(map: ValueMap, key: Value): Value | undefined {
  if (map instanceof Map) return map.get(key);
  return typeof key === 'string' && Object.hasOwn(map, key) ? map[key] : undefined;
}

export function mapHas(map: ValueMap, key: Value): boolean {
  return map instanceof Map ? map.has(key) : typeof key === 'string' && Object.hasOwn(map, key);
}

export function mapEntries(map: ValueMap): [Value, Value][] {
  return map instanceof Map ? [...map.entries()] : Object.entries(map);
}

export function mapKeys(map: ValueMap): Value[] {
  return map instanceof Map ? [...map.keys()] : Object.keys(map);
}

export function mapValues(map: ValueMap): Value[] {
  return map instanceof Map ? [...map.values()] : Object.values(map);
}

export function mapSize(map: ValueMap): number {
  return map instanceof Map ? map.size : Object.keys(map).length;
}

/** A copy with one entry set; an existing key keeps its place. */
export function mapWith(map: ValueMap, key: Value, value: Value): ValueMap {
  const entries = mapEntries(map);
  const at = entries.findIndex(([known]) => known === key);
  if (at >= 0) entries[at] = [key, value];
  else entries.push([key, value]);
  return mapFrom(entries);
}

/** True where Python's `bool(value)` is. */
export function isTruthy(value: Value | undefined): boolean {
  if (value === undefined || value === null || value === false || value === '') return false;
  if (value === 0 || value === 0n) return false;
  if (value instanceof Float) return value.value !== 0;
  if (Array.isArray(value) || isBytes(value)) return value.length > 0;
  return isMap(value) ? mapSize(value) > 0 : true;
}

/** Lists and maps of its own, however they were frozen: for who may change what he is given. */
export function copyValue(value: Value): Value {
  if (isList(value)) return value.map(copyValue);
  if (!isMap(value)) return value;
  return mapFrom(mapEntries(value).map(([key, item]) => [key, copyValue(item)] as const));
}

/** Python's name for the type of a value, as error texts print it. */
export function typeName(value: Value | undefined): string {
  if (value === null || value === undefined) return 'NoneType';
  if (typeof value === 'boolean') return 'bool';
  if (typeof value === 'string') return 'str';
  if (typeof value === 'bigint') return 'int';
  if (typeof value === 'number') return Number.isInteger(value) ? 'int' : 'float';
  if (value instanceof Float) return 'float';
  if (value instanceof DateTime) return 'datetime';
  if (value instanceof Extension) return 'ExtType';
  if (isBytes(value)) return 'bytes';
  return Array.isArray(value) ? 'list' : 'dict';
}

/** Deep equality as Python's `==`: 1 equals 1.0, order of keys does not matter, True is not 1 here. */
export function equalValues(a: Value | undefined, b: Value | undefined): boolean {
  if (a === b) return true;
  if (a === undefined || b === undefined || a === null || b === null) return false;
  if (isNumber(a) && isNumber(b)) return equalNumbers(a, b);
  if (isBytes(a) && isBytes(b)) return Buffer.compare(a, b) === 0;
  if (Array.isArray(a) && Array.isArray(b)) {
    return a.length === b.length && a.every((item, at) => equalValues(item as Value, b[at] as Value));
  }
  if (isMap(a) && isMap(b)) {
    if (mapSize(a) !== mapSize(b)) return false;
    return mapEntries(a).every(([key, value]) => mapHas(b, key) && equalValues(value, mapGet(b, key)));
  }
  if (a instanceof DateTime && b instanceof DateTime) return a.text === b.text;
  if (a instanceof Extension && b instanceof Extension) {
    return a.code === b.code && Buffer.compare(a.bytes, b.bytes) === 0;
  }
  return false;
}

function equalNumbers(a: number | bigint | Float, b: number | bigint | Float): boolean {
  const left = a instanceof Float ? a.value : a;
  const right = b instanceof Float ? b.value : b;
  // oxlint-disable-next-line eqeqeq -- 1n == 1 is the equality wanted here
  return left == right || (Number.isNaN(left) && Number.isNaN(right));
}
