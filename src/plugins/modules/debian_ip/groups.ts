/** Settings of ethtool, bridges and PPPoE. Source: read and observed, Salt 3008.3. */
import { parseFloatText } from '../../../kernel/std/python-number.js';
import { str } from '../../../kernel/std/python-text.js';
import { isInteger, isList, isNumber, isTruthy, type PlainMap, type Value } from '../../../kernel/std/value.js';
import { refuseOption, switchOf, SWITCH_WORDS } from '../ip/refusal.js';
import { fields, intOf } from '../lookup/programs.js';
import { ETHTOOL_OPTIONS } from './options.js';

type Settings = Readonly<PlainMap>;

function onOff(iface: string, option: string, value: Value, words: readonly [on: string, off: string] = ['on', 'off']): string {
  const on = switchOf(value);
  return on === undefined ? refuseOption(iface, option, SWITCH_WORDS) : words[on ? 0 : 1];
}

const DUPLEX = ['full', 'half'];
const SPEEDS = ['10', '100', '1000', '10000'];

function ethtoolValue(iface: string, option: string, value: Value): Value {
  if (option === 'duplex') return DUPLEX.includes(str(value)) ? value : refuseOption(iface, option, DUPLEX);
  if (option === 'speed') return SPEEDS.includes(str(value)) ? value : refuseOption(iface, str(value), SPEEDS);
  return onOff(iface, option, value);
}

export const ethtoolOptions = (iface: string, settings: Settings): Map<string, Value> =>
  new Map(Object.entries(ETHTOOL_OPTIONS).flatMap(([setting, option]) => {
    const value = settings[setting];
    return value === undefined ? [] : [[option, ethtoolValue(iface, setting, value)] as const];
  }));

type BridgeReader = (value: Value) => Value | undefined;
const decimal: BridgeReader = (value) => ((typeof value === 'string' ? parseFloatText(value) !== undefined : isNumber(value)) ? value : undefined);
const integer: BridgeReader = (value) => (isInteger(value) ? value : undefined);
const ofPort: BridgeReader = (value) => {
  const [port, number = '', ...more] = fields(str(value));
  return port !== undefined && more.length === 0 && intOf(number) !== undefined ? `${port} ${number}` : undefined;
};
const waitPort: BridgeReader = (value) => {
  if (isInteger(value)) return value;
  const [seconds = '', ...ports] = fields(str(value));
  return /^\d+$/.test(seconds) && ports.length > 0 ? `${seconds} ${ports.join(' ')}` : undefined;
};
const BRIDGE: Readonly<Record<string, readonly [read: BridgeReader, expected: string]>> = {
  ageing: [decimal, 'float'], fd: [decimal, 'float'], gcint: [decimal, 'float'], hello: [decimal, 'float'], maxage: [decimal, 'float'],
  bridgeprio: [integer, 'integer'], maxwait: [integer, 'integer'],
  hw: [(value) => (/^[\da-f]{2}([-:])[\da-f]{2}(?:\1[\da-f]{2}){4}$/i.test(str(value)) ? value : undefined), 'valid MAC address'],
  pathcost: [ofPort, 'interface integer'], portprio: [ofPort, 'interface integer'],
  // Differs: Salt names another option in the refusal, the one it looked at before.
  waitport: [waitPort, 'integer [interfaces]'],
};

export function bridgeOptions(iface: string, settings: Settings): Map<string, Value> {
  const found = new Map<string, Value>();
  const ports = settings['ports'] ?? null;
  if (ports !== null) found.set('ports', isList(ports) ? ports.map(str).join(' ') : ports);
  for (const [option, [read, expected]] of Object.entries(BRIDGE)) {
    const value = settings[option];
    if (value !== undefined) found.set(option, read(value) ?? refuseOption(iface, option, [expected]));
  }
  if (settings['stp'] !== undefined) found.set('stp', onOff(iface, 'stp', settings['stp']));
  return found;
}

const PPPOE_SWITCHES = ['noipdefault', 'usepeerdns', 'defaultroute', 'hide-password', 'noauth', 'persist', 'noaccomp'];
const PPPOE = [
  'user', 'password', 'provider', 'pppoe_iface', 'noipdefault', 'usepeerdns', 'defaultroute', 'holdoff', 'maxfail', 'hide-password', 'lcp-echo-interval', 'lcp-echo-failure',
  'connect', 'noauth', 'persist', 'mtu', 'noaccomp', 'linkname',
];

export function pppoeOptions(iface: string, settings: Settings): Map<string, Value> {
  if (!isTruthy(settings['provider'] ?? false) || str(settings['provider'] ?? '').includes('/')) refuseOption(iface, 'provider', ['name of a file below /etc/ppp/peers']);
  return new Map(PPPOE.flatMap((option) => {
    const value = settings[option];
    if (value === undefined) return [];
    return [[option, PPPOE_SWITCHES.includes(option) ? onOff(iface, option, value, ['True', 'False']) : value] as const];
  }));
}

/** The file of a provider below `/etc/ppp/peers`. */
export function peerText(options: ReadonlyMap<string, Value>): string {
  const value = (option: string, fallback: string): string => str(options.get(option) ?? fallback);
  const flag = (option: string): string => (options.get(option) === 'False' ? '' : option);
  const number = (option: string, fallback: string): string => (options.get(option) === '' ? '' : `${option} ${value(option, fallback)}`);
  if (!isTruthy(options.get('user'))) return '';
  const password = options.get('password');
  const linkName = options.get('linkname');
  const lines = [
    `user ${value('user', '')}`, isTruthy(password) ? `password ${str(password ?? '')} ` : '', `plugin rp-pppoe.so ${value('pppoe_iface', 'eth0')}`, '',
    flag('noipdefault'), flag('usepeerdns') === '' ? '' : 'usepeerdns ', flag('defaultroute'), '', number('holdoff', '15'), number('maxfail', '0'), '',
    flag('hide-password'), `${number('lcp-echo-interval', '20')} `, `${number('lcp-echo-failure', '3')} `, '', flag('noauth'), flag('persist'), `${number('mtu', '1492')} `,
    flag('noaccomp'), '', linkName === undefined ? '' : `\nlinkname ${str(linkName)}\n`,
  ];
  return `${lines.join('\n')}\n`;
}
