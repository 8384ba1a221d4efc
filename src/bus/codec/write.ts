/**
 * The encoder: what the library's Encoder calls instead of its own, which writes large integers as floats, 1.0 as 1, and picks
 * packers by a name that data can set. The library's output buffers are kept. See docs/decisions/codec.md.
 */
import { DateTime, Extension, Float, type Value, type ValueMap } from '../../kernel/std/value.js';
import { EncodeError } from './errors.js';
import { createCodec, LibraryEncoderClass, type LibraryCodec } from './library.js';
import { DEFAULT_LIMITS, DEPTH_CEILING, type Limits } from './limits.js';
import { DATETIME_CODE, type Dialect } from './read.js';
import { findUnencodable } from './unencodable.js';

export type EncodeOptions = Partial<Pick<Limits, 'bytesMax' | 'depthMax'>>;

/** The library's Encoder with the state of one message. */
class Writer extends LibraryEncoderClass {
  /** Str8 and bin exist. */
  modern = false;
  depthLeft = 0;
}

/** Thrown inside, where the path is not known; never leaves this file. */
class Refused extends Error {}

/** A buffer that grew beyond this for one message is not kept. */
const KEPT_BYTES = 65_536;
/** Up to here a loop over the characters beats a call into the engine. */
const LOOP_CHARS_MAX = 32;

const codec = writingCodec();
let spare: Writer | undefined = new Writer({ codec });

/** Encodes one value into a buffer of its own. @throws EncodeError */
export function write(value: Value, dialect: Dialect, options: EncodeOptions): Buffer {
  const writer = spare ?? new Writer({ codec });
  spare = undefined;
  const depthMax = Math.min(options.depthMax ?? DEFAULT_LIMITS.depthMax, DEPTH_CEILING);
  writer.modern = dialect === 'bus';
  writer.depthLeft = depthMax;
  try {
    writer.write(value);
    return result(writer, options.bytesMax ?? DEFAULT_LIMITS.bytesMax);
  } catch (error) {
    if (error instanceof Refused) throw findUnencodable(value, depthMax);
    throw error;
  } finally {
    writer.offset = 0;
    writer.start = 0;
    if (writer.buffers !== undefined) writer.buffers.length = 0;
    if (writer.buffer !== undefined && writer.buffer.length > KEPT_BYTES) writer.buffer = undefined;
    spare = writer;
  }
}

/** Takes the bytes out. A message within one buffer is copied, so that the buffer serves the next and the result pins no 64 KiB. */
function result(writer: Writer, bytesMax: number): Buffer {
  const parts = writer.buffers?.length ?? 0;
  const whole = parts > 0 ? writer.read() : writer.buffer;
  const length = parts > 0 ? (whole?.length ?? 0) : writer.offset;
  if (length > bytesMax) throw new EncodeError('codec.too_large', '', `${length} bytes, at most ${bytesMax} are allowed`);
  if (whole === undefined || parts > 0) return whole ?? Buffer.alloc(0);
  const copy = Buffer.allocUnsafe(length);
  whole.copy(copy, 0, 0, length);
  return copy;
}

function writingCodec(): LibraryCodec {
  const made = createCodec();
  made.encode = (encoder, value) => writeValue(encoder as Writer, value);
  return made;
}

function writeValue(writer: Writer, value: Value): void {
  switch (typeof value) {
    case 'string': return writeText(writer, value);
    case 'number': return writeNumber(writer, value);
    case 'boolean': return writeByte(writer, value ? 0xc3 : 0xc2);
    case 'object': return value === null ? writeByte(writer, 0xc0) : writeObject(writer, value);
    case 'bigint': return writeBigint(writer, value);
    case 'undefined': case 'function': case 'symbol': throw new Refused();
  }
}

function writeObject(writer: Writer, value: NonNullable<Value> & object): void {
  if (Array.isArray(value)) return writeList(writer, value as readonly Value[]);
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype === Object.prototype || prototype === null) return writeMap(writer, value as ValueMap);
  if (value instanceof Uint8Array) return writeBytes(writer, value);
  if (value instanceof Float) return writeFloat(writer, value.value);
  if (value instanceof Map) return writeMap(writer, value);
  if (value instanceof DateTime) return writeExtension(writer, DATETIME_CODE, Buffer.from(value.text, 'utf8'));
  if (value instanceof Extension) return writeExtension(writer, value.code, value.bytes);
  throw new Refused();
}

/** A place of `length` bytes in `writer.buffer`. */
function place(writer: Writer, length: number): number {
  return writer.reserve(length);
}

function writeByte(writer: Writer, byte: number): void {
  const at = place(writer, 1);
  (writer.buffer as Buffer)[at] = byte;
}

/** A token followed by an unsigned number of 1, 2 or 4 bytes. */
function writeHead(writer: Writer, token: number, size: 1 | 2 | 4, number: number): void {
  const at = place(writer, 1 + size);
  const buffer = writer.buffer as Buffer;
  buffer[at] = token;
  if (size === 1) buffer[at + 1] = number;
  else if (size === 2) buffer.writeUInt16BE(number, at + 1);
  else buffer.writeUInt32BE(number, at + 1);
}

function writeNumber(writer: Writer, number: number): void {
  // A whole number that is not exact any more can only have come from arithmetic: in Python it is a float.
  if (!Number.isSafeInteger(number)) return writeFloat(writer, number);
  if (number >= 0) {
    if (number < 0x80) return writeByte(writer, number);
    if (number < 0x100) return writeHead(writer, 0xcc, 1, number);
    if (number < 0x1_0000) return writeHead(writer, 0xcd, 2, number);
    if (number < 0x1_0000_0000) return writeHead(writer, 0xce, 4, number);
    return writeUint64(writer, BigInt(number));
  }
  if (number >= -0x20) return writeByte(writer, number & 0xff);
  if (number >= -0x80) return writeHead(writer, 0xd0, 1, number & 0xff);
  if (number >= -0x8000) return writeHead(writer, 0xd1, 2, number & 0xffff);
  if (number >= -0x8000_0000) return writeHead(writer, 0xd2, 4, number >>> 0);
  return writeInt64(writer, BigInt(number));
}

function writeUint64(writer: Writer, number: bigint): void {
  const at = place(writer, 9);
  const buffer = writer.buffer as Buffer;
  buffer[at] = 0xcf;
  buffer.writeBigUInt64BE(number, at + 1);
}

function writeInt64(writer: Writer, number: bigint): void {
  const at = place(writer, 9);
  const buffer = writer.buffer as Buffer;
  buffer[at] = 0xd3;
  buffer.writeBigInt64BE(number, at + 1);
}

/** Beyond 64 bits msgpack has no integer: decimal text, as Salt writes. Source: golden wire/msgpack `2**64 (becomes text)`. */
function writeBigint(writer: Writer, number: bigint): void {
  if (number >= BigInt(Number.MIN_SAFE_INTEGER) && number <= BigInt(Number.MAX_SAFE_INTEGER)) return writeNumber(writer, Number(number));
  if (BigInt.asUintN(64, number) === number) return writeUint64(writer, number);
  if (BigInt.asIntN(64, number) === number) return writeInt64(writer, number);
  return writeText(writer, number.toString());
}

function writeFloat(writer: Writer, number: number): void {
  const at = place(writer, 9);
  const buffer = writer.buffer as Buffer;
  buffer[at] = 0xcb;
  buffer.writeDoubleBE(number, at + 1);
}

function writeText(writer: Writer, text: string): void {
  if (text.length < LOOP_CHARS_MAX && writeShortAscii(writer, text)) return;
  const length = Buffer.byteLength(text);
  writeRawHead(writer, length);
  const at = place(writer, length);
  (writer.buffer as Buffer).write(text, at, length, 'utf8');
}

/** Writes text below 32 characters; gives false, having written nothing, when a character is not ASCII. */
function writeShortAscii(writer: Writer, text: string): boolean {
  const at = place(writer, text.length + 1);
  const buffer = writer.buffer as Buffer;
  buffer[at] = 0xa0 | text.length;
  for (let index = 0; index < text.length; index += 1) {
    const char = text.charCodeAt(index);
    if (char >= 0x80) {
      writer.offset = at;
      return false;
    }
    buffer[at + 1 + index] = char;
  }
  return true;
}

/** Head of text; in the network dialect also of bytes. */
function writeRawHead(writer: Writer, length: number): void {
  if (length < 0x20) writeByte(writer, 0xa0 | length);
  else if (length < 0x100 && writer.modern) writeHead(writer, 0xd9, 1, length);
  else if (length < 0x1_0000) writeHead(writer, 0xda, 2, length);
  else writeHead(writer, 0xdb, 4, length);
}

function writeBytes(writer: Writer, bytes: Uint8Array): void {
  if (bytes.length > 0xffff_ffff) throw new Refused();
  if (!writer.modern) writeRawHead(writer, bytes.length);
  else if (bytes.length < 0x100) writeHead(writer, 0xc4, 1, bytes.length);
  else if (bytes.length < 0x1_0000) writeHead(writer, 0xc5, 2, bytes.length);
  else writeHead(writer, 0xc6, 4, bytes.length);
  writer.send(bytes);
}

const FIXED_EXTENSIONS: Readonly<Record<number, number>> = { 1: 0xd4, 2: 0xd5, 4: 0xd6, 8: 0xd7, 16: 0xd8 };

function writeExtension(writer: Writer, code: number, bytes: Uint8Array): void {
  if (!Number.isInteger(code) || code < -0x80 || code > 0x7f) throw new Refused();
  const fixed = FIXED_EXTENSIONS[bytes.length];
  if (fixed !== undefined) writeByte(writer, fixed);
  else if (bytes.length < 0x100) writeHead(writer, 0xc7, 1, bytes.length);
  else if (bytes.length < 0x1_0000) writeHead(writer, 0xc8, 2, bytes.length);
  else writeHead(writer, 0xc9, 4, bytes.length);
  writeByte(writer, code & 0xff);
  writer.send(bytes);
}

function writeList(writer: Writer, list: readonly Value[]): void {
  descend(writer);
  writeCount(writer, list.length, 0x90, 0xdc, 0xdd);
  // By index, not with for-of: holes must be met, and this is the hot path.
  for (let at = 0; at < list.length; at += 1) writeValue(writer, list[at] as Value);
  writer.depthLeft += 1;
}

function writeMap(writer: Writer, map: ValueMap): void {
  descend(writer);
  if (map instanceof Map) {
    writeCount(writer, map.size, 0x80, 0xde, 0xdf);
    for (const [key, value] of map) {
      if (!isKey(key)) throw new Refused();
      writeValue(writer, key);
      writeValue(writer, value);
    }
  } else {
    const keys = Object.keys(map);
    writeCount(writer, keys.length, 0x80, 0xde, 0xdf);
    for (const key of keys) {
      writeText(writer, key);
      writeValue(writer, map[key] as Value);
    }
  }
  writer.depthLeft += 1;
}

/** A list or map cannot be a key: the reader on the other side would refuse the message. */
function isKey(key: Value): boolean {
  return key === null || typeof key !== 'object' || key instanceof Uint8Array
    || key instanceof Float || key instanceof DateTime || key instanceof Extension;
}

function descend(writer: Writer): void {
  writer.depthLeft -= 1;
  if (writer.depthLeft < 0) throw new Refused();
}

function writeCount(writer: Writer, count: number, short: number, token16: number, token32: number): void {
  if (count < 0x10) writeByte(writer, short | count);
  else if (count < 0x1_0000) writeHead(writer, token16, 2, count);
  else writeHead(writer, token32, 4, count);
}
