/** `state.event`: events of a bus of this machine, a line for each. Source: read, Salt 3008.3. */
import type { Context } from '../../../kernel/contract/context.js';
import { CommandExecutionError, InvocationError } from '../../../kernel/contract/errors.js';
import { fnmatch } from '../../../kernel/std/fnmatch.js';
import { asError } from '../../../kernel/std/async.js';

export interface FollowWish {
  readonly tagmatch: string;
  /** How many; below 0 until somebody ends it. */
  readonly count: number;
  readonly quiet: boolean;
  readonly sock_dir: string | null;
  readonly pretty: boolean;
  readonly node: string;
}

/** On a terminal each line is shown when it comes; a job answers with all of them. */
export async function follow(wish: FollowWish, ctx: Context): Promise<string[] | null> {
  const events = ctx.port('events');
  if (events.follow === undefined) throw new CommandExecutionError('This program cannot listen to a bus');
  const onTerminal = ctx.job['tgt'] === 'salt-call';
  if (!onTerminal && wish.count < 0) throw new InvocationError('A job answers when all events have come: give a count');
  const lines: string[] = [];
  let left = wish.count;
  try {
    for await (const { tag, data } of events.follow({ node: wish.node, sockDir: wish.sock_dir }, ctx.signal)) {
      if (left === 0) break;
      if (!fnmatch(tag, wish.tagmatch)) continue;
      const text = await ctx.port('output').format(data, 'json', { output_indent: wish.pretty ? 4 : null });
      if (!wish.quiet && onTerminal) process.stdout.write(`${tag}\t${text ?? ''}\n`);
      else if (!wish.quiet) lines.push(`${tag}\t${text ?? ''}`);
      left -= 1;
      if (left === 0) break;
    }
  } catch (error) {
    throw new CommandExecutionError(`Cannot listen to the bus of the ${wish.node}; is it running? ${asError(error).message}`, { cause: error });
  }
  return onTerminal ? null : lines;
}
