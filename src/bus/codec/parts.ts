/**
 * A network message in parts, so that large bytes in it (a piece of a file) are copied only once, into what is sealed.
 * The parts one after the other are what `encodeNetwork` gives.
 */
import { isBytes, isPlainMap, type Value } from '../../kernel/std/value.js';
import { encodeNetwork } from './codec.js';

/** Smaller ones are cheaper to copy. */
export const LARGE_BYTES = 65_536;
/** Maps of more fields are not what carries files. */
const FIELDS_MAX = 15;
const MAP = 0x80;
const RAW_32 = 0xdb;

/** @throws EncodeError */
export function encodeNetworkParts(value: Value): readonly Uint8Array[] {
  if (!isPlainMap(value)) return [encodeNetwork(value)];
  const fields = Object.entries(value);
  if (fields.length > FIELDS_MAX || !fields.some(([, field]) => isLarge(field))) return [encodeNetwork(value)];
  const parts: Uint8Array[] = [Buffer.of(MAP | fields.length)];
  for (const [name, field] of fields) {
    parts.push(encodeNetwork(name));
    if (isLarge(field)) parts.push(largeHead(field.length), field);
    else parts.push(encodeNetwork(field));
  }
  return parts;
}

const isLarge = (value: Value): value is Uint8Array => isBytes(value) && value.length >= LARGE_BYTES;

/** What stands before so many bytes, 65,536 or more. */
export function largeHead(length: number): Buffer {
  const head = Buffer.allocUnsafe(5);
  head[0] = RAW_32;
  head.writeUInt32BE(length, 1);
  return head;
}
