/**
 * The decoder: what the library's Decoder calls instead of its own, which turns bytes into broken text, lets `__proto__`
 * set prototypes and loses integers beyond 53 bits. See docs/decisions/codec.md.
 */
import { DateTime, Extension, Float, isPlainKey, type PlainMap, type Value } from '../../kernel/std/value.js';
import type { BinaryField, BinaryFields } from './binary-fields.js';
import { CodecError } from './errors.js';
import { createCodec, LibraryDecoderClass, type LibraryCodec } from './library.js';
import { DEFAULT_LIMITS, DEPTH_CEILING, type Limits } from './limits.js';
import { keyAt, textAt } from './text.js';

export interface DecodeOptions extends Partial<Limits> {
  /** These fields stay bytes. */
  readonly binary?: BinaryFields | undefined;
  /** All raw data stays bytes; keys of maps that are valid UTF-8 become text nevertheless. */
  readonly rawBytes?: boolean;
}

/** How raw data is read. `bus`: str is text, bin is bytes. `network`: both are text when valid UTF-8. */
export type Dialect = 'network' | 'bus';

/** Extension that carries a date and time as text. Source: golden wire/msgpack. */
export const DATETIME_CODE = 78;
const DATETIME_TEXT = /^\d{8}T\d{2}:\d{2}:\d{2}\.\d{1,6}$/;

/** The library's Decoder with the state of one message. */
class Reader extends LibraryDecoderClass {
  /** Bin data stays bytes. */
  binIsBytes = false;
  rawIsBytes = false;
  top: BinaryField | undefined = undefined;
  depthLeft = 0;
  elementsLeft = 0;
}

const EMPTY = Buffer.alloc(0);
const codec = readingCodec();
/** Kept between messages. Taken while in use, so that a call from within would get one of its own. */
let spare: Reader | undefined = new Reader({ codec });

/** Decodes one message. Bytes in the result are views of `bytes`: copy what is kept longer. @throws CodecError */
export function read(bytes: Uint8Array, dialect: Dialect, options: DecodeOptions): Value {
  const limit = options.bytesMax ?? DEFAULT_LIMITS.bytesMax;
  if (bytes.length > limit) {
    throw new CodecError('codec.too_large', `Message of ${bytes.length} bytes, at most ${limit} are allowed`, { bytes: bytes.length });
  }
  const reader = spare ?? new Reader({ codec });
  spare = undefined;
  reader.offset = 0;
  reader.buffer = Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  reader.binIsBytes = dialect === 'bus';
  reader.rawIsBytes = options.rawBytes === true;
  reader.top = options.binary === undefined ? undefined : { bytes: false, inner: options.binary };
  reader.depthLeft = Math.min(options.depthMax ?? DEFAULT_LIMITS.depthMax, DEPTH_CEILING);
  reader.elementsLeft = options.elementsMax ?? DEFAULT_LIMITS.elementsMax;
  try {
    const value = reader.fetch();
    if (reader.offset === reader.buffer.length) return value;
    throw new CodecError('codec.trailing', `${reader.buffer.length - reader.offset} bytes follow the message`, { offset: reader.offset });
  } finally {
    reader.buffer = EMPTY;
    reader.offset = 0;
    spare = reader;
  }
}

function readingCodec(): LibraryCodec {
  const made = createCodec();
  made.decode = (decoder) => readValue(decoder as Reader, (decoder as Reader).top);
  made.addExtUnpacker(DATETIME_CODE, (bytes) => {
    const text = bytes.toString('latin1');
    return DATETIME_TEXT.test(text) ? new DateTime(text) : new Extension(DATETIME_CODE, bytes);
  });
  return made;
}

function readValue(reader: Reader, field: BinaryField | undefined): Value {
  const token = reader.buffer[take(reader, 1)] as number;
  if (token < 0x80) return token;
  if (token >= 0xe0) return token - 0x100;
  if (token >= 0xa0 && token < 0xc0) return readRaw(reader, token & 0x1f, false, field);
  if (token < 0x90) return readMap(reader, token & 0x0f, field);
  if (token < 0xa0) return readList(reader, token & 0x0f);
  switch (token) {
    case 0xc0: return null;
    case 0xc2: return false;
    case 0xc3: return true;
    case 0xc4: return readRaw(reader, readUint(reader, 1), true, field);
    case 0xc5: return readRaw(reader, readUint(reader, 2), true, field);
    case 0xc6: return readRaw(reader, readUint(reader, 4), true, field);
    case 0xd9: return readRaw(reader, readUint(reader, 1), false, field);
    case 0xda: return readRaw(reader, readUint(reader, 2), false, field);
    case 0xdb: return readRaw(reader, readUint(reader, 4), false, field);
    case 0xdc: return readList(reader, readUint(reader, 2));
    case 0xdd: return readList(reader, readUint(reader, 4));
    case 0xde: return readMap(reader, readUint(reader, 2), field);
    case 0xdf: return readMap(reader, readUint(reader, 4), field);
    default: return readScalar(reader, token);
  }
}

/** Numbers and extensions. */
function readScalar(reader: Reader, token: number): Value {
  switch (token) {
    case 0xca: return asFloat(reader.buffer.readFloatBE(take(reader, 4)));
    case 0xcb: return asFloat(reader.buffer.readDoubleBE(take(reader, 8)));
    case 0xcc: return readUint(reader, 1);
    case 0xcd: return readUint(reader, 2);
    case 0xce: return readUint(reader, 4);
    case 0xcf: return readUint64(reader);
    case 0xd0: return reader.buffer.readInt8(take(reader, 1));
    case 0xd1: return reader.buffer.readInt16BE(take(reader, 2));
    case 0xd2: return reader.buffer.readInt32BE(take(reader, 4));
    case 0xd3: return readInt64(reader);
    case 0xc7: return readExtension(reader, readUint(reader, 1));
    case 0xc8: return readExtension(reader, readUint(reader, 2));
    case 0xc9: return readExtension(reader, readUint(reader, 4));
    case 0xd4: return readExtension(reader, 1);
    case 0xd5: return readExtension(reader, 2);
    case 0xd6: return readExtension(reader, 4);
    case 0xd7: return readExtension(reader, 8);
    case 0xd8: return readExtension(reader, 16);
    default: throw new CodecError('codec.malformed', `Byte 0x${token.toString(16)} begins no value`, { offset: reader.offset - 1 });
  }
}

/** Moves on by `length` and gives where it stood. */
function take(reader: Reader, length: number): number {
  const start = reader.offset;
  if (start + length > reader.buffer.length) {
    throw new CodecError('codec.truncated', 'Message ends inside a value', { offset: start, bytes: reader.buffer.length });
  }
  reader.offset = start + length;
  return start;
}

function readUint(reader: Reader, size: 1 | 2 | 4): number {
  const at = take(reader, size);
  if (size === 1) return reader.buffer[at] as number;
  return size === 2 ? reader.buffer.readUInt16BE(at) : reader.buffer.readUInt32BE(at);
}

/** High halves below this make a safe integer. */
const SAFE_HIGH = 0x20_0000;

function readUint64(reader: Reader): number | bigint {
  const at = take(reader, 8);
  const high = reader.buffer.readUInt32BE(at);
  return high < SAFE_HIGH ? high * 0x1_0000_0000 + reader.buffer.readUInt32BE(at + 4) : reader.buffer.readBigUInt64BE(at);
}

function readInt64(reader: Reader): number | bigint {
  const at = take(reader, 8);
  const high = reader.buffer.readInt32BE(at);
  const number = high * 0x1_0000_0000 + reader.buffer.readUInt32BE(at + 4);
  return Number.isSafeInteger(number) ? number : reader.buffer.readBigInt64BE(at);
}

function asFloat(number: number): number | Float {
  return Number.isInteger(number) ? new Float(number) : number;
}

function readRaw(reader: Reader, length: number, isBin: boolean, field: BinaryField | undefined): string | Buffer {
  const start = take(reader, length);
  const end = start + length;
  if (reader.rawIsBytes || (isBin && reader.binIsBytes) || field?.bytes === true) return reader.buffer.subarray(start, end);
  return textAt(reader.buffer, start, end) ?? reader.buffer.subarray(start, end);
}

function readExtension(reader: Reader, length: number): Value {
  const code = reader.buffer.readInt8(take(reader, 1));
  const start = take(reader, length);
  const bytes = reader.buffer.subarray(start, start + length);
  const value = reader.codec.getExtUnpacker(code & 0xff)(bytes);
  return value instanceof DateTime ? value : new Extension(code, bytes);
}

/** Enters a list or map: each element needs at least `bytesEach` more bytes, so a false count is caught before memory is taken. */
function enter(reader: Reader, count: number, bytesEach: 1 | 2): void {
  if (count * bytesEach > reader.buffer.length - reader.offset) {
    throw new CodecError('codec.truncated', `Message ends inside ${count} elements`, { offset: reader.offset });
  }
  reader.elementsLeft -= count;
  if (reader.elementsLeft < 0) throw new CodecError('codec.too_large', 'Message has too many elements', { offset: reader.offset });
  reader.depthLeft -= 1;
  if (reader.depthLeft < 0) throw new CodecError('codec.too_deep', 'Message is nested too deeply', { offset: reader.offset });
}

function readList(reader: Reader, count: number): Value[] {
  enter(reader, count, 1);
  const list: Value[] = [];
  for (let at = 0; at < count; at += 1) list.push(readValue(reader, undefined));
  reader.depthLeft += 1;
  return list;
}

function readMap(reader: Reader, count: number, field: BinaryField | undefined): PlainMap | Map<Value, Value> {
  enter(reader, count, 2);
  const inner = field?.inner;
  const plain: PlainMap = {};
  let map: Map<Value, Value> | undefined;
  for (let at = 0; at < count; at += 1) {
    const key = readKey(reader);
    const value = readValue(reader, inner === undefined || typeof key !== 'string' ? undefined : inner.get(key));
    if (map !== undefined) map.set(key, value);
    else if (isPlain(key)) plain[key] = value;
    else map = new Map<Value, Value>(Object.entries(plain)).set(key, value);
  }
  reader.depthLeft += 1;
  return map ?? plain;
}

/** `isPlainKey`, asked only of keys that begin as the others do: a digit or `_`. */
function isPlain(key: Value): key is string {
  if (typeof key !== 'string') return false;
  const first = key.charCodeAt(0);
  return (first > 0x39 && first !== 0x5f) || isPlainKey(key);
}

/** Keys are text when they can be, also where raw data stays bytes. A list or map cannot be a key (in Python: unhashable). */
function readKey(reader: Reader): Value {
  const token = reader.buffer[reader.offset];
  if (token !== undefined && token >= 0xa0 && token < 0xc0) {
    const length = token & 0x1f;
    const start = take(reader, length + 1) + 1;
    return keyAt(reader.buffer, start, start + length) ?? reader.buffer.subarray(start, start + length);
  }
  const key = readValue(reader, undefined);
  if (key === null || typeof key !== 'object' || key instanceof Float || key instanceof DateTime || key instanceof Extension) return key;
  if (!Buffer.isBuffer(key)) throw new CodecError('codec.malformed', 'A list or map is used as key', { offset: reader.offset });
  const isBin = token !== undefined && token >= 0xc4 && token <= 0xc6;
  return isBin && reader.binIsBytes ? key : (textAt(key, 0, key.length) ?? key);
}
