/** A connection of NetworkManager as its keyfile holds it. Source: read and observed, Salt 3008.3 (`recorded/nm_ip`); nm-settings-keyfile(5). */
import { createHash } from 'node:crypto';
import { CommandExecutionError } from '../../../kernel/contract/errors.js';
import { compareText, sortedTexts } from '../../../kernel/std/python-order.js';
import { str } from '../../../kernel/std/python-text.js';
import { isTruthy, type Value } from '../../../kernel/std/value.js';
import { firstOf, isOn, listOf, refuseUnsupported, setting, vlanOf, withPrefix, type Settings } from '../ip/words.js';
import { NOT_OF_BOND, UNSUPPORTED } from './bond-words.data.js';

type Keys = readonly (readonly [key: string, value: string])[];
export type Section = readonly [name: string, keys: Keys];

export const TYPES: Readonly<Record<string, string>> = { eth: 'ethernet', slave: 'ethernet', bond: 'bond', vlan: 'vlan', bridge: 'bridge' };
/** NetworkManager's own separator, besides blanks and commas. */
export const SEPARATORS = /[,;\s]+/;
const UUID_SPACE = Buffer.from('6f7a2c1e3b4d5e6f8a9b0c1d2e3f4a5b', 'hex');
const WAKE: Readonly<Record<string, number>> = { default: 1, phy: 2, unicast: 4, multicast: 8, broadcast: 0x10, arp: 0x20, magic: 0x40, ignore: 0x8000 };
const BRIDGE: Readonly<Record<string, string>> = { fd: 'forward-delay', forward_delay: 'forward-delay', ageing: 'ageing-time', maxage: 'max-age', hello: 'hello-time', priority: 'priority' };

/** The same for each interface, always: a new one would be a new connection. */
function uuidOf(iface: string): string {
  const digest = createHash('sha1').update(UUID_SPACE).update(`salt-${iface}`).digest().subarray(0, 16);
  digest.writeUInt8(((digest[6] ?? 0) & 0x0f) | 0x50, 6);
  digest.writeUInt8(((digest[8] ?? 0) & 0x3f) | 0x80, 8);
  return digest.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
}

const optional = (key: string, value: Value): Keys => (isTruthy(value) ? [[key, str(value)]] : []);
const joined = (key: string, values: readonly Value[]): Keys => (values.length > 0 ? [[key, `${values.map(str).join(';')};`]] : []);

function addressKeys(addresses: readonly string[], gateway: Value): Keys {
  return addresses.map((address, at) => [`address${at + 1}`, at === 0 && isTruthy(gateway) ? `${address},${str(gateway)}` : address]);
}

function masked(address: Value, mask: Value): string {
  if (mask === null && !str(address).includes('/')) throw new CommandExecutionError(`No netmask supplied for address ${str(address)}`);
  return withPrefix(address, mask);
}

const servers = (settings: Settings, isSix: boolean): Value[] => listOf(firstOf(settings, 'dns', 'nameservers'), SEPARATORS).filter((server) => str(server).includes(':') === isSix);
const domains = (settings: Settings): Value[] => listOf(firstOf(settings, 'dns_search', 'domain'), SEPARATORS);
const OFF = ['none', 'disabled', 'off'];
const protoOf = (settings: Settings, name: string): string => str(settings[name] ?? '').toLowerCase();

function four(settings: Settings): Keys {
  const proto = protoOf(settings, 'proto');
  const mask = setting(settings, 'netmask');
  const own = settings['ipaddr'] === undefined || settings['ipaddr'] === '' ? [] : [settings['ipaddr']];
  const addresses = [...own, ...listOf(firstOf(settings, 'ipaddrs', 'addresses'), SEPARATORS)].map((one) => masked(one, mask));
  const isManual = !['dhcp', 'dhcp4', 'bootp'].includes(proto) && addresses.length > 0;
  const isOff = addresses.length === 0 && OFF.includes(proto);
  return [
    ['method', isManual ? 'manual' : isOff ? 'disabled' : 'auto'], ...(isManual ? addressKeys(addresses, setting(settings, 'gateway')) : []),
    ...joined('dns', servers(settings, false)), ...(isOff ? [] : joined('dns-search', domains(settings))),
  ];
}

function six(settings: Settings): Keys {
  const proto = protoOf(settings, 'ipv6proto');
  const own = isTruthy(setting(settings, 'ipv6ipaddr')) ? [masked(setting(settings, 'ipv6ipaddr'), setting(settings, 'ipv6netmask'))] : [];
  const addresses = [...own, ...listOf(setting(settings, 'ipv6addrs'), SEPARATORS).map(str)];
  const method = OFF.includes(proto) ? 'disabled' : ['dhcp', 'dhcp6'].includes(proto) ? 'dhcp' : addresses.length > 0 ? 'manual' : 'auto';
  return [
    ['method', method], ...(method === 'manual' ? addressKeys(addresses, setting(settings, 'ipv6gateway')) : []),
    ...joined('dns', servers(settings, true)), ...(method === 'disabled' ? [] : joined('dns-search', domains(settings))),
  ];
}

/** The card that an address means; `auto` and `none` mean any. */
function pinned(settings: Settings): Value {
  const value = setting(settings, 'hwaddr');
  return ['auto', 'none'].includes(str(value).trim().toLowerCase()) ? null : value;
}

function linkKeys(settings: Settings): Keys {
  const [speed, duplex, negotiates] = ['speed', 'duplex', 'autoneg'].map((name) => setting(settings, name)) as [Value, Value, Value];
  if ((speed === null) !== (duplex === null)) throw new CommandExecutionError("ethtool 'speed' and 'duplex' must be set together");
  const isKnown = duplex === null || ['half', 'full'].includes(str(duplex).toLowerCase());
  if (!isKnown) throw new CommandExecutionError(`Invalid duplex '${str(duplex)}'; expected 'half' or 'full'`);
  return [
    ...(negotiates === null ? [] : [['auto-negotiate', String(isOn(negotiates))] as const]),
    ...(speed === null ? [] : [['speed', str(speed)] as const, ['duplex', str(duplex).toLowerCase()] as const]),
  ];
}

function wakeKeys(value: Value): Keys {
  const text = typeof value === 'boolean' ? (value ? 'magic' : 'ignore') : value === null ? '' : str(value).trim().toLowerCase();
  if (text === '') return [];
  if (/^-*\d+$/.test(text)) return [['wake-on-lan', String(Number(text))]];
  const flags = text.split(/[,\s]+/).map((word) => (Object.hasOwn(WAKE, word) ? WAKE[word] : undefined));
  if (flags.includes(undefined)) {
    throw new CommandExecutionError(`Invalid wol value '${str(value)}'; expected an integer flag mask or one or more of: ${sortedTexts(Object.keys(WAKE)).join(', ')}`);
  }
  return [['wake-on-lan', String(flags.reduce<number>((mask, flag) => mask | (flag ?? 0), 0))]];
}

function ethernetKeys(type: string, settings: Settings): Keys {
  const isCard = type === 'eth';
  return [
    ...optional('mtu', setting(settings, 'mtu')), ...(isCard || type === 'vlan' ? optional('mac-address', pinned(settings)) : []),
    ...(isCard ? [...optional('cloned-mac-address', setting(settings, 'macaddr')), ...linkKeys(settings), ...wakeKeys(setting(settings, 'wol'))] : []),
  ];
}

function bondKeys(iface: string, settings: Settings): Keys {
  if (settings['mode'] === undefined) {
    throw new CommandExecutionError(`Missing required option 'mode' for bond interface '${iface}' (e.g. active-backup, 802.3ad, balance-rr). The kernel would otherwise silently fall back to balance-rr, which is rarely intended; set it explicitly.`);
  }
  const own = Object.entries(settings).filter(([name, value]) => value !== null && !NOT_OF_BOND.has(name));
  const bad = own.find(([name]) => !/^\w+$/.test(name))?.[0];
  if (bad !== undefined) throw new CommandExecutionError(`Invalid bond option name '${bad}'; NetworkManager bond option names must match [a-zA-Z0-9_]`);
  return own.toSorted(([a], [b]) => compareText(a, b)).map(([name, value]) => [name, str(value)]);
}

function bridgeKeys(settings: Settings): Keys {
  const stp = setting(settings, 'stp');
  const renamed = Object.entries(BRIDGE).flatMap(([from, to]) => (setting(settings, from) === null ? [] : [[to, str(setting(settings, from))] as const]));
  return [...(stp === null ? [] : [['stp', String(isOn(stp))] as const]), ...renamed, ...optional('mac-address', pinned(settings))];
}

/** 1 reorders headers, 2 is GVRP, 4 binds loosely; 1 alone is what NetworkManager does anyway. */
function vlanFlags(settings: Settings): Keys {
  const flags = (isOn(settings['reorder_hdr'] ?? true) ? 1 : 0) | (isOn(settings['gvrp'] ?? false) ? 2 : 0) | (isOn(settings['loose_binding'] ?? false) ? 4 : 0);
  return flags === 1 ? [] : [['flags', String(flags)]];
}

function vlanKeys(iface: string, settings: Settings): Keys {
  const { id, parent } = vlanOf(iface, settings);
  if (id === null || !isTruthy(parent)) {
    throw new CommandExecutionError(`vlan interface '${iface}' needs both a vlan id and a parent (set vlan_id/id and parent, or name it like eth0.100)`);
  }
  return [['id', String(Number(str(id)))], ['parent', str(parent)], ...vlanFlags(settings)];
}

function deviceSections(iface: string, type: string, settings: Settings): Section[] {
  const device: Keys = type === 'bond' ? bondKeys(iface, settings) : type === 'bridge' ? bridgeKeys(settings) : type === 'vlan' ? vlanKeys(iface, settings) : [];
  const sections: readonly Section[] = [[TYPES[type] ?? '', device], ['ethernet', ethernetKeys(type, settings)]];
  return sections.filter(([, keys]) => keys.length > 0);
}

export interface Master {
  readonly name: Value;
  readonly kind: Value;
}

/** The sections of a connection. One that belongs to a bond or a bridge has no addresses. @throws CommandExecutionError */
export function sectionsOf(iface: string, type: string, enabled: boolean, settings: Settings, master?: Master): Section[] {
  refuseUnsupported(settings, UNSUPPORTED, (names) => `NetworkManager keyfiles do not support these network.managed options: ${names}. Manage them outside network.managed on NetworkManager systems.`);
  const head: Keys = [['id', iface], ['uuid', uuidOf(iface)], ['type', TYPES[type] ?? ''], ['interface-name', iface], ['autoconnect', String(enabled)]];
  const above = type === 'slave' ? master ?? { name: setting(settings, 'master'), kind: settings['slave_type'] ?? 'bond' } : master;
  if (above !== undefined && isTruthy(above.name)) return [['connection', [...head, ['master', str(above.name)], ['slave-type', str(above.kind)]]]];
  if (isTruthy(settings['hwaddr'] ?? null) && isTruthy(settings['macaddr'] ?? null)) {
    throw new CommandExecutionError(`interface '${iface}': use either hwaddr or macaddr, not both`);
  }
  return [['connection', head], ...deviceSections(iface, type, settings), ['ipv4', four(settings)], ['ipv6', six(settings)]];
}

export const linesOf = (sections: readonly Section[]): string[] => sections.flatMap(([name, keys]) => [`[${name}]\n`, ...keys.map(([key, value]) => `${key}=${value}\n`), '\n']);
