/** Looking into text: places are counted in code points, parts are given as Python's slices. */
import { typeError, valueError } from '../errors.js';
import { codePoints, hasPairs, lengthOf, sliceText } from '../code-points.js';
import { type Data, isTuple } from '../data.js';
import { textOf } from '../markup.js';
import { isInt } from '../numbers.js';
import { nameOfType } from '../type-name.js';

export interface Range {
  readonly from: number;
  readonly to: number;
}

/** The part of a text between two places; null stands for the ends. */
export function rangeIn(length: number, from: Data, to: Data): Range {
  const place = (value: Data, fallback: number): number => {
    if (value === null) return fallback;
    if (!isInt(value)) throw typeError('slice indices must be integers or None or have an __index__ method');
    const at = Number(value);
    return at < 0 ? Math.max(0, at + length) : at;
  };
  return { from: place(from, 0), to: Math.min(length, place(to, length)) };
}

/** The text an argument must be. */
export function needText(value: Data, what = 'must be str, not'): string {
  const text = textOf(value);
  if (text === undefined) throw typeError(`${what} ${nameOfType(value)}`);
  return text;
}

/** Python's `find` and `rfind`: -1 when there is none. */
export function findText(text: string, part: string, from: Data, to: Data, last = false): number {
  const length = lengthOf(text);
  const range = rangeIn(length, from, to);
  if (range.from > range.to) return -1;
  const inside = range.from === 0 && range.to === length ? text : sliceText(text, range.from, range.to);
  const at = last ? inside.lastIndexOf(part) : inside.indexOf(part);
  if (at < 0) return -1;
  return range.from + (hasPairs(inside) ? codePoints(inside.slice(0, at)).length : at);
}

export function indexOfText(text: string, part: string, from: Data, to: Data, last = false): number {
  const at = findText(text, part, from, to, last);
  if (at < 0) throw valueError('substring not found');
  return at;
}

export function countText(text: string, part: string, from: Data, to: Data): number {
  const range = rangeIn(lengthOf(text), from, to);
  if (range.from > range.to) return 0;
  const inside = sliceText(text, range.from, range.to);
  if (part === '') return lengthOf(inside) + 1;
  return inside.split(part).length - 1;
}

/** `startswith` and `endswith`: of one text or a tuple of texts. */
export function hasEdge(word: 'startswith' | 'endswith', text: string, edges: Data, from: Data, to: Data): boolean {
  const range = rangeIn(lengthOf(text), from, to);
  if (range.from > range.to) return false;
  const inside = from === null && to === null ? text : sliceText(text, range.from, range.to);
  const all = isTuple(edges) ? edges : [edges];
  return Array.from(all).some((edge) => {
    const part = textOf(edge);
    if (part === undefined) {
      throw typeError(isTuple(edges) ? `tuple for ${word} must only contain str, not ${nameOfType(edge)}` : `${word} first arg must be str or a tuple of str, not ${nameOfType(edge)}`);
    }
    return word === 'startswith' ? inside.startsWith(part) : inside.endsWith(part);
  });
}
