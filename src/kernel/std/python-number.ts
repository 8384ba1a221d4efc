/** Numbers as Python rounds, prints and reads them. */
import { strip } from './python-space.js';

/**
 * Python's `f'{value:.3f}'` and the digits of `round(value, 3)`: exact, and a half goes to the even neighbour, where
 * `toFixed` goes up. `nan` and `inf` are spelled as Python spells them. For values below 1e21.
 */
export function formatFixed(value: number, digits: number): string {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? 'nan' : value > 0 ? 'inf' : '-inf';
  const sign = value < 0 || Object.is(value, -0) ? '-' : '';
  const size = Math.abs(value);
  const rounded = size.toFixed(digits);
  // Fifty further digits tell a true half from its neighbours: a half has few bits and ends early.
  const exact = size.toFixed(digits + 50);
  const rest = exact.slice(exact.length - 50);
  if (!/^50+$/.test(rest)) return sign + rounded;
  const below = exact.slice(0, exact.length - 50).replace(/\.$/, '');
  return sign + (Number(below.at(-1)) % 2 === 0 ? below : rounded);
}

/** Python's `round(value, digits)` of a float. */
export function roundFloat(value: number, digits: number): number {
  return Number.isFinite(value) ? Number(formatFixed(value, digits)) : value;
}

/** Python's `float(text)`, or undefined where it raises ValueError. */
export function parseFloatText(text: string): number | undefined {
  const word = strip(text).toLowerCase();
  const special = /^([+-]?)(inf|infinity|nan)$/.exec(word);
  if (special !== null) return special[2] === 'nan' ? NaN : special[1] === '-' ? -Infinity : Infinity;
  if (!/^[+-]?(\d+(_\d+)*\.?(\d+(_\d+)*)?|\.\d+(_\d+)*)(e[+-]?\d+(_\d+)*)?$/.test(word)) return undefined;
  return Number(word.replaceAll('_', ''));
}
