/** Python's order of values: `sorted()`. */
import { isBytes, isNumber, Float, type Value } from './value.js';

/** Order of two texts by code points. JavaScript's `<` orders by UTF-16 units. */
export function compareText(a: string, b: string): number {
  const shorter = Math.min(a.length, b.length);
  for (let at = 0; at < shorter; at += 1) {
    if (a.charCodeAt(at) !== b.charCodeAt(at)) return (a.codePointAt(at) ?? 0) - (b.codePointAt(at) ?? 0);
  }
  return a.length - b.length;
}

const SURROGATES = /[\ud800-\udfff]/;

/** Texts in the order of `compareText`. The engine's own order differs only beyond the surrogates, and takes a fraction of the time. */
export function sortedTexts(texts: Iterable<string>): string[] {
  const list = [...texts];
  return list.some((text) => SURROGATES.test(text)) ? list.sort(compareText) : list.sort();
}

function asNumber(value: Value): number | bigint | undefined {
  if (typeof value === 'boolean') return Number(value);
  if (value instanceof Float) return value.value;
  return isNumber(value) ? value : undefined;
}

function compareLists(a: readonly Value[], b: readonly Value[]): number | undefined {
  for (const [at, item] of a.entries()) {
    if (at >= b.length) return 1;
    const order = compareValues(item, b[at] as Value);
    if (order !== 0) return order;
  }
  return a.length - b.length;
}

/** Negative, zero or positive where Python can compare the values; undefined where it raises TypeError. */
export function compareValues(a: Value, b: Value): number | undefined {
  if (typeof a === 'string' && typeof b === 'string') return compareText(a, b);
  const left = asNumber(a);
  const right = asNumber(b);
  if (left !== undefined && right !== undefined) return left < right ? -1 : left > right ? 1 : 0;
  if (isBytes(a) && isBytes(b)) return Buffer.compare(a, b);
  return Array.isArray(a) && Array.isArray(b) ? compareLists(a, b) : undefined;
}

/** Python's `sorted(values)`; undefined where it raises TypeError, as for text among numbers. */
export function sortValues(values: readonly Value[]): Value[] | undefined {
  let comparable = true;
  const sorted = [...values].sort((a, b) => {
    const order = compareValues(a, b);
    if (order === undefined) comparable = false;
    return order ?? 0;
  });
  return comparable ? sorted : undefined;
}
