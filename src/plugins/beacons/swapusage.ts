/** Use of swap space from a bound on. Source: read, Salt 3008.3. */
import { beaconOptions, defineBeacon } from '../../kernel/contract/beacon.js';
import type { PlainMap } from '../../kernel/std/value.js';
import { readPercent } from './lookup/threshold.js';
import { checkList } from './lookup/verdict.js';

export default defineBeacon({
  name: 'swapusage', when: { kernel: ['Linux'] },
  doc: 'Use of swap space from a bound on: `percent`.',
  validate: (config) => checkList('swapusage', config, (options) => ('percent' in options ? undefined : 'Configuration for swapusage beacon requires percent.')),
  async beacon(config, ctx) {
    const { percent = 0 } = await ctx.call('ps.swap_memory') as PlainMap;
    return Number(percent) >= readPercent(beaconOptions(config)['percent']) ? [{ swapusage: percent }] : [];
  },
});
