/** Counters of network interfaces. Source: read, Salt 3008.3. */
import { beaconOptions, defineBeacon } from '../../kernel/contract/beacon.js';
import { str } from '../../kernel/std/python-text.js';
import { isMap, mapEntries, mapHas, type PlainMap } from '../../kernel/std/value.js';
import { checkList } from './lookup/verdict.js';

const COUNTERS = ['bytes_sent', 'bytes_recv', 'packets_sent', 'packets_recv', 'errin', 'errout', 'dropin', 'dropout'] as const;

export default defineBeacon({
  name: 'network_info', when: { kernel: ['Linux'] },
  doc: 'Counters of network interfaces: `interfaces: {eth0: {type: greater or equal, bytes_sent: 100000}}`.',
  validate: (config) => checkList('network_info', config, ({ interfaces = {} }) => {
    for (const [, bounds] of isMap(interfaces) ? mapEntries(interfaces) : []) {
      if (!isMap(bounds)) return 'Configuration for network_info beacon must be a list of dictionaries.';
      if (!['type', ...COUNTERS].some((name) => mapHas(bounds, name))) return 'Invalid configuration item in Beacon configuration.';
    }
    return undefined;
  }),
  async beacon(config, ctx) {
    const { interfaces = {} } = beaconOptions(config);
    const found: PlainMap[] = [];
    for (const [device, written] of isMap(interfaces) ? mapEntries(interfaces) : []) {
      const counters = await ctx.call('ps.network_io_counters', [], { interface: str(device) });
      if (!isMap(counters)) continue;
      const [now, bounds] = [beaconOptions([counters]), beaconOptions([written])];
      const isMet = COUNTERS.some((name) => {
        if (bounds[name] === undefined) return false;
        const [value, bound] = [Number(now[name]), Math.trunc(Number(bounds[name]))];
        return bounds['type'] === 'greater' ? value > bound : value === bound;
      });
      if (isMet) found.push({ interface: str(device), network_info: Object.fromEntries(COUNTERS.map((name) => [name, now[name] ?? 0])) });
    }
    return found;
  },
});
