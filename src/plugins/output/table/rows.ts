/** One table: labels, rows, columns, lines. */
import { PythonError } from '../../../kernel/contract/errors.js';
import { textLength } from '../../../kernel/std/python-space.js';
import { str } from '../../../kernel/std/python-text.js';
import { isMap, isTruthy, mapGet, mapKeys, mapValues, typeName, type Value, type ValueMap } from '../../../kernel/std/value.js';
import { needText, notIterable, sorted } from '../parts/python-errors.js';
import type { TableStyle } from './style.js';

export interface TableLine {
  readonly text: string;
  /** A line between rows. */
  readonly isRule: boolean;
}

/** The lines of a table; none when the rows are of different types, or when there are none. */
export function rowLines(rows: readonly Value[], labels: Value, style: TableStyle): TableLine[] {
  const first = rows[0];
  if (first === undefined || rows.some((row) => typeName(row) !== typeName(first))) return [];
  const given = isMap(labels) ? sortedValues(labels) : labels;
  const head = isMap(first) && !isTruthy(given) ? sorted(mapKeys(first)).map(titleOf) : given;
  const body = rows.map((row) => (isMap(row) ? sortedValues(row).map(str) : typeof row === 'string' ? [row] : row));
  const all = isTruthy(head) ? [head, ...body] : body;
  return layOut(all.map((row) => wrapRow(cellsOf(row), style)), style.hasHeader && isTruthy(head), style);
}

/** Values in the order of their keys. */
function sortedValues(map: ValueMap): Value[] {
  const keys = sorted(mapKeys(map));
  return keys.length === 1 ? mapValues(map) : keys.map((key) => mapGet(map, key) ?? null);
}

/** `last_move` as `Last Move`: Python's `str.title()`. */
function titleOf(key: Value): string {
  return str(key).replaceAll('_', ' ')
    .replace(/\p{Cased}+/gu, (word) => {
      const [first = ''] = word;
      const upper = first.toUpperCase();
      // A letter such as `ß` becomes two, of which the second stays small.
      const [head = '', ...tail] = upper;
      return head + tail.join('').toLowerCase() + word.toLowerCase().slice(first.toLowerCase().length);
    });
}

/** The texts of a row. @throws PythonError when it is no row, or when a cell is no text */
function cellsOf(row: Value): string[] {
  const cells = isMap(row) ? mapKeys(row) : typeof row === 'string' ? Array.from(row) : row;
  if (!Array.isArray(cells)) throw notIterable(row);
  if (cells.length === 0) throw new PythonError('TypeError', 'map() must have at least two arguments.');
  return cells.map((cell) => needText(cell as Value, 'split'));
}

/** Breaks a cell where the next word would not fit. */
function wrapCell(text: string, widthMax: number): string[] {
  const [start = '', ...words] = text.split(' ');
  const wrapped = words.reduce((line, word) => {
    const used = textLength(line.slice(line.lastIndexOf('\n') + 1)) + textLength(word.split('\n')[0] ?? '');
    return `${line}${used >= widthMax ? '\n' : ' '}${word}`;
  }, start);
  return wrapped.split('\n');
}

/** The lines of a row. As many as its lowest cell has: Salt drops the rest of the others. */
function wrapRow(cells: readonly string[], style: TableStyle): string[][] {
  return transpose(cells.map((cell) => wrapCell(cell, style.cellWidthMax)));
}

/** Rows to columns, as long as the shortest row. */
function transpose(rows: readonly (readonly string[])[]): string[][] {
  const length = rows.reduce((least, row) => Math.min(least, row.length), Infinity);
  if (!Number.isFinite(length)) return [];
  return Array.from({ length }, (_item, at) => rows.map((row) => row[at] ?? ''));
}

function layOut(rows: readonly string[][][], hasHeader: boolean, style: TableStyle): TableLine[] {
  const widths = transpose(rows.flat()).map((column) => column.reduce((most, cell) => Math.max(most, textLength(cell)), 0));
  const length = textLength(style.prefix) + textLength(style.suffix)
    + widths.reduce((sum, width) => sum + width, 0) + textLength(style.delimiter) * (widths.length - 1);
  const rule: TableLine = { text: style.rule.repeat(Math.max(0, length)), isRule: true };
  const lines: TableLine[] = style.separateRows ? [rule] : [];
  for (const [at, row] of rows.entries()) {
    for (const cells of row) {
      const shown = widths.slice(0, cells.length).map((width, column) => style.justify(cells[column] ?? '', width));
      lines.push({ text: style.prefix + shown.join(style.delimiter) + style.suffix, isRule: false });
    }
    if (style.separateRows || (hasHeader && at === 0)) lines.push(rule);
  }
  return lines;
}
