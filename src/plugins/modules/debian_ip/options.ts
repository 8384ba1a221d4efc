/** Options of interfaces(5) that can be set, how their values are read, and in which order they are written. Source: read and observed, Salt 3008.3. */
import { parseIpAddress } from '../../../kernel/std/ip-address.js';
import { parseFloatText } from '../../../kernel/std/python-number.js';
import { str } from '../../../kernel/std/python-text.js';
import { floatOf, isList, isNumber, type Value } from '../../../kernel/std/value.js';
import { intOf } from '../lookup/programs.js';

export type Family = 'inet' | 'inet6';
export const FAMILIES: readonly Family[] = ['inet', 'inet6'];

/** The value as it is kept; undefined when it does not fit. */
type Reader = (value: Value) => Value | undefined;

const any: Reader = (value) => value;
const within = (...words: readonly string[]): Reader => (value) => (words.includes(str(value)) ? str(value) : undefined);
export const whole = (value: Value): number | undefined =>
  (typeof value === 'string' ? intOf(value) : typeof value === 'boolean' || isNumber(value) ? Math.trunc(Number(value)) : undefined);
const wholeOf = (...numbers: readonly number[]): Reader => (value) => {
  const number = whole(value);
  return number !== undefined && numbers.includes(number) ? number : undefined;
};
const decimal: Reader = (value) => {
  const number = typeof value === 'string' ? parseFloatText(value) : whole(value) === undefined ? undefined : Number(value);
  return number === undefined ? undefined : floatOf(number);
};

const PREFIX_MAX = { 4: 32, 6: 128 } as const;
const address = (version: 4 | 6): Reader => (value) => {
  if (typeof value !== 'string') return undefined;
  const at = value.lastIndexOf('/');
  if (parseIpAddress(at < 0 ? value : value.slice(0, at))?.version !== version) return undefined;
  const prefix = at < 0 ? 1 : intOf(value.slice(at + 1)) ?? 0;
  return prefix >= 1 && prefix <= PREFIX_MAX[version] ? value : undefined;
};

/** A dotted mask has its ones, or its zeros, in front. */
function isMask(text: string): boolean {
  const bits = parseIpAddress(text)?.bits.toString(2).padStart(32, '0');
  return bits !== undefined && !text.includes(':') && (/^1*0*$/.test(bits) || /^0*1*$/.test(bits));
}
const mask4: Reader = (value) => {
  const length = whole(value);
  if (length !== undefined) return length >= 0 && length <= 32 ? length : undefined;
  return typeof value === 'string' && isMask(value) ? value : undefined;
};
const mask6: Reader = (value) => {
  const length = whole(value);
  return length !== undefined && length >= 0 && length <= 128 ? length : undefined;
};
const hardware: Reader = (value) => (typeof value === 'string' && /^[\da-f]{1,2}(?:(-[\da-f]{1,2}){5}|(:[\da-f]{1,2}){5}|(\.[\da-f]{1,2}){5})$/i.test(value) ? value : undefined);
const words: Reader = (value) => {
  const list = typeof value === 'string' ? value.split(/\s+/).filter((word) => word !== '') : value;
  return isList(list) && list.length > 0 ? list : undefined;
};

const four = address(4);
const six = address(6);
const tunnel = within('gre', 'GRE', 'ipip', 'IPIP', '802.3ad');
const SHARED: Readonly<Record<string, Reader>> = {
  addresses: any, hwaddress: hardware, mtu: whole, mode: tunnel, endpoint: four, local: four, ttl: whole, slaves: any,
  'dns-nameservers': words, 'dns-search': words, 'vlan-raw-device': any,
  'wireless-essid': any, 'wireless-mode': any, 'wpa-ap-scan': wholeOf(0, 1, 2), 'wpa-conf': any, 'wpa-driver': any, 'wpa-group': any,
  'wpa-key-mgmt': any, 'wpa-pairwise': any, 'wpa-psk': any, 'wpa-proto': any, 'wpa-roam': any, 'wpa-ssid': any,
};
const READERS: Readonly<Record<Family, Readonly<Record<string, Reader>>>> = {
  inet: {
    ...SHARED, proto: within('bootp', 'dhcp', 'static', 'manual', 'loopback', 'ppp'), address: four, netmask: mask4, broadcast: four, metric: whole, gateway: four,
    pointopoint: four, scope: within('global', 'link', 'host'), hostname: any, leasehours: whole, leasetime: whole, vendor: any, client: any, bootfile: any,
    server: four, hwaddr: hardware, dstaddr: four, provider: any, unit: whole, options: any, network: any,
  },
  inet6: {
    ...SHARED, proto: within('auto', 'loopback', 'static', 'manual', 'dhcp', 'v4tunnel', '6to4'), address: six, netmask: mask6, broadcast: six, gateway: six,
    scope: within('global', 'site', 'link', 'host'), privext: wholeOf(0, 1, 2), dhcp: wholeOf(0, 1), media: any, accept_ra: wholeOf(0, 1, 2), autoconf: wholeOf(0, 1),
    'preferred-lifetime': whole, 'dad-attempts': whole, 'dad-interval': decimal,
  },
};

/** The value of an option as it is kept; undefined when the family has no such option, or the value does not fit. */
export const readOption = (family: Family, option: string, value: Value): Value | undefined =>
  (Object.hasOwn(READERS[family], option) ? READERS[family][option]?.(value) : undefined);

/** Names that states use for options. */
const OPTION_OF: Readonly<Record<string, string>> = {
  dns: 'dns-nameservers', search: 'dns-search', hwaddr: 'hwaddress', ipaddr: 'address', ipaddrs: 'addresses', addr: 'address', addrs: 'addresses',
};
export const optionOf = (setting: string): string => (Object.hasOwn(OPTION_OF, setting) ? OPTION_OF[setting] ?? setting : setting);

export const COMMANDS = ['up_cmds', 'down_cmds', 'pre_up_cmds', 'post_up_cmds', 'pre_down_cmds', 'post_down_cmds'] as const;

/** In the order of a stanza. */
export const WRITTEN: readonly string[] = [
  'autoconf', 'privext', 'dhcp', 'hwaddress', 'hwaddr', 'vlan_raw_device', 'address', 'addresses', 'netmask', 'metric', 'gateway', 'pointopoint', 'scope', 'hostname',
  'media', 'leasehours', 'leasetime', 'vendor', 'client', 'bootfile', 'server', 'mode', 'endpoint', 'dstaddr', 'local', 'ttl', 'mtu', 'provider', 'unit', 'options',
  'master', 'dns_nameservers', 'wireless_mode', 'wpa_ap_scan', 'wpa_conf', 'wpa_driver', 'wpa_group', 'wpa_key_mgmt', 'wpa_pairwise', 'wpa_proto', 'wpa_psk', 'wpa_roam',
  'wpa_ssid', 'accept_ra', ...COMMANDS,
  // Differs: Salt takes these and writes none of them.
  'broadcast', 'network', 'dns_search', 'wireless_essid', 'preferred_lifetime', 'dad_attempts', 'dad_interval',
];

const SPELLED: Readonly<Record<string, string>> = { addresses: 'address', hwaddr: 'hwaddress', master: 'bond-master', accept_ra: 'accept_ra' };
/** The word of interfaces(5). */
export const spelled = (option: string): string => SPELLED[option] ?? option.replace(/_cmds$/, '').replaceAll('_', '-');

export const ETHTOOL_OPTIONS: Readonly<Record<string, string>> = {
  speed: 'link-speed', duplex: 'link-duplex', autoneg: 'ethernet-autoneg', rx: 'offload-rx', tx: 'offload-tx', sg: 'offload-sg', tso: 'offload-tso', ufo: 'offload-ufo',
  gso: 'offload-gso', gro: 'offload-gro', lro: 'offload-lro',
};
/** Options of ethtool that a file may hold. */
export const ETHTOOL_WORDS: ReadonlySet<string> = new Set([
  ...Object.values(ETHTOOL_OPTIONS), 'ethernet-port', 'ethernet-wol', 'driver-message-level', 'ethernet-pause-rx', 'ethernet-pause-tx', 'ethernet-pause-autoneg',
  'hardware-irq-coalesce-adaptive-rx', 'hardware-irq-coalesce-adaptive-tx', 'hardware-irq-coalesce-rx-usecs', 'hardware-irq-coalesce-rx-frames',
  'hardware-dma-ring-rx', 'hardware-dma-ring-rx-mini', 'hardware-dma-ring-rx-jumbo', 'hardware-dma-ring-tx',
]);
