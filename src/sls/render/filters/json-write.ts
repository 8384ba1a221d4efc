/** Writes JSON as Python's `json.dumps` does. Source: read, Python 3.11 documentation; golden: render/sf-tojson*, sf-json-scalar. */
import { compareText } from '../../../kernel/std/python-order.js';
import { reprFloat } from '../../../kernel/std/python-text.js';
import { isBytes } from '../../../kernel/std/value.js';
import { type Data, isSet } from '../python/data.js';
import { Dict } from '../python/dict.js';
import { typeError, valueError } from '../python/errors.js';
import { ordered } from '../python/compare.js';
import { textOf } from '../python/markup.js';
import { isFloat, isInt, numberOf, toDouble } from '../python/numbers.js';
import { nameOfType } from '../python/type-name.js';
import { Undefined } from '../python/undefined.js';

export interface JsonOptions {
  readonly ascii: boolean;
  readonly sortKeys: boolean;
  /** Text of one level; undefined: all in one line. */
  readonly indent: string | undefined;
}

/** @throws PythonError for what has no form in JSON */
export function writeJson(data: Data, options: JsonOptions): string {
  return write(data, options, '\n', []);
}

const SHORT: Readonly<Record<string, string>> = { '"': '\\"', '\\': '\\\\', '\n': '\\n', '\r': '\\r', '\t': '\\t', '\f': '\\f', '\b': '\\b' };

function quoted(text: string, ascii: boolean): string {
  // oxlint-disable-next-line no-control-regex -- these are what JSON escapes
  const pattern = ascii ? /["\\\u0000-\u001f]|[^\u0000-\u007f]|\u007f/g : /["\\\u0000-\u001f]/g;
  return `"${text.replace(pattern, (unit) => SHORT[unit] ?? (unit === '\u007f' ? unit : `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`))}"`;
}

function floatWord(value: number): string {
  if (Number.isFinite(value)) return reprFloat(value);
  return Number.isNaN(value) ? 'NaN' : value > 0 ? 'Infinity' : '-Infinity';
}

function write(data: Data, options: JsonOptions, line: string, parents: readonly Data[]): string {
  if (data === null) return 'null';
  if (typeof data === 'boolean') return String(data);
  const text = textOf(data);
  if (text !== undefined) return quoted(text, options.ascii);
  if (isInt(data)) return BigInt(data).toString();
  if (isFloat(data)) return floatWord(toDouble(data));
  if (parents.includes(data)) throw valueError('Circular reference detected');
  const inside = [...parents, data];
  if (Array.isArray(data) && !isSet(data)) return brackets('[', ']', Array.from(data, (item) => write(item, options, nextLine(line, options), inside)), options, line);
  if (data instanceof Dict) return brackets('{', '}', entries(data, options, line, inside), options, line);
  if (data instanceof Undefined) data.fail();
  throw typeError(`Object of type ${isBytes(data) ? 'bytes' : nameOfType(data)} is not JSON serializable`);
}

const nextLine = (line: string, { indent = '' }: JsonOptions): string => line + indent;

function brackets(open: string, close: string, items: readonly string[], options: JsonOptions, line: string): string {
  if (items.length === 0) return open + close;
  if (options.indent === undefined) return open + items.join(', ') + close;
  const inner = nextLine(line, options);
  return open + inner + items.join(`,${inner}`) + line + close;
}

function entries(dict: Dict, options: JsonOptions, line: string, parents: readonly Data[]): string[] {
  const list = [...dict.entries()];
  if (options.sortKeys) list.sort(([a], [b]) => compareKeys(a, b));
  return list.map(([key, value]) => `${quoted(keyText(key), options.ascii)}: ${write(value, options, nextLine(line, options), parents)}`);
}

function compareKeys(a: Data, b: Data): number {
  if (typeof a === 'string' && typeof b === 'string') return compareText(a, b);
  return ordered('<', a, b) ? -1 : ordered('<', b, a) ? 1 : 0;
}

function keyText(key: Data): string {
  const text = textOf(key);
  if (text !== undefined) return text;
  if (key === null) return 'null';
  if (typeof key === 'boolean') return String(key);
  const number = numberOf(key);
  if (number === undefined) throw typeError(`keys must be str, int, float, bool or None, not ${nameOfType(key)}`);
  return isFloat(number) ? floatWord(toDouble(number)) : String(number);
}
