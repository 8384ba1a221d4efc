/**
 * The file in which `persist_session` keeps what a server set last: msgpack of `{"Cookie": text}`, or of an empty text.
 *
 * Source: read and observed, Salt 3008.3. Differs: Salt sends the text back with its attributes; here only names and values are sent.
 */
const LENGTH_BYTES: Readonly<Record<number, number>> = { 0xd9: 1, 0xda: 2, 0xdb: 4 };

function packText(text: string): Buffer {
  const bytes = Buffer.from(text);
  const head = Buffer.alloc(5);
  if (bytes.length < 32) return Buffer.concat([Buffer.of(0xa0 | bytes.length), bytes]);
  head[0] = 0xdb;
  head.writeUInt32BE(bytes.length, 1);
  return Buffer.concat([head, bytes]);
}

function unpackText(bytes: Buffer, at: number): { text: string; end: number } | undefined {
  const mark = bytes[at] ?? 0;
  const width = LENGTH_BYTES[mark] ?? 0;
  if (width === 0 && (mark & 0xe0) !== 0xa0) return undefined;
  if (at + 1 + width > bytes.length) return undefined;
  const length = width === 0 ? mark & 0x1f : bytes.readUIntBE(at + 1, width);
  const end = at + 1 + width + length;
  return end > bytes.length ? undefined : { text: bytes.toString('utf8', at + 1 + width, end), end };
}

export function packSession(cookie: string | undefined): Buffer {
  return cookie === undefined ? packText('') : Buffer.concat([Buffer.of(0x81), packText('Cookie'), packText(cookie)]);
}

/** What was set last; undefined when nothing was, or the file is none of ours. */
export function unpackSession(bytes: Buffer): string | undefined {
  if (bytes[0] !== 0x81) return undefined;
  const name = unpackText(bytes, 1);
  return name?.text === 'Cookie' ? unpackText(bytes, name.end)?.text : undefined;
}

/** Names and values out of what one or several headers `Set-Cookie` said. A comma within a date ends no cookie. */
export function sessionPairs(text: string): string {
  return text.split(/,(?=\s*[^;,=\s]+=)/).map((cookie) => (cookie.split(';', 1)[0] ?? '').trim()).filter((pair) => pair !== '').join('; ');
}
