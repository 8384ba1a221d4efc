/** The forms in which lists, pairs, sizes and addresses may be written. Source: read, Salt 3006; texts of errors are Salt's. */
import { InvocationError } from '../../../kernel/contract/errors.js';
import { parseIpAddress } from '../../../kernel/std/ip-address.js';
import { str } from '../../../kernel/std/python-text.js';
import { isInteger, isList, isPlainMap, isTruthy, type PlainMap, type Value } from '../../../kernel/std/value.js';

/** Parts without the space around them; `most` parts at most, the last with all that is left. */
export function split(text: string, separator = ',', most = Infinity): string[] {
  const parts = text.split(separator);
  const head = parts.slice(0, most - 1);
  return [...head, ...parts.length > head.length ? [parts.slice(head.length).join(separator)] : []].map((part) => part.trim());
}

/** A list of maps of one key each, as SLS files have it, as one map. */
export function repacked(value: Value): Value {
  if (!isList(value) || value.length === 0 || !value.every((item) => isPlainMap(item) && Object.keys(item).length === 1)) return value;
  return Object.assign({}, ...value) as PlainMap;
}

/** A list of texts, also written `a,b`. */
export const texts = (value: Value): string[] => (isList(value) ? value.map(str) : split(str(value)));

export function whole(value: Value): number {
  const number = isInteger(value) ? Number(value) : typeof value === 'boolean' ? Number(value) : /^[+-]?\d+$/.test(str(value).trim()) ? Number(str(value)) : Number.NaN;
  if (!Number.isSafeInteger(number)) throw new InvocationError(`'${str(value)}' is not an integer`);
  return number;
}

export function map(value: Value): PlainMap {
  if (!isPlainMap(value)) throw new InvocationError(`'${str(value)}' is not a dictionary`);
  return value;
}

/** Pairs as a map, also written `a=b,c=d`. */
export function pairs(value: Value, delimiter: string): PlainMap {
  if (isPlainMap(value)) return value;
  return Object.fromEntries(texts(value).map((item) => {
    const [key = '', content] = split(item, delimiter, 2);
    if (content === undefined) throw new InvocationError(`'${item}' is not a key${delimiter}value pair`);
    return [key, content];
  }));
}

export const textPairs = (value: Value): PlainMap => Object.fromEntries(Object.entries(pairs(value, '=')).map(([key, item]) => [key, str(item)]));

/** Labels as a map; one without a value has an empty one. */
export function labels(value: Value): PlainMap {
  if (isPlainMap(value)) return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, str(item)]));
  const items = isList(value) ? value : split(str(value));
  return Object.fromEntries(items.map((item) => {
    if (!isPlainMap(item)) {
      const [key = '', content = ''] = split(str(item), '=', 2);
      return [key, content];
    }
    const [only, ...more] = Object.entries(item);
    if (only === undefined || more.length > 0) throw new InvocationError('Invalid label(s)');
    return [only[0], str(only[1])];
  }));
}

const UNITS: Readonly<Record<string, number>> = { '': 1, b: 1, k: 1024, m: 1024 ** 2, g: 1024 ** 3, t: 1024 ** 4 };

/** A size in bytes: a number, or `512m`. */
export function bytes(value: Value): number {
  if (isInteger(value)) return Number(value);
  const found = /^(-?\d+(?:\.\d+)?)\s*([bkmgt]?)(?:i?b)?$/i.exec(str(value).trim());
  if (found === null) throw new InvocationError(`'${str(value)}' is not a size, such as 512m`);
  return Math.trunc(Number(found[1]) * (UNITS[(found[2] ?? '').toLowerCase()] ?? 1));
}

export function address(text: string): string {
  if (parseIpAddress(text) === undefined) throw new InvocationError(`'${text}' is not a valid IP address`);
  return text;
}

/** First and last of `80` or `80-90`. */
export function portRange(text: string): [first: number, last: number] {
  const [first = Number.NaN, last = first, ...more] = split(text, '-').map((part) => (/^\d+$/.test(part) ? Number(part) : Number.NaN));
  if (Number.isNaN(first) || Number.isNaN(last) || more.length > 0) throw new InvocationError(`'${text}' is non-numeric or an invalid port range`);
  if (first > last) throw new InvocationError(`Start of port range (${first}) cannot be greater than end of port range (${last})`);
  if (last > 65_535) throw new InvocationError(`'${text}' is non-numeric or an invalid port range`);
  return [first, last];
}

/** Maps of these names, also written `a:b`; what is missing at the end is `fill`. */
export function namedParts(value: Value, names: readonly string[], fill?: string): PlainMap[] {
  return (isList(value) ? value : isPlainMap(value) ? [value] : texts(value)).map((item) => {
    if (isPlainMap(item)) return item;
    const parts = split(str(item), ':');
    if (parts.length > names.length || (parts.length < names.length && fill === undefined)) {
      throw new InvocationError(`'${str(item)}' contains ${parts.length} value(s) (expected ${fill === undefined ? '' : 'up to '}${names.length})`);
    }
    return Object.fromEntries(names.map((name, at) => [name, parts[at] ?? fill ?? null]));
  });
}

export const flag = (value: Value): boolean => (typeof value === 'string' ? !/^(false|no|off|0|none|)$/i.test(value) : isTruthy(value));
