/** Sizes of logical volumes as people write them. Source: read, Salt 3008.3. */
import { InvocationError } from '../../../kernel/contract/errors.js';
import { str } from '../../../kernel/std/python-text.js';
import type { Value } from '../../../kernel/std/value.js';

/** Megabytes of a unit; `s` is a sector of 512 bytes. */
const UNITS: ReadonlyMap<string, number> = new Map([['s', 1 / 2048], ['m', 1], ['g', 1024], ['t', 1024 ** 2], ['p', 1024 ** 3]]);

/** `10`, `10M`, `10GB`, `1.5g`. Differs: fractions are read; Salt's `int` fails on them. A sign is refused: with it no state is ever reached. */
export function megabytes(size: Value): number {
  const text = str(size).toLowerCase();
  const cut = /\d$/.test(text) ? 0 : text.endsWith('b') ? 2 : 1;
  const [number, unit] = [text.slice(0, text.length - cut), cut === 0 ? 'm' : text.charAt(text.length - cut)];
  if (!/^\d+(?:\.\d+)?$/.test(number)) throw new InvocationError(`Size ${str(size)} is invalid.`);
  const factor = UNITS.get(unit);
  if (factor === undefined) throw new InvocationError(`Unit ${unit} is invalid.`);
  return Number(number) * factor;
}

/** LVM gives whole extents, as many as make whole stripes. */
export const wholeExtents = (extents: number, stripes: Value): number => {
  const step = Math.max(1, Math.trunc(Number(stripes)) || 1);
  return Math.ceil(extents / step) * step;
};
