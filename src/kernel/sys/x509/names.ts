/** Distinguished names: of words, of texts (RFC 4514), and back. */
import { CommandExecutionError, InvocationError } from '../../contract/errors.js';
import { str } from '../../std/python-text.js';
import { isList, isMap, mapGet, type PlainMap, type Value } from '../../std/value.js';
import { der, oid, oidOf, partsOf, sequence, TAG, type Node } from './der.js';
import { NAME_PARTS, TEXT_NAMES } from './oids.data.js';

interface Part {
  readonly oid: string;
  readonly value: string;
}
const PRINTABLE = new Set(['2.5.4.6', '2.5.4.5', '2.5.4.46']);
const IA5 = new Set(['1.2.840.113549.1.9.1', '0.9.2342.19200300.100.1.25']);
const COUNTRY = '2.5.4.6';
const COUNTRY_LENGTH = 2;

function partBytes({ oid: number, value }: Part): Buffer {
  if (value === '') throw new InvocationError('Value cannot be an empty string');
  if (number === COUNTRY && Buffer.byteLength(value) !== COUNTRY_LENGTH) throw new InvocationError('Country code must be a 2 character alpha-2 code');
  const tag = PRINTABLE.has(number) ? TAG.printable : IA5.has(number) ? TAG.ia5 : TAG.utf8;
  return sequence(oid(number), der(tag, Buffer.from(value)));
}

const nameBytes = (groups: readonly (readonly Part[])[]): Buffer =>
  sequence(...groups.map((parts) => der(TAG.set, ...parts.map(partBytes).toSorted(Buffer.compare))));

/** Splits at a sign that no backslash stands before. */
const splitAt = (text: string, sign: string): string[] => text.match(new RegExp(String.raw`(?:\\.|[^\\${sign}])+`, 'gs')) ?? [];

const unescaped = (text: string): string => Buffer.concat([...text.matchAll(/\\([0-9a-fA-F]{2})|\\?([^])/gu)]
  .map(([, hex, plain = '']) => (hex === undefined ? Buffer.from(plain) : Buffer.from(hex, 'hex')))).toString('utf8');

function partOfText(text: string): Part {
  const [, name = '', value = ''] = /^\s*([A-Za-z][A-Za-z0-9-]*|\d+(?:\.\d+)+)\s*=(.*)$/s.exec(text) ?? [];
  const number = /^\d/.test(name) ? name : Object.entries(TEXT_NAMES).find(([, word]) => word === name.toUpperCase())?.[0];
  if (number === undefined) throw new CommandExecutionError('Failed parsing rfc4514 dirName string');
  return { oid: number, value: unescaped(value) };
}

const groupsOfText = (text: string): Part[][] => splitAt(text, ',').map((group) => splitAt(group, '+').map(partOfText));

/** The one part `CN=x`, or several joined by `+`, of a relative name. */
export function relativeNameParts(text: string): Buffer {
  const groups = groupsOfText(text);
  if (groups.length > 1) throw new InvocationError('Specified string is not a Relative Distinguished Name, but a Distinguished Name.');
  return Buffer.concat((groups[0] ?? []).map(partBytes));
}

/** Words (`CN`, `O`, ...), a text, or a list of texts. */
export function nameOf(source: Value): Buffer {
  if (typeof source === 'string') return nameBytes(groupsOfText(source).toReversed());
  if (isList(source)) return nameBytes(source.flatMap((text) => groupsOfText(str(text))));
  if (!isMap(source)) throw new InvocationError('Need string, list or dict to parse distinguished names');
  return nameBytes(Object.entries(NAME_PARTS).flatMap(([word, number]) => {
    const value = mapGet(source, word);
    return value === undefined ? [] : [[{ oid: number, value: str(value) }]];
  }));
}

/** Parts of a name in this order, by the numbers of their kinds. */
export const nameOfParts = (parts: readonly Part[]): Buffer => nameBytes(parts.map((part) => [part]));

/** Kind and value of each part, in the order they stand in. */
export const nameParts = (name: Node): Part[] => groupsOf(name).flat();

function groupsOf(name: Node): Part[][] {
  return partsOf(name).map((group) => partsOf(group).map((part) => {
    const [number, value] = partsOf(part);
    return { oid: number === undefined ? '' : oidOf(number), value: value?.content.toString('utf8') ?? '' };
  }));
}

const escaped = (value: string): string => value.replaceAll(/[\\"+,;<>]/g, String.raw`\$&`).replaceAll('\0', String.raw`\00`).replace(/^[# ]/, String.raw`\$&`).replace(/ $/, String.raw`\ `);
const groupText = (group: readonly Part[]): string => group.map((part) => `${TEXT_NAMES[part.oid] ?? part.oid}=${escaped(part.value)}`).join('+');

/** As RFC 4514 writes it: the last part first. */
export const nameText = (name: Node): string => groupsOf(name).toReversed().map(groupText).join(',');
export const relativeNameText = (parts: readonly Node[]): string => groupText(parts.flatMap((part) => groupsOf({ ...part, content: der(TAG.set, part.bytes) })[0] ?? []));

/** By Salt's words. */
export function nameWords(name: Node): PlainMap {
  const parts = groupsOf(name).flat();
  return Object.fromEntries(Object.entries(NAME_PARTS).flatMap(([word, number]) => {
    const found = parts.find((part) => part.oid === number);
    return found === undefined ? [] : [[word, found.value]];
  }));
}
