/** Values of options: numbers as Python reads them, choices checked. Source: observed, Python 3.11; golden, cli (salt-bad-loglevel). */
import { parseFloatText } from '../kernel/std/python-number.js';
import { strip } from '../kernel/std/python-space.js';
import { repr } from '../kernel/std/python-text.js';
import type { Value } from '../kernel/std/value.js';
import type { OptionRow } from './options/option.js';
import { UsageError } from './parsed-line.js';

/** @throws UsageError */
export function optionValue(row: OptionRow, flag: string, text: string): Value {
  if (row.kind === 'integer') return checked(integerOf(text), 'integer', flag, text);
  if (row.kind === 'float') return checked(parseFloatText(text), 'floating-point', flag, text);
  if (row.kind !== 'choice' || row.choices?.includes(text) === true) return text;
  throw new UsageError(`option ${flag}: invalid choice: ${repr(text)} (choose from ${(row.choices ?? []).map(repr).join(', ')})`);
}

function checked(value: number | undefined, what: string, flag: string, text: string): number {
  if (value === undefined) throw new UsageError(`option ${flag}: invalid ${what} value: ${repr(text)}`);
  return value;
}

/** `0x1f`, `0b11`, a zero in front for octal, else decimal; digits may be grouped by `_`. */
function integerOf(text: string): number | undefined {
  const lower = text.toLowerCase();
  if (lower.startsWith('0x')) return digits(lower.slice(2), /^[0-9a-f]+(?:_[0-9a-f]+)*$/, 16);
  if (lower.startsWith('0b')) return digits(lower.slice(2) || '0', /^[01]+(?:_[01]+)*$/, 2);
  if (lower.startsWith('0')) return digits(strip(lower).replace(/^0o/, ''), /^[0-7]+(?:_[0-7]+)*$/, 8);
  const [, sign = '', number = ''] = /^([+-]?)(.*)$/s.exec(strip(text)) ?? [];
  const value = digits(number, /^[0-9]+(?:_[0-9]+)*$/, 10);
  return value === undefined ? undefined : sign === '-' ? -value : value;
}

function digits(text: string, form: RegExp, radix: number): number | undefined {
  if (!form.test(text)) return undefined;
  const value = Number.parseInt(text.replaceAll('_', ''), radix);
  return Number.isSafeInteger(value) ? value : undefined;
}
