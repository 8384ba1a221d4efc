/** What a state asks of an interface, made into stanzas. Source: read and observed, Salt 3008.3 (`recorded/debian_ip`). */
import { isTruthy, type PlainMap, type Value } from '../../../kernel/std/value.js';
import { needOneLine } from '../ip/refusal.js';
import { bondOptions, type BondSystem } from './bond.js';
import { newAdapter } from './file.js';
import { bridgeOptions, ethtoolOptions, pppoeOptions } from './groups.js';
import { COMMANDS, FAMILIES, optionOf, readOption, type Family } from './options.js';
import { newStanza, type Adapter, type Stanza } from './stanza.js';

export interface Wish {
  readonly iface: string;
  readonly type: string;
  readonly enabled: boolean;
  readonly settings: Readonly<PlainMap>;
}

/** Settings of IPv4 that have no prefix in their name. Differs: `ipaddrs` too; Salt writes these to IPv6 as well. */
const OF_FOUR = new Set(['ipaddr', 'ipaddrs', 'address', 'ipaddresses', 'addresses', 'gateway', 'proto']);

/** The interface that settings describe. @throws PythonError AttributeError */
export function adapterOf(wish: Wish, system: BondSystem): Adapter {
  const settings = wish.type === 'slave' ? { ...wish.settings, proto: 'manual' } : wish.settings;
  for (const [option, value] of Object.entries(settings)) needOneLine(wish.iface, option, value);
  const stanzas = { inet: newStanza(), inet6: newStanza() };
  for (const family of FAMILIES) addType(stanzas[family], { ...wish, settings }, system);
  for (const [setting, value] of Object.entries(settings)) if (setting !== 'mode') addSetting(stanzas, setting, value);
  for (const family of FAMILIES) {
    for (const commands of COMMANDS) if (settings[commands] !== undefined) stanzas[family].options.set(commands, settings[commands]);
    if (wish.type === 'vlan' && !stanzas[family].options.has('vlan_raw_device')) stanzas[family].options.set('vlan_raw_device', wish.iface.replaceAll(/\.\d*/g, ''));
  }
  const adapter = { ...newAdapter(), enabled: wish.enabled, hotplug: isTruthy(settings['hotplug'] ?? false) };
  for (const family of FAMILIES) {
    const isOff = settings[family === 'inet' ? 'enable_ipv4' : 'enable_ipv6'] === false;
    if (!isOff && stanzas[family].wanted) adapter.stanzas[family] = stanzas[family];
  }
  return adapter;
}

/** What the type of the interface brings. */
function addType(stanza: Stanza, { iface, type, settings }: Wish, system: BondSystem): void {
  if (type !== 'eth') stanza.wanted = true;
  if (type === 'bridge') fill(stanza.bridging, bridgeOptions(iface, settings));
  else fill(stanza.ethtool, ethtoolOptions(iface, settings));
  if (type === 'bond') fill(stanza.bonding, bondOptions(iface, settings, system)).set('slaves', settings['slaves'] ?? '');
  else if (type === 'slave') stanza.options.set('master', settings['master'] ?? '');
  else if (type === 'pppoe') fill(stanza.options, pppoeOptions(iface, settings));
}

function fill(group: Map<string, Value>, from: ReadonlyMap<string, Value>): Map<string, Value> {
  for (const [name, value] of from) group.set(name, value);
  return group;
}

/** A setting of one family by its prefix or its kind; any other is shared, and gives way. A value that does not fit is left out. */
function addSetting(stanzas: Readonly<Record<Family, Stanza>>, setting: string, value: Value): void {
  const prefix = /^ipv[46]/.exec(setting)?.[0];
  const bare = prefix === undefined ? setting : setting.slice(prefix.length);
  const own: Family | undefined = prefix === 'ipv6' ? 'inet6' : prefix === 'ipv4' || OF_FOUR.has(setting) ? 'inet' : undefined;
  if (own !== undefined) stanzas[own].wanted = true;
  const option = optionOf(bare);
  const name = option.replaceAll('-', '_');
  for (const family of own === undefined ? FAMILIES : [own]) {
    const read = readOption(family, option, value);
    const stanza = stanzas[family];
    if (read === undefined || (own === undefined && stanza.options.has(name))) continue;
    if (name === 'proto') stanza.proto = read;
    else stanza.options.set(name, read);
  }
}
