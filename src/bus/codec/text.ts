/** Text out of bytes: short keys from a small cache, everything else checked to be UTF-8. */
import { isUtf8 } from 'node:buffer';

const KEY_BYTES_MAX = 32;
const KEY_SLOTS = 2048;
/** Last key seen for each hash. Bounded; keys are names such as `jid`, not contents. */
const keys: (string | undefined)[] = Array.from({ length: KEY_SLOTS });

/** Up to here a loop over the bytes beats a call into the engine. */
const LOOP_BYTES_MAX = 20;
/** From here bytes that are no text must not be decoded first. */
const CHECK_FIRST_BYTES = 4096;
const REPLACEMENT = '\ufffd';

/** The text at a place, or undefined when it is not valid UTF-8. */
export function textAt(buffer: Buffer, start: number, end: number): string | undefined {
  if (end - start <= LOOP_BYTES_MAX) {
    const text = asciiAt(buffer, start, end);
    if (text !== undefined) return text;
  }
  if (end - start >= CHECK_FIRST_BYTES) {
    return isUtf8(buffer.subarray(start, end)) ? buffer.toString('utf8', start, end) : undefined;
  }
  const text = buffer.toString('utf8', start, end);
  // The sign that stands for broken bytes may also have been sent as such.
  if (text.includes(REPLACEMENT) && !isUtf8(buffer.subarray(start, end))) return undefined;
  return text;
}

function asciiAt(buffer: Buffer, start: number, end: number): string | undefined {
  let text = '';
  for (let at = start; at < end; at += 1) {
    const byte = buffer[at] as number;
    if (byte >= 0x80) return undefined;
    text += String.fromCharCode(byte);
  }
  return text;
}

/** As `textAt`, for keys of maps: the same few names come again and again. */
export function keyAt(buffer: Buffer, start: number, end: number): string | undefined {
  if (end - start > KEY_BYTES_MAX) return textAt(buffer, start, end);
  let hash = end - start;
  for (let at = start; at < end; at += 1) {
    const byte = buffer[at] as number;
    if (byte >= 0x80) return textAt(buffer, start, end);
    hash = (Math.imul(hash, 31) + byte) | 0;
  }
  const slot = (hash ^ (hash >>> 11)) & (KEY_SLOTS - 1);
  const known = keys[slot];
  if (known !== undefined && isSame(known, buffer, start, end)) return known;
  const text = buffer.toString('latin1', start, end);
  keys[slot] = text;
  return text;
}

function isSame(text: string, buffer: Buffer, start: number, end: number): boolean {
  if (text.length !== end - start) return false;
  for (let at = 0; at < text.length; at += 1) if (text.charCodeAt(at) !== buffer[start + at]) return false;
  return true;
}
