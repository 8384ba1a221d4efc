/** Words of a text as Python's `shlex.split` cuts them. */
import { PythonError } from '../../contract/errors.js';

/** @throws PythonError `ValueError` for an open quotation. */
export function shellWords(text: string): string[] {
  const words: string[] = [];
  let word: string | undefined;
  for (let at = 0; at < text.length; at += 1) {
    const char = text.charAt(at);
    if (/\s/.test(char)) {
      if (word !== undefined) words.push(word);
      word = undefined;
    } else if (char === '\\') {
      at += 1;
      if (at >= text.length) throw new PythonError('ValueError', 'No escaped character');
      word = (word ?? '') + text.charAt(at);
    } else if (char === "'" || char === '"') {
      const { inside, end } = readQuoted(text, at, char);
      word = (word ?? '') + inside;
      at = end;
    } else {
      word = (word ?? '') + char;
    }
  }
  return word === undefined ? words : [...words, word];
}

/** Inside double quotes a backslash guards a backslash and the quote only; inside single quotes nothing. */
function readQuoted(text: string, start: number, quote: string): { inside: string; end: number } {
  let inside = '';
  for (let at = start + 1; at < text.length; at += 1) {
    const char = text.charAt(at);
    if (char === quote) return { inside, end: at };
    const next = text.charAt(at + 1);
    if (quote === '"' && char === '\\' && (next === '\\' || next === '"')) {
      inside += next;
      at += 1;
    } else {
      inside += char;
    }
  }
  throw new PythonError('ValueError', 'No closing quotation');
}
