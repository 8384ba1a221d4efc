/**
 * Grains `localhost`, `fqdn`, `host`, `domain`, `fqdn_ip4`, `fqdn_ip6`, `fqdns`: the names of this host.
 *
 * The system's resolver is asked through `getent`, so that its configuration counts in full and a lookup that hangs can be
 * ended; all lookups together have `NAMES_WAIT_MS`. Real Salt waits for each without a limit.
 *
 * Source: read and observed, Salt 3008.3 and Python 3.11 `socket.getfqdn`.
 */
import type { Context } from '../../../kernel/contract/context.js';
import type { PlainMap } from '../../../kernel/std/value.js';
import { parseIpAddress } from '../../../kernel/std/ip-address.js';
import { ask, textOf } from './look.js';

export const NAMES_WAIT_MS = 1000;
const LOOKUPS_AT_ONCE = 4;
const ADDRESSES_MAX = 256;

/** Asks the name service; the time left is that of all lookups together. */
type Lookup = (database: string, keys: readonly string[]) => Promise<string | undefined>;

export function lookupFor(ctx: Context): Lookup {
  const endsAt = performance.now() + NAMES_WAIT_MS;
  return async (database, keys) => {
    const answer = await ask(ctx, ['getent', database, ...keys], { timeoutMs: Math.ceil(endsAt - performance.now()) });
    return answer?.text;
  };
}

/** The name that stands behind the first address of `getent ahosts`: the canonical one. */
export function canonicalName(text: string): string | undefined {
  return /^\S+[ \t]+\S+[ \t]+(\S+)/.exec(text)?.[1];
}

/** Name of an address in the host table, where there is no name service to ask. */
export function nameInHosts(hosts: string, name: string): string | undefined {
  for (const line of hosts.split('\n')) {
    const [, ...names] = (line.split('#')[0] ?? '').trim().split(/\s+/);
    if (names.includes(name)) return names[0];
  }
  return undefined;
}

export async function hostNameGrains(ctx: Context, lookup: Lookup): Promise<PlainMap & { fqdn: string }> {
  const localhost = ctx.sys.hostname();
  const answer = await lookup('ahosts', [localhost]);
  const told = answer === undefined ? nameInHosts(await textOf(ctx, '/etc/hosts') ?? '', localhost) : canonicalName(answer);
  const fqdn = told ?? (localhost === '' ? 'localhost.localdomain' : localhost);
  const [host = '', ...domain] = fqdn.split('.');
  return { localhost, fqdn, host, domain: domain.join('.') };
}

/** Addresses of one family in an answer of `getent ahostsv4` or `ahostsv6`, each once. */
export function addressesIn(text: string, version: 4 | 6): string[] {
  const addresses = text.split('\n').map((line) => line.split(/\s+/)[0] ?? '');
  // Addresses of the other family are dressed up as ours.
  return [...new Set(addresses)].filter((address) => parseIpAddress(address)?.version === version && !address.startsWith('::ffff:'));
}

/** The addresses that the host's name leads to; none of a family that no interface has. */
export async function nameAddressGrains(fqdn: string, own: { ipv4: readonly string[]; ipv6: readonly string[] }, lookup: Lookup): Promise<PlainMap> {
  const [four, six] = await Promise.all([
    own.ipv4.length === 0 ? '' : lookup('ahostsv4', [fqdn]),
    own.ipv6.length === 0 ? '' : lookup('ahostsv6', [fqdn]),
  ]);
  return { fqdn_ip4: addressesIn(four ?? '', 4), fqdn_ip6: addressesIn(six ?? '', 6) };
}

/** The full names in an answer of `getent hosts <address>...`: of each address the first with a dot, else the canonical one. */
export function fullNames(text: string): string[] {
  return text.split('\n').flatMap((line) => {
    const [, ...names] = line.trim().split(/\s+/);
    return names.find((name) => name.includes('.')) ?? names[0] ?? [];
  });
}

/** Names that the addresses of this host lead back to, sorted; the option `enable_fqdns_grains` turns them off. */
export async function fqdnsGrains(ctx: Context, addresses: readonly string[], lookup: Lookup): Promise<PlainMap> {
  if (ctx.opts['enable_fqdns_grains'] === false) return { fqdns: [] };
  const asked = addresses.slice(0, ADDRESSES_MAX);
  const groups = Array.from({ length: Math.min(LOOKUPS_AT_ONCE, asked.length) }, (_, at) =>
    asked.filter((_address, place) => place % LOOKUPS_AT_ONCE === at));
  const answers = await Promise.all(groups.map((group) => lookup('hosts', group)));
  return { fqdns: [...new Set(answers.flatMap((answer) => fullNames(answer ?? '')))].sort() };
}
