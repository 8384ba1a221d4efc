/** Limits of single operations, so that no expression makes the process run out of memory. */
import { RenderLimitError } from './errors.js';

/** Characters of one text, items of one list. */
const SIZE_MAX = 64 * 1024 * 1024;
/** Bits of a whole number; Python would go on. */
const BITS_MAX = 1_000_000;
/** Jinja's own `MAX_RANGE`. */
export const RANGE_MAX = 100_000;

/** Refuses to make something of this size. @throws RenderLimitError */
export function checkSize(size: number | bigint): number {
  if (size > SIZE_MAX) throw new RenderLimitError(`The template makes a value of ${size} elements; the limit is ${SIZE_MAX}`);
  return Number(size);
}

/** @throws RenderLimitError */
export function checkBits(bits: number): void {
  if (bits > BITS_MAX) throw new RenderLimitError(`The template computes a number of ${bits} bits; the limit is ${BITS_MAX}`);
}
