/** Interfaces of this machine as `ip` tells them, and the choice among them. Source: read and observed, Salt 3008.3. */
import { networkInterfaces } from 'node:os';
import type { Context } from '../../../kernel/contract/context.js';
import { ipText, parseIpNetwork, type IpNetwork } from '../../../kernel/std/ip-address.js';
import { isMap, mapEntries, mapFrom, mapGet, type PlainMap, type ValueMap } from '../../../kernel/std/value.js';

export type Family = 'inet' | 'inet6';

/** One address of an interface, with the names that users see. */
interface Entry extends PlainMap {
  address: string;
}

const HEADER = /^\d+:\s+([\p{L}\p{N}_.-]+)@?([\p{L}\p{N}_.-]+)?:\s+<(.+)>/u;

/** Reads `ip link show` and `ip addr show`, one behind the other; what is told later counts. */
export function parseInterfaces(text: string): ValueMap {
  const found = new Map<string, PlainMap>();
  let facts: PlainMap = {};
  for (const line of text.split(/\r?\n/)) {
    if (/^\d/.test(line)) {
      const [, name, parent, flags = ''] = HEADER.exec(line) ?? [];
      facts = name === undefined ? {} : { up: flags.split(',').includes('UP'), ...(parent === undefined ? {} : { parent }) };
      if (name !== undefined) found.set(name, facts);
    } else addDetail(facts, line.trim().split(/\s+/));
  }
  return mapFrom(found);
}

function addDetail(facts: PlainMap, words: readonly string[]): void {
  const [type = '', value] = words;
  if (value === undefined) return;
  if (type === 'inet' || type === 'inet6') {
    const secondary = words.includes('secondary');
    const entry = readEntry(type, value, words);
    const place = secondary ? 'secondary' : type;
    facts[place] = [...(facts[place] ?? []) as Entry[], secondary ? { type, ...entry } : entry];
  } else if (type.startsWith('link')) facts['hwaddr'] = value;
}

function readEntry(type: Family, value: string, words: readonly string[]): Entry {
  const [address = '', prefix] = value.split('/');
  const after = (word: string): string | null => words[words.indexOf(word) + 1] ?? null;
  if (type === 'inet6') return { address, prefixlen: prefix ?? 32, scope: words.includes('scope') ? after('scope') : null };
  return { address, netmask: maskOf(Number(prefix ?? 32)), broadcast: words.includes('brd') ? after('brd') : null, label: words.at(-1) ?? '' };
}

const maskOf = (prefix: number): string => (prefix < 1 || prefix > 32 ? '' : ipText(((1n << BigInt(prefix)) - 1n) << BigInt(32 - prefix), 4));

/** All interfaces by name. Without the program `ip` the addresses that are up, as the kernel tells them. */
export async function readInterfaces(ctx: Context): Promise<ValueMap> {
  const ip = await ctx.sys.which('ip');
  if (ip === undefined) return liveInterfaces();
  const shows = await Promise.all(['link', 'addr'].map((what) => ctx.sys.run([ip, what, 'show'], { mergeStderr: true, signal: ctx.signal })));
  return parseInterfaces(shows.map(({ stdout }) => Buffer.from(stdout).toString('utf8')).join('\n'));
}

function liveInterfaces(): ValueMap {
  return mapFrom(Object.entries(networkInterfaces()).map(([name, addresses = []]) => {
    const inet = addresses.filter(({ family }) => family === 'IPv4').map(({ address, netmask }) => ({ address, netmask, broadcast: null, label: name }));
    const inet6 = addresses.filter(({ family }) => family === 'IPv6').map(({ address, cidr }) => ({ address, prefixlen: cidr?.split('/')[1] ?? '128', scope: null }));
    const facts: PlainMap = { up: true, hwaddr: addresses[0]?.mac ?? '', ...(inet.length > 0 ? { inet } : {}), ...(inet6.length > 0 ? { inet6 } : {}) };
    return [name, facts] as const;
  }));
}

/** The facts of one interface, or the sentence that there is none. */
export async function interfaceFacts(name: string, ctx: Context): Promise<PlainMap | string> {
  const all = await readInterfaces(ctx);
  const facts = mapGet(all, name);
  if (facts !== undefined && isMap(facts)) return facts as PlainMap;
  const text = `Interface "${name}" not in available interfaces: "${mapEntries(all).map(([one]) => String(one)).join('", "')}"`;
  ctx.log.error({ interface: name }, 'no such interface');
  return text;
}

export interface FoundAddress {
  readonly address: string;
  readonly network: IpNetwork | undefined;
}

/** Addresses of a family, those of further networks included, of the interfaces that were chosen. */
export function addressesOf(interfaces: ValueMap, family: Family, chosen: (name: string) => boolean): FoundAddress[] {
  return mapEntries(interfaces).filter(([name]) => chosen(String(name))).flatMap(([, value]) => {
    const facts = value as PlainMap;
    const further = ((facts['secondary'] ?? []) as Entry[]).filter((entry) => entry['type'] === family);
    return [...(facts[family] ?? []) as Entry[], ...further].map((entry) => {
      const mask = entry[family === 'inet' ? 'netmask' : 'prefixlen'];
      return { address: entry.address, network: parseIpNetwork(`${entry.address}/${String(mask)}`, { dropHostBits: true }) };
    });
  });
}
