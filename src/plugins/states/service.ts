/** Services: running, dead, started at boot, masked. */
import type { Context } from '../../kernel/contract/context.js';
import { p } from '../../kernel/contract/params.js';
import { defineState, fn } from '../../kernel/contract/plugin.js';
import { str } from '../../kernel/std/python-text.js';
import { isPlainMap, type PlainMap, type Value } from '../../kernel/std/value.js';
import { beaconOf } from './outcome/beacon.js';
import { notAtBoot, startAtBoot } from './service/boot.js';
import { setMask } from './service/mask.js';
import { dead, running } from './service/run.js';
import { watched } from './service/watch.js';

const inOrder = { result: true, condition: 'wanted' } as const;

async function enabled(name: string, kwargs: PlainMap, ctx: Context): Promise<PlainMap> {
  const returned = { name, changes: {}, result: true, comment: '', ...await startAtBoot(name, { ...inOrder, kwargs }, ctx) };
  if (!ctx.test || returned.comment !== `The named service ${name} is not available`) return returned;
  return { ...returned, result: null, comment: `Service ${name} not present; if created in this state run, it would have been enabled` };
}

/** The service as the beacon of that name looks at it. */
function beacon(name: string, kwargs: PlainMap, ctx: Context): Promise<PlainMap> {
  const given = kwargs['beacon_data'] ?? {};
  const data = isPlainMap(given) ? given : {};
  const { onchangeonly = true, delay = 0, emitatstartup = false, interval = 60 } = data;
  // The last one is filled from another option, as in Salt.
  const looks = { onchangeonly, delay, emitatstartup, uncleanshutdown: data['emitatstartup'] ?? null };
  return beaconOf('service', { name, kwargs, works: ['running', 'dead'] }, { services: { [name]: looks }, interval }, ctx);
}

const runParams = { name: p.string(), enable: p.any(null), sig: p.any(null, 'text to look for in the list of processes'), init_delay: p.any(null), kwargs: p.keywords() };
const byName = { name: p.string(), kwargs: p.keywords() };
const maskParams = { name: p.string(), runtime: p.any(false) };
const off = p.any(false);

export default defineState({
  name: 'service',
  quickGrains: true,
  virtual: async (ctx) => (await ctx.has('service.start')
    ? true
    : `No service execution module loaded: check support for service management on ${str((ctx.grains['osfinger'] ?? ctx.grains['os']) as Value)} `),
  doc: 'Services: running or dead, started at boot or not, masked or not.',
  functions: {
    running: fn({
      doc: 'Make sure that a service runs; with `enable` also whether it starts at boot.',
      params: runParams,
      run: ({ init_delay: initDelay, ...wish }, ctx) => running({ ...wish, initDelay }, ctx),
    }),
    dead: fn({
      doc: 'Make sure that a service does not run; with `enable` also whether it starts at boot.',
      params: runParams,
      run: ({ init_delay: initDelay, ...wish }, ctx) => dead({ ...wish, initDelay }, ctx),
    }),
    enabled: fn({
      doc: 'Make sure that a service starts at boot.',
      params: byName,
      run: ({ name, kwargs }, ctx) => enabled(name, kwargs, ctx),
    }),
    disabled: fn({
      doc: 'Make sure that a service does not start at boot.',
      params: byName,
      run: async ({ name, kwargs }, ctx) => ({ name, changes: {}, result: true, comment: '', ...await notAtBoot(name, { ...inOrder, kwargs }, ctx) }),
    }),
    masked: fn({
      doc: 'Make sure that nothing can start a service.',
      params: maskParams,
      run: ({ name, runtime }, ctx) => setMask(name, true, runtime, ctx),
    }),
    unmasked: fn({
      doc: 'Make sure that a service is not masked.',
      params: maskParams,
      run: ({ name, runtime }, ctx) => setMask(name, false, runtime, ctx),
    }),
    mod_watch: fn({
      doc: 'Restart or reload a service because something watched has changed.',
      params: { name: p.string(), sfun: p.any(null), sig: p.any(null), reload: off, full_restart: off, init_delay: p.any(null), force: off, kwargs: p.keywords() },
      run: ({ full_restart: fullRestart, init_delay: initDelay, ...watch }, ctx) => watched({ ...watch, fullRestart, initDelay }, ctx),
    }),
    mod_beacon: fn({
      doc: 'Set a beacon that looks at a service.',
      params: byName,
      run: ({ name, kwargs }, ctx) => beacon(name, kwargs, ctx),
    }),
  },
});
