/** Escapes in the strings of templates: those of Python. */
import { valueError } from '../python/errors.js';

const SHORT: Readonly<Record<string, string>> = {
  '\\': '\\', "'": "'", '"': '"', a: '\u0007', b: '\b', f: '\f', n: '\n', r: '\r', t: '\t', v: '\v', '\n': '',
};
const HEX: Readonly<Record<string, number>> = { x: 2, u: 4, U: 8 };
const SHAPE: Readonly<Record<string, string>> = { x: 'truncated \\xXX escape', u: 'truncated \\uXXXX escape', U: 'truncated \\UXXXXXXXX escape' };

/** @throws PythonError ValueError with Python's reason */
export function unescapeString(text: string): string {
  if (!text.includes('\\')) return text;
  return text.replace(/\\(?:([0-7]{1,3})|([xuU])([0-9a-fA-F]*)|([\s\S]|$))/g, (_whole, octal: string | undefined, letter: string | undefined, digits: string, other: string) => {
    if (octal !== undefined) return String.fromCharCode(Number.parseInt(octal, 8));
    if (letter !== undefined) return numeric(letter, digits);
    if (other === 'N') throw valueError('malformed \\N character escape');
    return SHORT[other] ?? `\\${other}`;
  });
}

function numeric(letter: string, digits: string): string {
  const width = HEX[letter] as number;
  if (digits.length < width) throw valueError(SHAPE[letter] as string);
  const code = Number.parseInt(digits.slice(0, width), 16);
  if (code > 0x10ffff) throw valueError('illegal Unicode character');
  return String.fromCodePoint(code) + digits.slice(width);
}
