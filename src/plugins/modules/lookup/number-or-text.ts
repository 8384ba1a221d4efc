/** Text that says a number is one, as Python's `int` and `float` read it. */
import { floatOf, type Value } from '../../../kernel/std/value.js';
import { intOf } from './programs.js';

const FLOAT = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i;

export function numberOrText(text: string): Value {
  const whole = intOf(text);
  if (whole !== undefined) return Number.isSafeInteger(whole) ? whole : BigInt(text.trim().replaceAll('_', '').replace(/^\+/, ''));
  return FLOAT.test(text.trim()) ? floatOf(Number(text)) : text;
}
