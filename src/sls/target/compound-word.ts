/** One word of a compound target: a letter with an optional delimiter and a pattern, such as `G@os:Debian` or `I|@a|b`. */
import { PythonError } from '../../kernel/contract/errors.js';
import { typeName, type Value } from '../../kernel/std/value.js';

export interface CompoundWord {
  /** Undefined: the whole word is a glob. */
  readonly engine: string | undefined;
  readonly delimiter: string | undefined;
  readonly pattern: string;
}

/** The delimiter is possible behind G, P, I and J only. */
const WORD = /^(?:([GPIJLNSERTM])((?<=[GPIJ])[^\n])?@)?([^\n]+)\n?$/u;

/** @throws PythonError when the word is no text */
export function parseWord(word: Value): CompoundWord {
  if (typeof word !== 'string') {
    throw new PythonError('TypeError', `expected string or bytes-like object, got '${typeName(word)}'`);
  }
  const [, engine, delimiter, pattern] = WORD.exec(word) ?? [];
  return { engine, delimiter, pattern: pattern ?? word };
}
