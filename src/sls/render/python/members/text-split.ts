/** Taking text apart and cutting its ends. */
import { SPACE_CLASS, strip, stripEnd, stripStart } from '../../../../kernel/std/python-space.js';
import { codePoints } from '../code-points.js';
import type { Data } from '../data.js';
import { valueError } from '../errors.js';
import { needText } from './text-search.js';

const SPACE_RUN = new RegExp(`[${SPACE_CLASS}]+`);
const WORD_AND_REST = new RegExp(`^([^${SPACE_CLASS}]+)[${SPACE_CLASS}]*`);

/** Python's `split(separator, count)`; count below zero means all. */
export function splitText(text: string, separator: Data, count: number): string[] {
  if (separator === null) return splitAtSpace(text, count);
  const word = needSeparator(separator);
  const parts = text.split(word);
  if (count < 0 || parts.length <= count + 1) return parts;
  return [...parts.slice(0, count), parts.slice(count).join(word)];
}

function needSeparator(separator: Data): string {
  const word = needText(separator);
  if (word === '') throw valueError('empty separator');
  return word;
}

function splitAtSpace(text: string, count: number): string[] {
  if (count < 0) return strip(text).split(SPACE_RUN).filter((word) => word !== '');
  const words: string[] = [];
  let rest = stripStart(text);
  while (rest !== '' && words.length < count) {
    const match = WORD_AND_REST.exec(rest) as RegExpExecArray;
    words.push(match[1] as string);
    rest = rest.slice(match[0].length);
  }
  return rest === '' ? words : [...words, rest];
}

/** Python's `rsplit`. */
export function splitFromEnd(text: string, separator: Data, count: number): string[] {
  if (count < 0) return splitText(text, separator, -1);
  if (separator !== null) {
    const word = needSeparator(separator);
    const parts = text.split(word);
    if (parts.length <= count + 1) return parts;
    const kept = parts.length - count;
    return [parts.slice(0, kept).join(word), ...parts.slice(kept)];
  }
  const words: string[] = [];
  let rest = stripEnd(text);
  while (rest !== '' && words.length < count) {
    const start = lastWordStart(rest);
    words.unshift(rest.slice(start));
    rest = stripEnd(rest.slice(0, start));
  }
  return rest === '' ? words : [rest, ...words];
}

function lastWordStart(text: string): number {
  let at = text.length;
  while (at > 0 && strip(text.charAt(at - 1)) !== '') at -= 1;
  return at;
}

/** `strip`, `lstrip`, `rstrip`: white space, or the characters given. */
export function stripText(text: string, characters: Data, side: 'both' | 'left' | 'right'): string {
  if (characters === null) return side === 'both' ? strip(text) : side === 'left' ? stripStart(text) : stripEnd(text);
  const set = new Set(codePoints(needText(characters, 'strip arg must be None or str, not')));
  const letters = codePoints(text);
  let from = 0;
  let to = letters.length;
  if (side !== 'right') while (from < to && set.has(letters[from] as string)) from += 1;
  if (side !== 'left') while (to > from && set.has(letters[to - 1] as string)) to -= 1;
  return letters.slice(from, to).join('');
}

/** `partition` and `rpartition`. */
export function partitionText(text: string, separator: Data, last: boolean): [string, string, string] {
  const word = needSeparator(separator);
  const at = last ? text.lastIndexOf(word) : text.indexOf(word);
  if (at < 0) return last ? ['', '', text] : [text, '', ''];
  return [text.slice(0, at), word, text.slice(at + word.length)];
}

/** Python's `expandtabs`. */
export function expandTabs(text: string, size: number): string {
  let column = 0;
  let out = '';
  for (const character of text) {
    if (character === '\t') {
      const blanks = size > 0 ? size - (column % size) : 0;
      out += ' '.repeat(blanks);
      column += blanks;
    } else {
      out += character;
      column = character === '\n' || character === '\r' ? 0 : column + 1;
    }
  }
  return out;
}
