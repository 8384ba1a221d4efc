/** Python's named text encodings, as `encoding=` of the module functions takes them. */
import { isUtf8 } from 'node:buffer';
import { TextDecoder } from 'node:util';
import { PythonError } from '../../../../kernel/contract/errors.js';
import { decodeUtf8 } from '../../../../kernel/sys/file/utf8.js';

/** What to do with a character that the encoding has not got. */
type ErrorPolicy = 'strict' | 'ignore' | 'replace' | 'xmlcharrefreplace' | 'backslashreplace';
const POLICIES: readonly string[] = ['strict', 'ignore', 'replace', 'xmlcharrefreplace', 'backslashreplace'];

interface Codec {
  /** Name as Python's error texts print it. */
  readonly name: string;
  decode(bytes: Uint8Array): string;
  /** Bytes of one character, or undefined when there are none. */
  encode(char: string): readonly number[] | Uint8Array | undefined;
  /** Written once at the start of a text. */
  readonly mark?: Uint8Array;
}

/** Python calls its one-byte code pages by one name in errors. */
const PAGE = /^(?:cp|windows-|iso-?8859-?(?!1$))/;
const BOM = '\ufeff';
const asBuffer = (bytes: Uint8Array): Buffer => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);

function limited(name: string, highest: number): Codec {
  return {
    name,
    decode(bytes) {
      const at = bytes.findIndex((byte) => byte > highest);
      if (at >= 0) {
        const byte = `0x${(bytes[at] ?? 0).toString(16)}`;
        throw new PythonError('UnicodeDecodeError', `'${name}' codec can't decode byte ${byte} in position ${at}: ordinal not in range(128)`);
      }
      return asBuffer(bytes).toString('latin1');
    },
    encode: (char) => ((char.codePointAt(0) ?? 0) <= highest ? [char.charCodeAt(0)] : undefined),
  };
}

const utf8: Codec = { name: 'utf-8', decode: decodeUtf8, encode: (char) => Buffer.from(char, 'utf8') };

function utf16(name: string, order: 'le' | 'be' | 'mark'): Codec {
  return {
    name,
    decode(bytes) {
      if (bytes.length % 2 === 1) {
        const at = bytes.length - 1;
        throw new PythonError('UnicodeDecodeError', `'${name}' codec can't decode byte 0x${(bytes[at] ?? 0).toString(16).padStart(2, '0')} in position ${at}: truncated data`);
      }
      const marked = order === 'mark' && bytes[0] === 0xfe && bytes[1] === 0xff;
      const little = marked || order === 'be' ? Buffer.from(bytes).swap16() : asBuffer(bytes);
      const text = little.toString('utf16le');
      return order === 'mark' && text.startsWith(BOM) ? text.slice(1) : text;
    },
    encode: (char) => (order === 'be' ? Buffer.from(char, 'utf16le').swap16() : Buffer.from(char, 'utf16le')),
    ...(order === 'mark' ? { mark: Buffer.from([0xff, 0xfe]) } : {}),
  };
}

function utf32(name: string, order: 'le' | 'be' | 'mark'): Codec {
  return {
    name,
    decode(bytes) {
      const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
      const big = order === 'be' || (order === 'mark' && bytes.length >= 4 && view.getUint32(0) === 0xfeff);
      let text = '';
      for (let at = 0; at + 4 <= bytes.length; at += 4) text += String.fromCodePoint(view.getUint32(at, !big));
      return order === 'mark' && text.startsWith(BOM) ? text.slice(1) : text;
    },
    encode(char) {
      const bytes = Buffer.alloc(4);
      if (order === 'be') bytes.writeUInt32BE(char.codePointAt(0) ?? 0);
      else bytes.writeUInt32LE(char.codePointAt(0) ?? 0);
      return bytes;
    },
    ...(order === 'mark' ? { mark: Buffer.from([0xff, 0xfe, 0, 0]) } : {}),
  };
}

/** Characters of bytes 128 to 159. Node's decoder of this name leaves them as they are, so it is not used. */
const WINDOWS_HIGH = '€\0‚ƒ„…†‡ˆ‰Š‹Œ\0Ž\0\0‘’“”•–—˜™š›œ\0žŸ';

const windows1252: Codec = {
  name: 'cp1252',
  decode: (bytes) => asBuffer(bytes).toString('latin1').replace(/[\x80-\x9f]/g, (char) => {
    const known = WINDOWS_HIGH.charAt(char.charCodeAt(0) - 0x80);
    if (known !== '\0') return known;
    const at = bytes.indexOf(char.charCodeAt(0));
    throw new PythonError('UnicodeDecodeError', `'charmap' codec can't decode byte 0x${char.charCodeAt(0).toString(16)} in position ${at}: character maps to <undefined>`);
  }),
  encode(char) {
    const high = char === '\0' ? -1 : WINDOWS_HIGH.indexOf(char);
    if (high >= 0) return [0x80 + high];
    const code = char.codePointAt(0) ?? 0;
    return code < 0x80 || (code >= 0xa0 && code < 0x100) ? [code] : undefined;
  },
};

const KNOWN: Readonly<Record<string, () => Codec>> = {
  'utf-8': () => utf8, utf8: () => utf8, u8: () => utf8, utf: () => utf8, cp65001: () => utf8,
  'utf-8-sig': () => ({
    ...utf8, name: 'utf-8-sig', mark: Buffer.from(BOM, 'utf8'), decode: (bytes) => decodeUtf8(bytes).replace(/^\ufeff/, ''),
  }),
  ascii: () => limited('ascii', 127), 'us-ascii': () => limited('ascii', 127),
  'latin-1': () => limited('latin-1', 255), latin1: () => limited('latin-1', 255), l1: () => limited('latin-1', 255),
  'iso-8859-1': () => limited('latin-1', 255), iso8859_1: () => limited('latin-1', 255), 8859: () => limited('latin-1', 255),
  'utf-16': () => utf16('utf-16', 'mark'), utf16: () => utf16('utf-16', 'mark'), u16: () => utf16('utf-16', 'mark'),
  'utf-16-le': () => utf16('utf-16-le', 'le'), 'utf-16le': () => utf16('utf-16-le', 'le'),
  'utf-16-be': () => utf16('utf-16-be', 'be'), 'utf-16be': () => utf16('utf-16-be', 'be'),
  'utf-32': () => utf32('utf-32', 'mark'), utf32: () => utf32('utf-32', 'mark'),
  'utf-32-le': () => utf32('utf-32-le', 'le'), 'utf-32-be': () => utf32('utf-32-be', 'be'),
};

/** Names of the web's decoders for Python's further code pages: `cp1252` is `windows-1252`. */
function webName(name: string): string {
  return name.replace(/^cp(125\d|874)$/, 'windows-$1').replace(/^iso8859[-_]/, 'iso-8859-')
    .replace(/^shift-jis$/, 'shift_jis').replace(/^mac-roman$/, 'macintosh').replace(/^cp(866)$/, 'ibm$1');
}

/** A code page that node's ICU decodes; encoding uses the table turned round. */
function pageCodec(name: string, asked: string): Codec {
  if (webName(name) === 'windows-1252') return windows1252;
  let decoder: TextDecoder;
  try {
    decoder = new TextDecoder(webName(name), { fatal: true, ignoreBOM: true });
  } catch (cause) {
    throw new PythonError('LookupError', `unknown encoding: ${asked}`, cause);
  }
  let table: Map<string, readonly number[]> | undefined;
  return {
    name,
    decode(bytes) {
      try {
        return decoder.decode(bytes);
      } catch (cause) {
        throw new PythonError('UnicodeDecodeError', `'${name}' codec can't decode bytes: illegal multibyte sequence`, cause);
      }
    },
    encode(char) {
      table ??= encodingTable(decoder);
      return table.get(char);
    },
  };
}

function encodingTable(decoder: TextDecoder): Map<string, readonly number[]> {
  const table = new Map<string, readonly number[]>();
  const learn = (bytes: readonly number[]): boolean => {
    const text = tryDecode(decoder, bytes);
    if (text === undefined) return false;
    if (Array.from(text).length === 1 && !table.has(text)) table.set(text, bytes);
    return true;
  };
  for (let first = 0; first < 256; first += 1) {
    if (learn([first])) continue;
    for (let second = 0x30; second < 256; second += 1) learn([first, second]);
  }
  return table;
}

function tryDecode(decoder: TextDecoder, bytes: readonly number[]): string | undefined {
  try {
    return decoder.decode(Uint8Array.from(bytes));
  } catch (error) {
    if (error instanceof TypeError) return undefined;
    throw error;
  }
}

const pages = new Map<string, Codec>();

/** The codec of a name. @throws PythonError `LookupError` */
function codecOf(asked: string): Codec {
  const name = asked.trim().toLowerCase().replace(/[ _]/g, '-');
  const known = Object.hasOwn(KNOWN, name) ? KNOWN[name] : undefined;
  if (known !== undefined) return known();
  const page = pages.get(name) ?? pageCodec(name, asked);
  pages.set(name, page);
  return page;
}

/** Text of bytes in a named encoding. @throws PythonError `LookupError`, `UnicodeDecodeError` */
export function decodeAs(bytes: Uint8Array, encoding: string): string {
  return codecOf(encoding).decode(bytes);
}

/** Bytes of text in a named encoding. @throws PythonError `LookupError`, `UnicodeEncodeError` */
export function encodeAs(text: string, encoding: string, policy = 'strict'): Buffer {
  const codec = codecOf(encoding);
  if (!POLICIES.includes(policy)) throw new PythonError('LookupError', `unknown error handler name '${policy}'`);
  if (codec.name === 'utf-8' && isUtf8(Buffer.from(text))) return Buffer.from(text, 'utf8');
  const pieces: (readonly number[] | Uint8Array)[] = codec.mark === undefined ? [] : [codec.mark];
  let at = 0;
  for (const char of text) {
    pieces.push(codec.encode(char) ?? substitute(codec, char, at, policy as ErrorPolicy));
    at += 1;
  }
  return Buffer.concat(pieces.map((piece) => Uint8Array.from(piece)));
}

function substitute(codec: Codec, char: string, at: number, policy: ErrorPolicy): Buffer {
  const code = char.codePointAt(0) ?? 0;
  const escape = code < 0x100 ? `\\x${code.toString(16).padStart(2, '0')}`
    : code < 0x10000 ? `\\u${code.toString(16).padStart(4, '0')}` : `\\U${code.toString(16).padStart(8, '0')}`;
  switch (policy) {
    case 'ignore': return Buffer.alloc(0);
    case 'replace': return Buffer.from('?');
    case 'xmlcharrefreplace': return Buffer.from(`&#${code};`);
    case 'backslashreplace': return Buffer.from(escape);
    case 'strict': {
      const range = codec.name === 'ascii' ? 'ordinal not in range(128)'
        : codec.name === 'latin-1' ? 'ordinal not in range(256)' : 'character maps to <undefined>';
      throw new PythonError('UnicodeEncodeError', `'${PAGE.test(codec.name) ? 'charmap' : codec.name}' codec can't encode character '${escape}' in position ${at}: ${range}`);
    }
  }
}
