/** Load averages beyond their bounds. Source: golden events/beacon-load; read, Salt 3008.3. */
import { loadavg } from 'node:os';
import { beaconOptions, defineBeacon } from '../../kernel/contract/beacon.js';
import type { Context } from '../../kernel/contract/context.js';
import { floatOf, isList, isMap, mapGet, type PlainMap, type Value, type ValueMap } from '../../kernel/std/value.js';
import { checkList } from './lookup/verdict.js';

const SPANS = ['1m', '5m', '15m'] as const;
type Averages = Readonly<Record<(typeof SPANS)[number], number>>;
const LAST = 'last';

function fault(options: PlainMap): string | undefined {
  for (const name of ['emitatstartup', 'onchangeonly']) {
    if (name in options && typeof options[name] !== 'boolean') return `Configuration for load beacon option ${name} must be a boolean.`;
  }
  const { averages } = options;
  if (averages === undefined) return 'Averages configuration is required for load beacon.';
  if (!isMap(averages) || !SPANS.some((span) => mapGet(averages, span) !== undefined)) return 'Averages configuration for load beacon must contain 1m, 5m or 15m items.';
  for (const span of SPANS) {
    // Differs: real Salt fails with a KeyError where one of the three is not there.
    const bounds = mapGet(averages, span);
    if (bounds === undefined) continue;
    if (!isList(bounds)) return 'Averages configuration for load beacon: 1m, 5m and 15m items must be a list of two items.';
    if (bounds.length !== 2) return 'Configuration for load beacon: 1m, 5m and 15m items must be a list of two items.';
  }
  return undefined;
}

/** In `onchangeonly` a bound counts when it was crossed since the last look. */
function isBeyond(now: number, bounds: Value | undefined, last: number | undefined): boolean {
  const [low = Number.NEGATIVE_INFINITY, high = Number.POSITIVE_INFINITY] = isList(bounds ?? null) ? (bounds as readonly Value[]).map(Number) : [];
  if (last === undefined) return now < low || now > high;
  return (now > high && last < high) || (now < low && last > low);
}

async function currentLoad(ctx: Context): Promise<Averages> {
  const text = await ctx.sys.readText('/proc/loadavg');
  const [one = 0, five = 0, fifteen = 0] = text === undefined ? loadavg() : text.split(' ').slice(0, 3).map(Number);
  return { '1m': one, '5m': five, '15m': fifteen };
}

export default defineBeacon({
  name: 'load', knowsChanges: true,
  doc: 'Load averages beyond their bounds: `averages`, `onchangeonly`, `emitatstartup`.',
  validate: (config) => checkList('load', config, fault),
  async beacon(config, ctx) {
    const { averages, onchangeonly = false, emitatstartup = true } = beaconOptions(config);
    const now = await currentLoad(ctx);
    const known = ctx.memory.get(LAST) as Averages | undefined;
    const last = onchangeonly === true ? known ?? now : undefined;
    if (onchangeonly === true) ctx.memory.set(LAST, { ...now });
    if (onchangeonly === true && known === undefined && emitatstartup === false) return [];
    const beyond = SPANS.some((span) => mapGet(averages as ValueMap, span) !== undefined && isBeyond(now[span], mapGet(averages as ValueMap, span), last?.[span]));
    return beyond ? [Object.fromEntries(SPANS.map((span) => [span, floatOf(now[span])]))] : [];
  },
});
