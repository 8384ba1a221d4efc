/**
 * Compares the types of values with the option tables, by Salt's rule: a value passes when its type is named, or when
 * Python could convert it without changing what it means (`'5'` for a number, a number for text).
 *
 * Source: read, Salt 3008.3 `salt.config._validate_opts`; the messages are Salt's.
 */
import { str } from '../std/python-text.js';
import { isMap, isNumber, mapSize, typeName, type Value } from '../std/value.js';
import type { OptionType } from './option.js';

/** Conversions that succeed in Python and still lose the meaning of the value. */
const LOSSY: Readonly<Partial<Record<OptionType, readonly string[]>>> = {
  str: ['list', 'tuple', 'dict'],
  list: ['dict', 'str'],
  tuple: ['dict', 'str'],
  bool: ['list', 'tuple', 'str', 'int', 'bool', 'float', 'dict', 'NoneType'],
  int: ['bool', 'float'],
  float: ['bool'],
};
const TRIED_OF_SEVERAL: readonly OptionType[] = ['str', 'list', 'tuple', 'bool', 'int', 'float'];

const INT_TEXT = /^\s*[+-]?\d+(_\d+)*\s*$/;
const FLOAT_TEXT = /^\s*[+-]?((\d+(_\d+)*\.?|\.\d)(\d+(_\d+)*)?(e[+-]?\d+(_\d+)*)?|inf|infinity|nan)\s*$/i;

/** True when Python's `type(value)` raises nothing. */
function converts(type: OptionType, value: Value): boolean {
  const isList = Array.isArray(value);
  switch (type) {
    case 'str':
    case 'bool':
      return true;
    case 'int':
      return typeof value === 'boolean' || (isNumber(value) && Number.isFinite(Number(value))) || (typeof value === 'string' && INT_TEXT.test(value));
    case 'float':
      return typeof value === 'boolean' || isNumber(value) || (typeof value === 'string' && FLOAT_TEXT.test(value));
    case 'list':
    case 'tuple':
      return isList || isMap(value) || typeof value === 'string';
    case 'dict':
      return isMap(value) || value === '' || (isList && value.every(isPair));
    case 'NoneType':
      return false;
  }
}

/** What `dict()` takes as one entry of a list. */
function isPair(item: Value): boolean {
  if (isMap(item)) return mapSize(item) === 2;
  return (Array.isArray(item) || typeof item === 'string') && item.length === 2;
}

function isOfType(type: OptionType, value: Value): boolean {
  return typeName(value) === type;
}

function fits(types: readonly OptionType[], value: Value): boolean {
  if (types.some((type) => isOfType(type, value))) return true;
  const [only] = types;
  if (types.length === 1 && only !== undefined) return converts(only, value) && !(LOSSY[only] ?? []).includes(typeName(value));
  return TRIED_OF_SEVERAL.some((type) => {
    if (!types.includes(type) || !converts(type, value)) return false;
    const lossy = (LOSSY[type] ?? []).filter((name) => !types.includes(name as OptionType));
    return !lossy.includes(typeName(value));
  });
}

function wanted(types: readonly OptionType[]): string {
  return types.length === 1 ? (types[0] ?? '') : `${types.slice(0, -1).join(', ')} or ${types.at(-1)}`;
}

/** Salt's warning about a value of the wrong type, or undefined. What `shown` says stands for the value. */
export function typeWarning(name: string, types: readonly OptionType[], value: Value, shown = str(value)): string | undefined {
  // What an sdb address gives is known only at run time.
  if (fits(types, value) || (typeof value === 'string' && value.startsWith('sdb://'))) return undefined;
  return `Config option '${name}' with value ${shown} has an invalid type of ${typeName(value)}, a ${wanted(types)} is required for this option`;
}
