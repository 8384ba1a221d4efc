/** Interfaces, addresses, routes and connections of this machine; other hosts. */
import type { Context } from '../../kernel/contract/context.js';
import { CommandExecutionError, PythonError } from '../../kernel/contract/errors.js';
import { p } from '../../kernel/contract/params.js';
import { defineModule, fn } from '../../kernel/contract/plugin.js';
import { fnmatch } from '../../kernel/std/fnmatch.js';
import {
  compareNetworks, isInNetwork, networkFacts, networkText, parseIpAddress, parseIpNetwork, type IpAddress, type IpNetwork,
} from '../../kernel/std/ip-address.js';
import { isLoopbackIp, isPrivateIp, reversePointer } from '../../kernel/std/ip-kinds.js';
import { repr, str } from '../../kernel/std/python-text.js';
import { isTruthy, mapEntries, mapFrom, type PlainMap, type Value, type ValueMap } from '../../kernel/std/value.js';
import { wakeMachine } from '../../kernel/sys/wake-on-lan.js';
import { activeTcp, arpTable, connections, neighbours } from './network/connections.js';
import { fullName, nameOfAddress, setHostName } from './network/host-name.js';
import { addressesOf, interfaceFacts, readInterfaces, type Family } from './network/interfaces.js';
import { connect, dig, ping, traceroute } from './network/probe.js';
import { ringSizes, setRingSizes } from './network/ring.js';
import { defaultRoutes, routes, routeTo } from './network/routes.js';
import { needProgram } from './lookup/programs.js';

function addressIn(value: Value): IpAddress {
  const address = parseIpAddress(str(value));
  if (address === undefined) throw new PythonError('ValueError', `${repr(value)} does not appear to be an IPv4 or IPv6 address`);
  return address;
}

function networkOf(value: Value, netmask: Value): IpNetwork {
  const text = netmask === null ? value : `${str(value)}/${str(netmask)}`;
  const network = parseIpNetwork(str(text), { dropHostBits: true });
  if (network === undefined) throw new PythonError('ValueError', `${repr(text)} does not appear to be an IPv4 or IPv6 network`);
  return network;
}

function convertCidr(cidr: Value): PlainMap {
  const { address, netmask, broadcast } = networkFacts(networkOf(cidr, null));
  return { network: address, netmask, broadcast };
}

/** Names or patterns of names, as a list or separated by commas; null means all. */
function chooser(wanted: Value): (name: string) => boolean {
  if (wanted === null) return () => true;
  const patterns = Array.isArray(wanted) ? wanted.map(str) : str(wanted).split(',').map((one) => one.trim());
  return (name) => patterns.some((pattern) => fnmatch(name, pattern));
}

interface Wanted {
  readonly interface: Value;
  readonly include_loopback: boolean;
}

async function addresses(family: Family, wanted: Wanted, ctx: Context): Promise<IpAddress[]> {
  const found = addressesOf(await readInterfaces(ctx), family, chooser(wanted.interface)).flatMap(({ address }) => parseIpAddress(address) ?? []);
  const kept = found.filter((address) => wanted.include_loopback || !isLoopbackIp(address));
  return [...new Map(kept.map((address) => [address.text, address])).values()].sort((a, b) => (a.bits < b.bits ? -1 : a.bits > b.bits ? 1 : 0));
}

const allOf = { interface: null, include_loopback: false };

/** A network that cannot be read has nobody in it; the log tells. */
function inNetwork(cidr: Value, asked: readonly IpAddress[], ctx: Context): boolean[] {
  const network = parseIpNetwork(str(cidr));
  if (network === undefined) ctx.log.error({ cidr: str(cidr) }, 'invalid CIDR');
  return asked.map((address) => network !== undefined && isInNetwork(address, network));
}

async function listAddresses(family: Family, wanted: Wanted & { cidr: Value; type?: Value }, ctx: Context): Promise<string[]> {
  const found = await addresses(family, wanted, ctx);
  const texts = (kept: readonly IpAddress[]): string[] => kept.map(({ text }) => text);
  if (isTruthy(wanted.cidr)) {
    const inside = inNetwork(wanted.cidr, found, ctx);
    return texts(found.filter((_address, at) => inside[at]));
  }
  if (wanted.type === 'public' || wanted.type === 'private') return texts(found.filter((address) => isPrivateIp(address) === (wanted.type === 'private')));
  return texts(found);
}

async function inSubnet(cidr: Value, asked: Value | undefined, ctx: Context): Promise<boolean> {
  const own = async (): Promise<IpAddress[]> => [...await addresses('inet', allOf, ctx), ...await addresses('inet6', allOf, ctx)];
  const found = asked === undefined || asked === null ? await own() : (Array.isArray(asked) ? asked as readonly Value[] : [asked]).map(addressIn);
  return inNetwork(cidr, found, ctx).includes(true);
}

/** Networks of addresses, each once and sorted; loopback on request. */
function sortedNetworks(interfaces: ValueMap, family: Family, chosen: (name: string) => boolean, loopback: boolean): IpNetwork[] {
  const found = addressesOf(interfaces, family, chosen).flatMap(({ address, network }) => {
    const parsed = parseIpAddress(address);
    return network === undefined || parsed === undefined || (!loopback && isLoopbackIp(parsed)) ? [] : [network];
  });
  return [...new Map(found.map((network) => [networkText(network), network])).values()].sort(compareNetworks);
}

async function subnets(family: Family, names: Value, ctx: Context): Promise<string[]> {
  const wanted = Array.isArray(names) ? names.map(str) : names === null ? undefined : [str(names)];
  return sortedNetworks(await readInterfaces(ctx), family, (name) => wanted?.includes(name) ?? true, false).map(networkText);
}

async function networks(family: Family, wanted: Wanted & { verbose: boolean }, ctx: Context): Promise<Value> {
  const found = sortedNetworks(await readInterfaces(ctx), family, chooser(wanted.interface), wanted.include_loopback);
  if (!wanted.verbose) return found.map(networkText);
  return mapFrom(found.map((network) => {
    const { address, netmask, size } = networkFacts(network);
    return [networkText(network), { address, netmask, num_addresses: size <= Number.MAX_SAFE_INTEGER ? Number(size) : size, prefixlen: network.prefix }] as const;
  }));
}

async function namesStartingWith(start: string, ctx: Context): Promise<string[]> {
  return mapEntries(await readInterfaces(ctx)).flatMap(([name, facts]) =>
    ((facts as PlainMap)['inet'] as PlainMap[] | undefined ?? [])
      .filter((entry) => str(entry['address'] ?? '').startsWith(start)).map((entry) => str(entry['label'] ?? name)));
}

async function ownNames(ctx: Context): Promise<PlainMap> {
  const own = [...await addresses('inet', allOf, ctx), ...await addresses('inet6', allOf, ctx)];
  const names = await Promise.all(own.map(({ text }) => nameOfAddress(text, ctx)));
  return { fqdns: [...new Set(names.filter((name) => name !== undefined))].sort() };
}

function hexAddress(ip: string): string {
  return ip.split('.').map((part) => {
    if (!/^\s*[+-]?\d+\s*$/.test(part)) throw new PythonError('ValueError', `invalid literal for int() with base 10: ${repr(part)}`);
    return Number(part).toString(16).toUpperCase().padStart(2, '0');
  }).join('');
}

const iface = p.string();
const ip_addr = p.any();
const family = p.string(null, 'inet or inet6');
const chosen = { interface: p.any(null, 'names or patterns'), include_loopback: p.bool(false) };
const listed = { ...chosen, cidr: p.any(null, 'only addresses of this network') };
const withType = { ...listed, type: p.any(null, 'public or private') };
const grouped = { ...chosen, verbose: p.bool(false) };

const ipAddrs = fn({
  doc: "List the IPv4 addresses of this machine.\n\nsalt '*' network.ip_addrs cidr=10.0.0.0/8",
  params: withType, run: (args, ctx) => listAddresses('inet', args, ctx),
});
const ipAddrs6 = fn({
  doc: "List the IPv6 addresses of this machine.\n\nsalt '*' network.ip_addrs6",
  params: listed, run: (args, ctx) => listAddresses('inet6', args, ctx),
});
const ipNeighs = fn({ doc: "Give the neighbours with an IPv4 address, by hardware address.\n\nsalt '*' network.ip_neighs", run: (_, ctx) => neighbours(ctx, '.') });
const ipNeighs6 = fn({ doc: "Give the neighbours with an IPv6 address, by hardware address.\n\nsalt '*' network.ip_neighs6", run: (_, ctx) => neighbours(ctx, ':') });
const hwAddr = fn({
  doc: "Give the hardware address of an interface.\n\nsalt '*' network.hw_addr eth0", params: { iface },
  run: async (args, ctx) => {
    const facts = await interfaceFacts(args.iface, ctx);
    return typeof facts === 'string' ? facts : facts['hwaddr'] ?? '';
  },
});

export default defineModule({
  name: 'network',
  doc: 'Interfaces, addresses, routes and connections of this machine; other hosts.',
  functions: {
    wol: fn({
      doc: "Wake a machine up.\n\nsalt '*' network.wol 08-00-27-13-69-77", params: { mac: p.string(), bcast: p.string('255.255.255.255'), destport: p.int(9) },
      run: async ({ mac, ...where }) => {
        await wakeMachine(mac, where);
        return true;
      },
    }),
    ping: fn({
      doc: "Send four packets to a host.\n\nsalt '*' network.ping archlinux.org return_boolean=True",
      params: { host: p.string(), timeout: p.any(false, 'seconds'), return_boolean: p.bool(false) },
      run: ({ host, timeout, return_boolean: only }, ctx) => ping(host, timeout, only, ctx),
    }),
    netstat: fn({
      doc: "List the open ports and connections.\n\nsalt '*' network.netstat",
      run: (_, ctx) => {
        if (ctx.grains['kernel'] !== 'Linux') throw new CommandExecutionError('Not yet supported on this platform');
        return connections(ctx);
      },
    }),
    active_tcp: fn({ doc: "Give the established TCP connections, numbered.\n\nsalt '*' network.active_tcp", run: (_, ctx) => activeTcp(ctx) }),
    traceroute: fn({ doc: "List the hosts on the way to another.\n\nsalt '*' network.traceroute archlinux.org", params: { host: p.string() }, run: ({ host }, ctx) => traceroute(host, ctx) }),
    dig: fn({ doc: "Ask the name service by `dig`.\n\nsalt '*' network.dig archlinux.org", params: { host: p.string() }, run: ({ host }, ctx) => dig(host, ctx) }),
    arp: fn({
      doc: "Give the table of `arp`: hardware address to address.\n\nsalt '*' network.arp",
      run: async (_, ctx) => {
        await needProgram(ctx, 'arp');
        return arpTable(ctx);
      },
    }),
    interfaces: fn({ doc: "Give all that is known of the interfaces.\n\nsalt '*' network.interfaces", run: (_, ctx) => readInterfaces(ctx) }),
    hw_addr: hwAddr,
    hwaddr: hwAddr,
    interface: fn({
      doc: "List the IPv4 addresses of an interface, with masks.\n\nsalt '*' network.interface eth0", params: { iface },
      run: async (args, ctx) => {
        const facts = await interfaceFacts(args.iface, ctx);
        return typeof facts === 'string' ? facts : facts['inet'] ?? '';
      },
    }),
    interface_ip: fn({
      doc: "Give the first IPv4 address of an interface.\n\nsalt '*' network.interface_ip eth0", params: { iface },
      run: async (args, ctx) => {
        const facts = await interfaceFacts(args.iface, ctx);
        return typeof facts === 'string' ? facts : (facts['inet'] as PlainMap[] | undefined)?.[0]?.['address'] ?? '';
      },
    }),
    subnets: fn({ doc: "List the IPv4 networks of this machine.\n\nsalt '*' network.subnets eth0", params: { interfaces: p.any(null) }, run: (args, ctx) => subnets('inet', args.interfaces, ctx) }),
    subnets6: fn({ doc: "List the IPv6 networks of this machine.\n\nsalt '*' network.subnets6", run: (_, ctx) => subnets('inet6', null, ctx) }),
    in_subnet: fn({ doc: "Say whether this machine has an address in a network.\n\nsalt '*' network.in_subnet 10.0.0.0/16", params: { cidr: p.any() }, run: ({ cidr }, ctx) => inSubnet(cidr, undefined, ctx) }),
    ip_in_subnet: fn({
      doc: "Say whether an address lies in a network.\n\nsalt '*' network.ip_in_subnet 172.17.0.4 172.16.0.0/12", params: { ip_addr, cidr: p.any() },
      run: (args, ctx) => inSubnet(args.cidr, args.ip_addr, ctx),
    }),
    convert_cidr: fn({ doc: "Give network, mask and broadcast address of a network.\n\nsalt '*' network.convert_cidr 172.31.0.0/16", params: { cidr: p.any() }, run: ({ cidr }) => convertCidr(cidr) }),
    calc_net: fn({
      doc: "Give the network of an address and a mask.\n\nsalt '*' network.calc_net 172.17.0.5 255.255.255.240", params: { ip_addr, netmask: p.any(null) },
      run: (args) => networkText(networkOf(args.ip_addr, args.netmask)),
    }),
    ip_addrs: ipAddrs,
    ipaddrs: ipAddrs,
    ip_addrs6: ipAddrs6,
    ipaddrs6: ipAddrs6,
    ip_neighs: ipNeighs,
    ipneighs: ipNeighs,
    ip_neighs6: ipNeighs6,
    ipneighs6: ipNeighs6,
    get_hostname: fn({ doc: "Give the host name.\n\nsalt '*' network.get_hostname", run: (_, ctx) => ctx.sys.hostname() }),
    get_fqdn: fn({ doc: "Give the full name of this host.\n\nsalt '*' network.get_fqdn", run: (_, ctx) => fullName(ctx) }),
    mod_hostname: fn({
      doc: "Change the host name.\n\nsalt '*' network.mod_hostname master.example.org", params: { hostname: p.any() },
      run: ({ hostname }, ctx) => (hostname === null ? false : setHostName(str(hostname), ctx)),
    }),
    connect: fn({
      doc: "Say whether a port of a host takes connections; `proto`, `timeout` and `family` may be given.\n\nsalt '*' network.connect archlinux.org 80",
      params: { host: p.string(), port: p.any(null), kwargs: p.keywords() },
      run: ({ host, port, kwargs }, ctx) => connect(host, port, kwargs, ctx),
    }),
    is_private: fn({ doc: "Say whether an address is kept for private networks.\n\nsalt '*' network.is_private 10.0.0.3", params: { ip_addr }, run: (args) => isPrivateIp(addressIn(args.ip_addr)) }),
    is_loopback: fn({ doc: "Say whether an address is one of the machine's own.\n\nsalt '*' network.is_loopback 127.0.0.1", params: { ip_addr }, run: (args) => isLoopbackIp(addressIn(args.ip_addr)) }),
    reverse_ip: fn({ doc: "Give the name under which an address is looked up.\n\nsalt '*' network.reverse_ip 172.17.0.4", params: { ip_addr }, run: (args) => reversePointer(addressIn(args.ip_addr)) }),
    get_bufsize: fn({ doc: "Give the sizes of the ring buffers of an interface.\n\nsalt '*' network.get_bufsize eth0", params: { iface }, run: (args, ctx) => ringSizes(args.iface, ctx) }),
    mod_bufsize: fn({
      doc: "Set sizes of the ring buffers of an interface.\n\nsalt '*' network.mod_bufsize eth0 tx=512 rx=1024",
      params: { iface, args: p.rest(), kwargs: p.keywords() }, run: ({ iface: device, args, kwargs }, ctx) => setRingSizes(device, args, kwargs, ctx),
    }),
    routes: fn({ doc: "List the routes.\n\nsalt '*' network.routes inet", params: { family }, run: (args, ctx) => routes(args.family, ctx) }),
    default_route: fn({ doc: "List the default routes.\n\nsalt '*' network.default_route", params: { family }, run: (args, ctx) => defaultRoutes(args.family, ctx) }),
    get_route: fn({ doc: "Give the way to an address.\n\nsalt '*' network.get_route 10.10.10.10", params: { ip: p.string() }, run: ({ ip }, ctx) => routeTo(ip, ctx) }),
    ifacestartswith: fn({ doc: "List the interfaces with an address that begins so.\n\nsalt '*' network.ifacestartswith 10.0", params: { cidr: p.any() }, run: ({ cidr }, ctx) => namesStartingWith(str(cidr), ctx) }),
    iphexval: fn({ doc: "Give an IPv4 address in hexadecimal digits.\n\nsalt '*' network.iphexval 10.0.0.1", params: { ip: p.string() }, run: ({ ip }) => hexAddress(ip) }),
    ip_networks: fn({ doc: "List the IPv4 networks; with more of each on request.\n\nsalt '*' network.ip_networks verbose=True", params: grouped, run: (args, ctx) => networks('inet', args, ctx) }),
    ip_networks6: fn({ doc: "List the IPv6 networks; with more of each on request.\n\nsalt '*' network.ip_networks6", params: grouped, run: (args, ctx) => networks('inet6', args, ctx) }),
    fqdns: fn({ doc: "List the names that the addresses of this machine lead back to.\n\nsalt '*' network.fqdns", run: (_, ctx) => ownNames(ctx) }),
  },
});
