/**
 * Looks into nested data with a path such as `pkg:apache`, as Salt does for grains, pillar and options.
 *
 * Source: read and observed, Salt 3008.3 `traverse_dict_and_list`; golden: pillar/functions.
 */
import { parseFloatText } from './python-number.js';
import { isInteger, isMap, mapGet, mapHas, type Value, type ValueMap } from './value.js';

export const DEFAULT_DELIMITER = ':';

/**
 * The value at a path, or `fallback`. In a list a part is an index, or the key of a map in the list, of which the first
 * that has it counts. A part that is no text key is tried as the number, truth or None that YAML makes of it.
 */
export function traverse<T>(data: Value, key: Value, fallback: T, delimiter = DEFAULT_DELIMITER): Value | T {
  const parts = typeof key === 'string' ? key.split(delimiter) : Array.isArray(key) ? (key as readonly Value[]) : [key];
  let at: Value = data;
  for (const part of parts) {
    const next: Value | undefined = isMap(at) ? inMap(at, part) : Array.isArray(at) ? inList(at as readonly Value[], part) : undefined;
    if (next === undefined) return fallback;
    at = next;
  }
  return at;
}

function inMap(map: ValueMap, part: Value): Value | undefined {
  if (mapHas(map, part)) return mapGet(map, part);
  const read = typeof part === 'string' ? readScalar(part) : part;
  return mapGet(map, read);
}

function inList(list: readonly Value[], part: Value): Value | undefined {
  const index = indexOf(part);
  const key = index ?? part;
  for (const item of list) if (isMap(item) && mapHas(item, key)) return mapGet(item, key);
  return index === undefined ? undefined : list.at(index);
}

/** Python's `int(part)`. */
function indexOf(part: Value): number | undefined {
  if (isInteger(part)) return Number(part);
  if (typeof part === 'number') return Math.trunc(part);
  const text = typeof part === 'string' ? part.trim() : '';
  return /^[+-]?\d+(_\d+)*$/.test(text) ? Number(text.replaceAll('_', '')) : undefined;
}

const WORDS: ReadonlyMap<string, boolean | null> = new Map([
  ...['true', 'yes', 'on'].map((word) => [word, true] as const),
  ...['false', 'no', 'off'].map((word) => [word, false] as const),
  ...['null', 'none', '~'].map((word) => [word, null] as const),
]);

/** What YAML makes of a plain word; the text itself when that is text. */
function readScalar(text: string): Value {
  const word = WORDS.get(text.toLowerCase());
  if (word !== undefined) return word;
  if (/^[+-]?(0|[1-9]\d*)$/.test(text)) return Number.isSafeInteger(Number(text)) ? Number(text) : BigInt(text);
  return /^[+-]?\d+\.\d*$/.test(text) ? parseFloatText(text) ?? text : text;
}
