/** What the kernel tells of each network interface, by pyroute2's names. Source: read, Linux's sysfs-class-net, proc(5). */
import { networkInterfaces } from 'node:os';
import { join } from 'node:path';
import type { Context } from '../../../kernel/contract/context.js';
import { isOsError } from '../../../kernel/std/os-error.js';
import type { PlainMap, Value } from '../../../kernel/std/value.js';

export type Settings = Readonly<PlainMap>;

/** What may be asked for. */
export const NETWORK_SETTINGS: ReadonlySet<string> = new Set([
  'family', 'txqlen', 'ipdb_scope', 'index', 'operstate', 'group', 'carrier_changes', 'ipaddr', 'neighbours', 'ifname', 'promiscuity', 'linkmode', 'broadcast',
  'address', 'num_tx_queues', 'ipdb_priority', 'kind', 'qdisc', 'mtu', 'num_rx_queues', 'carrier', 'flags', 'ifi_type', 'ports',
]);

const FOLDER = '/sys/class/net';
const NUMBERS = {
  txqlen: 'tx_queue_len', index: 'ifindex', group: 'netdev_group', carrier_changes: 'carrier_changes', linkmode: 'link_mode', mtu: 'mtu', carrier: 'carrier', flags: 'flags',
  ifi_type: 'type',
};
const TEXTS = { broadcast: 'broadcast', address: 'address' };
const PROMISCUOUS = 0x100;

export async function readSettings(ctx: Context): Promise<ReadonlyMap<string, Settings>> {
  const devices = (await ctx.sys.fs.readdir(FOLDER)).sort();
  const neighbours = await readNeighbours(ctx);
  const addresses = networkInterfaces();
  const all = new Map<string, Settings>();
  for (const device of devices) {
    const settings = await readDevice(device, ctx);
    if (settings['index'] === undefined) continue;
    const own = (addresses[device] ?? []).map(({ address, cidr }): Value => [address, Number(cidr?.split('/')[1] ?? 0)]);
    all.set(device, { ...settings, ipaddr: own, neighbours: neighbours.get(device) ?? [] });
  }
  return all;
}

async function readDevice(device: string, ctx: Context): Promise<PlainMap> {
  const settings: PlainMap = { ifname: device };
  const read = async (file: string): Promise<string | undefined> => {
    try {
      return (await ctx.sys.fs.readFile(join(FOLDER, device, file), 'utf8')).trim();
    } catch (err) {
      // `carrier` of an interface that is down cannot be read; others do not exist for every kind.
      if (isOsError(err)) return undefined;
      throw err;
    }
  };
  for (const [name, file] of Object.entries(NUMBERS)) {
    const value = await read(file);
    if (value !== undefined) settings[name] = Number(value);
  }
  for (const [name, file] of Object.entries(TEXTS)) settings[name] = await read(file) ?? null;
  settings['operstate'] = (await read('operstate'))?.toUpperCase() ?? 'UNKNOWN';
  settings['promiscuity'] = (Number(settings['flags'] ?? 0) & PROMISCUOUS) === 0 ? 0 : 1;
  const queues = await names(join(FOLDER, device, 'queues'), ctx);
  settings['num_tx_queues'] = queues.filter((name) => name.startsWith('tx-')).length;
  settings['num_rx_queues'] = queues.filter((name) => name.startsWith('rx-')).length;
  settings['ports'] = await names(join(FOLDER, device, 'brif'), ctx);
  return settings;
}

async function names(folder: string, ctx: Context): Promise<string[]> {
  try {
    return (await ctx.sys.fs.readdir(folder)).sort();
  } catch (err) {
    if (isOsError(err)) return [];
    throw err;
  }
}

/** Addresses of neighbours of IPv4, by interface. */
async function readNeighbours(ctx: Context): Promise<Map<string, string[]>> {
  const found = new Map<string, string[]>();
  for (const line of (await ctx.sys.readText('/proc/net/arp') ?? '').split('\n').slice(1)) {
    const [address = '', , , , , device = ''] = line.split(/\s+/);
    if (device !== '') found.set(device, [...found.get(device) ?? [], address].sort());
  }
  return found;
}
