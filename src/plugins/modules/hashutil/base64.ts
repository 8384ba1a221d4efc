/**
 * Base64 as Python reads it: what is not of the alphabet is passed over, padding ends the text once it completes a group.
 *
 * Source: observed, Salt 3008.3 on Python 3.11.
 */
import { PythonError } from '../../../kernel/contract/errors.js';

/** Bytes of one line of output: 76 characters. */
const LINE_BYTES = 57;
const GROUP = 4;

/** @throws PythonError `binascii.Error` */
export function decodeBase64(text: string): Buffer {
  let characters = '';
  let padding = 0;
  for (const char of text) {
    if (/[A-Za-z0-9+/]/.test(char)) {
      characters += char;
      padding = 0;
    } else if (char === '=' && characters.length % GROUP >= 2) {
      padding++;
      if ((characters.length % GROUP) + padding >= GROUP) return Buffer.from(characters, 'base64');
    }
  }
  if (characters.length % GROUP === 1) {
    throw new PythonError('binascii.Error', `Invalid base64-encoded string: number of data characters (${characters.length}) cannot be 1 more than a multiple of 4`);
  }
  if (characters.length % GROUP !== 0) throw new PythonError('binascii.Error', 'Incorrect padding');
  return Buffer.from(characters, 'base64');
}

/** Lines of 76 characters, each with its end. */
export function encodeLines(bytes: Uint8Array): string {
  const whole = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  let text = '';
  for (let at = 0; at < whole.length; at += LINE_BYTES) text += `${whole.subarray(at, at + LINE_BYTES).toString('base64')}\n`;
  return text;
}
