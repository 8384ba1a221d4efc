/** Character classes of Python's `re` in JavaScript's `v` syntax. A part of `python-regex-syntax`. */
import { SPACE_CLASS } from './python-space.js';

/** `\w`, `\d`, `\s` over Unicode and over ASCII: contents of a class. Source: observed, Python 3.11 `str.isalnum`, `isdecimal`, `isspace`. */
const UNICODE_SETS: Readonly<Record<string, string>> = { w: '\\p{L}\\p{N}_', d: '\\p{Nd}', s: SPACE_CLASS };
const ASCII_SETS: Readonly<Record<string, string>> = { w: 'a-zA-Z0-9_', d: '0-9', s: '\\t-\\r\\x20' };

/** The class of an escape such as `\w` or `\D`; undefined for other letters. */
export function escapeSet(letter: string, ascii: boolean): string | undefined {
  const set = (ascii ? ASCII_SETS : UNICODE_SETS)[letter.toLowerCase()];
  if (set === undefined) return undefined;
  return letter === letter.toLowerCase() ? `[${set}]` : `[^${set}]`;
}

/** One character as it may stand anywhere in a pattern. */
export function literal(char: string): string {
  return /^[a-zA-Z0-9]$/.test(char) ? char : `\\u{${(char.codePointAt(0) ?? 0).toString(16)}}`;
}

/** A character and its other case, for parts of a pattern that ignore case while the rest does not. */
export function bothCases(char: string): string {
  const forms = new Set([char, char.toLowerCase(), char.toUpperCase()].filter((form) => Array.from(form).length === 1));
  return forms.size === 1 ? literal(char) : `[${[...forms].map(literal).join('')}]`;
}

/** A place between a character of a word and one that is none. */
export function wordBoundary(ascii: boolean, negated: boolean): string {
  const word = `[${(ascii ? ASCII_SETS : UNICODE_SETS)['w'] ?? ''}]`;
  return negated
    ? `(?:(?<=${word})(?=${word})|(?<!${word})(?!${word}))`
    : `(?:(?<=${word})(?!${word})|(?<!${word})(?=${word}))`;
}
