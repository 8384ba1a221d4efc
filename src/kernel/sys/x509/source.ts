/** Where a key or a certificate comes from: a file, PEM, hexadecimal or base64 text, or bytes. */
import type { Sys } from '../../contract/sys.js';
import { InvocationError } from '../../contract/errors.js';
import { isBytes, type Value } from '../../std/value.js';

/** Larger files are none of these. */
const BYTES_MAX = 16 * 1024 * 1024;
export const PEM_BEGIN = '-----BEGIN';

/** True for the path of a file. */
export async function isFile(source: Value, sys: Sys): Promise<boolean> {
  if (typeof source !== 'string' || source.includes('\n') || source.includes('\0')) return false;
  return await sys.fs.stat(source).then((facts) => facts.isFile(), () => false);
}

const NO_SOURCE = 'Could not load provided source. You need to pass an existing file, (PEM|hex|base64)-encoded string or raw bytes.';

/** @throws InvocationError when it is none of these */
export async function bytesOf(source: Value, sys: Sys): Promise<Buffer> {
  if (isBytes(source)) return Buffer.from(source);
  if (typeof source !== 'string') throw new InvocationError(NO_SOURCE);
  if (await isFile(source, sys)) {
    if ((await sys.fs.stat(source)).size > BYTES_MAX) throw new InvocationError(NO_SOURCE);
    return sys.fs.readFile(source);
  }
  if (source.startsWith('b64:')) return Buffer.from(source.slice('b64:'.length), 'base64');
  if (source.includes(PEM_BEGIN)) return Buffer.from(source);
  if (source.length % 2 === 0 && /^[0-9a-fA-F]+$/.test(source)) return Buffer.from(source, 'hex');
  if (/^[A-Za-z0-9+/\s]+=*\s*$/.test(source) && source.replaceAll(/\s/g, '').length % 4 === 0) return Buffer.from(source, 'base64');
  throw new InvocationError(NO_SOURCE);
}

export interface Pem {
  readonly label: string;
  readonly bytes: Buffer;
  readonly text: string;
}

/** All blocks of a PEM text. */
export function pemBlocks(text: string): Pem[] {
  return [...text.matchAll(/-----BEGIN ([A-Z0-9 ]+)-----([^-]*)-----END \1-----/g)].map(([all, label = '', body = '']) =>
    ({ label, text: all, bytes: Buffer.from(body.replace(/^[^]*\n\n/, ''), 'base64') }));
}

export const pemText = (label: string, bytes: Uint8Array): string =>
  `-----BEGIN ${label}-----\n${(Buffer.from(bytes).toString('base64').match(/.{1,64}/g) ?? []).join('\n')}\n-----END ${label}-----\n`;

export const isPem = (bytes: Buffer): boolean => bytes.includes(PEM_BEGIN);
