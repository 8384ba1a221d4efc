/** General names: `DNS:web`, `IP:192.0.2.1`, ... in certificates, and back. */
import { domainToASCII } from 'node:url';
import { CommandExecutionError, InvocationError } from '../../contract/errors.js';
import { ipText, parseIpAddress, parseIpNetwork } from '../../std/ip-address.js';
import { str } from '../../std/python-text.js';
import { isList, isMap, mapEntries, type Value } from '../../std/value.js';
import { der, oidContent, oidOf, own, ownParts, readDer, type Node } from './der.js';
import { nameOf, nameText } from './names.js';

/** Kind and value, as they are given. */
export type Given = readonly [kind: string, value: Value];

const KINDS: Readonly<Record<string, number>> = { email: 1, mail: 1, dns: 2, dirname: 4, uri: 6, ip: 7, rid: 8 };

/** A name of a host as it stands in a certificate. */
function hostName(name: string, allows: { dot?: boolean; wildcard?: boolean } = {}): string {
  const hasDot = name.startsWith('.');
  if (hasDot && allows.dot !== true) throw new CommandExecutionError('Leading dots are not allowed in this context');
  const hasWildcard = name.startsWith('*.');
  if (hasWildcard && allows.wildcard !== true) throw new CommandExecutionError('Wildcards are not allowed in this context');
  const bare = hasDot ? name.replace(/^\.+/, '') : hasWildcard ? name.slice(2) : name;
  if (bare === '') throw new CommandExecutionError('Empty domain');
  if (bare.startsWith('.') || bare.includes('..')) throw new CommandExecutionError('Empty Label');
  const plain = /^[A-Za-z0-9.-]+$/.test(bare) ? bare : domainToASCII(bare);
  if (!/^[A-Za-z0-9.-]+$/.test(plain)) throw new CommandExecutionError(`'${bare}' is not a host name`);
  return `${hasDot ? '.' : hasWildcard ? '*.' : ''}${plain}`;
}

const bytesOf = (bits: bigint, version: 4 | 6): Buffer => Buffer.from(bits.toString(16).padStart(version === 4 ? 8 : 32, '0'), 'hex');

/** An address, or a network with its mask. */
function addressBytes(text: string): Buffer {
  const address = parseIpAddress(text);
  if (address !== undefined) return bytesOf(address.bits, address.version);
  const network = parseIpNetwork(text);
  if (network === undefined) throw new CommandExecutionError(`Provided value ${text} does not seem to be an IP address or network range.`);
  const width = network.version === 4 ? 32 : 128;
  const mask = ((1n << BigInt(network.prefix)) - 1n) << BigInt(width - network.prefix);
  return Buffer.concat([bytesOf(network.base, network.version), bytesOf(mask, network.version)]);
}

function mailAddress(text: string): string {
  const at = text.lastIndexOf('@');
  return at < 0 ? hostName(text, { dot: true }) : `${text.slice(0, at)}@${hostName(text.slice(at + 1))}`;
}

function address(text: string): string {
  const [, scheme, host, rest] = /^([A-Za-z][\w+.-]*:\/\/)([^/?#]+)(.*)$/s.exec(text) ?? [];
  return scheme === undefined || host === undefined || /[@:[]/.test(host) ? text : `${scheme}${hostName(host)}${rest ?? ''}`;
}

/** One general name. @throws CommandExecutionError, InvocationError */
export function generalName([kind, value]: Given): Buffer {
  const word = kind.trim().toLowerCase();
  if (word === 'othername') throw new InvocationError('otherName is currently not implemented');
  const number = KINDS[word];
  if (number === undefined || word === 'mail') throw new CommandExecutionError(`GeneralName type ${word} is invalid`);
  if (word === 'dirname') return der(ownParts(number), nameOf(value));
  if (word === 'rid') return der(own(number), oidContent(str(value)));
  const text = str(value);
  if (word === 'ip') return der(own(number), addressBytes(text));
  return der(own(number), Buffer.from(word === 'dns' ? hostName(text, { dot: true, wildcard: true }) : word === 'email' ? mailAddress(text) : address(text)));
}

/** `DNS:web` in two. */
export function splitGiven(text: string): Given {
  const at = text.indexOf(':');
  if (at < 0) throw new CommandExecutionError(`GeneralName type ${text.toLowerCase()} is invalid`);
  return [text.slice(0, at).trim(), text.slice(at + 1).trim()];
}

/** Texts and maps of a list, or words between commas. */
export function givenNames(value: Value): Given[] {
  const items = typeof value === 'string' ? value.split(',') : isList(value) ? value : [value];
  return items.flatMap((item): Given[] => {
    if (isMap(item)) return mapEntries(item).map(([kind, one]): Given => [str(kind), one]);
    const text = str(item).trim();
    return text === 'critical' || text === '' ? [] : [splitGiven(text.replace(/^critical,?\s*/, ''))];
  });
}

/** IPv6 with all its zeros. */
const spelledOut = (bytes: Buffer): string =>
  (bytes.length === 4 ? ipText(BigInt(bytes.readUInt32BE()), 4) : Array.from({ length: bytes.length / 2 }, (_, at) => bytes.readUInt16BE(at * 2).toString(16).padStart(4, '0')).join(':'));

function addressText(bytes: Buffer): string {
  if (bytes.length === 4 || bytes.length === 16) return spelledOut(bytes);
  const half = bytes.length / 2;
  const prefix = [...bytes.subarray(half)].reduce((sum, byte) => sum + byte.toString(2).replaceAll('0', '').length, 0);
  return `${spelledOut(bytes.subarray(0, half))}/${prefix}`;
}

export function generalNameText(node: Node): string {
  switch (node.tag) {
    case own(1): return `mail:${node.content.toString('latin1')}`;
    case own(2): return `DNS:${node.content.toString('latin1')}`;
    case ownParts(4): return `dirName:${nameText(readDer(node.content))}`;
    case own(6): return `URI:${node.content.toString('latin1')}`;
    case own(7): return `IP:${addressText(node.content)}`;
    case own(8): return `RID:${oidOf(node)}`;
    default: return `<OtherName ${node.content.toString('hex')}>`;
  }
}
