/** Bytes that a program wrote become text. */
import { TextDecoder } from 'node:util';
import { PythonError } from '../../../kernel/contract/errors.js';

/** Python's names for what `TextDecoder` calls otherwise or reads differently. */
const SINGLE_BYTE = new Set(['latin1', 'latin-1', 'latin_1', 'l1', 'iso-8859-1', 'iso8859-1', 'iso_8859_1', '8859']);
const UTF8 = new Set(['utf8', 'utf-8', 'utf_8', 'u8']);
const ASCII = new Set(['ascii', 'us-ascii', '646']);

export interface OutputText {
  readonly text: string;
  /** True when bytes that are no text of the encoding were replaced. */
  readonly replaced: boolean;
}

/** Text of a program's output; what cannot be decoded becomes U+FFFD. @throws PythonError `LookupError` for an unknown encoding. */
export function outputText(bytes: Uint8Array, encoding: string | null): OutputText {
  const name = (encoding ?? 'utf-8').toLowerCase();
  if (SINGLE_BYTE.has(name)) return { text: Buffer.from(bytes).toString('latin1'), replaced: false };
  if (ASCII.has(name)) return asciiText(bytes);
  const label = UTF8.has(name) ? 'utf-8' : name.replaceAll('_', '-');
  try {
    return { text: decoder(label, name, true).decode(bytes), replaced: false };
  } catch (err) {
    if (!(err instanceof TypeError)) throw err;
    return { text: decoder(label, name, false).decode(bytes), replaced: true };
  }
}

function decoder(label: string, asked: string, fatal: boolean): TextDecoder {
  try {
    return new TextDecoder(label, { fatal, ignoreBOM: true });
  } catch (err) {
    throw new PythonError('LookupError', `unknown encoding: ${asked}`, err);
  }
}

function asciiText(bytes: Uint8Array): OutputText {
  const replaced = bytes.some((byte) => byte > 0x7f);
  if (!replaced) return { text: Buffer.from(bytes).toString('latin1'), replaced };
  return { text: Array.from(bytes, (byte) => (byte > 0x7f ? '\ufffd' : String.fromCharCode(byte))).join(''), replaced };
}
