/** Reads DER, as far as certificates need it. Source: read, X.690. */
export interface Node {
  readonly tag: number;
  readonly content: Buffer;
}

export const TAG = { boolean: 1, integer: 2, octets: 4, oid: 6, utcTime: 23, sequence: 48 } as const;

/** @throws RangeError for bytes that are no DER */
export function readNodes(bytes: Buffer): Node[] {
  const nodes: Node[] = [];
  for (let at = 0; at < bytes.length;) {
    const tag = bytes[at] ?? 0;
    const first = bytes[at + 1] ?? 0;
    const extra = first < 0x80 ? 0 : first & 0x7f;
    if (extra > 4) throw new RangeError('A length that is no DER');
    const length = extra === 0 ? first & 0x7f : bytes.readUIntBE(at + 2, extra);
    const from = at + 2 + extra;
    if (from + length > bytes.length) throw new RangeError('Half of a DER value');
    nodes.push({ tag, content: bytes.subarray(from, from + length) });
    at = from + length;
  }
  return nodes;
}

export const childrenOf = (node: Node | undefined): Node[] => (node === undefined ? [] : readNodes(node.content));

export function readOid({ content }: Node): string {
  const numbers: number[] = [];
  let value = 0;
  for (const byte of content) {
    value = value * 128 + (byte & 0x7f);
    if (byte < 0x80) {
      numbers.push(value);
      value = 0;
    }
  }
  const [head = 0, ...rest] = numbers;
  const first = Math.min(Math.floor(head / 40), 2);
  return [first, head - first * 40, ...rest].join('.');
}

export function readInteger({ content }: Node): bigint {
  const value = BigInt(`0x${content.toString('hex') || '0'}`);
  return ((content[0] ?? 0) & 0x80) === 0 ? value : value - (1n << BigInt(content.length * 8));
}

/** Texts are ASCII, UTF-8, or two bytes a letter. */
export const readText = ({ tag, content }: Node): string => (tag === 30 ? Buffer.from(content).swap16().toString('utf16le') : tag === 20 ? content.toString('latin1') : content.toString());

/** `20260102030405Z`; the short form of years means 1950 to 2049. */
export function readTime({ tag, content }: Node): string {
  const text = content.toString('ascii');
  return tag === TAG.utcTime ? `${Number(text.slice(0, 2)) < 50 ? '20' : '19'}${text}` : text;
}
