/**
 * Python's `pprint.pformat`: `repr` broken into lines of at most 80 columns, keys sorted.
 *
 * Source: observed, Python 3.11; golden: outputters/pprint-*.
 */
import { compareText, compareValues } from './python-order.js';
import { linesWithEnds, SPACE_CLASS, textLength } from './python-space.js';
import { repr, reprBytes, reprText } from './python-text.js';
import { Tuple, ValueSet } from './sequences.js';
import { isBytes, isMap, mapEntries, typeName, type Value, type ValueMap } from './value.js';

const WIDTH = 80;
const BYTES_STEP = 4;
const WORD_AND_SPACE = new RegExp(`[^${SPACE_CLASS}]+[${SPACE_CLASS}]*|[${SPACE_CLASS}]+`, 'g');

/** Where a value stands: its column, what must still fit behind its last line, and how deep it is (1: outermost). */
interface Place {
  readonly column: number;
  readonly behind: number;
  readonly level: number;
}

/** Python's `pprint.pformat(value, indent=indent)`. */
export function pformat(value: Value, indent = 1): string {
  return layOut(value, { column: 0, behind: 0, level: 1 }, indent);
}

function layOut(value: Value, place: Place, indent: number): string {
  const flat = sortedRepr(value);
  if (textLength(flat) <= WIDTH - place.column - place.behind) return flat;
  if (value === '' || (value instanceof ValueSet && value.length === 0)) return flat;
  if (typeof value === 'string') return layOutText(value, place, flat);
  if (isBytes(value)) return layOutBytes(value, place);
  if (Array.isArray(value)) return layOutList(value, place, indent);
  return isMap(value) ? layOutMap(value, place, indent) : flat;
}

function className(value: Value): string {
  if (value instanceof Tuple) return 'tuple';
  return value instanceof ValueSet ? 'set' : typeName(value);
}

/** Keys or items in order; what Python cannot compare is ordered by the name of its type. */
function inOrder<T>(items: readonly T[], keyOf: (item: T) => Value): T[] {
  return [...items].sort((a, b) => {
    const left = keyOf(a);
    const right = keyOf(b);
    return compareValues(left, right) ?? compareText(className(left), className(right));
  });
}

const sortedEntries = (map: ValueMap): [Value, Value][] => inOrder(mapEntries(map), ([key]) => key);

/** `repr` with sorted keys. */
function sortedRepr(value: Value): string {
  if (isMap(value)) {
    return `{${sortedEntries(value).map(([key, item]) => `${sortedRepr(key)}: ${sortedRepr(item)}`).join(', ')}}`;
  }
  if (!Array.isArray(value) || value instanceof ValueSet) return repr(value);
  const items = value.map((item) => sortedRepr(item as Value)).join(', ');
  if (value instanceof Tuple) return value.length === 1 ? `(${items},)` : `(${items})`;
  return `[${items}]`;
}

const opening = (bracket: string, indent: number): string => bracket + ' '.repeat(Math.max(0, indent - 1));
const newLine = (column: number): string => `\n${' '.repeat(column)}`;

function layOutMap(map: ValueMap, { column, behind, level }: Place, indent: number): string {
  const entries = sortedEntries(map);
  const inner = column + indent;
  const lines = entries.map(([key, item], at) => {
    const head = `${sortedRepr(key)}: `;
    const after = at === entries.length - 1 ? behind + 1 : 1;
    return head + layOut(item, { column: inner + textLength(head), behind: after, level: level + 1 }, indent);
  });
  return `${opening('{', indent)}${lines.join(`,${newLine(inner)}`)}}`;
}

function brackets(list: readonly Value[]): [string, string] {
  if (list instanceof Tuple) return ['(', list.length === 1 ? ',)' : ')'];
  return list instanceof ValueSet ? ['{', '}'] : ['[', ']'];
}

function layOutList(list: readonly Value[], { column, behind, level }: Place, indent: number): string {
  const [open, close] = brackets(list);
  const items = list instanceof ValueSet ? inOrder(list, (item) => item) : list;
  const inner = column + indent;
  const lines = items.map((item, at) => {
    const after = at === items.length - 1 ? behind + close.length : 1;
    return layOut(item, { column: inner, behind: after, level: level + 1 }, indent);
  });
  return `${opening(open, indent)}${lines.join(`,${newLine(inner)}`)}${close}`;
}

/** Texts in a row, as Python joins neighbours; the outermost value needs brackets for that. */
function neighbours(parts: readonly string[], column: number, bracketed: boolean): string {
  const text = parts.join(newLine(column));
  return bracketed ? `(${text})` : text;
}

/** Breaks text at its line ends, then between words. */
function layOutText(text: string, place: Place, flat: string): string {
  const outermost = place.level === 1;
  const column = place.column + (outermost ? 1 : 0);
  const behind = place.behind + (outermost ? 1 : 0);
  const room = WIDTH - column;
  const lines = linesWithEnds(text);
  const parts = lines.flatMap((line, at) => {
    const lastRoom = at === lines.length - 1 ? room - behind : room;
    const whole = reprText(line);
    return textLength(whole) <= lastRoom ? [whole] : breakLine(line, room, lastRoom);
  });
  return parts.length === 1 ? flat : neighbours(parts, column, outermost);
}

/** Packs words into parts of at most `room` columns; the last word has `lastRoom`. */
function breakLine(line: string, room: number, lastRoom: number): string[] {
  const words = line.match(WORD_AND_SPACE) ?? [];
  const parts: string[] = [];
  let current = '';
  for (const [at, word] of words.entries()) {
    const limit = at === words.length - 1 ? lastRoom : room;
    if (textLength(reprText(current + word)) <= limit) {
      current += word;
      continue;
    }
    if (current !== '') parts.push(reprText(current));
    current = word;
  }
  if (current !== '') parts.push(reprText(current));
  return parts;
}

function layOutBytes(bytes: Uint8Array, place: Place): string {
  if (bytes.length <= BYTES_STEP) return reprBytes(bytes);
  const outermost = place.level === 1;
  const column = place.column + (outermost ? 1 : 0);
  const room = WIDTH - column;
  const lastRoom = room - place.behind - (outermost ? 1 : 0);
  // The step that Python takes for the last one: none when the length is a multiple of the step.
  const last = bytes.length - (bytes.length % BYTES_STEP);
  const parts: string[] = [];
  let start = 0;
  for (let at = 0; at < bytes.length; at += BYTES_STEP) {
    const limit = at === last ? lastRoom : room;
    if (textLength(reprBytes(bytes.subarray(start, at + BYTES_STEP))) <= limit) continue;
    if (at > start) parts.push(reprBytes(bytes.subarray(start, at)));
    start = at;
  }
  parts.push(reprBytes(bytes.subarray(start)));
  return neighbours(parts, column, outermost);
}
