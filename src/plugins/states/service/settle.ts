/** The time a service gets before it is looked at. */
import type { Context } from '../../../kernel/contract/context.js';
import { sleep, TIMER_MS_MAX } from '../../../kernel/std/async.js';
import { isNumber, type Value } from '../../../kernel/std/value.js';

export async function settle(seconds: Value, ctx: Context): Promise<void> {
  if (isNumber(seconds) && Number(seconds) > 0) await sleep(Math.min(Number(seconds) * 1000, TIMER_MS_MAX), ctx.signal, true);
}
