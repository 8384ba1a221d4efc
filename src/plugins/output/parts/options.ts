/** Options that several outputters read. */
import { colorsFor, type Colors } from '../../../kernel/std/colors.js';
import { isTruthy, type PlainMap } from '../../../kernel/std/value.js';

export type Options = Readonly<PlainMap>;

/** An option that is on or off, as Python takes it: every value has a truth. */
export function flag(opts: Options, name: string, fallback: boolean): boolean {
  const value = opts[name];
  return value === undefined ? fallback : isTruthy(value);
}

/** The colours to print with. */
export function colorsOf(opts: Options): Colors {
  return colorsFor(opts['color'], opts['color_theme']);
}
