/**
 * Grains of the network interfaces: `ip_interfaces`, `ip4_interfaces`, `ip6_interfaces`, `hwaddr_interfaces`, `ipv4`, `ipv6`.
 *
 * Source: read and observed, Salt 3008.3, which reads `ip addr show`.
 * Differs: without the program `ip` Salt asks `ifconfig` and else knows no address; we read the kernel's files.
 */
import { networkInterfaces } from 'node:os';
import type { Context } from '../../../kernel/contract/context.js';
import type { PlainMap } from '../../../kernel/std/value.js';
import { sortedAddresses } from './addresses.js';
import { ask, namesIn, textOf } from './look.js';

export interface NetworkInterface {
  readonly name: string;
  hwaddr?: string;
  readonly inet: string[];
  readonly inet6: string[];
  /** Further addresses of a network that has one already. */
  readonly secondary: { readonly version: 4 | 6; readonly address: string }[];
}

const newInterface = (name: string): NetworkInterface => ({ name, inet: [], inet6: [], secondary: [] });

/** Reads `ip addr show`. */
export function parseIpAddr(text: string): NetworkInterface[] {
  const found: NetworkInterface[] = [];
  let current: NetworkInterface | undefined;
  for (const line of text.split(/\r?\n/)) {
    if (/^\d/.test(line)) {
      // `2: eth0.7@eth0: <...>`; a name with other characters is left out, as Salt does.
      const name = /^\d+:\s+([\p{L}\p{N}_.-]+)@?(?:[\p{L}\p{N}_.-]+)?:\s+<.+>/u.exec(line)?.[1];
      current = name === undefined ? undefined : newInterface(name);
      if (current !== undefined) found.push(current);
    } else if (current !== undefined) readDetail(current, line.trim().split(/\s+/));
  }
  return found;
}

function readDetail(to: NetworkInterface, words: readonly string[]): void {
  const [type = '', value] = words;
  if (value === undefined) return;
  if (type.startsWith('link')) to.hwaddr = value;
  if (type !== 'inet' && type !== 'inet6') return;
  const address = value.split('/')[0] ?? '';
  if (words.includes('secondary')) to.secondary.push({ version: type === 'inet' ? 4 : 6, address });
  else to[type].push(address);
}

export async function readInterfaces(ctx: Context): Promise<NetworkInterface[]> {
  const answer = await ask(ctx, ['ip', 'addr', 'show']);
  return answer === undefined ? kernelInterfaces(ctx) : parseIpAddr(answer.text);
}

/** Addresses of interfaces that are up, and all interfaces in the order of their numbers. */
async function kernelInterfaces(ctx: Context): Promise<NetworkInterface[]> {
  const names = await namesIn(ctx, '/sys/class/net') ?? [];
  const numbered = await Promise.all(names.map(async (name) => ({
    name,
    number: Number(await textOf(ctx, `/sys/class/net/${name}/ifindex`) ?? 0),
    hwaddr: (await textOf(ctx, `/sys/class/net/${name}/address`))?.trim() ?? '',
  })));
  const live = networkInterfaces();
  return numbered.sort((a, b) => a.number - b.number).map(({ name, hwaddr }) => {
    const made = newInterface(name);
    if (hwaddr !== '') made.hwaddr = hwaddr;
    for (const { family, address } of live[name] ?? []) made[family === 'IPv4' ? 'inet' : 'inet6'].push(address);
    return made;
  });
}

export function interfaceGrains(interfaces: readonly NetworkInterface[]): PlainMap {
  const byName = (addresses: (one: NetworkInterface) => string[]): PlainMap =>
    Object.fromEntries(interfaces.map((one) => [one.name, addresses(one)]));
  const further = ({ secondary }: NetworkInterface, version?: 4 | 6): string[] =>
    secondary.filter((one) => version === undefined || one.version === version).map(({ address }) => address);
  const all = (version: 4 | 6): string[] => interfaces.flatMap((one) => [...(version === 4 ? one.inet : one.inet6), ...further(one, version)]);
  return {
    hwaddr_interfaces: Object.fromEntries(interfaces.flatMap(({ name, hwaddr }) => (hwaddr === undefined ? [] : [[name, hwaddr]]))),
    ip4_interfaces: byName((one) => [...one.inet, ...further(one, 4)]),
    ip6_interfaces: byName((one) => [...one.inet6, ...further(one, 6)]),
    ipv4: sortedAddresses(all(4), { loopback: true }),
    ipv6: sortedAddresses(all(6), { loopback: true }),
    ip_interfaces: byName((one) => [...one.inet, ...one.inet6, ...further(one)]),
  };
}
