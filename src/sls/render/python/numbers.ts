/** Arithmetic with Python's whole numbers of any size and its floats. */
import { PythonError } from '../../../kernel/contract/errors.js';
import { Float, floatOf } from '../../../kernel/std/value.js';
import type { Data } from './data.js';
import { checkBits } from './limits.js';

/** A number as it is computed with: `float` tells 1.0 from 1. */
type Num = number | bigint;

export type NumberData = number | bigint | Float;

/** The number of a value, True and False included; undefined for what is none. */
export function numberOf(data: Data): NumberData | undefined {
  if (typeof data === 'number' || typeof data === 'bigint' || data instanceof Float) return data;
  return typeof data === 'boolean' ? Number(data) : undefined;
}

export function isFloat(data: Data): data is number | Float {
  return data instanceof Float || (typeof data === 'number' && !Number.isInteger(data));
}

/** An int of Python, True and False included. */
export function isInt(data: Data): data is number | bigint | boolean {
  return typeof data === 'bigint' || typeof data === 'boolean' || (typeof data === 'number' && Number.isInteger(data));
}

/** The JavaScript number of a number. @throws PythonError OverflowError as Python */
export function toDouble(value: NumberData): number {
  const double = Number(value instanceof Float ? value.value : value);
  if (typeof value === 'bigint' && !Number.isFinite(double)) throw new PythonError('OverflowError', 'int too large to convert to float');
  return double;
}

/** A whole number in its shortest form. */
export function shrink(value: bigint): number | bigint {
  return value >= -9007199254740991n && value <= 9007199254740991n ? Number(value) : value;
}

const big = (value: NumberData): bigint => BigInt(value as Num);
const bits = (value: bigint): number => value.toString(16).length * 4;

function anyFloat(a: NumberData, b: NumberData): boolean {
  return isFloat(a) || isFloat(b);
}

export function add(a: NumberData, b: NumberData): Data {
  if (anyFloat(a, b)) return floatOf(toDouble(a) + toDouble(b));
  if (typeof a === 'number' && typeof b === 'number') {
    const sum = a + b;
    if (Number.isSafeInteger(sum)) return sum;
  }
  return shrink(big(a) + big(b));
}

export function subtract(a: NumberData, b: NumberData): Data {
  if (anyFloat(a, b)) return floatOf(toDouble(a) - toDouble(b));
  if (typeof a === 'number' && typeof b === 'number') {
    const difference = a - b;
    if (Number.isSafeInteger(difference)) return difference;
  }
  return shrink(big(a) - big(b));
}

export function multiply(a: NumberData, b: NumberData): Data {
  if (anyFloat(a, b)) return floatOf(toDouble(a) * toDouble(b));
  if (typeof a === 'number' && typeof b === 'number') {
    const product = a * b;
    if (Number.isSafeInteger(product)) return product + 0;
  }
  const [left, right] = [big(a), big(b)];
  checkBits(bits(left) + bits(right));
  return shrink(left * right);
}

export function divide(a: NumberData, b: NumberData): Data {
  if (toZero(b)) throw new PythonError('ZeroDivisionError', anyFloat(a, b) ? 'float division by zero' : 'division by zero');
  if (typeof a === 'bigint' || typeof b === 'bigint') return floatOf(divideBig(a, b));
  return floatOf(toDouble(a) / toDouble(b));
}

/** A quotient whose parts may be too large for floats while it is not. */
function divideBig(a: NumberData, b: NumberData): number {
  if (anyFloat(a, b)) return toDouble(a) / toDouble(b);
  const [left, right] = [big(a), big(b)];
  const shift = BigInt(Math.max(0, bits(right) - bits(left) + 128));
  const scaled = Number((left << shift) / right);
  const quotient = scaled / 2 ** Number(shift);
  if (!Number.isFinite(quotient)) throw new PythonError('OverflowError', 'integer division result too large for a float');
  return quotient;
}

const toZero = (value: NumberData): boolean => (value instanceof Float ? value.value === 0 : value === 0 || value === 0n);

export function floorDivide(a: NumberData, b: NumberData): Data {
  if (anyFloat(a, b)) {
    if (toZero(b)) throw new PythonError('ZeroDivisionError', 'float floor division by zero');
    const [left, right] = [toDouble(a), toDouble(b)];
    if (!Number.isFinite(left)) return NaN;
    if (!Number.isFinite(right)) return floatOf(left === 0 || left < 0 === right < 0 ? left === 0 ? left / right : 0 : -1);
    return floatOf(Math.floor((left - floatRemainder(left, right)) / right + 0.5));
  }
  if (toZero(b)) throw new PythonError('ZeroDivisionError', 'integer division or modulo by zero');
  if (typeof a === 'number' && typeof b === 'number') return Math.floor(exactQuotient(a, b)) + 0;
  const [left, right] = [big(a), big(b)];
  const quotient = left / right;
  return shrink(left % right !== 0n && left < 0n !== right < 0n ? quotient - 1n : quotient);
}

/** `a / b` so that its floor is right: the remainder is taken away first. */
function exactQuotient(a: number, b: number): number {
  return (a - intRemainder(a, b)) / b;
}

function intRemainder(a: number, b: number): number {
  const rest = a % b;
  return rest !== 0 && rest < 0 !== b < 0 ? rest + b : rest + 0;
}

function floatRemainder(a: number, b: number): number {
  const rest = a % b;
  if (rest === 0) return b < 0 ? -0 : 0;
  return rest < 0 !== b < 0 ? rest + b : rest;
}

export function modulo(a: NumberData, b: NumberData): Data {
  if (anyFloat(a, b)) {
    if (toZero(b)) throw new PythonError('ZeroDivisionError', 'float modulo');
    return floatOf(floatRemainder(toDouble(a), toDouble(b)));
  }
  if (toZero(b)) throw new PythonError('ZeroDivisionError', 'integer modulo by zero');
  if (typeof a === 'number' && typeof b === 'number') return intRemainder(a, b);
  const [left, right] = [big(a), big(b)];
  const rest = left % right;
  return shrink(rest !== 0n && rest < 0n !== right < 0n ? rest + right : rest);
}

export function power(a: NumberData, b: NumberData): Data {
  if (anyFloat(a, b) || toDouble(b) < 0) return floatPower(toDouble(a), toDouble(b));
  const [base, exponent] = [big(a), big(b)];
  if (base === 0n || base === 1n) return exponent === 0n ? 1 : Number(base);
  if (base === -1n) return exponent % 2n === 0n ? 1 : -1;
  checkBits(bits(base) * Math.min(Number(exponent), Number.MAX_SAFE_INTEGER));
  return shrink(base ** exponent);
}

function floatPower(base: number, exponent: number): Data {
  if (base === 0 && exponent < 0) throw new PythonError('ZeroDivisionError', '0.0 cannot be raised to a negative power');
  if (base === 1 || (base === -1 && !Number.isFinite(exponent) && !Number.isNaN(exponent))) return floatOf(1);
  if (base < 0 && Number.isFinite(base) && !Number.isInteger(exponent)) {
    throw new PythonError('TypeError', 'complex numbers are not supported by templates');
  }
  const result = base ** exponent;
  if (!Number.isFinite(result) && Number.isFinite(base) && Number.isFinite(exponent)) {
    throw new PythonError('OverflowError', "(34, 'Numerical result out of range')");
  }
  return floatOf(result);
}

export function negate(value: NumberData): Data {
  if (isFloat(value)) return floatOf(-toDouble(value));
  return typeof value === 'number' ? 0 - value : shrink(-big(value));
}

/** Negative, zero or positive; NaN when one of them is. Exact also between whole numbers and floats. */
export function compareNumbers(a: NumberData, b: NumberData): number {
  const left = a instanceof Float ? a.value : a;
  const right = b instanceof Float ? b.value : b;
  if (Number.isNaN(left) || Number.isNaN(right)) return NaN;
  return left < right ? -1 : left > right ? 1 : 0;
}
