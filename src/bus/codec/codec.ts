/**
 * Bytes to plain values and back, in both dialects of Salt's msgpack.
 * Refuses to know: jobs, messages, keys. It does not log: it returns or throws `CodecError`.
 * Start here; values are described in `kernel/std/value.ts`.
 *
 * | dialect | where | text and bytes |
 * |---|---|---|
 * | network | requests, replies, publications | one type on the wire; valid UTF-8 is read as text, the rest as bytes |
 * | bus | event bus, cache and job files, signed minion messages | text and bytes are told apart |
 *
 * Source: golden wire/msgpack; read, wire protocol section 2.
 */
import { isUtf8 } from 'node:buffer';
import type { Value } from '../../kernel/std/value.js';
import { read, type DecodeOptions } from './read.js';
import { write, type EncodeOptions } from './write.js';

export { binaryFields } from './binary-fields.js';
export { CodecError, EncodeError } from './errors.js';
export type { DecodeOptions } from './read.js';
export { MapSplitter } from './splitter.js';
export type { EncodeOptions } from './write.js';

const NONE: Readonly<Record<string, never>> = {};

/**
 * Decodes a network message. Fields that are binary by nature must be named in `options.binary` (or all kept by `rawBytes`):
 * bytes that happen to be valid UTF-8 would otherwise come as text. Bytes in the result are views of the input.
 *
 * @throws CodecError
 */
export function decodeNetwork(bytes: Uint8Array, options: DecodeOptions = NONE): Value {
  return read(bytes, 'network', options);
}

/** Encodes a network message, byte for byte as Salt does. @throws EncodeError */
export function encodeNetwork(value: Value, options: EncodeOptions = NONE): Buffer {
  return write(value, 'network', options);
}

/**
 * Decodes event bus and cache file data.
 *
 * Differs: when a text is not valid UTF-8, Salt reads the whole message as bytes; here only that text becomes bytes.
 *
 * @throws CodecError
 */
export function decodeBus(bytes: Uint8Array, options: DecodeOptions = NONE): Value {
  return read(bytes, 'bus', options);
}

/** Encodes event bus and cache file data. @throws EncodeError */
export function encodeBus(value: Value, options: EncodeOptions = NONE): Buffer {
  return write(value, 'bus', options);
}

/** The text that raw data stands for, or the bytes themselves when they are not valid UTF-8. */
export function textOrBytes(bytes: Uint8Array): string | Uint8Array {
  return isUtf8(bytes) ? Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('utf8') : bytes;
}
