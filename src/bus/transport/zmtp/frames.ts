/**
 * Frames and commands as bytes.
 *
 * Source: ZMTP 3.0 and 3.1 (ZeroMQ's RFC 23 and 37).
 */
import { ZmtpError } from './zmtp-error.js';

export const MORE = 1;
export const LONG = 2;
export const COMMAND = 4;

const SHORT_BYTES_MAX = 255;
const SHORT_HEAD_BYTES = 2;
const LONG_HEAD_BYTES = 9;
/** Of a PING comes back what follows its time to live, as much as this. */
const PING_CONTEXT_BYTES_MAX = 16;
const TTL_BYTES = 2;
const TTL_UNIT_MS = 100;

/** One frame; `flags` are `MORE` and `COMMAND`. */
export function encodeFrame(flags: number, body: Uint8Array): Buffer {
  const bytes = Buffer.allocUnsafe(headBytes(body.length) + body.length);
  writeFrame(bytes, 0, flags, body);
  return bytes;
}

/** What stands before a body that is sent by itself. */
export function encodeHead(flags: number, bodyBytes: number): Buffer {
  const bytes = Buffer.allocUnsafe(headBytes(bodyBytes));
  writeHead(bytes, 0, flags, bodyBytes);
  return bytes;
}

/** All frames of one message in one piece. */
export function encodeMessage(frames: readonly Uint8Array[]): Buffer {
  const bytes = Buffer.allocUnsafe(frames.reduce((sum, { length }) => sum + headBytes(length) + length, 0));
  let at = 0;
  for (const [index, body] of frames.entries()) at = writeFrame(bytes, at, index < frames.length - 1 ? MORE : 0, body);
  return bytes;
}

function headBytes(bodyBytes: number): number {
  return bodyBytes > SHORT_BYTES_MAX ? LONG_HEAD_BYTES : SHORT_HEAD_BYTES;
}

/** Gives where the next frame begins. */
function writeFrame(bytes: Buffer, from: number, flags: number, body: Uint8Array): number {
  const at = writeHead(bytes, from, flags, body.length);
  bytes.set(body, at);
  return at + body.length;
}

/** Gives where the body begins. */
function writeHead(bytes: Buffer, from: number, flags: number, bodyBytes: number): number {
  if (bodyBytes > SHORT_BYTES_MAX) {
    bytes[from] = flags | LONG;
    bytes.writeUInt32BE(Math.floor(bodyBytes / 2 ** 32), from + 1);
    bytes.writeUInt32BE(bodyBytes % 2 ** 32, from + 5);
  } else {
    bytes[from] = flags;
    bytes[from + 1] = bodyBytes;
  }
  return from + headBytes(bodyBytes);
}

function encodeCommand(name: string, data: Uint8Array): Buffer {
  return encodeFrame(COMMAND, Buffer.concat([Buffer.of(name.length), Buffer.from(name, 'latin1'), data]));
}

/** What each side says after its greeting. */
export function encodeReady(socketType: string): Buffer {
  const key = Buffer.from('Socket-Type');
  const value = Buffer.alloc(4);
  value.writeUInt32BE(socketType.length);
  return encodeCommand('READY', Buffer.concat([Buffer.of(key.length), key, value, Buffer.from(socketType)]));
}

export const PING = encodeCommand('PING', Buffer.alloc(TTL_BYTES));

export interface Command {
  readonly name: string;
  readonly data: Buffer;
}

/** @throws ZmtpError */
export function readCommand(body: Buffer): Command {
  const length = body[0];
  if (length === undefined || length === 0 || 1 + length > body.length) throw new ZmtpError('bad_command');
  return { name: body.toString('latin1', 1, 1 + length), data: body.subarray(1 + length) };
}

/** How long the other side may be silent from now on, when it says so; and the answer. @throws ZmtpError */
export function readPing(data: Buffer): { readonly ttlMs: number; readonly pong: Buffer } {
  if (data.length < TTL_BYTES) throw new ZmtpError('bad_command');
  const context = data.subarray(TTL_BYTES, TTL_BYTES + PING_CONTEXT_BYTES_MAX);
  return { ttlMs: data.readUInt16BE(0) * TTL_UNIT_MS, pong: encodeCommand('PONG', context) };
}

/** The properties of a READY, by their names in lower case. @throws ZmtpError */
export function readProperties(data: Buffer): Map<string, Buffer> {
  const properties = new Map<string, Buffer>();
  for (let at = 0; at < data.length;) {
    const valueAt = at + 1 + (data[at] ?? 0) + 4;
    if (valueAt > data.length || valueAt === at + 5) throw new ZmtpError('bad_command');
    const end = valueAt + data.readUInt32BE(valueAt - 4);
    if (end > data.length) throw new ZmtpError('bad_command');
    properties.set(data.toString('latin1', at + 1, valueAt - 4).toLowerCase(), data.subarray(valueAt, end));
    at = end;
  }
  return properties;
}
