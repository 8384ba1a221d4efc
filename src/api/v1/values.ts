/** Values of the master as JSON has them: large whole numbers and bytes become text. */
import { DateTime, Extension, Float, isBytes, isMap, mapEntries, type Value } from '../../kernel/std/value.js';

export function plain(value: Value): unknown {
  if (value instanceof Float) return value.value;
  if (typeof value === 'bigint') return String(value);
  if (isBytes(value)) return Buffer.from(value).toString('utf8');
  if (value instanceof Extension || value instanceof DateTime) return String(value);
  if (isMap(value)) return Object.fromEntries(mapEntries(value).map(([key, item]) => [String(key), plain(item)]));
  return Array.isArray(value) ? value.map((item) => plain(item as Value)) : value;
}
