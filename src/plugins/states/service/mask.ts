/** Services that nothing can start. */
import type { Context } from '../../../kernel/contract/context.js';
import { done, failed, wouldChange } from '../../../kernel/contract/state.js';
import { isTruthy, type PlainMap, type Value } from '../../../kernel/std/value.js';
import { tried } from '../outcome/failure.js';

export async function setMask(name: string, on: boolean, runtime: Value, ctx: Context): Promise<PlainMap> {
  if (!await ctx.has('service.masked')) return failed(name, 'Service masking not available on this minion');
  const outcome = await tried(changeMask(name, on, runtime, ctx));
  return 'value' in outcome ? outcome.value : failed(name, outcome.failure.message);
}

async function changeMask(name: string, on: boolean, runtime: Value, ctx: Context): Promise<PlainMap> {
  const masked = isTruthy(runtime) ? 'runtime masked' : 'masked';
  const action = on ? masked : masked.replace('masked', 'unmasked');
  const isMasked = async (): Promise<boolean> => isTruthy(await ctx.call('service.masked', [name, runtime]));
  if (await isMasked() === on) return done(name, on ? `Service ${name} is already ${action}` : `Service ${name} was already ${action}`);
  const changes = { [masked]: { old: !on, new: on } };
  if (ctx.test) return wouldChange(name, `Service ${name} would be ${action}`, changes);
  await ctx.call(on ? 'service.mask' : 'service.unmask', [name, runtime]);
  if (await isMasked() === on) return done(name, `Service ${name} was ${action}`, changes);
  // The result stays true, as in Salt.
  return done(name, `Failed to ${on ? 'mask' : 'unmask'} service ${name}`);
}
