/** What counts as true in settings. */
import { Float, isTruthy, type Value } from './value.js';

/** Salt's `is_true`: numbers above zero, the word true, and what Python counts as true. */
export function isTrue(value: Value | undefined): boolean {
  const number = typeof value === 'string' && /^\s*[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?\s*$/i.test(value) ? Number(value)
    : typeof value === 'number' || typeof value === 'bigint' || value instanceof Float ? Number(value) : undefined;
  if (number !== undefined) return number > 0;
  return typeof value === 'string' ? value.toLowerCase() === 'true' : isTruthy(value);
}
