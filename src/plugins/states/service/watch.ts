/** What a service does when something watched has changed. */
import type { Context } from '../../../kernel/contract/context.js';
import { failed, wouldChange } from '../../../kernel/contract/state.js';
import { str } from '../../../kernel/std/python-text.js';
import { isTruthy, type PlainMap, type Value } from '../../../kernel/std/value.js';
import { tried } from '../outcome/failure.js';
import { settle } from './settle.js';
import { systemdOptions } from './systemd-options.js';

export interface Watch {
  readonly name: string;
  readonly sfun: Value;
  readonly sig: Value;
  readonly reload: Value;
  readonly fullRestart: Value;
  readonly initDelay: Value;
  readonly force: Value;
  readonly kwargs: PlainMap;
}

interface Act {
  readonly fun: string;
  readonly verb: string;
}

async function actOf({ reload, fullRestart, force }: Watch, ctx: Context): Promise<Act> {
  if (isTruthy(reload) && await ctx.has('service.reload')) {
    const forced = isTruthy(force) && await ctx.has('service.force_reload');
    return forced ? { fun: 'service.force_reload', verb: 'forcefully reload' } : { fun: 'service.reload', verb: 'reload' };
  }
  if (isTruthy(fullRestart) && await ctx.has('service.full_restart')) return { fun: 'service.full_restart', verb: 'fully restart' };
  return { fun: 'service.restart', verb: 'restart' };
}

export async function watched(watch: Watch, ctx: Context): Promise<PlainMap> {
  const warnings: string[] = [];
  const returned = await react(watch, warnings, ctx);
  return warnings.length === 0 ? returned : { ...returned, warnings };
}

async function react(watch: Watch, warnings: string[], ctx: Context): Promise<PlainMap> {
  const { name, sfun, sig, kwargs } = watch;
  if (sfun !== 'dead' && sfun !== 'running') return failed(name, `Unable to trigger watch for service.${str(sfun)}`);
  const runs = isTruthy(await ctx.call('service.status', [name, sig], await systemdOptions('service.status', kwargs, warnings, ctx)));
  if (sfun === 'dead' && !runs) return { name, changes: {}, result: true, comment: 'Service is already stopped' };
  const act = sfun === 'dead' ? { fun: 'service.stop', verb: 'stop' } : runs ? await actOf(watch, ctx) : { fun: 'service.start', verb: 'start' };
  const past = act.verb === 'stop' ? 'stopped' : `${act.verb}ed`;
  if (ctx.test) return wouldChange(name, `Service is set to be ${past}`);
  // A service that died badly may have left something behind that a start would fail on.
  if (act.verb === 'start' && await ctx.has('service.stop')) await ctx.call('service.stop', [name]);
  const outcome = await tried(ctx.call(act.fun, [name], await systemdOptions(act.fun, kwargs, warnings, ctx)));
  if ('failure' in outcome) return failed(name, outcome.failure.message);
  await settle(watch.initDelay, ctx);
  const { value } = outcome;
  return { name, changes: { [name]: value }, result: value, comment: isTruthy(value) ? `Service ${past}` : `Failed to ${act.verb} the service` };
}
