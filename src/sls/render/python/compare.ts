/** Equality, order, truth and membership as Python has them. */
import { compareText } from '../../../kernel/std/python-order.js';
import { DateTime, Extension, isBytes } from '../../../kernel/std/value.js';
import { type Data, isSet, isTuple, Thing } from './data.js';
import { Dict, hashOf } from './dict.js';
import { typeError } from './errors.js';
import { Markup, textOf } from './markup.js';
import { compareNumbers, numberOf } from './numbers.js';
import { nameOfType } from './type-name.js';
import { Undefined } from './undefined.js';

/** `a == b`. */
export function equal(a: Data, b: Data): boolean {
  if (typeof a === 'string' && typeof b === 'string') return a === b;
  if (a instanceof Undefined) return a.equals(b);
  if (b instanceof Undefined) return b.equals(a);
  if (a === b) return !(typeof a === 'number' && Number.isNaN(a));
  const left = numberOf(a);
  if (left !== undefined) {
    const right = numberOf(b);
    return right !== undefined && compareNumbers(left, right) === 0;
  }
  return equalObjects(a, b);
}

function equalObjects(a: Data, b: Data): boolean {
  if (Array.isArray(a)) return Array.isArray(b) && equalLists(a, b);
  if (a instanceof Dict) return b instanceof Dict && equalDicts(a, b);
  if (a instanceof Thing) return a.equals(b);
  if (b instanceof Markup) return b.equals(a);
  if (isBytes(a)) return isBytes(b) && Buffer.compare(a, b) === 0;
  if (a instanceof DateTime) return b instanceof DateTime && a.text === b.text;
  return a instanceof Extension && b instanceof Extension && a.code === b.code && Buffer.compare(a.bytes, b.bytes) === 0;
}

function equalLists(a: Data[], b: Data[]): boolean {
  if (a.length !== b.length || isTuple(a) !== isTuple(b) || isSet(a) !== isSet(b)) return false;
  if (isSet(a)) return a.every((item) => inList(b, item));
  return a.every((item, at) => sameOrEqual(item, b[at] as Data));
}

function equalDicts(a: Dict, b: Dict): boolean {
  if (a.length !== b.length) return false;
  for (const [key, value] of a.entries()) {
    const other = b.get(key);
    if (other === undefined || !sameOrEqual(value, other)) return false;
  }
  return true;
}

/** Containers take an object for equal to itself without asking it. */
export function sameOrEqual(a: Data, b: Data): boolean {
  return a === b || equal(a, b);
}

export function inList(list: readonly Data[], item: Data): boolean {
  for (const there of list) if (sameOrEqual(there, item)) return true;
  return false;
}

/** `bool(data)`. */
export function truth(data: Data): boolean {
  if (typeof data === 'boolean') return data;
  if (data === null || data === '' || data === 0 || data === 0n) return false;
  if (typeof data !== 'object') return true;
  if (data instanceof Thing) return data.truthy();
  if (Array.isArray(data) || isBytes(data)) return data.length > 0;
  const number = numberOf(data);
  return number === undefined || compareNumbers(number, 0) !== 0;
}

export type OrderWord = '<' | '<=' | '>' | '>=';

/** `a < b` and its sisters. @throws PythonError where the types have no order */
export function ordered(word: OrderWord, a: Data, b: Data): boolean {
  if (a instanceof Undefined) a.fail();
  if (b instanceof Undefined) b.fail();
  if (isSet(a) && isSet(b)) return orderSets(word, a, b);
  return holds(word, compareIn(word, a, b));
}

function holds(word: OrderWord, order: number): boolean {
  switch (word) {
    case '<': return order < 0;
    case '<=': return order <= 0;
    case '>': return order > 0;
    case '>=': return order >= 0;
  }
}

function orderSets(word: OrderWord, a: Data[], b: Data[]): boolean {
  const within = (small: Data[], large: Data[]): boolean => small.every((item) => inList(large, item));
  switch (word) {
    case '<': return a.length < b.length && within(a, b);
    case '<=': return within(a, b);
    case '>': return b.length < a.length && within(b, a);
    case '>=': return within(b, a);
  }
}

function compareIn(word: OrderWord, a: Data, b: Data): number {
  const left = numberOf(a);
  const right = numberOf(b);
  if (left !== undefined && right !== undefined) return compareNumbers(left, right);
  const [text, other] = [textOf(a), textOf(b)];
  if (text !== undefined && other !== undefined) return compareText(text, other);
  if (isBytes(a) && isBytes(b)) return Buffer.compare(a, b);
  if (Array.isArray(a) && Array.isArray(b) && isTuple(a) === isTuple(b) && !isSet(a) && !isSet(b)) return compareLists(word, a, b);
  throw typeError(`'${word}' not supported between instances of '${nameOfType(a)}' and '${nameOfType(b)}'`);
}

function compareLists(word: OrderWord, a: Data[], b: Data[]): number {
  for (let at = 0; at < a.length && at < b.length; at++) {
    if (!sameOrEqual(a[at] as Data, b[at] as Data)) return compareIn(word, a[at] as Data, b[at] as Data);
  }
  return a.length - b.length;
}

/** Python's `sorted`: stable. @throws PythonError where items have no order */
export function sorted<T>(items: Iterable<T>, keyOf: (item: T) => Data, reverse = false): T[] {
  const keyed = Array.from(items, (item) => ({ item, key: keyOf(item) }));
  if (reverse) keyed.reverse();
  // Python asks only whether a later item is less than an earlier one; its error texts show that.
  keyed.sort((later, earlier) => (ordered('<', later.key, earlier.key) ? -1 : ordered('<', earlier.key, later.key) ? 1 : 0));
  if (reverse) keyed.reverse();
  return keyed.map(({ item }) => item);
}

/** `item in container`. @throws PythonError */
export function contains(container: Data, item: Data): boolean {
  const text = textOf(container);
  if (text !== undefined) {
    const part = textOf(item);
    if (part === undefined) throw typeError(`'in <string>' requires string as left operand, not ${nameOfType(item)}`);
    return text.includes(part);
  }
  if (Array.isArray(container)) {
    if (isSet(container)) hashOf(item);
    return inList(container, item);
  }
  if (isBytes(container)) return bytesContain(container, item);
  if (container instanceof Thing) {
    if (container.contains !== undefined) return container.contains(item);
    if (container.iterate !== undefined) {
      for (const there of container.iterate()) if (sameOrEqual(there, item)) return true;
      return false;
    }
  }
  throw typeError(`argument of type '${nameOfType(container)}' is not iterable`);
}

function bytesContain(container: Uint8Array, item: Data): boolean {
  if (isBytes(item)) return Buffer.from(container).includes(Buffer.from(item));
  if (typeof item === 'number' && Number.isInteger(item)) return container.includes(item);
  throw typeError(`a bytes-like object is required, not '${nameOfType(item)}'`);
}
