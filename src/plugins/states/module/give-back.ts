/** Hands what a function gave to a returner. */
import type { Context } from '../../../kernel/contract/context.js';
import { str } from '../../../kernel/std/python-text.js';
import { newJid } from '../../../kernel/std/time.js';
import type { Value } from '../../../kernel/std/value.js';

/** Nothing happens for a returner that is not there, as in Salt. */
export async function giveBack(returner: Value, fun: string, value: Value, ctx: Context): Promise<void> {
  await ctx.port('returners').give(str(returner), { id: ctx.id, ret: value, fun, jid: newJid() });
}
