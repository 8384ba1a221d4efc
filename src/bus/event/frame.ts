/**
 * Event frames of the local sockets.
 *
 * Source: golden wire/events. Publisher side: msgpack maps `{head: {}, body}` back to back. Pusher side: the same with a
 * 4-byte big-endian length in front. `body` is the tag, two newlines and the data in the bin dialect.
 */
import { isBytes, isPlainMap, type PlainMap } from '../../kernel/std/value.js';
import { decodeBus, encodeBus } from '../codec/codec.js';
import type { BusEvent } from './bus.js';

const TAG_END = Buffer.from('\n\n');
/** Salt's `max_event_size`: values that make an event larger are replaced by this text. */
const TRIMMED = 'VALUE_TRIMMED';
/** msgpack of `{head: {}, body: `. */
const FRAME_HEAD = Buffer.concat([Buffer.of(0x82), encodeBus('head'), encodeBus({}), encodeBus('body')]);
const BYTES_8_MAX = 0xff;
const BYTES_16_MAX = 0xffff;

export function encodeEventBody(event: BusEvent): Buffer {
  return Buffer.concat([Buffer.from(event.tag), TAG_END, encodeBus(event.data)]);
}

/** The map that subscribers read: `{head: {}, body}`, written at once, since each event of a busy bus goes through here. */
export function encodeEventFrame({ tag, data }: BusEvent, bytesMax = Infinity): Buffer {
  let encoded = encodeBus(data);
  const tagBytes = Buffer.byteLength(tag);
  if (tagBytes + TAG_END.length + encoded.length > bytesMax) encoded = encodeBus(trim(data, bytesMax));
  const bodyBytes = tagBytes + TAG_END.length + encoded.length;
  const bodyAt = FRAME_HEAD.length + (bodyBytes <= BYTES_8_MAX ? 2 : bodyBytes <= BYTES_16_MAX ? 3 : 5);
  const frame = Buffer.allocUnsafe(bodyAt + bodyBytes);
  frame.set(FRAME_HEAD);
  writeBytesHead(frame, FRAME_HEAD.length, bodyBytes);
  frame.write(tag, bodyAt);
  frame.set(TAG_END, bodyAt + tagBytes);
  frame.set(encoded, bodyAt + tagBytes + TAG_END.length);
  return frame;
}

/** Head of binary data in msgpack. */
function writeBytesHead(frame: Buffer, at: number, length: number): void {
  if (length <= BYTES_8_MAX) {
    frame[at] = 0xc4;
    frame[at + 1] = length;
  } else if (length <= BYTES_16_MAX) {
    frame[at] = 0xc5;
    frame.writeUInt16BE(length, at + 1);
  } else {
    frame[at] = 0xc6;
    frame.writeUInt32BE(length, at + 1);
  }
}

/** The same with the length in front, as pushers send it. */
export function encodePushFrame(event: BusEvent): Buffer {
  const frame = encodeEventFrame(event);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(frame.length);
  return Buffer.concat([length, frame]);
}

/** Reads the body of a frame. @throws TypeError when it is not an event */
export function decodeEventBody(body: Uint8Array): BusEvent {
  const bytes = Buffer.from(body.buffer, body.byteOffset, body.byteLength);
  const end = bytes.indexOf(TAG_END);
  if (end < 0) throw new TypeError('Cannot read event: no tag');
  const data = decodeBus(bytes.subarray(end + TAG_END.length));
  if (!isPlainMap(data)) throw new TypeError('Cannot read event: data is not a map');
  return { tag: bytes.toString('utf8', 0, end), data };
}

/** Reads a frame `{head, body}`. @throws TypeError, CodecError */
export function readEventFrame(bytes: Uint8Array): BusEvent {
  const frame = decodeBus(bytes);
  if (!isPlainMap(frame) || !isBytes(frame['body'])) throw new TypeError('Cannot read event: no body');
  return decodeEventBody(frame['body']);
}

function trim(data: PlainMap, bytesMax: number): PlainMap {
  const share = Math.floor(bytesMax / Math.max(1, Object.keys(data).length));
  return Object.fromEntries(
    Object.entries(data).map(([key, value]) => [key, encodeBus(value).length > share ? TRIMMED : value]),
  );
}
