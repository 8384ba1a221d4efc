/** What kind of address an IP address is, as Python 3.11's `ipaddress` decides. Source: observed, Python 3.11. */
import { ipText, isInNetwork, parseIpNetwork, type IpAddress, type IpNetwork } from './ip-address.js';

const networks = (texts: string): readonly IpNetwork[] =>
  texts.trim().split(/\s+/).flatMap((text) => parseIpNetwork(text) ?? []);

const PRIVATE = networks(`
  0.0.0.0/8 10.0.0.0/8 127.0.0.0/8 169.254.0.0/16 172.16.0.0/12 192.0.0.0/29 192.0.0.170/31 192.0.2.0/24 192.168.0.0/16
  198.18.0.0/15 198.51.100.0/24 203.0.113.0/24 240.0.0.0/4 255.255.255.255/32
  ::1/128 ::/128 100::/64 2001::/23 2001:2::/48 2001:db8::/32 2001:10::/28 fc00::/7 fe80::/10`);
const IN_SIX = 0xffffn << 32n;

/** An IPv4 address dressed up as IPv6 counts as the former. */
export function isPrivateIp(address: IpAddress): boolean {
  const bits = address.bits;
  const plain: IpAddress = address.version === 6 && bits >> 32n === 0xffffn ? { version: 4, bits: bits ^ IN_SIX, text: ipText(bits ^ IN_SIX, 4) } : address;
  return PRIVATE.some((network) => isInNetwork(plain, network));
}

export const isLoopbackIp = ({ version, bits }: IpAddress): boolean => (version === 4 ? bits >> 24n === 127n : bits === 1n);

/** Name under which the name service keeps what an address is called. */
export function reversePointer({ version, bits, text }: IpAddress): string {
  if (version === 4) return `${text.split('.').reverse().join('.')}.in-addr.arpa`;
  return `${Array.from(bits.toString(16).padStart(32, '0')).reverse().join('.')}.ip6.arpa`;
}
