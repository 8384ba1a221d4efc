/**
 * Settings of network interfaces that change. Source: read, Salt 3008.3, with pyroute2's names of settings.
 * Differs: of these, `qdisc` and `kind` are not looked at, and `promiscuity` is 0 or 1.
 */
import { beaconOptions, defineBeacon } from '../../kernel/contract/beacon.js';
import { str } from '../../kernel/std/python-text.js';
import { equalValues, isList, isMap, isTruthy, mapEntries, mapKeys, type PlainMap, type Value } from '../../kernel/std/value.js';
import { matcher } from './lookup/pattern.js';
import { checkList } from './lookup/verdict.js';
import { NETWORK_SETTINGS, readSettings, type Settings } from './network_settings/read-settings.js';

const LAST = 'last';

/** What changed of the settings that are looked at, with their new values. */
function changesOf(now: Settings, before: Settings | undefined, wanted: PlainMap): PlainMap {
  const changed = Object.entries(wanted).filter(([name, rule]) => {
    const value = now[name];
    if (value === undefined || before === undefined || equalValues(value, before[name])) return false;
    const { onvalue } = beaconOptions([rule]);
    return !isTruthy(onvalue) || equalValues(onvalue, value);
  });
  return Object.fromEntries(changed.map(([name]) => [name, now[name] ?? null]));
}

/** Interfaces that are meant: by name, else those in which the pattern is found. */
function meant(written: Value, present: readonly string[]): Map<string, PlainMap> {
  const rules = isMap(written) ? mapEntries(written).map(([name, rule]) => [str(name), beaconOptions([rule])] as const) : [];
  const found = new Map<string, PlainMap>();
  for (const [name, rule] of rules) {
    if (present.includes(name)) found.set(name, rule);
    else for (const device of present.filter(matcher(name, 'search'))) if (!rules.some(([exact]) => exact === device)) found.set(device, rule);
  }
  return found;
}

export default defineBeacon({
  name: 'network_settings', when: { kernel: ['Linux'] }, knowsChanges: true,
  doc: 'Settings of network interfaces that change: `interfaces: {eth0: {ipaddr: , mtu: {onvalue: 1500}}}`, `coalesce`.',
  validate: (config) => checkList('network_settings', config, ({ interfaces = {} }) => {
    if (isList(interfaces)) return 'interfaces section for network_settings beacon must be a dictionary.';
    for (const [, rule] of isMap(interfaces) ? mapEntries(interfaces) : []) {
      if (!isMap(rule)) return 'Interface attributes for network_settings beacon must be a dictionary.';
      if (!mapKeys(rule).every((name) => NETWORK_SETTINGS.has(str(name)))) return 'Invalid attributes in beacon configuration.';
    }
    return undefined;
  }),
  async beacon(config, ctx) {
    const { interfaces = {}, coalesce } = beaconOptions(config);
    const now = await readSettings(ctx);
    const before = ctx.memory.get(LAST) as ReadonlyMap<string, Settings> | undefined;
    ctx.memory.set(LAST, now);
    if (before === undefined) return [];
    const changes = [...meant(interfaces, [...now.keys()])].map(([device, rule]) => [device, changesOf(now.get(device) ?? {}, before.get(device), rule)] as const)
      .filter(([, change]) => Object.keys(change).length > 0);
    if (coalesce === true) return changes.length === 0 ? [] : [{ tag: 'result', changes: Object.fromEntries(changes) }];
    return changes.map(([device, change]) => ({ tag: device, interface: device, change }));
  },
});
