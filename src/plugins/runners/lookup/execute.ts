/** A job for minions, and the answers that came. */
import type { Context } from '../../../kernel/contract/context.js';
import type { LocalJob } from '../../../kernel/contract/ports.js';
import { mapFrom, type Value, type ValueMap } from '../../../kernel/std/value.js';

/** By minion, in the order they came; minions that did not answer are left out. */
export async function execute(ctx: Context, job: LocalJob): Promise<ValueMap> {
  const answers: [string, Value][] = [];
  const timeoutMs = job.timeoutMs ?? Number(ctx.opts['timeout'] ?? 5) * 1000;
  const { jid: cause } = ctx.job;
  const asked = { ...job, timeoutMs, ...(typeof cause === 'string' ? { cause } : {}) };
  for await (const { id, answered, ret } of ctx.port('local').returns(asked, ctx.signal)) if (answered) answers.push([id, ret]);
  return mapFrom(answers);
}
