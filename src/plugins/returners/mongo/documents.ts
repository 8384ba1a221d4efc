/** Values as documents of MongoDB, with their kinds: whole floats stay floats, large integers integers. */
import { Float, isBytes, isList, isMap, mapEntries, mapFrom, floatOf, type PlainMap, type Value } from '../../../kernel/std/value.js';
import { str } from '../../../kernel/std/python-text.js';

/** The classes of the driver that stand for kinds of values. */
export interface BsonKinds {
  readonly Double: new (value: number) => { readonly value: number };
  readonly Int32: new (value: number) => { readonly value: number };
  readonly Long: { new (low: number): { toBigInt(): bigint }; fromBigInt(value: bigint): { toBigInt(): bigint } };
  readonly Binary: new (bytes: Uint8Array) => { readonly buffer: Uint8Array };
}

const INT32_MAX = 2 ** 31;
const INT64_MAX = 2n ** 63n;

/** `keys` changes each key; a key may have no NUL. */
export function toDocument(value: Value, kinds: BsonKinds, keys: (key: string) => string): unknown {
  if (value instanceof Float) return new kinds.Double(value.value);
  if (typeof value === 'number') return numberOf(value, kinds);
  // What no integer of MongoDB can hold is kept as its digits.
  if (typeof value === 'bigint') return value < INT64_MAX && value >= -INT64_MAX ? kinds.Long.fromBigInt(value) : String(value);
  if (isBytes(value)) return new kinds.Binary(value);
  if (isList(value)) return value.map((item) => toDocument(item, kinds, keys));
  if (isMap(value)) return Object.fromEntries(mapEntries(value).map(([key, item]) => [keys(str(key)).replaceAll('\0', '\ufffd'), toDocument(item, kinds, keys)]));
  return value;
}

function numberOf(value: number, kinds: BsonKinds): unknown {
  if (!Number.isInteger(value)) return new kinds.Double(value);
  return Math.abs(value) < INT32_MAX ? new kinds.Int32(value) : kinds.Long.fromBigInt(BigInt(value));
}

/** Back again; what we never write is given as its text. */
export function fromDocument(found: unknown, kinds: BsonKinds): Value {
  if (found === null || found === undefined) return null;
  if (typeof found === 'string' || typeof found === 'boolean' || typeof found === 'number') return found;
  if (Array.isArray(found)) return found.map((item) => fromDocument(item, kinds));
  if (found instanceof kinds.Int32) return found.value;
  if (found instanceof kinds.Double) return Number.isInteger(found.value) ? floatOf(found.value) : found.value;
  if (found instanceof kinds.Long) return integerOf(found.toBigInt());
  if (found instanceof kinds.Binary) return new Uint8Array(found.buffer);
  if (Object.getPrototypeOf(found) !== Object.prototype && Object.getPrototypeOf(found) !== null) return String(found as object);
  return mapFrom(Object.entries(found as object).filter(([key]) => key !== '_id').map(([key, item]): [Value, Value] => [key, fromDocument(item, kinds)]));
}

const integerOf = (value: bigint): number | bigint => (Number.isSafeInteger(Number(value)) ? Number(value) : value);

export const mapOfDocument = (found: unknown, kinds: BsonKinds): PlainMap => {
  const value = fromDocument(found, kinds);
  return isMap(value) && !(value instanceof Map) ? value : {};
};
