/** Which characters Python prints as they are inside of `repr()`. */
import { NOT_PRINTABLE_RUNS } from './python-printable.data.js';

let borders: Uint32Array | undefined;

/** Where printable and not printable code points take turns, ascending; the first stretch is printable. */
function readBorders(): Uint32Array {
  let at = 0;
  return Uint32Array.from(NOT_PRINTABLE_RUNS.split(' '), (length) => (at += Number.parseInt(length, 36)));
}

/** True where Python's `chr(codePoint).isprintable()` is. */
export function isPrintable(codePoint: number): boolean {
  borders ??= readBorders();
  let low = 0;
  let high = borders.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((borders[middle] as number) <= codePoint) low = middle + 1;
    else high = middle;
  }
  return low % 2 === 0;
}
