/** Elements of ASN.1 as LDAP sends them: a tag, a length, content. Lengths are definite. */
export interface Element {
  readonly tag: number;
  readonly content: Buffer;
}

export const TAG = { boolean: 0x01, integer: 0x02, octets: 0x04, enumerated: 0x0a, sequence: 0x30 } as const;
export const MESSAGE_BYTES_MAX = 16 * 1024 * 1024;
const LENGTH_BYTES_MAX = 4;

export function element(tag: number, ...parts: readonly (Uint8Array | string)[]): Buffer {
  const content = Buffer.concat(parts.map((part) => Buffer.from(part)));
  return Buffer.concat([Buffer.from([tag]), lengthBytes(content.length), content]);
}

export const integer = (value: number, tag: number = TAG.integer): Buffer => {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(value);
  const from = bytes.findIndex((byte, at) => at === 3 || byte !== 0 || (bytes[at + 1] ?? 0) > 0x7f);
  return element(tag, bytes.subarray(from));
};

function lengthBytes(length: number): Buffer {
  if (length < 0x80) return Buffer.from([length]);
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(length);
  return Buffer.concat([Buffer.from([0x84]), bytes]);
}

/** The first element and what is left; undefined while it is not complete. @throws RangeError for one that is too long or malformed */
export function readElement(bytes: Buffer): { element: Element; rest: Buffer } | undefined {
  const [tag, first] = bytes;
  if (tag === undefined || first === undefined) return undefined;
  const count = first < 0x80 ? 0 : first & 0x7f;
  if (first === 0x80 || count > LENGTH_BYTES_MAX) throw new RangeError('LDAP: no length that is taken here');
  if (bytes.length < 2 + count) return undefined;
  const length = count === 0 ? first : bytes.readUIntBE(2, count);
  if (length > MESSAGE_BYTES_MAX) throw new RangeError('LDAP: the message is too long');
  const end = 2 + count + length;
  return bytes.length < end ? undefined : { element: { tag, content: bytes.subarray(2 + count, end) }, rest: bytes.subarray(end) };
}

/** The elements inside. @throws RangeError when the last is cut off */
export function childrenOf(content: Buffer): Element[] {
  const children: Element[] = [];
  for (let left = content; left.length > 0;) {
    const read = readElement(left);
    if (read === undefined) throw new RangeError('LDAP: an element is cut off');
    children.push(read.element);
    left = read.rest;
  }
  return children;
}

export const numberOf = ({ content }: Element): number => (content.length === 0 || content.length > 4 ? 0 : content.readIntBE(0, content.length));
export const textOf = ({ content }: Element): string => content.toString('utf8');
