/** Salt's filters for addresses and networks: Python's `ipaddress` underneath. Golden: render/sf-is_ip, sf-ip_host, sf-network_*. */
import { randomInt } from 'node:crypto';
import { lookup } from 'node:dns/promises';
import { connect } from 'node:net';
import { PythonError } from '../../../kernel/contract/errors.js';
import { type IpAddress, type IpNetwork, ipText, isInNetwork, networkFacts, parseIpAddress, parseIpNetwork } from '../../../kernel/std/ip-address.js';
import { isLoopbackIp, isPrivateIp } from '../../../kernel/std/ip-kinds.js';
import { operation, type Operation } from '../python/callable.js';
import { truth } from '../python/compare.js';
import { type Data, isList, isTuple, OneTime } from '../python/data.js';
import { Dict } from '../python/dict.js';
import { typeError, valueError } from '../python/errors.js';
import { listOf, sizeOf } from '../python/iterate.js';
import { checkSize } from '../python/limits.js';
import { textOf } from '../python/markup.js';
import { isInt, shrink } from '../python/numbers.js';
import { strOf } from '../python/text.js';
import { nameOfType } from '../python/type-name.js';
import { Undefined } from '../python/undefined.js';
import { needText } from './salt-text.js';

/** An address with its network, or alone. */
interface Interface {
  readonly address: IpAddress;
  readonly network: IpNetwork;
  readonly hasPrefix: boolean;
}

function readInterface(value: Data): Interface | undefined {
  if (value instanceof Undefined) value.fail();
  const text = textOf(value);
  if (text === undefined) return undefined;
  const address = parseIpAddress(text.split('/')[0] ?? '');
  const network = parseIpNetwork(text, { dropHostBits: true });
  return address === undefined || network === undefined ? undefined : { address, network, hasPrefix: text.includes('/') };
}

/** Whole numbers are addresses by their bits. */
function numberText(bits: bigint): string | undefined {
  if (bits < 0n || bits >= 1n << 128n) return undefined;
  return ipText(bits, bits < 1n << 32n ? 4 : 6);
}

const shown = ({ address, network, hasPrefix }: Interface): string => (hasPrefix ? `${address.text}/${network.prefix}` : address.text);
const withPrefix = ({ address, network }: Interface): string => `${address.text}/${network.prefix}`;

const inAny = (texts: readonly string[]) => {
  const networks = texts.flatMap((text) => parseIpNetwork(text) ?? []);
  return (address: IpAddress): boolean => networks.some((network) => isInNetwork(address, network));
};

const isReserved = inAny(['240.0.0.0/4', '::/8', '100::/8', '200::/7', '400::/6', '800::/5', '1000::/4', '4000::/3', '6000::/3', '8000::/3', 'a000::/3', 'c000::/3', 'e000::/4', 'f000::/5', 'f800::/6', 'fe00::/9']);
const isLinkLocal = inAny(['169.254.0.0/16', 'fe80::/10']);
const isSiteLocal = inAny(['fec0::/10']);
const isPublic = (address: IpAddress): boolean => !isPrivateIp(address);

const KINDS: ReadonlyMap<string, (address: IpAddress) => boolean> = new Map([
  ...['global', 'public'].map((name) => [name, isPublic] as const),
  ...['link-local', 'linklocal', 'll', 'link_local'].map((name) => [name, isLinkLocal] as const),
  ...['loopback', 'lo'].map((name) => [name, isLoopbackIp] as const),
  ['multicast', inAny(['224.0.0.0/4', 'ff00::/8'])], ['private', isPrivateIp], ['reserved', isReserved],
  ...['site-local', 'sl', 'site_local'].map((name) => [name, isSiteLocal] as const),
  ['unspecified', (address: IpAddress) => address.bits === 0n],
]);

/** The address in canonical text when it is of the version and all kinds that are asked for. */
function checked(given: Data, version: 4 | 6, options: Data, numbers = false): string | undefined {
  const value = numbers && isInt(given) ? numberText(BigInt(given)) ?? null : given;
  const found = readInterface(value);
  if (found === undefined || found.address.version !== version) return undefined;
  const wanted = truth(options) ? needText(options).split(',').map((word) => word.trim()) : [];
  const fits = wanted.every((word) => KINDS.get(word)?.(found.address) ?? true);
  return fits ? shown(found) : undefined;
}

const isRow = (value: Data): boolean => isList(value) || isTuple(value) || value instanceof OneTime;

function filtered(value: Data, version: 4 | 6, options: Data): Data {
  if (isRow(value)) return listOf(value).map((item) => checked(item, version, options)).filter((text) => text !== undefined);
  return checked(value, version, options) ?? null;
}

function addresses(value: Data, options: Data): Data {
  const [four, six] = [filtered(value, 4, options), filtered(value, 6, options)];
  if (four === null || six === null) return four ?? six;
  return [...four as Data[], ...six as Data[]];
}

/** What is left of the addresses, one by one; undefined when nothing is. */
function chosen(value: Data, options: Data, version: Data): Data[] | undefined {
  const found = version === 4 || version === 6 ? filtered(value, version, options) : addresses(value, options);
  if (!truth(found)) return undefined;
  return Array.isArray(found) ? found : [found];
}

function each(value: Data, options: Data, version: Data, work: (found: Interface) => Data): Data {
  const rows = chosen(value, options, version)?.map((text) => work(readInterface(text) as Interface));
  if (rows === undefined) return null;
  return isRow(value) ? rows : rows[0] as Data;
}

function hosts({ network }: Interface): Data {
  const { size } = networkFacts(network);
  const last = network.base + size - 1n;
  const single = size <= 2n;
  const from = single ? network.base : network.base + 1n;
  const to = single || network.version === 6 ? last : last - 1n;
  checkSize(to - from + 1n);
  const found: Data[] = [];
  for (let bits = from; bits <= to; bits++) found.push(ipText(bits, network.version));
  return found;
}

function inNetworks(values: Data, networks: Data): Data {
  if (networks === null) return values;
  const known = listOf(networks).map((text) => parseIpNetwork(strOf(text)) ?? badNetwork(strOf(text)));
  const within = (items: Data): Data => listOf(items).flatMap((item) => {
    const address = parseIpAddress(strOf(item));
    if (address === undefined) throw valueError(`'${strOf(item)}' does not appear to be an IPv4 or IPv6 address`);
    return known.filter((network) => isInNetwork(address, network)).map(() => item);
  });
  if (values instanceof Dict) return Dict.of(Array.from(values.entries(), ([name, items]) => [name, within(items)] as const));
  if (isList(values) || isTuple(values)) return within(values);
  throw valueError(`Do not know how to filter a <class '${nameOfType(values)}'>`);
}

function badNetwork(text: string): never {
  throw valueError(parseIpNetwork(text, { dropHostBits: true }) === undefined ? `'${text}' does not appear to be an IPv4 or IPv6 network` : `${text} has host bits set`);
}

function wrap(value: Data): Data {
  if (checked(value, 6, null, true) === undefined) return value;
  if (isInt(value)) throw valueError(`'${strOf(value)}' does not appear to be an IPv4 or IPv6 address`);
  return `[${needText(value).replace(/^\[|\]$/g, '')}]`;
}

function macText(value: Data): string {
  const text = textOf(value);
  if (text !== undefined) return text;
  if (value instanceof Undefined) value.fail();
  const size = sizeOf(value);
  if (size === undefined) throw typeError(`object of type '${nameOfType(value)}' has no len()`);
  throw valueError('Invalid MAC address');
}

function macBytes(text: string): Data {
  if (text.length !== 12 && text.length !== 17) throw valueError('Invalid MAC address');
  const digits = text.length === 12 ? text : text.replaceAll(text.charAt(2), '');
  if (!/^[0-9a-fA-F]{12}$/.test(digits)) throw valueError(`invalid literal for int() with base 16: '${digits.slice(0, 2)}'`);
  return Buffer.from(digits, 'hex');
}

const octet = (): string => randomInt(256).toString(16).toUpperCase().padStart(2, '0');
const CHECK_MS = 5000;

/** True when something listens there. */
function answers(address: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: address, port, timeout: CHECK_MS });
    const end = (well: boolean): void => {
      socket.destroy();
      resolve(well);
    };
    socket.once('connect', () => end(true)).once('error', () => end(false)).once('timeout', () => end(false));
  });
}

async function dnsCheck(name: string, port: number, family: 0 | 4 | 6): Promise<Data> {
  const found = await lookup(name, { all: true, family }).catch(() => []);
  for (const { address } of found) if (await answers(address, port)) return strOf(wrap(address));
  // Salt takes the first address when none answers.
  const [first] = found;
  if (first === undefined) throw new PythonError('SaltSystemExit', `DNS lookup or connection check of '${name}' failed.`);
  return strOf(wrap(first.address));
}

const version = (name: string, wanted: 4 | 6): Operation => operation(name, ['value', ['options', null]], ([value = null, options = null]) => filtered(value, wanted, options));
const OPTIONS = ['value', ['options', null], ['version', null]] as const;

export const SALT_NETWORK_FILTERS: readonly Operation[] = [
  operation('is_ip', ['ip_addr', ['options', null]], ([value = null, options = null]) => (checked(value, 4, options, true) ?? checked(value, 6, options, true)) !== undefined, { pythonName: 'is_ip_filter' }),
  operation('is_ipv4', ['ip_addr', ['options', null]], ([value = null, options = null]) => checked(value, 4, options, true) !== undefined, { pythonName: 'is_ipv4_filter' }),
  operation('is_ipv6', ['ip_addr', ['options', null]], ([value = null, options = null]) => checked(value, 6, options, true) !== undefined, { pythonName: 'is_ipv6_filter' }),
  version('ipv4', 4), version('ipv6', 6),
  operation('ipaddr', ['value', ['options', null]], ([value = null, options = null]) => addresses(value, options)),
  operation('ip_host', OPTIONS, ([value = null, options = null, wanted = null]) => each(value, options, wanted, withPrefix)),
  operation('network_hosts', OPTIONS, ([value = null, options = null, wanted = null]) => each(value, options, wanted, hosts)),
  operation('network_size', OPTIONS, ([value = null, options = null, wanted = null]) => each(value, options, wanted, ({ network }) => shrink(networkFacts(network).size))),
  operation('filter_by_networks', ['values', 'networks'], ([value = null, networks = null]) => inNetworks(value, networks)),
  operation('ipwrap', ['data'], ([value = null]) => (isList(value) || isTuple(value) ? Array.from(value as Data[], wrap) : wrap(value))),
  operation('gen_mac', [['prefix', 'AC:DE:48']], ([prefix = '']) => `${strOf(prefix)}:${octet()}:${octet()}:${octet()}`),
  operation('mac_str_to_bytes', ['mac_str'], ([value = null]) => macBytes(macText(value))),
  operation('dns_check', ['addr', 'port', ['safe', false], ['ipv6', null]], ([name = null, port = null, , six = null]) =>
    dnsCheck(needText(name), Number(port), six === null ? 0 : truth(six) ? 6 : 4), { waits: true }),
];
