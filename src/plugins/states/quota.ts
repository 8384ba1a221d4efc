/** Quotas of file systems, on or off. Source: read, Salt 3008.3. */
import type { Context } from '../../kernel/contract/context.js';
import { CommandExecutionError } from '../../kernel/contract/errors.js';
import { p } from '../../kernel/contract/params.js';
import { defineState, fn } from '../../kernel/contract/plugin.js';
import { done, failed, wouldChange } from '../../kernel/contract/state.js';
import { isMap, isPlainMap, mapGet, type PlainMap, type Value } from '../../kernel/std/value.js';
import { guarded } from './outcome/step.js';

/** Differs: the words `on` and `off` mean what they say; for Salt everything but True is off. */
const MODES: ReadonlyMap<Value, 'on' | 'off'> = new Map<Value, 'on' | 'off'>([[true, 'on'], ['on', 'on'], [false, 'off'], ['off', 'off']]);

/** Differs: what cannot have quotas fails with what is known of it; Salt breaks off. */
async function settle(name: string, given: Value, quotatype: string, ctx: Context): Promise<PlainMap> {
  const wanted = MODES.get(given);
  if (wanted === undefined) return failed(name, 'The mode of a quota is on or off');
  const modes = await ctx.call('quota.get_mode', [name]);
  const facts = isMap(modes) ? mapGet(modes, name) : undefined;
  const mode = isPlainMap(facts) ? facts[quotatype] : undefined;
  if (mode === wanted) return done(name, `Quota for ${name} already set to ${wanted}`);
  if (mode === undefined) return failed(name, `Failed to set quota for ${name} to ${wanted}\nQuota of kind ${quotatype}: ${typeof facts === 'string' ? facts : 'Not found'}`);
  if (ctx.test) return wouldChange(name, `Quota for ${name} needs to be set to ${wanted}`, { quota: name });
  try {
    await ctx.call(`quota.${wanted}`, [name]);
  } catch (error) {
    if (error instanceof CommandExecutionError) return failed(name, `Failed to set quota for ${name} to ${wanted}\n${error.message}`);
    throw error;
  }
  return done(name, `Set quota for ${name} to ${wanted}`, { quota: name });
}

export default defineState({
  name: 'quota',
  virtual: async (ctx) => (await ctx.has('quota.report') ? true : 'quota module could not be loaded'),
  doc: 'Quotas of file systems.',
  functions: {
    mode: fn({
      doc: 'Make sure that quotas of a file system are on or off.',
      params: { name: p.string(), mode: p.any(), quotatype: p.string() },
      run: (args, ctx) => guarded(args.name, settle(args.name, args.mode, args.quotatype, ctx)),
    }),
  },
});
