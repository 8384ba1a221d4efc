/** The directory at the end of a ZIP file: names, kinds and rights of what is in it. Source: read, PKWARE's APPNOTE 6.3. */
import type { FileHandle } from 'node:fs/promises';
import type { Context } from '../../../kernel/contract/context.js';

const END_BYTES = 22;
const COMMENT_BYTES_MAX = 65_535;
const END_MARK = 0x06054b50;
const END64_MARK = 0x06064b50;
const LOCATOR64_MARK = 0x07064b50;
const LOCATOR64_BYTES = 20;
const ENTRY_MARK = 0x02014b50;
const ENTRY_BYTES = 46;
const DIRECTORY_BYTES_MAX = 256 * 1024 * 1024;
const UNUSED_32 = 0xffffffff;
const KIND_MASK = 0o170000;
const LINK = 0o120000;
const FOLDER = 0o040000;
const UTF8_FLAG = 0x800;
/** Letters of the old code page 437 from 128 on: names that are not marked as UTF-8 are read so, as Python does. */
const CODE_PAGE_437 = Array.from(
  'ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜ¢£¥₧ƒáíóúñÑªº¿⌐¬½¼¡«»░▒▓│┤╡╢╖╕╣║╗╝╜╛┐'
  + '└┴┬├─┼╞╟╚╔╩╦╠═╬╧╨╤╥╙╘╒╓╫╪┘┌█▄▌▐▀αßΓπΣσµτΦΘΩδ∞φε∩≡±≥≤⌠⌡÷≈°∙·√ⁿ²■\u00a0',
);

export interface ZipEntry {
  readonly name: string;
  /** Mode as Unix has it, 0 when the archive was made elsewhere. */
  readonly mode: number;
  readonly isLink: boolean;
  readonly isFolder: boolean;
  readonly isEncrypted: boolean;
}

/** What is no ZIP file, or a damaged one. */
export class NotZipError extends Error {}

export async function readZip(path: string, ctx: Context): Promise<ZipEntry[]> {
  const file = await ctx.sys.fs.open(path, 'r');
  try {
    return readEntries(await readDirectory(file));
  } finally {
    await file.close();
  }
}

async function readAt(file: FileHandle, at: number, length: number): Promise<Buffer> {
  const bytes = Buffer.alloc(length);
  const { bytesRead } = await file.read(bytes, 0, length, at);
  return bytes.subarray(0, bytesRead);
}

async function readDirectory(file: FileHandle): Promise<Buffer> {
  const { size } = await file.stat();
  const tailAt = Math.max(0, size - END_BYTES - COMMENT_BYTES_MAX);
  const tail = await readAt(file, tailAt, size - tailAt);
  const endAt = findEnd(tail);
  let [length, start] = [tail.readUInt32LE(endAt + 12), tail.readUInt32LE(endAt + 16)];
  // What stands before the archive (a self-extracting one) moves all places.
  let shift = tailAt + endAt - length - start;
  if (length === UNUSED_32 || start === UNUSED_32) {
    [length, start] = await readPlaces64(file, tailAt + endAt - LOCATOR64_BYTES);
    shift = 0;
  }
  if (length > DIRECTORY_BYTES_MAX || start + shift < 0) throw new NotZipError('Bad offset for central directory');
  return readAt(file, start + shift, length);
}

/** The record that ends a ZIP file stands before a comment of unknown length. */
function findEnd(tail: Buffer): number {
  for (let at = tail.length - END_BYTES; at >= 0; at--) {
    if (tail.readUInt32LE(at) === END_MARK && at + END_BYTES + tail.readUInt16LE(at + 20) <= tail.length) return at;
  }
  throw new NotZipError('File is not a zip file');
}

async function readPlaces64(file: FileHandle, locatorAt: number): Promise<[number, number]> {
  const locator = await readAt(file, Math.max(0, locatorAt), LOCATOR64_BYTES);
  if (locator.length < LOCATOR64_BYTES || locator.readUInt32LE(0) !== LOCATOR64_MARK) throw new NotZipError('File is not a zip file');
  const end = await readAt(file, Number(locator.readBigUInt64LE(8)), 56);
  if (end.length < 56 || end.readUInt32LE(0) !== END64_MARK) throw new NotZipError('File is not a zip file');
  return [Number(end.readBigUInt64LE(40)), Number(end.readBigUInt64LE(48))];
}

function nameOf(bytes: Buffer, isUtf8: boolean): string {
  const text = isUtf8 ? bytes.toString('utf8') : Array.from(bytes, (code) => (code < 128 ? String.fromCharCode(code) : CODE_PAGE_437[code - 128] ?? '')).join('');
  return text.replace(/\0.*$/s, '');
}

function readEntries(directory: Buffer): ZipEntry[] {
  const entries: ZipEntry[] = [];
  let at = 0;
  while (at < directory.length) {
    if (at + ENTRY_BYTES > directory.length) throw new NotZipError('Truncated central directory');
    if (directory.readUInt32LE(at) !== ENTRY_MARK) throw new NotZipError('Bad magic number for central directory');
    const flags = directory.readUInt16LE(at + 8);
    const nameLength = directory.readUInt16LE(at + 28);
    const mode = directory.readUInt32LE(at + 38) >>> 16;
    const name = nameOf(directory.subarray(at + ENTRY_BYTES, at + ENTRY_BYTES + nameLength), (flags & UTF8_FLAG) !== 0);
    entries.push({ name, mode, isLink: (mode & KIND_MASK) === LINK, isFolder: (mode & KIND_MASK) === FOLDER, isEncrypted: (flags & 1) === 1 });
    at += ENTRY_BYTES + nameLength + directory.readUInt16LE(at + 30) + directory.readUInt16LE(at + 32);
  }
  return entries;
}
