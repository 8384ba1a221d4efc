/** An interface as `/etc/network/interfaces` describes it, and its text. Source: observed, Salt 3008.3 (`recorded/debian_ip`). */
import { str } from '../../../kernel/std/python-text.js';
import { sortedTexts } from '../../../kernel/std/python-order.js';
import { isList, isNumber, isTruthy, type Value } from '../../../kernel/std/value.js';
import { FAMILIES, spelled, WRITTEN, type Family } from './options.js';

/** Options of one address family. */
export interface Stanza {
  /** Written when it has a protocol: `static`, `dhcp`, ... */
  proto?: Value;
  /** Something of the family was asked for. */
  wanted: boolean;
  /** By name with underscores. */
  readonly options: Map<string, Value>;
  readonly ethtool: Map<string, Value>;
  readonly bonding: Map<string, Value>;
  readonly bridging: Map<string, Value>;
  /** Lines that mean nothing to us, as they were found. Differs: Salt drops them whenever it writes the file. */
  readonly other: string[];
}

export interface Adapter {
  enabled: boolean;
  hotplug: boolean;
  readonly stanzas: Partial<Record<Family, Stanza>>;
}

export const newStanza = (): Stanza => ({ wanted: false, options: new Map(), ethtool: new Map(), bonding: new Map(), bridging: new Map(), other: [] });

const line = (word: string, text: string): string => `    ${word} ${text}\n`;

function optionLines(option: string, value: Value): string[] {
  const word = spelled(option);
  if (isList(value)) return option.startsWith('dns_') ? [line(word, value.map(str).join(' '))] : value.map((one) => line(word, str(one)));
  // Differs: a zero is written (`accept_ra 0`); Salt takes it for nothing.
  return isNumber(value) || isTruthy(value) ? [line(word, str(value))] : [];
}

/** Differs: numbers are written too; Salt demands them for `bridgeprio` and writes texts and lists only. */
const groupLines = (group: ReadonlyMap<string, Value>, start: string): string[] =>
  sortedTexts(group.keys()).map((name) => {
    const value = group.get(name) ?? '';
    return line(`${start}${name}`, isList(value) ? value.map(str).join(' ') : str(value));
  });

function stanzaLines(name: string, family: Family, stanza: Stanza): string[] {
  if (!stanza.wanted || !isTruthy(stanza.proto)) return [];
  return [
    `iface ${name} ${family} ${str(stanza.proto ?? '')}\n`,
    ...WRITTEN.flatMap((option) => (stanza.options.has(option) ? optionLines(option, stanza.options.get(option) ?? null) : [])),
    ...groupLines(stanza.ethtool, ''), ...groupLines(stanza.bonding, 'bond-'), ...groupLines(stanza.bridging, 'bridge_'),
    ...stanza.other.map((text) => `    ${text}\n`),
  ];
}

/** The text of an interface. */
export function adapterText(name: string, { enabled, hotplug, stanzas }: Adapter): string {
  const heads = [...enabled ? [`auto ${name}\n`] : [], ...hotplug ? [`allow-hotplug ${name}\n`] : []];
  return [...heads, ...FAMILIES.flatMap((family) => (stanzas[family] === undefined ? [] : stanzaLines(name, family, stanzas[family])))].join('');
}

export const sourcesText = (paths: readonly string[]): string => paths.map((path) => `\nsource ${path}\n`).join('');

/** Lines as the state compares them: an empty one behind the last. */
export const linesOf = (text: string): string[] => text.split('\n').map((one) => `${one}\n`);
