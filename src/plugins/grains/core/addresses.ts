/** Addresses of both families in Python's spelling and order. */
import { ipText, parseIpAddress, type IpAddress } from '../../../kernel/std/ip-address.js';

const isLoopback = ({ version, bits }: IpAddress): boolean => (version === 4 ? bits >> 24n === 127n : bits === 1n);

/** Each address once, in the order of the numbers. */
export function sortedAddresses(texts: readonly string[], options: { loopback: boolean }): string[] {
  const found = new Map<string, IpAddress>();
  for (const text of texts) {
    const address = parseIpAddress(text);
    if (address !== undefined && (options.loopback || !isLoopback(address))) found.set(address.text, address);
  }
  return [...found.values()].sort((a, b) => (a.bits < b.bits ? -1 : a.bits > b.bits ? 1 : 0)).map(({ text }) => text);
}

/** `192.0.2.0/24`, `192.0.2.0/255.255.255.0` or a bare address, as address and mask; undefined when bits stand behind the mask. */
export function networkWithMask(text: string): string | undefined {
  const [network = '', mask] = text.split('/');
  const address = parseIpAddress(network);
  if (address === undefined) return undefined;
  const width = address.version === 4 ? 32 : 128;
  const prefix = mask === undefined ? naturalPrefix(address) : prefixOf(mask, width);
  if (prefix === undefined || address.bits & ((1n << BigInt(width - prefix)) - 1n)) return undefined;
  return `${address.text}/${maskText(prefix, address.version)}`;
}

/** Of the classes of old. Source: read, Salt 3008.3: what begins with two ones is class C, with one class B. */
function naturalPrefix({ version, bits }: IpAddress): number {
  if (version === 6) return 128;
  return bits >> 30n === 3n ? 24 : bits >> 31n === 1n ? 16 : 8;
}

function prefixOf(mask: string, width: number): number | undefined {
  if (/^\d+$/.test(mask)) return Number(mask) <= width ? Number(mask) : undefined;
  const address = parseIpAddress(mask);
  if (width !== 32 || address?.version !== 4) return undefined;
  const bits = address.bits.toString(2).padStart(32, '0');
  return /^1*0*$/.test(bits) ? bits.replace(/0/g, '').length : undefined;
}

function maskText(prefix: number, version: 4 | 6): string {
  const width = version === 4 ? 32 : 128;
  const bits = ((1n << BigInt(prefix)) - 1n) << BigInt(width - prefix);
  return ipText(bits, version);
}
