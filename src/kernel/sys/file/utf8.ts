/** Strict UTF-8 with Python's words for what is wrong. */
import { isUtf8 } from 'node:buffer';
import { PythonError } from '../../contract/errors.js';

interface Utf8Fault {
  readonly start: number;
  /** First byte after the faulty ones. */
  readonly end: number;
  readonly reason: 'invalid start byte' | 'invalid continuation byte' | 'unexpected end of data';
}

/** The first place where the bytes are not UTF-8; undefined when they are. Source: observed, Python 3.11. */
export function utf8Fault(bytes: Uint8Array): Utf8Fault | undefined {
  if (isUtf8(bytes)) return undefined;
  for (let at = 0; at < bytes.length;) {
    const length = sequenceLength(bytes[at] ?? 0);
    if (length === 0) return { start: at, end: at + 1, reason: 'invalid start byte' };
    for (let step = 1; step < length; step += 1) {
      const byte = bytes[at + step];
      if (byte === undefined) return { start: at, end: at + step, reason: 'unexpected end of data' };
      if (!continues(bytes[at] ?? 0, step, byte)) return { start: at, end: at + step, reason: 'invalid continuation byte' };
    }
    at += length;
  }
  return undefined;
}

function sequenceLength(first: number): number {
  if (first < 0x80) return 1;
  if (first >= 0xc2 && first <= 0xdf) return 2;
  if (first >= 0xe0 && first <= 0xef) return 3;
  return first >= 0xf0 && first <= 0xf4 ? 4 : 0;
}

function continues(first: number, step: number, byte: number): boolean {
  if (step === 1) {
    if (first === 0xe0) return byte >= 0xa0 && byte <= 0xbf;
    if (first === 0xed) return byte >= 0x80 && byte <= 0x9f;
    if (first === 0xf0) return byte >= 0x90 && byte <= 0xbf;
    if (first === 0xf4) return byte >= 0x80 && byte <= 0x8f;
  }
  return byte >= 0x80 && byte <= 0xbf;
}

/** Text of UTF-8 bytes; a byte order mark stays. @throws PythonError `UnicodeDecodeError` */
export function decodeUtf8(bytes: Uint8Array): string {
  const fault = utf8Fault(bytes);
  if (fault === undefined) return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('utf8');
  const what = fault.end - fault.start > 1
    ? `bytes in position ${fault.start}-${fault.end - 1}`
    : `byte 0x${(bytes[fault.start] ?? 0).toString(16).padStart(2, '0')} in position ${fault.start}`;
  throw new PythonError('UnicodeDecodeError', `'utf-8' codec can't decode ${what}: ${fault.reason}`);
}

/** Decodes UTF-8 that comes in pieces; a character may be cut between two. */
export class Utf8Stream {
  #rest: Uint8Array = new Uint8Array();

  /** Text of what is complete. @throws PythonError `UnicodeDecodeError` */
  write(piece: Uint8Array): string {
    const bytes = this.#rest.length === 0 ? piece : Buffer.concat([this.#rest, piece]);
    const whole = bytes.length - openBytes(bytes);
    this.#rest = Uint8Array.from(bytes.subarray(whole));
    return decodeUtf8(bytes.subarray(0, whole));
  }

  /** Nothing more comes. @throws PythonError `UnicodeDecodeError` when a character is incomplete. */
  end(): void {
    decodeUtf8(this.#rest);
  }
}

/** How many bytes at the end belong to a character that is not complete yet. */
function openBytes(bytes: Uint8Array): number {
  for (let back = 1; back <= Math.min(3, bytes.length); back += 1) {
    const byte = bytes[bytes.length - back] ?? 0;
    if (byte >= 0xc0) return sequenceLength(byte) > back ? back : 0;
    if (byte < 0x80) return 0;
  }
  return 0;
}
