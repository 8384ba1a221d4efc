/** JSON as Python's `json.dumps` writes it with `ensure_ascii=False, default=repr`. */
import { sortValues } from './python-order.js';
import { repr, reprFloat } from './python-text.js';
import { ValueSet } from './sequences.js';
import {
  Extension, Float, isInteger, isMap, mapEntries, type Value, type ValueMap,
} from './value.js';

interface Style {
  /** What one level is indented by; null for one line. */
  readonly indent: string | null;
  readonly sortKeys: boolean;
}

const SHORT: Readonly<Record<string, string>> = {
  '"': '\\"', '\\': '\\\\', '\b': '\\b', '\f': '\\f', '\n': '\\n', '\r': '\\r', '\t': '\\t',
};

const escaped = (unit: string): string => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`;

/** Unlike `JSON.stringify`, lone surrogates stay as they are. */
function jsonText(text: string): string {
  // oxlint-disable-next-line no-control-regex -- control characters are what is escaped
  const inner = text.replaceAll(/["\\\u0000-\u001f]/g, (character) => SHORT[character] ?? escaped(character));
  return `"${inner}"`;
}

function jsonFloat(value: number): string {
  if (Number.isNaN(value)) return 'NaN';
  if (!Number.isFinite(value)) return value > 0 ? 'Infinity' : '-Infinity';
  return reprFloat(value);
}

/** Null, truth and numbers; undefined for everything else. */
function jsonScalar(value: Value): string | undefined {
  if (value === null) return 'null';
  if (typeof value === 'boolean') return value ? 'true' : 'false';
  if (isInteger(value)) return repr(value);
  if (typeof value === 'number') return jsonFloat(value);
  return value instanceof Float ? jsonFloat(value.value) : undefined;
}

/** Thrown inside of this file: the data has a key that JSON cannot have, or keys that cannot be sorted. */
class NotJsonError extends Error {}

function keyText(key: Value): string {
  const text = typeof key === 'string' ? key : jsonScalar(key);
  if (text === undefined) throw new NotJsonError('a key is neither text nor number');
  return jsonText(text);
}

function entriesOf(map: ValueMap, sortKeys: boolean): [Value, Value][] {
  const entries = mapEntries(map);
  if (!sortKeys) return entries;
  const byKey = new Map(entries);
  const keys = sortValues([...byKey.keys()]);
  if (keys === undefined) throw new NotJsonError('keys cannot be compared');
  return keys.map((key) => [key, byKey.get(key) as Value]);
}

function enclose(open: string, close: string, items: readonly string[], style: Style, level: number): string {
  if (items.length === 0) return open + close;
  if (style.indent === null) return open + items.join(', ') + close;
  const inner = `\n${style.indent.repeat(level + 1)}`;
  return `${open}${inner}${items.join(`,${inner}`)}\n${style.indent.repeat(level)}${close}`;
}

function write(value: Value, style: Style, level: number): string {
  if (typeof value === 'string') return jsonText(value);
  const scalar = jsonScalar(value);
  if (scalar !== undefined) return scalar;
  if (isMap(value)) {
    const items = entriesOf(value, style.sortKeys).map(([key, item]) => `${keyText(key)}: ${write(item, style, level + 1)}`);
    return enclose('{', '}', items, style, level);
  }
  if (value instanceof Extension) return write([value.code, value.bytes], style, level);
  if (!Array.isArray(value) || value instanceof ValueSet) return jsonText(repr(value));
  return enclose('[', ']', value.map((item) => write(item as Value, style, level + 1)), style, level);
}

/** The JSON text; undefined where Python raises TypeError: a key is bytes or a list, or keys cannot be sorted. */
export function pythonJson(value: Value, style: Style): string | undefined {
  try {
    return write(value, style, 0);
  } catch (error) {
    if (error instanceof NotJsonError) return undefined;
    throw error;
  }
}
