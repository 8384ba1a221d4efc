/** Members of sets, and whether they hold an entry. Source: read, Salt 3008.3 (`ipset.check`); ipset(8); lists of ipset 7.17. */
import { parseIpAddress, parseIpNetwork } from '../../../kernel/std/ip-address.js';
import { splitWords } from '../../../kernel/sys/shell-words.js';
import { WITHOUT_VALUE } from './types.data.js';

/** Addresses or ports from `first` to `last`. */
interface Range {
  readonly space: string;
  readonly first: bigint;
  readonly last: bigint;
}
type Part = Range | string;

export interface Member {
  readonly parts: readonly Part[];
  readonly options: ReadonlyMap<string, string>;
}

function addressRange(text: string): Range | undefined {
  const ends = text.split('-').map((end) => parseIpAddress(end));
  const [from, to = from] = ends;
  if (from !== undefined && to !== undefined && ends.length <= 2) return { space: `ip${from.version}`, first: from.bits, last: to.bits };
  const network = text.includes('/') ? parseIpNetwork(text, { dropHostBits: true }) : undefined;
  if (network === undefined) return undefined;
  const size = 1n << BigInt((network.version === 4 ? 32 : 128) - network.prefix);
  return { space: `ip${network.version}`, first: network.base, last: network.base + size - 1n };
}

/** A port stands for TCP where no protocol is said; in a bitmap there is none. */
function portRange(text: string, isBitmap: boolean): Range | undefined {
  const [, protocol = isBitmap ? '' : 'tcp', first, last = first] = /^(?:([a-z0-9]+):)?(\d+)(?:-(\d+))?$/i.exec(text) ?? [];
  return first === undefined ? undefined : { space: `port ${isBitmap ? '' : protocol}`, first: BigInt(first), last: BigInt(last ?? first) };
}

function partOf(kind: string, text: string, isBitmap: boolean): Part {
  if (kind === 'ip' || kind === 'net') return addressRange(text) ?? text;
  if (kind === 'port') return portRange(text, isBitmap) ?? text;
  if (kind === 'mark') return /^(?:0x[\da-f]+|\d+)$/i.test(text) ? String(BigInt(text)) : text;
  return kind === 'mac' ? text.toLowerCase() : text;
}

function optionsOf(words: readonly string[]): Map<string, string> {
  const options = new Map<string, string>();
  for (let at = 0; at < words.length; at += 1) {
    const word = words[at] ?? '';
    if (word !== 'comment' && WITHOUT_VALUE.has(word)) options.set(word, '');
    else options.set(word, words[at += 1] ?? '');
  }
  return options;
}

/** Words of an entry; quotes hold a comment together, as ipset writes it. */
export const entryWords = (entry: string): string[] => splitWords(entry);

export function parseMember(type: string, text: string): Member {
  const [, kinds = ''] = type.split(':');
  const [name = '', ...words] = entryWords(text);
  const parts = name.split(',');
  return { parts: kinds.split(',').map((kind, at) => partOf(kind, parts[at] ?? '', type.startsWith('bitmap:'))), options: optionsOf(words) };
}

const holds = (member: Part | undefined, entry: Part): boolean => {
  if (typeof member !== 'object' || typeof entry === 'string') return member === entry;
  if (member.space !== entry.space) return false;
  const isSingle = entry.first === entry.last;
  return isSingle ? member.first <= entry.first && entry.last <= member.last : member.first === entry.first && member.last === entry.last;
};

/** An entry wants these options of a member: a time that runs down only has to run, what is counted does not matter. */
function fits(member: Member, wanted: ReadonlyMap<string, string>): boolean {
  if (member.options.has('nomatch') !== wanted.has('nomatch')) return false;
  return [...wanted].every(([option, value]) => {
    if (option === 'packets' || option === 'bytes') return true;
    const now = member.options.get(option);
    return option === 'timeout' ? (Number(now ?? 0) > 0) === (Number(value) > 0) : now === value;
  });
}

/** True when members together hold every value of the entry's range at one place. */
function coverRange(members: readonly Member[], at: number, wanted: Range): boolean {
  const ranges = members.flatMap(({ parts }) => {
    const part = parts[at];
    return typeof part === 'object' && part.space === wanted.space ? [part] : [];
  }).sort((a, b) => (a.first < b.first ? -1 : a.first > b.first ? 1 : 0));
  let next = wanted.first;
  for (const { first, last } of ranges) if (first <= next && last >= next) next = last + 1n;
  return next > wanted.last;
}

/** `isExpanded`: the set keeps the single values of a range, as `hash:ip` does. */
export function hasEntry(members: readonly Member[], entry: Member, isExpanded: boolean): boolean {
  const fitting = members.filter((member) => fits(member, entry.options));
  if (fitting.some(({ parts }) => entry.parts.every((part, at) => holds(parts[at], part)))) return true;
  const wide = entry.parts.findIndex((part) => typeof part === 'object' && part.first !== part.last);
  const part = entry.parts[wide];
  if (typeof part !== 'object' || !isExpanded) return false;
  return coverRange(fitting.filter(({ parts }) => entry.parts.every((other, at) => at === wide || holds(parts[at], other))), wide, part);
}

/** Sets of networks keep a network as one, but a range from-to as the networks that it is made of. */
export const isExpanded = (type: string, entry: string): boolean => !/:(?:net|ip,port,net)/.test(type) || (entryWords(entry)[0] ?? '').includes('-');
