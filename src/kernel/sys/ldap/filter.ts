/** Filters in their text form (RFC 4515) to the form on the wire. */
import { element, TAG } from './ber.js';

const AND = 0xa0;
const OR = 0xa1;
const NOT = 0xa2;
const COMPARE: Readonly<Record<string, number>> = { '=': 0xa3, '>=': 0xa5, '<=': 0xa6, '~=': 0xa8 };
const SUBSTRINGS = 0xa4;
const PRESENT = 0x87;
const DEPTH_MAX = 50;
const ITEM = /^([A-Za-z0-9.;_-]+)(>=|<=|~=|=)([^()]*)$/;

/** A value so that it means itself. */
export function escapeFilter(value: string): string {
  return value.replace(/[\\*()\0]/g, (letter) => `\\${letter.charCodeAt(0).toString(16).padStart(2, '0')}`);
}

/** A value inside a distinguished name, so that it means itself (RFC 4514). */
export function escapeName(value: string): string {
  return value.replace(/[,+"\\<>;=\0#]|^ | $/g, (letter) => `\\${letter.charCodeAt(0).toString(16).padStart(2, '0')}`);
}

/** @throws RangeError for what is no filter */
export function filterBytes(text: string): Buffer {
  const { bytes, end } = readFilter(text, 0, 0);
  if (end !== text.length) throw wrong(text);
  return bytes;
}

function readFilter(text: string, from: number, depth: number): { bytes: Buffer; end: number } {
  if (text[from] !== '(' || depth > DEPTH_MAX) throw wrong(text);
  const kind = text[from + 1];
  if (kind === '&' || kind === '|' || kind === '!') return readSet(text, from, kind, depth);
  const close = text.indexOf(')', from);
  if (close < 0) throw wrong(text);
  return { bytes: readItem(text.slice(from + 1, close)), end: close + 1 };
}

function readSet(text: string, from: number, kind: '&' | '|' | '!', depth: number): { bytes: Buffer; end: number } {
  const parts: Buffer[] = [];
  let at = from + 2;
  while (text[at] === '(') {
    const { bytes, end } = readFilter(text, at, depth + 1);
    parts.push(bytes);
    at = end;
  }
  if (text[at] !== ')' || parts.length === 0 || (kind === '!' && parts.length > 1)) throw wrong(text);
  return { bytes: element(kind === '&' ? AND : kind === '|' ? OR : NOT, ...parts), end: at + 1 };
}

function readItem(item: string): Buffer {
  const [, name = '', sign = '', value = ''] = ITEM.exec(item) ?? [];
  const tag = COMPARE[sign];
  if (tag === undefined) throw wrong(item);
  if (sign !== '=' || !value.includes('*')) return element(tag, element(TAG.octets, name), element(TAG.octets, unescape(value)));
  if (value === '*') return element(PRESENT, name);
  const pieces = value.split('*');
  const tagged = pieces.flatMap((piece, at) => (piece === '' ? [] : [element(at === 0 ? 0x80 : at === pieces.length - 1 ? 0x82 : 0x81, unescape(piece))]));
  return element(SUBSTRINGS, element(TAG.octets, name), element(TAG.sequence, ...tagged));
}

function unescape(value: string): Buffer {
  const parts = value.split(/\\([0-9a-fA-F]{2})/);
  return Buffer.concat(parts.map((part, at) => (at % 2 === 1 ? Buffer.from(part, 'hex') : Buffer.from(part))));
}

const wrong = (text: string): RangeError => new RangeError(`LDAP: no filter: ${text.slice(0, 100)}`);
