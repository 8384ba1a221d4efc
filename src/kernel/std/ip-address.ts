/**
 * IP addresses and networks as Python's `ipaddress` reads and prints them: no leading zeros, no host bits in networks,
 * IPv6 in its short form. Source: read, Python 3.11 documentation; golden: targeting/ipcidr.
 */

export interface IpAddress {
  readonly version: 4 | 6;
  readonly bits: bigint;
  /** Canonical text. */
  readonly text: string;
}

export interface IpNetwork {
  readonly version: 4 | 6;
  readonly base: bigint;
  readonly prefix: number;
}

const WIDTHS = { 4: 32, 6: 128 } as const;
const HEXTETS = 8;

/** The address, or undefined when the text is none. */
export function parseIpAddress(text: string): IpAddress | undefined {
  const four = parseFour(text);
  return four === undefined ? parseSix(text) : { version: 4, bits: four, text };
}

/**
 * The network `address/prefix`, or `address/mask` for IPv4; an address alone is a network of one. Undefined when host bits are set,
 * unless these are to be dropped.
 */
export function parseIpNetwork(text: string, { dropHostBits = false } = {}): IpNetwork | undefined {
  const [addressText = '', mask, ...more] = text.split('/');
  const address = parseIpAddress(addressText);
  if (address === undefined || more.length > 0) return undefined;
  const { version, bits } = address;
  const prefix = mask === undefined ? WIDTHS[version] : parsePrefix(mask, version);
  if (prefix === undefined) return undefined;
  const base = bits & maskOf(prefix, version);
  return base === bits || dropHostBits ? { version, base, prefix } : undefined;
}

/** Text of an address given by its bits. */
export function ipText(bits: bigint, version: 4 | 6): string {
  if (version === 4) return [24n, 16n, 8n, 0n].map((shift) => String((bits >> shift) & 0xffn)).join('.');
  return printHextets(Array.from({ length: HEXTETS }, (_, at) => Number((bits >> BigInt(16 * (HEXTETS - 1 - at))) & 0xffffn)));
}

export const networkText = ({ version, base, prefix }: IpNetwork): string => `${ipText(base, version)}/${prefix}`;

export interface NetworkFacts {
  readonly address: string;
  readonly netmask: string;
  readonly broadcast: string;
  readonly size: bigint;
}

export function networkFacts({ version, base, prefix }: IpNetwork): NetworkFacts {
  const size = 1n << BigInt(WIDTHS[version] - prefix);
  return { address: ipText(base, version), netmask: ipText(maskOf(prefix, version), version), broadcast: ipText(base + size - 1n, version), size };
}

/** As Python sorts networks: IPv4 first, then by address, then the larger network first. */
export function compareNetworks(a: IpNetwork, b: IpNetwork): number {
  if (a.version !== b.version) return a.version - b.version;
  return a.base === b.base ? a.prefix - b.prefix : a.base < b.base ? -1 : 1;
}

export function isInNetwork(address: IpAddress, network: IpNetwork): boolean {
  if (address.version !== network.version) return false;
  return (address.bits & maskOf(network.prefix, network.version)) === network.base;
}

function maskOf(prefix: number, version: 4 | 6): bigint {
  const width = BigInt(WIDTHS[version]);
  return ((1n << BigInt(prefix)) - 1n) << (width - BigInt(prefix));
}

function parsePrefix(text: string, version: 4 | 6): number | undefined {
  if (/^[0-9]+$/.test(text)) {
    const prefix = Number(text);
    return prefix <= WIDTHS[version] ? prefix : undefined;
  }
  const mask = version === 4 ? parseFour(text) : undefined;
  if (mask === undefined) return undefined;
  const prefixes = Array.from({ length: WIDTHS[4] + 1 }, (_, prefix) => prefix);
  const inverse = mask ^ maskOf(WIDTHS[4], 4);
  return prefixes.find((prefix) => maskOf(prefix, 4) === mask) ?? prefixes.find((prefix) => maskOf(prefix, 4) === inverse);
}

function parseFour(text: string): bigint | undefined {
  const parts = text.split('.');
  if (parts.length !== 4 || !parts.every((part) => /^(?:0|[1-9][0-9]{0,2})$/.test(part) && Number(part) <= 255)) return undefined;
  return parts.reduce((bits, part) => (bits << 8n) | BigInt(part), 0n);
}

function parseSix(text: string): IpAddress | undefined {
  const at = text.indexOf('%');
  const scope = at < 0 ? '' : text.slice(at + 1);
  if (at >= 0 && (scope === '' || scope.includes('%'))) return undefined;
  const hextets = parseHextets(at < 0 ? text : text.slice(0, at));
  if (hextets === undefined) return undefined;
  const bits = hextets.reduce((sum, hextet) => (sum << 16n) | BigInt(hextet), 0n);
  return { version: 6, bits, text: printHextets(hextets) + (at < 0 ? '' : `%${scope}`) };
}

function parseHextets(text: string): number[] | undefined {
  const halves = text.split('::');
  if (halves.length > 2) return undefined;
  const [high, low] = halves.map((half, index) => parseHalf(half, index === halves.length - 1));
  if (high === undefined || (halves.length === 2 && low === undefined)) return undefined;
  if (low === undefined) return high.length === HEXTETS ? high : undefined;
  const missing = HEXTETS - high.length - low.length;
  return missing < 1 ? undefined : [...high, ...Array<number>(missing).fill(0), ...low];
}

/** Hextets between colons; the last one of the address may be an IPv4 address. */
function parseHalf(text: string, last: boolean): number[] | undefined {
  if (text === '') return [];
  const hextets: number[] = [];
  const parts = text.split(':');
  for (const [index, part] of parts.entries()) {
    const four = last && index === parts.length - 1 && part.includes('.') ? parseFour(part) : undefined;
    if (four !== undefined) hextets.push(Number(four >> 16n), Number(four & 0xffffn));
    else if (/^[0-9A-Fa-f]{1,4}$/.test(part)) hextets.push(Number.parseInt(part, 16));
    else return undefined;
  }
  return hextets;
}

/** The first of the longest runs of two zeros or more becomes `::`. */
function printHextets(hextets: readonly number[]): string {
  let best = { start: 0, length: 1 };
  for (let start = 0; start < HEXTETS; start++) {
    let length = 0;
    while (hextets[start + length] === 0) length++;
    if (length > best.length) best = { start, length };
  }
  const words = hextets.map((hextet) => hextet.toString(16));
  if (best.length < 2) return words.join(':');
  return `${words.slice(0, best.start).join(':')}::${words.slice(best.start + best.length).join(':')}`;
}
