/** Addresses of both families in Python's spelling and order. */
import { isIPv4, isIPv6 } from 'node:net';

export interface Address {
  readonly version: 4 | 6;
  /** Shortest form. */
  readonly text: string;
  readonly bits: bigint;
}

/** Undefined for text that is no address. A zone (`%eth0`) stays in the text. */
export function parseAddress(text: string): Address | undefined {
  if (isIPv4(text)) return { version: 4, text, bits: bitsOf4(text) };
  const [bare = '', zone] = text.split('%');
  if (!isIPv6(bare)) return undefined;
  const short = new URL(`http://[${bare}]/`).hostname.slice(1, -1);
  return { version: 6, text: zone === undefined ? short : `${short}%${zone}`, bits: bitsOf6(short) };
}

const bitsOf4 = (text: string): bigint => text.split('.').reduce((bits, part) => bits * 256n + BigInt(part), 0n);

/** Of the shortest form, which has no dotted part. */
function bitsOf6(text: string): bigint {
  const [head = '', tail] = text.split('::');
  const groups = (part: string): string[] => part.split(':').filter((group) => group !== '');
  const [left, right] = [groups(head), groups(tail ?? '')];
  const middle = tail === undefined ? [] : Array<string>(8 - left.length - right.length).fill('0');
  return [...left, ...middle, ...right].reduce((bits, group) => bits * 65_536n + BigInt(`0x${group}`), 0n);
}

const isLoopback = ({ version, bits }: Address): boolean => (version === 4 ? bits >> 24n === 127n : bits === 1n);

/** Each address once, in the order of the numbers. */
export function sortedAddresses(texts: readonly string[], options: { loopback: boolean }): string[] {
  const found = new Map<string, Address>();
  for (const text of texts) {
    const address = parseAddress(text);
    if (address !== undefined && (options.loopback || !isLoopback(address))) found.set(address.text, address);
  }
  return [...found.values()].sort((a, b) => (a.bits < b.bits ? -1 : a.bits > b.bits ? 1 : 0)).map(({ text }) => text);
}

/** `192.0.2.0/24`, `192.0.2.0/255.255.255.0` or a bare address, as address and mask; undefined when bits stand behind the mask. */
export function networkWithMask(text: string): string | undefined {
  const [network = '', mask] = text.split('/');
  const address = parseAddress(network);
  if (address === undefined) return undefined;
  const width = address.version === 4 ? 32 : 128;
  const prefix = mask === undefined ? naturalPrefix(address) : prefixOf(mask, width);
  if (prefix === undefined || address.bits & ((1n << BigInt(width - prefix)) - 1n)) return undefined;
  return `${address.text}/${maskText(prefix, address.version)}`;
}

/** Of the classes of old. Source: read, Salt 3008.3: what begins with two ones is class C, with one class B. */
function naturalPrefix({ version, bits }: Address): number {
  if (version === 6) return 128;
  return bits >> 30n === 3n ? 24 : bits >> 31n === 1n ? 16 : 8;
}

function prefixOf(mask: string, width: number): number | undefined {
  if (/^\d+$/.test(mask)) return Number(mask) <= width ? Number(mask) : undefined;
  if (width !== 32 || !isIPv4(mask)) return undefined;
  const bits = bitsOf4(mask).toString(2).padStart(32, '0');
  return /^1*0*$/.test(bits) ? bits.replace(/0/g, '').length : undefined;
}

function maskText(prefix: number, version: 4 | 6): string {
  const width = version === 4 ? 32 : 128;
  const bits = ((1n << BigInt(prefix)) - 1n) << BigInt(width - prefix);
  if (version === 4) return [24n, 16n, 8n, 0n].map((shift) => String((bits >> shift) & 255n)).join('.');
  return parseAddress((bits.toString(16).padStart(32, '0').match(/.{4}/g) ?? []).join(':'))?.text ?? '';
}
