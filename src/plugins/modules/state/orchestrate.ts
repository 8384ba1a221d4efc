/** Orchestrations of a machine without a master: its own states, in this process. Source: observed, Salt 3008.3 (`salt-call --local state.orchestrate`). */
import type { Context } from '../../../kernel/contract/context.js';
import { CommandExecutionError, InvocationError } from '../../../kernel/contract/errors.js';
import { succeeded } from '../../../kernel/contract/state.js';
import { str } from '../../../kernel/std/python-text.js';
import { newJid } from '../../../kernel/std/time.js';
import { isMap, isTruthy, type PlainMap, type Value } from '../../../kernel/std/value.js';

export interface OrchestrationWish {
  readonly mods: Value;
  readonly saltenv: Value;
  readonly test: Value;
  readonly exclude: Value;
  readonly pillar: Value;
  readonly pillarenv: Value;
}

/**
 * `{data: {<id>: rows or errors}, outputter, retcode}`; the exit code of the call is 0 whatever the rows say, as in Salt.
 * @throws InvocationError, CommandExecutionError where there is a master
 */
export async function orchestrateAlone({ mods, test, exclude, ...given }: OrchestrationWish, ctx: Context): Promise<PlainMap> {
  if (given.pillar !== null && !isMap(given.pillar)) throw new InvocationError('Pillar data must be formatted as a dictionary');
  if (ctx.opts['file_client'] !== 'local') throw new CommandExecutionError(refusal(mods));
  const jid = newJid();
  const rows = await ctx.call('state.sls', [mods, test, exclude], { ...keywords(given, ctx), __pub_jid: jid, orchestration_jid: jid });
  ctx.setRetcode(0);
  const data = { [ctx.id]: rows };
  return { data, outputter: 'highstate', retcode: succeeded(data) ? 0 : 1 };
}

/** Environments as given, else as configured. */
function keywords({ pillar, saltenv, pillarenv }: Pick<OrchestrationWish, 'pillar' | 'saltenv' | 'pillarenv'>, { opts }: Context): PlainMap {
  const found: PlainMap = { pillar, saltenv: saltenv ?? opts['saltenv'] ?? null, pillarenv: pillarenv ?? opts['pillarenv'] ?? null };
  return Object.fromEntries(Object.entries(found).filter(([, value]) => value !== null));
}

/** Files and pillar of this minion are with its master, and so are orchestrations. */
function refusal(mods: Value): string {
  const name = isTruthy(mods) ? str(mods) : '<sls>';
  return `This minion has a master, orchestrations run there: tsalt-run state.orchestrate ${name} (with files of this machine: tsalt-call --local state.orchestrate ${name})`;
}
