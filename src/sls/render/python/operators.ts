/** `+ - * / // % ** ~` and the signs. Source: golden, render/py-*; observed. */
import { isBytes } from '../../../kernel/std/value.js';
import { inList } from './compare.js';
import { type Data, isSet, isTuple, rawSet, tuple } from './data.js';
import { typeError } from './errors.js';
import { checkSize } from './limits.js';
import { escapeHtml, Markup, textOf } from './markup.js';
import * as numbers from './numbers.js';
import { isInt, numberOf, type NumberData } from './numbers.js';
import { formatPercent } from './percent.js';
import { strOf } from './text.js';
import { nameOfType } from './type-name.js';
import { Undefined } from './undefined.js';

export type BinaryWord = '+' | '-' | '*' | '/' | '//' | '%' | '**';

const ARITHMETIC: Readonly<Record<BinaryWord, (a: NumberData, b: NumberData) => Data>> = {
  '+': numbers.add, '-': numbers.subtract, '*': numbers.multiply, '/': numbers.divide, '//': numbers.floorDivide,
  '%': numbers.modulo, '**': numbers.power,
};

/** Words of the operators in error texts. */
const SHOWN: Readonly<Record<BinaryWord, string>> = { '+': '+', '-': '-', '*': '*', '/': '/', '//': '//', '%': '%', '**': '** or pow()' };

/** @throws PythonError, TemplateError */
export function binary(word: BinaryWord, a: Data, b: Data): Data {
  const left = numberOf(a);
  const right = numberOf(b);
  if (left !== undefined && right !== undefined) return ARITHMETIC[word](left, right);
  if (a instanceof Undefined) return a.fail();
  const special = word === '%' && textOf(a) !== undefined ? formatted(a, b)
    : b instanceof Undefined ? b.fail()
    : word === '+' ? joined(a, b) : word === '*' ? repeated(a, b) : word === '-' ? without(a, b) : undefined;
  if (special !== undefined) return special;
  throw typeError(`unsupported operand type(s) for ${SHOWN[word]}: '${nameOfType(a)}' and '${nameOfType(b)}'`);
}

/** Printf formatting; safe text escapes what goes into it. */
function formatted(a: Data, b: Data): Data {
  if (a instanceof Markup) return new Markup(formatPercent(a.value, b, (item) => escapeInto(item)));
  return formatPercent(a as string, b);
}

function escapeInto(item: Data): string {
  return item instanceof Markup ? item.value : escapeHtml(strOf(item));
}

function joined(a: Data, b: Data): Data | undefined {
  if (a instanceof Markup || b instanceof Markup) return joinedMarkup(a, b);
  if (typeof a === 'string') {
    if (typeof b !== 'string') throw typeError(`can only concatenate str (not "${nameOfType(b)}") to str`);
    checkSize(a.length + b.length);
    return a + b;
  }
  if (Array.isArray(a) && !isSet(a)) {
    const kind = nameOfType(a);
    if (!Array.isArray(b) || nameOfType(b) !== kind) throw typeError(`can only concatenate ${kind} (not "${nameOfType(b)}") to ${kind}`);
    checkSize(a.length + b.length);
    const items = [...a, ...b];
    return isTuple(a) ? tuple(items) : items;
  }
  if (isBytes(a)) {
    if (!isBytes(b)) throw typeError(`can't concat ${nameOfType(b)} to bytes`);
    return Buffer.concat([a, b]);
  }
  return undefined;
}

function joinedMarkup(a: Data, b: Data): Data | undefined {
  if (textOf(a) === undefined || textOf(b) === undefined) return undefined;
  return new Markup(escapeInto(a) + escapeInto(b));
}

const isSequence = (data: Data): boolean => textOf(data) !== undefined || (Array.isArray(data) && !isSet(data)) || isBytes(data);

function repeated(a: Data, b: Data): Data | undefined {
  const [sequence, count] = isSequence(a) ? [a, b] : [b, a];
  const text = textOf(sequence);
  if (!isSequence(sequence)) return undefined;
  if (!isInt(count)) throw typeError(`can't multiply sequence by non-int of type '${nameOfType(count)}'`);
  const times = Math.max(0, Number(count));
  if (text !== undefined) {
    checkSize(BigInt(text.length) * BigInt(times));
    return sequence instanceof Markup ? new Markup(text.repeat(times)) : text.repeat(times);
  }
  const source = sequence as Data[] | Uint8Array;
  checkSize(source.length * times);
  if (isBytes(source)) return Buffer.concat(Array.from({ length: times }, () => source));
  const items: Data[] = [];
  for (let time = 0; time < times; time++) items.push(...source);
  return isTuple(source) ? tuple(items) : items;
}

function without(a: Data, b: Data): Data | undefined {
  if (!isSet(a) || !isSet(b)) return undefined;
  return rawSet(Array.from(a).filter((item) => !inList(b, item)));
}

export function sign(word: '+' | '-', value: Data): Data {
  const number = numberOf(value);
  if (number !== undefined) return word === '-' ? numbers.negate(number) : number;
  if (value instanceof Undefined) return value.fail();
  throw typeError(`bad operand type for unary ${word}: '${nameOfType(value)}'`);
}
