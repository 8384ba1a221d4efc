/** Grain `dns`: the configuration of the resolver. Source: read, Salt 3008.3; resolv.conf(5). */
import type { Context } from '../../../kernel/contract/context.js';
import type { PlainMap } from '../../../kernel/std/value.js';
import { parseIpAddress } from '../../../kernel/std/ip-address.js';
import { networkWithMask } from './addresses.js';
import { textOf } from './look.js';

/** systemd-resolved keeps the real servers here; `/etc/resolv.conf` then names only itself. */
const FILES = ['/run/systemd/resolve/resolv.conf', '/etc/resolv.conf'];

export async function dnsGrains(ctx: Context): Promise<PlainMap> {
  for (const path of FILES) {
    const text = await textOf(ctx, path);
    if (text !== undefined) return { dns: parseResolvConf(text) };
  }
  return {};
}

export function parseResolvConf(text: string): PlainMap {
  const servers = new Map<string, 4 | 6>();
  const sortlist = new Set<string>();
  const options = new Set<string>();
  let domain = '';
  let search: string[] = [];
  for (const line of text.split('\n')) {
    const [directive = '', ...words] = line.trim().split(/\s+/);
    const comment = words.findIndex((word) => /^[#;]/.test(word));
    const values = comment < 0 ? words : words.slice(0, comment);
    const [first] = values;
    switch (directive.toLowerCase()) {
      case 'search':
        search = values;
        break;
      case 'domain':
        domain = first ?? domain;
        break;
      case 'options':
        if (first !== undefined) options.add(first);
        break;
      case 'sortlist':
        for (const network of values.map(networkWithMask)) if (network !== undefined) sortlist.add(network);
        break;
      case 'nameserver': {
        const address = first === undefined ? undefined : parseIpAddress(first);
        if (address !== undefined) servers.set(address.text, address.version);
        break;
      }
      default:
    }
  }
  const ofVersion = (version: 4 | 6): string[] => [...servers].filter(([, one]) => one === version).map(([address]) => address);
  return {
    nameservers: [...servers.keys()], ip4_nameservers: ofVersion(4), ip6_nameservers: ofVersion(6),
    sortlist: [...sortlist], domain, search, options: [...options],
  };
}
