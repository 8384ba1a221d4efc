/** A zone of firewalld as a state wishes it: each kind of setting is looked at, foretold or made, and told. Source: read, Salt 3008.3. */
import type { Context } from '../../../kernel/contract/context.js';
import { CommandExecutionError } from '../../../kernel/contract/errors.js';
import { str } from '../../../kernel/std/python-text.js';
import { isList, isMap, isTruthy, mapGet, type PlainMap, type Value } from '../../../kernel/std/value.js';

export interface ZoneWish {
  readonly name: string;
  /** By the names of the state's parameters. */
  readonly settings: Readonly<PlainMap>;
}

/** A kind of setting: a list of texts that are added and removed one by one. */
interface Kind {
  readonly setting: string;
  readonly inChanges: string;
  readonly list: string;
  readonly add: string;
  readonly remove: string;
  /** Positional arguments of `add` and `remove`. */
  readonly args?: (zone: string, item: string) => Value[];
  /** A wish as the list shows it. */
  readonly normal?: (item: string) => string;
  /** An entry of the list as text. */
  readonly textOf?: (entry: Value) => string;
  /** An item as the changes show it. */
  readonly shown?: (item: string) => Value;
}

/** `from:to:protocol[:address]`; an address of IPv6 has colons of its own. */
function forwardParts(item: string): [from: string, to: string, protocol: string, address: string] {
  const [from, to, protocol, ...address] = item.split(':');
  if (from === undefined || to === undefined || protocol === undefined) throw new CommandExecutionError(`'${item}' is not from_port:to_port:protocol[:destination]`);
  return [from, to, protocol, address.join(':')];
}
const field = (entry: Value, name: string): string => (isMap(entry) ? str(mapGet(entry, name) ?? '') : '');

/** Values in double quotes, as firewall-cmd shows them. */
const quotedRule = (rule: string): string => rule.trim().replaceAll(/=(?:'([^']*)'|([^"'\s][^\s]*))/g, (_all, single: string | undefined, bare: string | undefined) => `="${single ?? bare ?? ''}"`);

const simple = (setting: string, list: string, add: string, remove: string): Kind => ({ setting, inChanges: setting, list, add, remove });
const ICMP: Kind = { setting: 'block_icmp', inChanges: 'icmp_types', list: 'list_icmp_block', add: 'block_icmp', remove: 'allow_icmp' };
/** In the order of Salt's state. */
const KINDS: readonly Kind[] = [
  simple('ports', 'list_ports', 'add_port', 'remove_port'),
  {
    setting: 'port_fwd', inChanges: 'port_fwd', list: 'list_port_fwd', add: 'add_port_fwd', remove: 'remove_port_fwd',
    args: (zone, item) => [zone, ...forwardParts(item)], normal: (item) => forwardParts(item).join(':'),
    textOf: (entry) => ['Source port', 'Destination port', 'Protocol', 'Destination address'].map((name) => field(entry, name)).join(':'),
    shown: (item) => {
      const [from, to, protocol, address] = forwardParts(item);
      return { 'Source port': from, 'Destination port': to, Protocol: protocol, 'Destination address': address };
    },
  },
  { ...simple('services', 'list_services', 'add_service', 'remove_service'), args: (zone, item) => [item, zone] },
  simple('interfaces', 'get_interfaces', 'add_interface', 'remove_interface'),
  simple('sources', 'get_sources', 'add_source', 'remove_source'),
  { ...simple('rich_rules', 'get_rich_rules', 'add_rich_rule', 'remove_rich_rule'), normal: quotedRule },
];
const PERMANENT = { permanent: true };

const listIn = (value: Value | undefined): string[] => (isList(value) ? value.map(str) : isTruthy(value) ? [str(value ?? '')] : []);

/** Brings one kind of setting to what is wished; gives its place in the changes. */
async function setKind(kind: Kind, wish: ZoneWish, isThere: boolean, ctx: Context): Promise<PlainMap> {
  const { name, settings } = wish;
  const prunes = isTruthy(settings[`prune_${kind.setting}`] ?? false);
  const wanted = [...new Set(listIn(settings[kind.setting]).map(kind.normal ?? ((item) => item)))];
  if (wanted.length === 0 && !prunes) return {};
  const listed = isThere ? await ctx.call(`firewalld.${kind.list}`, [name], PERMANENT) : [];
  const current = (isList(listed) ? listed : []).map(kind.textOf ?? str);
  const missing = wanted.filter((item) => !current.includes(item));
  const extra = prunes ? current.filter((item) => !wanted.includes(item)) : [];
  if (missing.length + extra.length === 0) return {};
  if (!ctx.test) {
    const args = kind.args ?? ((zone, item) => [zone, item]);
    for (const item of missing) await mustHold(ctx.call(`firewalld.${kind.add}`, args(name, item), PERMANENT), item);
    for (const item of extra) await mustHold(ctx.call(`firewalld.${kind.remove}`, args(name, item), PERMANENT), item);
  }
  const shown = kind.shown ?? ((item: string): Value => item);
  return { [kind.inChanges]: { old: current.map(shown), new: (prunes ? wanted : [...current, ...missing]).map(shown) } };
}

/** Differs: a type of ICMP that is none makes the state fail; Salt logs it and goes on. */
async function mustHold(work: Promise<Value>, item: string): Promise<void> {
  if (await work === false) throw new CommandExecutionError(`'${item}' was refused`);
}

async function checkIcmp({ settings }: ZoneWish, ctx: Context): Promise<void> {
  const wanted = listIn(settings['block_icmp']);
  if (wanted.length === 0) return;
  const known = listIn(await ctx.call('firewalld.get_icmp_types', [], PERMANENT));
  const wrong = wanted.filter((type) => !known.includes(type));
  if (wrong.length > 0) throw new CommandExecutionError(`Invalid ICMP type: ${wrong.join(', ')}`);
}

async function setDefault({ name, settings }: ZoneWish, ctx: Context): Promise<PlainMap> {
  if (!isTruthy(settings['default'] ?? false)) return {};
  const now = await ctx.call('firewalld.default_zone');
  if (now === name) return {};
  if (!ctx.test) await ctx.call('firewalld.set_default_zone', [name]);
  return { default: { old: now, new: name } };
}

async function setMasquerade({ name, settings }: ZoneWish, isThere: boolean, ctx: Context): Promise<PlainMap> {
  const wanted = settings['masquerade'] ?? null;
  if (wanted === null) return {};
  const now = isThere && await ctx.call('firewalld.get_masquerade', [name], PERMANENT) === true;
  if (now === isTruthy(wanted)) return {};
  if (!ctx.test) await ctx.call(`firewalld.${now ? 'remove' : 'add'}_masquerade`, [name], PERMANENT);
  return { masquerade: { old: now, new: `Masquerading successfully ${now ? 'disabled' : 'set'}.` } };
}

/** Makes the zone as wished, or only looks; gives the changes. Differs: a zone that is not there yet has nothing in a test run; Salt fails on it. */
export async function setZone(wish: ZoneWish, ctx: Context): Promise<PlainMap> {
  const { name } = wish;
  await checkIcmp(wish, ctx);
  for (const item of listIn(wish.settings['port_fwd'])) forwardParts(item);
  const zones = listIn(await ctx.call('firewalld.get_zones', [], PERMANENT));
  const wasThere = zones.includes(name);
  if (!wasThere && !ctx.test) await ctx.call('firewalld.new_zone', [name]);
  const isThere = wasThere || !ctx.test;
  const changes: PlainMap = wasThere ? {} : { [name]: { old: zones, new: name } };
  Object.assign(changes, await setKind(ICMP, wish, isThere, ctx), await setDefault(wish, ctx), await setMasquerade(wish, isThere, ctx));
  for (const kind of KINDS) Object.assign(changes, await setKind(kind, wish, isThere, ctx));
  return changes;
}
