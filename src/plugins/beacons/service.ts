/** Services that run, or do not. Source: read, Salt 3008.3. */
import { beaconOptions, defineBeacon } from '../../kernel/contract/beacon.js';
import type { Context } from '../../kernel/contract/context.js';
import { str } from '../../kernel/std/python-text.js';
import { isMap, isTruthy, mapEntries, type PlainMap, type Value } from '../../kernel/std/value.js';
import { checkList } from './lookup/verdict.js';

/** What was last seen of a service; `changedMs` while the delay runs. */
interface Seen {
  running: Value;
  changedMs?: number;
}

async function look(service: string, options: PlainMap, ctx: Context): Promise<PlainMap | undefined> {
  const running = await ctx.call('service.status', [service]);
  const facts: PlainMap = { running };
  const { uncleanshutdown, is_running_state: wanted } = options;
  if (uncleanshutdown !== undefined && !isTruthy(running)) facts['uncleanshutdown'] = await ctx.sys.exists(str(uncleanshutdown));
  if (typeof wanted === 'boolean' && wanted !== running) return undefined;
  const event = { [service]: facts, service_name: service, tag: service };
  return options['onchangeonly'] !== true || hasChanged(service, running, options, ctx) ? event : undefined;
}

function hasChanged(service: string, running: Value, options: PlainMap, ctx: Context): boolean {
  const delaySeconds = Number(options['delay'] ?? 0);
  const now = ctx.sys.now();
  const key = `seen ${service}`;
  const seen = ctx.memory.get(key) as Seen | undefined;
  if (seen?.running !== running) {
    ctx.memory.set(key, { running, ...(delaySeconds > 0 ? { changedMs: now } : {}) });
    if (seen === undefined && options['emitatstartup'] === false) ctx.memory.set(key, { running });
    return delaySeconds <= 0 && !(seen === undefined && options['emitatstartup'] === false);
  }
  if (seen.changedMs === undefined || Math.round((now - seen.changedMs) / 1000) <= delaySeconds) return false;
  ctx.memory.set(key, { running });
  return true;
}

export default defineBeacon({
  name: 'service', knowsChanges: true,
  doc: 'Services that run, or do not: `services: {nginx: {onchangeonly, delay, emitatstartup, uncleanshutdown, is_running_state}}`.',
  validate: (config) => checkList('service', config, ({ services }) => {
    if (services === undefined) return 'Configuration for service beacon requires services.';
    if (!isMap(services)) return 'Services configuration item for service beacon must be a dictionary.';
    return mapEntries(services).every(([, options]) => isMap(options)) ? undefined : 'Configuration for service beacon must be a list of dictionaries.';
  }),
  async beacon(config, ctx) {
    const { services = {} } = beaconOptions(config);
    const found: PlainMap[] = [];
    for (const [service, options] of isMap(services) ? mapEntries(services) : []) {
      const event = await look(str(service), beaconOptions([options]), ctx);
      if (event !== undefined) found.push(event);
    }
    return found;
  },
});
