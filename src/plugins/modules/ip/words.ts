/** Settings of interfaces as netplan and NetworkManager want them. Source: read and observed, Salt 3008.3. */
import { CommandExecutionError } from '../../../kernel/contract/errors.js';
import { parseIpAddress, parseIpNetwork } from '../../../kernel/std/ip-address.js';
import { str } from '../../../kernel/std/python-text.js';
import { isList, isTruthy, type PlainMap, type Value } from '../../../kernel/std/value.js';
import type { Context } from '../../../kernel/contract/context.js';
import { runAll } from '../lookup/programs.js';
import { needOneLine } from './refusal.js';

export type Settings = Readonly<PlainMap>;

export const setting = (settings: Settings, name: string): Value => settings[name] ?? null;

/** The first of these settings that says something. */
export const firstOf = (settings: Settings, ...names: readonly string[]): Value => names.map((name) => setting(settings, name)).find((value) => isTruthy(value)) ?? null;

/** A list, or words with one of these characters between them. */
export function listOf(value: Value, separators = /[,\s]+/): Value[] {
  if (value === null) return [];
  return isList(value) ? [...value] : str(value).split(separators).filter((word) => word !== '');
}

export const isOn = (value: Value): boolean => (typeof value === 'boolean' ? value : ['true', 'yes', 'on', '1'].includes(str(value).toLowerCase()));

/** `address/prefix` of an address and a mask or a prefix. */
export function withPrefix(address: Value, mask: Value): string {
  const text = str(address);
  if (text.includes('/')) return text;
  const parsed = parseIpAddress(text);
  const network = parseIpNetwork(`${text}/${str(mask)}`, { dropHostBits: true });
  if (parsed === undefined || network === undefined) throw new CommandExecutionError(`Invalid address/netmask ${text}/${str(mask)}: '${text}/${str(mask)}' does not appear to be an IPv4 or IPv6 interface`);
  return `${parsed.text}/${network.prefix}`;
}

/** Tag and device below it, from settings or from a name such as `eth0.100`. */
export function vlanOf(iface: string, settings: Settings): { id: Value; parent: Value } {
  const at = iface.lastIndexOf('.');
  const tag = at < 0 ? '' : iface.slice(at + 1);
  const given = firstOf(settings, 'vlan_id', 'id');
  const parent = firstOf(settings, 'vlan-raw-device', 'vlan_raw_device', 'parent', 'link');
  return { id: given ?? (/^\d+$/.test(tag) ? tag : null), parent: parent ?? (at < 0 ? null : iface.slice(0, at)) };
}

/** The interfaces that a bond or a bridge is made of. */
export function membersOf(type: string, settings: Settings, separators?: RegExp): string[] {
  const names = type === 'bond' ? ['slaves', 'interfaces'] : type === 'bridge' ? ['ports', 'bridge_ports', 'interfaces'] : [];
  return listOf(firstOf(settings, ...names), separators).map(str);
}

/** What the configuration cannot say is refused, not left out. */
export function refuseUnsupported(settings: Settings, unsupported: readonly string[], text: (names: string) => string): void {
  const found = unsupported.filter((name) => isTruthy(settings[name] ?? null)).toSorted((a, b) => (a < b ? -1 : 1));
  if (found.length > 0) throw new CommandExecutionError(text(found.join(', ')));
}

export function needLines(iface: string, settings: Settings): void {
  for (const [name, value] of Object.entries(settings)) needOneLine(iface, name, value);
}

/** Where a route leads: nothing or `default` is everywhere. */
export function destinationOf(route: Settings, everywhere: readonly string[]): string | undefined {
  const target = firstOf(route, 'ipaddr', 'destination', 'name');
  if (target === null || everywhere.includes(str(target))) return undefined;
  const mask = setting(route, 'netmask');
  return str(target).includes('/') || !isTruthy(mask) ? str(target) : withPrefix(target, mask);
}

/** Runs a step that must work; its words are the error. */
export async function mustRun(words: readonly string[], ctx: Context): Promise<string> {
  const [program = '', ...rest] = words;
  const path = await ctx.sys.which(program);
  if (path === undefined) throw new CommandExecutionError(`${program} command not found`);
  const done = await runAll(ctx, [path, ...rest]);
  if (done.retcode !== 0) throw new CommandExecutionError(`${program} ${rest.slice(0, 2).join(' ')} failed: ${done.stderr === '' ? done.stdout : done.stderr}`);
  return done.stdout;
}
