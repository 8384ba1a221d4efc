/** Runs states on the master itself: orchestrations. Source: golden states/orchestrate; read, Salt 3008.3 (forms of the answers). */
import type { Context } from '../../../kernel/contract/context.js';
import { FunctionMissingError, InvocationError } from '../../../kernel/contract/errors.js';
import { succeeded } from '../../../kernel/contract/state.js';
import { newJid } from '../../../kernel/std/time.js';
import { isMap, type PlainMap, type Value } from '../../../kernel/std/value.js';

/** @throws InvocationError */
export function pillarOf(pillar: Value): PlainMap {
  if (pillar === null) return {};
  if (!isMap(pillar)) throw new InvocationError('Pillar data must be formatted as a dictionary');
  return { pillar };
}

/** A function of the module `state` with the modules and the pillar of the master. */
export async function onMaster(fun: string, call: { readonly args: readonly Value[]; readonly kwargs: PlainMap; readonly jid?: string }, ctx: Context): Promise<Value> {
  const { user, jid: cause } = ctx.job;
  const done = await ctx.port('masterModules').call({
    fun, args: call.args, kwargs: call.kwargs, withPillar: true, signal: ctx.signal,
    job: { ...(call.jid === undefined ? {} : { jid: call.jid }), ...(typeof user === 'string' ? { user } : {}) }, ...(typeof cause === 'string' ? { cause } : {}),
  });
  if (done === undefined) throw new FunctionMissingError(fun);
  return done.value;
}

export interface Orchestration {
  readonly mods: Value;
  readonly saltenv: Value;
  readonly test: Value;
  readonly exclude: Value;
  readonly pillar: Value;
  readonly pillarenv: Value;
  readonly pillar_enc: Value;
  readonly orchestration_jid: Value;
}

/** `{data: {<id of the master>: rows or errors}, outputter, retcode}` */
export async function orchestrate({ mods, test, exclude, ...given }: Orchestration, ctx: Context): Promise<PlainMap> {
  const jid = typeof given.orchestration_jid === 'string' && given.orchestration_jid !== '' ? given.orchestration_jid : newJid();
  const kwargs: PlainMap = {
    ...pillarOf(given.pillar), ...environments(given, ctx), ...(given.pillar_enc === null ? {} : { pillar_enc: given.pillar_enc }),
    // Several orchestrations may run at once: each has its own minions.
    concurrent: true, orchestration_jid: jid,
  };
  const rows = await onMaster('state.sls', { args: [mods, test, exclude], kwargs, jid }, ctx);
  const data = { [ctx.id]: rows };
  return { data, outputter: 'highstate', retcode: succeeded(data) ? 0 : 1 };
}

/** Environments as given, else as configured. */
export function environments({ saltenv, pillarenv }: Pick<Orchestration, 'saltenv' | 'pillarenv'>, { opts }: Context): PlainMap {
  const env = saltenv ?? opts['saltenv'] ?? null;
  const pillar = pillarenv ?? opts['pillarenv'] ?? null;
  return { ...(env === null ? {} : { saltenv: env }), ...(pillar === null ? {} : { pillarenv: pillar }) };
}
