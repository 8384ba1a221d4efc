/**
 * DER: the bytes of certificates. Writes and reads values of a tag and a content; knows no certificate.
 *
 * Source: ITU-T X.690.
 */
import { InvocationError } from '../../contract/errors.js';

export const TAG = {
  boolean: 0x01, integer: 0x02, bits: 0x03, octets: 0x04, null: 0x05, oid: 0x06, enumerated: 0x0a, utf8: 0x0c, printable: 0x13, ia5: 0x16, utcTime: 0x17, generalizedTime: 0x18, sequence: 0x30, set: 0x31,
} as const;
/** Tags of one's own: `[0]` holds a plain value, `[0]` with parts holds values. */
export const own = (number: number): number => 0x80 + number;
export const ownParts = (number: number): number => 0xa0 + number;

/** What is nested deeper is no certificate. */
const DEPTH_MAX = 32;

export interface Node {
  readonly tag: number;
  readonly content: Buffer;
  /** Tag, length and content, as they stood. */
  readonly bytes: Buffer;
}

function lengthBytes(length: number): Buffer {
  if (length < 0x80) return Buffer.from([length]);
  const digits = Buffer.from(length.toString(16).padStart(Math.ceil(length.toString(16).length / 2) * 2, '0'), 'hex');
  return Buffer.concat([Buffer.from([0x80 + digits.length]), digits]);
}

/** A value of these contents, one after the other. */
export function der(tag: number, ...contents: readonly Uint8Array[]): Buffer {
  const content = Buffer.concat(contents);
  return Buffer.concat([Buffer.from([tag]), lengthBytes(content.length), content]);
}

export const sequence = (...parts: readonly Uint8Array[]): Buffer => der(TAG.sequence, ...parts);
export const boolean = (value: boolean): Buffer => der(TAG.boolean, Buffer.from([value ? 0xff : 0]));
export const octets = (value: Uint8Array): Buffer => der(TAG.octets, value);
/** Bits that end in the middle of a byte leave `unused` of it. */
export const bits = (value: Uint8Array, unused = 0): Buffer => der(TAG.bits, Buffer.from([unused]), value);
export const NOTHING = der(TAG.null);

/** The content of a whole number that is not negative. */
export function integerContent(value: bigint): Buffer {
  const hex = value.toString(16);
  const digits = Buffer.from(hex.padStart(Math.ceil(hex.length / 2) * 2, '0'), 'hex');
  return (digits[0] ?? 0) >= 0x80 ? Buffer.concat([Buffer.from([0]), digits]) : digits;
}
export const integer = (value: bigint | number): Buffer => der(TAG.integer, integerContent(BigInt(value)));

/** A set of numbered bits, without the zeros at its end. */
export function bitSet(numbers: readonly number[]): Buffer {
  const last = Math.max(-1, ...numbers);
  const bytes = Buffer.alloc(Math.ceil((last + 1) / 8));
  for (const number of numbers) bytes[number >> 3] = (bytes[number >> 3] ?? 0) | (0x80 >> (number & 7));
  return Buffer.concat([Buffer.from([bytes.length * 8 - (last + 1)]), bytes]);
}

export function oidContent(text: string): Buffer {
  if (!/^[012](\.(0|[1-9]\d*))+$/.test(text)) throw new InvocationError(`Invalid oid: ${text}`);
  const [first = 0n, second = 0n, ...rest] = text.split('.').map(BigInt);
  const group = (value: bigint): number[] => {
    const digits = [Number(value & 0x7fn)];
    for (let left = value >> 7n; left > 0n; left >>= 7n) digits.unshift(Number(left & 0x7fn) + 0x80);
    return digits;
  };
  return Buffer.from([first * 40n + second, ...rest].flatMap(group));
}
export const oid = (text: string): Buffer => der(TAG.oid, oidContent(text));

/** Seconds of a time, in the form its year asks for. */
export function time(unixMs: number): Buffer {
  const text = `${new Date(unixMs).toISOString().replaceAll(/[-:T]/g, '').slice(0, 14)}Z`;
  const year = Number(text.slice(0, 4));
  return year >= 1950 && year < 2050 ? der(TAG.utcTime, Buffer.from(text.slice(2))) : der(TAG.generalizedTime, Buffer.from(text));
}

/** Reading something that is no DER. */
export class DerError extends InvocationError {}

function readOne(bytes: Buffer): Node {
  const tag = bytes[0];
  const short = bytes[1];
  if (tag === undefined || short === undefined || (tag & 0x1f) === 0x1f) throw new DerError('no DER');
  const digits = short < 0x80 ? 0 : short - 0x80;
  if (digits > 4 || short === 0x80) throw new DerError('no DER');
  const length = digits === 0 ? short : bytes.length >= 2 + digits ? bytes.readUIntBE(2, digits) : Number.POSITIVE_INFINITY;
  const end = 2 + digits + length;
  if (end > bytes.length) throw new DerError('no DER');
  return { tag, content: bytes.subarray(2 + digits, end), bytes: bytes.subarray(0, end) };
}

/** The one value that these bytes are. @throws DerError */
export function readDer(bytes: Uint8Array, tag?: number): Node {
  const node = readOne(Buffer.from(bytes));
  if (node.bytes.length !== bytes.length || (tag !== undefined && node.tag !== tag)) throw new DerError('no DER');
  return node;
}

/** The values inside of one. @throws DerError */
export function partsOf(node: Node | undefined, depth = 0): Node[] {
  if (node === undefined || depth > DEPTH_MAX) throw new DerError('no DER');
  const parts: Node[] = [];
  for (let rest = node.content; rest.length > 0; rest = rest.subarray(parts.at(-1)?.bytes.length)) parts.push(readOne(rest));
  return parts;
}

export const integerOf = (node: Node): bigint => BigInt(`0x${node.content.toString('hex') || '0'}`);

export function oidOf(node: Node): string {
  const numbers: bigint[] = [];
  let value = 0n;
  for (const byte of node.content) {
    value = (value << 7n) + BigInt(byte & 0x7f);
    if (byte >= 0x80) continue;
    numbers.push(value);
    value = 0n;
  }
  const [head = 0n, ...rest] = numbers;
  const first = head < 80n ? head / 40n : 2n;
  return [first, head - first * 40n, ...rest].join('.');
}

/** Numbers of the bits that are set. */
export function bitsOf(content: Buffer): number[] {
  return [...content.subarray(1)].flatMap((byte, at) => Array.from({ length: 8 }, (_, bit) => ((byte & (0x80 >> bit)) === 0 ? -1 : at * 8 + bit)).filter((bit) => bit >= 0));
}

export function timeOf(node: Node): number {
  const text = node.content.toString('latin1');
  const digits = node.tag === TAG.utcTime ? `${Number(text.slice(0, 2)) < 50 ? '20' : '19'}${text}` : text;
  const found = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)Z$/.exec(digits);
  if (found === null) throw new DerError('no time');
  const [year = 0, month = 1, ...rest] = found.slice(1).map(Number);
  return Date.UTC(year, month - 1, ...rest as [number, number, number, number]);
}
