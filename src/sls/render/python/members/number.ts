/** Methods and attributes of numbers. */
import { PythonError } from '../../../../kernel/contract/errors.js';
import { Float } from '../../../../kernel/std/value.js';
import { type Data, tuple } from '../data.js';
import { isInt, type NumberData, shrink, toDouble } from '../numbers.js';
import { valueError } from '../errors.js';
import { method, type Method, type MethodTable } from './method.js';

type NumberMethod = Method<NumberData>;

const ratio = (value: NumberData): Data => {
  const double = toDouble(value);
  if (isInt(value)) return tuple([value, 1]);
  if (!Number.isFinite(double)) throw Number.isNaN(double) ? valueError('cannot convert NaN to integer ratio') : new PythonError('OverflowError', 'cannot convert Infinity to integer ratio');
  let bottom = 1n;
  let top = double;
  while (!Number.isInteger(top)) {
    top *= 2;
    bottom *= 2n;
  }
  return tuple([shrink(BigInt(top)), shrink(bottom)]);
};

const bitLength = (value: NumberData): Data => {
  const whole = BigInt(value as number | bigint);
  return whole === 0n ? 0 : (whole < 0n ? -whole : whole).toString(2).length;
};

export const INT_METHODS: MethodTable<NumberData> = new Map<string, NumberMethod>([
  ['as_integer_ratio', method([], ratio)],
  ['bit_count', method([], (value) => BigInt(value as number | bigint).toString(2).replaceAll(/[^1]/g, '').length)],
  ['bit_length', method([], bitLength)],
  ['conjugate', method([], (value) => value)],
]);

export const FLOAT_METHODS: MethodTable<NumberData> = new Map<string, NumberMethod>([
  ['as_integer_ratio', method([], ratio)],
  ['conjugate', method([], (value) => value)],
  ['hex', method([], (value) => hexFloat(toDouble(value)))],
  ['is_integer', method([], (value) => Number.isInteger(toDouble(value)))],
]);

/** Attributes that are no methods. */
export function numberAttribute(value: NumberData, name: string): Data | undefined {
  if (name === 'real') return value;
  if (name === 'imag') return isInt(value) ? 0 : new Float(0);
  if (name === 'numerator' && isInt(value)) return value;
  return name === 'denominator' && isInt(value) ? 1 : undefined;
}

/** Python's `float.hex()`. */
function hexFloat(value: number): string {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? 'nan' : value > 0 ? 'inf' : '-inf';
  const sign = value < 0 || Object.is(value, -0) ? '-' : '';
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, Math.abs(value));
  const bits = view.getBigUint64(0);
  const exponent = Number(bits >> 52n);
  const fraction = (bits & 0xfffffffffffffn).toString(16).padStart(13, '0');
  if (exponent === 0 && bits === 0n) return `${sign}0x0.0p+0`;
  const power = exponent === 0 ? -1022 : exponent - 1023;
  return `${sign}0x${exponent === 0 ? 0 : 1}.${fraction}p${power < 0 ? '-' : '+'}${Math.abs(power)}`;
}
