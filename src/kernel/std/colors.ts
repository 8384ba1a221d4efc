/** Salt's names of terminal colours and the ANSI codes they stand for. Source: observed; golden: outputters/*-color. */
import { str } from './python-text.js';
import { isMap, isTruthy, mapEntries, type Value } from './value.js';

const CODES = {
  BLACK: '30', DARK_GRAY: '1;30', RED: '31', LIGHT_RED: '1;31', GREEN: '32', LIGHT_GREEN: '1;32', YELLOW: '33',
  LIGHT_YELLOW: '1;33', BLUE: '34', LIGHT_BLUE: '1;34', MAGENTA: '35', LIGHT_MAGENTA: '1;35', CYAN: '36',
  LIGHT_CYAN: '1;36', LIGHT_GRAY: '37', WHITE: '1;37', DEFAULT_COLOR: '39', ENDC: '0',
} as const;

export type ColorName = keyof typeof CODES;
/** What to print before coloured text, and `ENDC` after it. All are empty when colours are off. */
export type Colors = Readonly<Record<ColorName, string>>;

const NAMES = Object.keys(CODES) as ColorName[];
const colorsFrom = (code: (name: ColorName) => string): Colors =>
  Object.fromEntries(NAMES.map((name) => [name, code(name)])) as Colors;

/**
 * The colours for the option `color`: on, off, or the name of the one colour to use for everything. `theme` has codes
 * that replace the usual ones, such as `{ GREEN: '0;35' }`.
 */
export function colorsFor(use: Value | undefined, theme: Value = null): Colors {
  if (!isTruthy(use)) return colorsFrom(() => '');
  const codes = new Map<Value, Value>(NAMES.map((name) => [name, `0;${CODES[name]}`]));
  if (isMap(theme)) for (const [name, code] of mapEntries(theme)) codes.set(name, code);
  const sequence = (name: Value): string => `\x1b[${str(codes.get(name) ?? '')}m`;
  const only = typeof use === 'string' && codes.has(use) ? use : undefined;
  return colorsFrom((name) => sequence(only === undefined || name === 'ENDC' ? name : only));
}

/** Takes the escape character out of text from minions, so that it cannot steer the terminal. */
export function hideEscapes(text: string): string {
  return text.replaceAll('\x1b', '?');
}
