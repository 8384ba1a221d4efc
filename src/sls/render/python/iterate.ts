/** Going through whatever can be gone through. */
import { isBytes } from '../../../kernel/std/value.js';
import { codePoints, lengthOf } from './code-points.js';
import { type Data, Thing } from './data.js';
import { typeError, valueError } from './errors.js';
import { textOf } from './markup.js';
import { nameOfType } from './type-name.js';

/** @throws PythonError `'int' object is not iterable` */
export function iterate(data: Data): Iterable<Data> {
  if (Array.isArray(data)) return data;
  const text = textOf(data);
  if (text !== undefined) return codePoints(text);
  if (data instanceof Thing && data.iterate !== undefined) return data.iterate();
  if (isBytes(data)) return data;
  throw typeError(`'${nameOfType(data)}' object is not iterable`);
}

export function isIterable(data: Data): boolean {
  return typeof data === 'string' || Array.isArray(data) || isBytes(data) || (data instanceof Thing && (data.iterate !== undefined || textOf(data) !== undefined));
}

/** `list(data)`: always a new list. */
export function listOf(data: Data): Data[] {
  return Array.isArray(data) ? Array.from(data) : [...iterate(data)];
}

/** `len(data)`, or undefined where Python raises TypeError. */
export function sizeOf(data: Data): number | undefined {
  const text = textOf(data);
  if (text !== undefined) return lengthOf(text);
  if (Array.isArray(data) || isBytes(data)) return data.length;
  return data instanceof Thing ? data.size?.() : undefined;
}

/** Takes a value apart into exactly so many. @throws PythonError with Python's texts */
export function unpack(data: Data, count: number): Data[] {
  if (!isIterable(data)) throw typeError(`cannot unpack non-iterable ${nameOfType(data)} object`);
  const items: Data[] = [];
  for (const item of iterate(data)) {
    if (items.length === count) throw valueError(`too many values to unpack (expected ${count})`);
    items.push(item);
  }
  if (items.length < count) throw valueError(`not enough values to unpack (expected ${count}, got ${items.length})`);
  return items;
}
