/** How tables look: the options `out.table.*`. */
import { PythonError } from '../../../kernel/contract/errors.js';
import type { Colors } from '../../../kernel/std/colors.js';
import { center, padEnd, padStart } from '../../../kernel/std/python-space.js';
import { str } from '../../../kernel/std/python-text.js';
import { isNumber, isTruthy, type Value } from '../../../kernel/std/value.js';
import { colorsOf, type Options } from '../parts/options.js';

export interface TableStyle {
  readonly colors: Colors;
  readonly hasHeader: boolean;
  readonly separateRows: boolean;
  /** What lines between rows are made of. */
  readonly rule: string;
  readonly delimiter: string;
  readonly prefix: string;
  readonly suffix: string;
  /** A word that would make a cell wider than this goes to the next line. */
  readonly cellWidthMax: number;
  /** Show only what is below this key, when set. */
  readonly rowsKey: Value;
  /** The labels stand beside the rows under this key, when set. */
  readonly labelsKey: Value;
  justify(text: string, width: number): string;
}

const JUSTIFY: Readonly<Record<string, TableStyle['justify']>> = { center, left: padEnd, right: padStart };

function text(opts: Options, name: string, fallback: string): string {
  const value = opts[`out.table.${name}`] ?? null;
  return value === null ? fallback : str(value);
}

function flag(opts: Options, name: string): boolean {
  const value = opts[`out.table.${name}`] ?? null;
  return value === null ? true : isTruthy(value);
}

/** Reads the options. @throws PythonError KeyError when `justify` is none of left, right, center */
export function tableStyle(opts: Options): TableStyle {
  const side = text(opts, 'justify', 'center').toLowerCase();
  const justify = Object.hasOwn(JUSTIFY, side) ? JUSTIFY[side] : undefined;
  if (justify === undefined) throw new PythonError('KeyError', `'${side}'`);
  const width = opts['out.table.width'] ?? null;
  return {
    colors: colorsOf(opts),
    hasHeader: flag(opts, 'has_header'),
    separateRows: flag(opts, 'separate_rows'),
    rule: text(opts, 'row_delimiter', '-'),
    delimiter: text(opts, 'delim', ' | '),
    prefix: text(opts, 'prefix', '| '),
    suffix: text(opts, 'suffix', ' |'),
    cellWidthMax: isNumber(width) ? Number(width) : 50,
    rowsKey: opts['out.table.rows_key'] ?? null,
    labelsKey: opts['out.table.labels_key'] ?? null,
    justify,
  };
}
