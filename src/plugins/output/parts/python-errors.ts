/** Errors by which an outputter says that data is not of its form; printing then falls back to `nested`. */
import { PythonError } from '../../../kernel/contract/errors.js';
import { sortValues } from '../../../kernel/std/python-order.js';
import { repr } from '../../../kernel/std/python-text.js';
import { isMap, mapGet, typeName, type Value, type ValueMap } from '../../../kernel/std/value.js';

export function noAttribute(value: Value | undefined, name: string): PythonError {
  return new PythonError('AttributeError', `'${typeName(value)}' object has no attribute '${name}'`);
}

export function notIterable(value: Value | undefined): PythonError {
  return new PythonError('TypeError', `'${typeName(value)}' object is not iterable`);
}

/** The value as a map. @throws PythonError AttributeError, for the method that Python would miss */
export function needMap(value: Value | undefined, method: string): ValueMap {
  if (isMap(value)) return value;
  throw noAttribute(value, method);
}

/** The text as it is. @throws PythonError AttributeError, for the method that Python would miss */
export function needText(value: Value | undefined, method: string): string {
  if (typeof value === 'string') return value;
  throw noAttribute(value, method);
}

/** The value of a key that has to be there. @throws PythonError KeyError */
export function needKey(map: ValueMap, key: Value): Value {
  const value = mapGet(map, key);
  if (value === undefined) throw new PythonError('KeyError', repr(key));
  return value;
}

/** The item of a list that has to be there. @throws PythonError IndexError */
export function needItem<T>(list: readonly T[], at: number): T {
  const item = list.at(at);
  if (item === undefined) throw new PythonError('IndexError', 'list index out of range');
  return item;
}

/** Python's `sorted(values)`. @throws PythonError TypeError when they cannot be compared */
export function sorted(values: readonly Value[]): Value[] {
  const found = sortValues(values);
  if (found !== undefined) return found;
  throw new PythonError('TypeError', "'<' not supported between instances of these values");
}
