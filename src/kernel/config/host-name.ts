/**
 * The name a minion gives itself: the first name of the host that does not look like localhost.
 *
 * Source: read, Salt 3008.3, order of `generate_minion_id`; observed.
 */
import { lookup, lookupService } from 'node:dns/promises';
import { readFileSync } from 'node:fs';
import { hostname, networkInterfaces } from 'node:os';
import { within } from '../std/async.js';
import { isMissing } from '../sys/files.js';

/** What is known of the host; tests hand in their own. */
export interface HostFacts {
  hostname(): string;
  /** Names of the host by its address, the canonical one first; empty when it has none. */
  namesByAddress(name: string): Promise<readonly string[]>;
  readText(path: string): string | undefined;
  /** IPv4 addresses, without loopback. */
  addresses(): readonly string[];
}

const DNS_WAIT_MS = 10_000;
const LOCAL = [
  /^localhost/, /^ip6-/, /^127[.]\d/, /^0\.0\.0\.0/, /^::1/, /^ipv6-/, /^fe00::/, /^fe02::/, /^1.0.0.*.ip6.arpa/,
];
const NAME_FILES = ['/etc/hostname', '/etc/nodename', '/etc/hosts'];

/** The generated id before any option changes it. */
export async function hostNameForId(facts: HostFacts = realHost): Promise<string> {
  const name = facts.hostname();
  const candidates = [await fullName(name, facts), name, ...namesInFiles(facts), ...facts.addresses()];
  return candidates.find((candidate) => candidate !== '' && !LOCAL.some((local) => local.test(candidate))) ?? 'localhost';
}

/** The first name with a dot, as Python's `socket.getfqdn`. */
async function fullName(name: string, facts: HostFacts): Promise<string> {
  const names = await facts.namesByAddress(name);
  return names.find((candidate) => candidate.includes('.')) ?? names[0] ?? name;
}

/** Names that stand alone on their line or belong to a loopback address. */
function namesInFiles(facts: HostFacts): string[] {
  return NAME_FILES.flatMap((path) => (facts.readText(path) ?? '').split('\n')).flatMap((line) => {
    const words = (line.split('#')[0] ?? '').trim().split(/\s+/).filter((word) => word !== '');
    const [first = ''] = words;
    return first.startsWith('127.') || first === '::1' || words.length === 1 ? words : [];
  });
}

/** Names that the host table lists for an address. */
function aliasesOf(address: string, table: string): string[] {
  return table.split('\n').flatMap((line) => {
    const [first, ...names] = (line.split('#')[0] ?? '').trim().split(/\s+/);
    return first === address ? names : [];
  });
}

async function resolveNames(name: string): Promise<string[]> {
  try {
    const { address } = await lookup(name);
    const service = await lookupService(address, 0);
    // Node gives the canonical name alone; the others stand in the host table.
    const names = [service.hostname, ...aliasesOf(address, realHost.readText('/etc/hosts') ?? '')];
    return names.filter((found) => found !== address);
  } catch (err) {
    // A host without a resolvable name is ordinary.
    if (err instanceof Error && 'code' in err) return [];
    throw err;
  }
}

export const realHost: HostFacts = {
  hostname,
  namesByAddress: (name) => within(resolveNames(name), DNS_WAIT_MS, []),
  readText(path) {
    try {
      return readFileSync(path, 'utf8');
    } catch (err) {
      if (isMissing(err)) return undefined;
      throw err;
    }
  },
  addresses: () => Object.values(networkInterfaces()).flatMap((list) => list ?? [])
    .filter(({ family, internal }) => family === 'IPv4' && !internal).map(({ address }) => address),
};
