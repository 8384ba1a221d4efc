/**
 * Finds an expression such as `region:zone:a*` in grains or pillar data. Values compare as lower-cased text.
 * Source: read and observed, Salt 3008.3 `subdict_match`; golden: targeting/grain, targeting/pillar.
 */
import { fnmatch } from '../../kernel/std/fnmatch.js';
import { RegexRefusedError, RegexSyntaxError, linearMatch } from '../../kernel/std/linear-regex.js';
import { str } from '../../kernel/std/python-text.js';
import { ValueSet } from '../../kernel/std/sequences.js';
import { DEFAULT_DELIMITER, traverse } from '../../kernel/std/traverse.js';
import { isMap, mapEntries, mapHas, mapKeys, mapSize, type Value, type ValueMap } from '../../kernel/std/value.js';

/** How the last part of an expression is compared. */
export type Comparison = 'glob' | 'pcre' | 'exact';

const NOT_FOUND = Symbol('not found');

/** True when the data holds the expression. The longest key that exists is tried first, so that values may hold the delimiter. */
export function subdictMatch(data: ValueMap, expr: string, comparison: Comparison, delimiter = DEFAULT_DELIMITER): boolean {
  const parts = expr.split(delimiter);
  for (let count = parts.length - 1; count > 0; count--) {
    const key = parts.slice(0, count).join(delimiter);
    const found = key === '*' ? data : traverse<Value | typeof NOT_FOUND>(data, key, NOT_FOUND, delimiter);
    const wanted = key === '*' ? expr : parts.slice(count).join(delimiter);
    if (found !== NOT_FOUND && fitsFound(found, wanted, comparison)) return true;
  }
  return false;
}

function fitsFound(found: Value, wanted: string, comparison: Comparison): boolean {
  if (isMap(found)) return mapSize(found) > 0 && fitsMap(found, wanted, comparison);
  if (!Array.isArray(found) || found instanceof ValueSet) return fitsText(found, wanted, comparison);
  return found.some((item: Value) => (isMap(item) && fitsMap(item, wanted, comparison)) || fitsText(item, wanted, comparison));
}

/** The pattern fits a key, or an entry below; with `*:` in front, an entry of the next level. */
function fitsMap(map: ValueMap, pattern: string, comparison: Comparison): boolean {
  const anyKey = pattern.startsWith('*:');
  const wanted = anyKey ? pattern.slice(2) : pattern;
  if (wanted === '*' || mapHas(map, wanted)) return true;
  if (mapKeys(map).some((key) => fitsText(key, wanted, comparison))) return true;
  if (subdictMatch(map, wanted, comparison)) return true;
  return anyKey && mapEntries(map).some(([, value]) => fitsNextLevel(value, wanted, comparison));
}

function fitsNextLevel(value: Value, wanted: string, comparison: Comparison): boolean {
  if (isMap(value)) return fitsMap(value, wanted, comparison);
  if (Array.isArray(value) && !(value instanceof ValueSet)) return value.some((item: Value) => fitsText(item, wanted, comparison));
  return fitsText(value, wanted, comparison);
}

function fitsText(value: Value, pattern: string, comparison: Comparison): boolean {
  const text = str(value).toLowerCase();
  const wanted = pattern.toLowerCase();
  if (comparison === 'exact') return text === wanted;
  return comparison === 'glob' ? fnmatch(text, wanted) : fitsPcre(text, wanted);
}

/** A pattern that cannot be used fits nothing. */
function fitsPcre(text: string, pattern: string): boolean {
  try {
    return linearMatch(pattern, text, 'match') !== undefined;
  } catch (error) {
    if (error instanceof RegexSyntaxError || error instanceof RegexRefusedError) return false;
    throw error;
  }
}
