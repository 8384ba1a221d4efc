/** Splits a command line into words as Python's `shlex.split` does: quotes and backslashes of the POSIX shell, nothing else. */
import { PythonError } from '../contract/errors.js';

const WHITESPACE = new Set([' ', '\t', '\r', '\n']);

/** The words of a command line. @throws PythonError `ValueError` for an open quote or a backslash at the end. */
export function splitWords(line: string): string[] {
  const words: string[] = [];
  const characters = Array.from(line);
  let word: string | undefined;
  let at = 0;
  while (at < characters.length) {
    const character = characters[at] ?? '';
    if (WHITESPACE.has(character)) {
      if (word !== undefined) words.push(word);
      word = undefined;
      at += 1;
    } else if (character === '"' || character === "'") {
      const quoted = readQuoted(characters, at + 1, character);
      word = (word ?? '') + quoted.text;
      at = quoted.next;
    } else if (character === '\\') {
      word = (word ?? '') + escaped(characters, at + 1);
      at += 2;
    } else {
      word = (word ?? '') + character;
      at += 1;
    }
  }
  if (word !== undefined) words.push(word);
  return words;
}

function escaped(characters: readonly string[], at: number): string {
  const character = characters[at];
  if (character === undefined) throw new PythonError('ValueError', 'No escaped character');
  return character;
}

/** Inside double quotes a backslash protects only the quote and itself; elsewhere it stays. */
function readQuoted(characters: readonly string[], start: number, quote: string): { text: string; next: number } {
  let text = '';
  for (let at = start; at < characters.length; at++) {
    const character = characters[at] ?? '';
    if (character === quote) return { text, next: at + 1 };
    if (character === '\\' && quote === '"') {
      at += 1;
      const following = escaped(characters, at);
      text += following === '"' || following === '\\' ? following : `\\${following}`;
    } else {
      text += character;
    }
  }
  throw new PythonError('ValueError', 'No closing quotation');
}

/** A word that a POSIX shell reads back as it is, as Python's `shlex.quote`. */
export function quoteWord(word: string): string {
  if (word !== '' && /^[\w@%+=:,./-]+$/.test(word)) return word;
  return `'${word.replaceAll("'", `'"'"'`)}'`;
}
