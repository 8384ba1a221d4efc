/** Floats in digits, of values that are not negative: what `%f`, `%e`, `%g` and their sisters of `format` share. */
import { formatFixed } from '../../../kernel/std/python-number.js';

/** The limit of JavaScript's own functions. */
const DIGITS_MAX = 100;
const EXACT_BELOW = 1e21;

function special(value: number): string | undefined {
  return Number.isFinite(value) ? undefined : Number.isNaN(value) ? 'nan' : 'inf';
}

/** `%.2f` */
export function fixedText(value: number, precision: number): string {
  const word = special(value);
  if (word !== undefined) return word;
  if (value >= EXACT_BELOW) return `${BigInt(value)}${precision > 0 ? `.${'0'.repeat(precision)}` : ''}`;
  // formatFixed looks 50 digits further.
  const shown = Math.min(precision, DIGITS_MAX - 50);
  return formatFixed(value, shown) + '0'.repeat(precision - shown);
}

/** `%.2e` */
export function exponentText(value: number, precision: number): string {
  const word = special(value);
  if (word !== undefined) return word;
  const shown = Math.min(precision, DIGITS_MAX);
  const [mantissa = '', power = '0'] = value.toExponential(shown).split('e');
  const exponent = Number(power);
  const zeros = '0'.repeat(precision - shown);
  return `${mantissa}${zeros}e${exponent < 0 ? '-' : '+'}${String(Math.abs(exponent)).padStart(2, '0')}`;
}

/** `%.6g`; with `keepZeros` no zeros at the end are dropped. */
export function generalText(value: number, precision: number, keepZeros: boolean): string {
  const word = special(value);
  if (word !== undefined) return word;
  const digits = Math.max(1, precision);
  const exponent = value === 0 ? 0 : Number(value.toExponential(Math.min(digits - 1, DIGITS_MAX)).split('e')[1]);
  const text = exponent < -4 || exponent >= digits ? exponentText(value, digits - 1) : fixedText(value, Math.max(0, digits - 1 - exponent));
  if (keepZeros || !text.includes('.')) return text;
  return text.replace(/\.?0+(?=e|$)/, '');
}
