/**
 * How an engine puts an event on the bus of the master: of its own host there, through `event.send` on a minion, which keeps it on the
 * minion where that has no master. Source: read, Salt 3008.3 `salt.engines`.
 */
import type { PlainMap } from '../std/value.js';
import type { Context } from './context.js';
import { CommandExecutionError } from './errors.js';

export const isMaster = (ctx: Context): boolean => ctx.opts['__role'] === 'master';

/** @throws CommandExecutionError when the master does not take it */
export async function fireEvent(ctx: Context, tag: string, data: PlainMap): Promise<void> {
  const sent = isMaster(ctx) ? await ctx.port('events').fireMaster(tag, data) : await ctx.call('event.send', [tag, data]);
  if (sent !== true) throw new CommandExecutionError(`the event ${tag} was not taken`);
}
