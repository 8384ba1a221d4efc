/** Use of file systems from a bound on; a mount point is a pattern. Source: read, Salt 3008.3. */
import { defineBeacon } from '../../kernel/contract/beacon.js';
import { asError } from '../../kernel/std/async.js';
import type { PlainMap } from '../../kernel/std/value.js';
import { matcher } from './lookup/pattern.js';
import { readPercent } from './lookup/threshold.js';
import { checkList } from './lookup/verdict.js';

/** Options of whoever asks, which are no mount points. */
const OPTIONS: ReadonlySet<string> = new Set(['onchangeonly', 'emitatstartup']);

export default defineBeacon({
  name: 'diskusage', when: { kernel: ['Linux'] },
  doc: 'Use of file systems from a bound on: `- /: 63%`, also with patterns.',
  validate: (config) => checkList('diskusage', config),
  async beacon(config, ctx) {
    const mounts = await ctx.call('ps.disk_partitions', [], { all: true }) as readonly PlainMap[];
    const points = mounts.map(({ mountpoint }) => String(mountpoint));
    const found: PlainMap[] = [];
    for (const [pattern, bound] of config.map((part) => Object.entries(part)[0]).filter((entry) => entry !== undefined)) {
      if (pattern.startsWith('_') || OPTIONS.has(pattern)) continue;
      const fits = matcher(pattern.endsWith('$') ? pattern : `${pattern}$`, 'match');
      for (const mount of points.filter(fits)) {
        try {
          const { percent = 0 } = await ctx.call('ps.disk_usage', [mount]) as PlainMap;
          if (Number(percent) >= readPercent(bound)) found.push({ diskusage: percent, mount });
        } catch (err) {
          ctx.log.warn({ err: asError(err), mount }, `${mount} is not a valid mount point.`);
        }
      }
    }
    return found;
  },
});
