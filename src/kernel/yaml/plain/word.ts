/** The value of a plain word, found by its first character where that decides. */
import type { Value } from '../../std/value.js';
import { plainScalar } from '../scalar.js';
import { notPlain } from './cursor.js';

/** First characters of words that may be more than text. */
const MAY_MEAN_MORE = Uint8Array.from({ length: 128 }, (_, code) => '~yYnNtTfFoO-+.0123456789<=!&*'.includes(String.fromCharCode(code)) ? 1 : 0);

/** Digits of a number that is surely safe. */
const DIGITS_SAFE = 15;

export function valueOfWord(word: string): Value {
  const first = word.charCodeAt(0);
  if (first < 128 ? MAY_MEAN_MORE[first] === 0 : first >= 128) return word;
  const number = smallNumber(word, first);
  if (number >= 0) return number;
  const value = plainScalar(word);
  return value === undefined ? notPlain() : value;
}

/** A whole number without sign, zeros in front or underscores; else -1. */
function smallNumber(word: string, first: number): number {
  if (first < 49 || first > 57 || word.length > DIGITS_SAFE) return -1;
  let value = first - 48;
  for (let at = 1; at < word.length; at += 1) {
    const digit = word.charCodeAt(at) - 48;
    if (digit < 0 || digit > 9) return -1;
    value = value * 10 + digit;
  }
  return value;
}
