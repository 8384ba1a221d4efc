/** Options of bonds, by mode. Source: read and observed, Salt 3008.3. */
import { str } from '../../../kernel/std/python-text.js';
import { isList, type PlainMap, type Value } from '../../../kernel/std/value.js';
import { refuseOption, switchOf, SWITCH_WORDS } from '../ip/refusal.js';
import { whole } from './options.js';

type Part = 'targets' | 'miimon' | 'downdelay' | 'updelay' | 'lacp_rate' | 'ad_select' | 'primary' | 'carrier' | 'hashing';
const LINK: readonly Part[] = ['miimon', 'downdelay', 'updelay'];

/** Number, name, and the parts in the order they are written. */
const MODES: readonly (readonly [number: string, name: string, parts: readonly Part[]])[] = [
  ['0', 'balance-rr', ['targets']],
  ['1', 'active-backup', [...LINK, 'primary', 'carrier']],
  ['2', 'balance-xor', ['targets', 'hashing']],
  ['3', 'broadcast', [...LINK, 'carrier']],
  ['4', '802.3ad', [...LINK, 'lacp_rate', 'ad_select', 'carrier', 'hashing']],
  ['5', 'balance-tlb', [...LINK, 'carrier', 'primary']],
  ['6', 'balance-alb', [...LINK, 'carrier', 'primary']],
];
const DEFAULTS: Readonly<Record<string, string>> = { ad_select: '0', miimon: '100', arp_interval: '250', downdelay: '200', lacp_rate: '0', updelay: '0', use_carrier: 'on' };
const HASHES = ['layer2', 'layer2+3', 'layer3+4'];
const TARGETS_MAX = 16;
const RATES: Readonly<Record<string, string>> = { fast: '1', slow: '0' };

/** Ubuntu from 16 on has no `use_carrier` for mode 1. */
export interface BondSystem {
  readonly hasNoCarrier: boolean;
}

/** The options of a bond in order. @throws PythonError AttributeError */
export function bondOptions(iface: string, settings: Readonly<PlainMap>, system: BondSystem): Map<string, Value> {
  const wanted = settings['mode'] ?? '';
  const mode = MODES.find(([number, name]) => wanted === number || wanted === name);
  if (mode === undefined) return refuseOption(iface, 'mode', [...MODES.map(([number]) => number), ...MODES.map(([, name]) => name)]);
  const [number, , parts] = mode;
  const options = new Map<string, Value>([['mode', number]]);
  for (const part of parts) {
    if (part === 'carrier' && number === '1' && system.hasNoCarrier) continue;
    addPart(options, part, iface, settings);
  }
  return options;
}

function addPart(options: Map<string, Value>, part: Part, iface: string, settings: Readonly<PlainMap>): void {
  if (part === 'targets') {
    options.set('arp_ip_target', targets(iface, settings['arp_ip_target']));
    options.set('arp_interval', number(iface, 'arp_interval', settings));
  } else if (part === 'primary') {
    if (settings['primary'] !== undefined) options.set('primary', settings['primary']);
  } else if (part === 'carrier') options.set('use_carrier', carrier(iface, settings['use_carrier']));
  else if (part === 'hashing') addHashing(options, iface, settings['hashing-algorithm']);
  else options.set(part, number(iface, part, settings));
}

function addHashing(options: Map<string, Value>, iface: string, wanted: Value | undefined): void {
  if (wanted === undefined) return;
  if (!HASHES.includes(str(wanted))) refuseOption(iface, 'hashing-algorithm', HASHES);
  options.set('xmit_hash_policy', wanted);
}

function targets(iface: string, given: Value | undefined): string {
  if (!isList(given) || given.length === 0 || given.length > TARGETS_MAX) return refuseOption(iface, 'arp_ip_target', ['list of ips (up to 16)']);
  return given.map(str).join(',');
}

function number(iface: string, option: string, settings: Readonly<PlainMap>): Value {
  const given = settings[option];
  if (given === undefined) return DEFAULTS[option] ?? '';
  const value = option === 'lacp_rate' ? RATES[str(given)] ?? given : given;
  return whole(value) === undefined ? refuseOption(iface, option, option === 'lacp_rate' ? ['fast', '1', 'slow', '0'] : ['integer']) : value;
}

function carrier(iface: string, given: Value | undefined): string {
  if (given === undefined) return DEFAULTS['use_carrier'] ?? '';
  const on = switchOf(given);
  return on === undefined ? refuseOption(iface, 'use_carrier', SWITCH_WORDS) : on ? '1' : '0';
}
