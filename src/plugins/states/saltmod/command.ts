/** What the states `salt.state` and `salt.function` ask of minions, and who of them failed. Source: golden states/orchestrate; read, Salt 3008.3. */
import type { Context } from '../../../kernel/contract/context.js';
import { isList, isMap, isPlainMap, isTruthy, mapEntries, type PlainMap, type Value } from '../../../kernel/std/value.js';
import { str } from '../../../kernel/std/python-text.js';

/** Facts of one minion's answer: `ret`, `out`, `retcode`, `jid`; `failed` without an answer. */
export type Answers = readonly (readonly [id: string, answer: PlainMap])[];

/** Tells on the bus what an orchestration asks for; a run without one tells nothing. */
export async function tellArguments(ctx: Context, data: PlainMap): Promise<void> {
  const jid = ctx.state?.low['__orchestration_jid__'];
  if (typeof jid === 'string' && jid !== '') await ctx.port('events').fireMaster(`salt/run/${jid}/args`, data);
}

/** By id, since the order of arrival is chance. */
export async function ask(ctx: Context, tgt: Value, fun: string, options: PlainMap): Promise<Answers> {
  const given = await ctx.call('saltutil.cmd', [tgt, fun], options);
  const answers = isMap(given) ? mapEntries(given).map(([id, answer]) => [str(id), isPlainMap(answer) ? answer : {}] as const) : [];
  return answers.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
}

/** Job id of the answers, as an entry of the result. */
export function jidOf(answers: Answers): PlainMap {
  const jid = answers[0]?.[1]['jid'];
  return jid === undefined ? {} : { __jid__: jid };
}

/** Minions that may fail, and a warning for what names none. */
export function mayFail(value: Value): { ids: readonly string[]; warnings: PlainMap } {
  if (value === null) return { ids: [], warnings: {} };
  if (typeof value === 'string') return { ids: value.split(',').map((id) => id.trim()), warnings: {} };
  if (isList(value)) return { ids: value.map(str), warnings: {} };
  return { ids: [], warnings: { warnings: ["'fail_minions' needs to be a list or a comma separated string. Ignored."] } };
}

/** Options that both states give on. */
export function shared({ ret_config, ret_kwargs, batch, subset, failhard }: Readonly<Record<'ret_config' | 'ret_kwargs' | 'batch' | 'subset' | 'failhard', Value>>, ctx: Context): PlainMap {
  return {
    ...(batch === null ? {} : { batch: str(batch) }), ...(subset === null ? {} : { subset }),
    ...(failhard === true || isTruthy(ctx.opts['failhard']) ? { failhard: true } : {}),
    ...(isTruthy(ret_config) ? { ret_config } : {}), ...(isTruthy(ret_kwargs) ? { ret_kwargs } : {}),
  };
}

/** The answer itself, whichever name it came under. */
export const valueOf = (answer: PlainMap): Value | undefined => answer['ret'] ?? answer['return'];
