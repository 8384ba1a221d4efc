/** Use of memory from a bound on. Source: read, Salt 3008.3. */
import { beaconOptions, defineBeacon } from '../../kernel/contract/beacon.js';
import type { PlainMap } from '../../kernel/std/value.js';
import { readPercent } from './lookup/threshold.js';
import { checkList } from './lookup/verdict.js';

export default defineBeacon({
  name: 'memusage', when: { kernel: ['Linux'] },
  doc: 'Use of memory from a bound on: `percent`.',
  validate: (config) => checkList('memusage', config, (options) => ('percent' in options ? undefined : 'Configuration for memusage beacon requires percent.')),
  async beacon(config, ctx) {
    const { percent = 0 } = await ctx.call('ps.virtual_memory') as PlainMap;
    return Number(percent) >= readPercent(beaconOptions(config)['percent']) ? [{ memusage: percent }] : [];
  },
});
