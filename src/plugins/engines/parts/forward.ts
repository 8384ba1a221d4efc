/** Hands the events of this host on to somewhere else, one after the other. While that is away they wait, up to the bound of a listener of the bus. */
import type { Context } from '../../../kernel/contract/context.js';
import { CommandExecutionError } from '../../../kernel/contract/errors.js';
import { backoffMs, sleep } from '../../../kernel/std/async.js';
import { fnmatch } from '../../../kernel/std/fnmatch.js';
import type { PlainMap } from '../../../kernel/std/value.js';

export interface HeardEvent {
  readonly tag: string;
  readonly data: PlainMap;
}

/** Globs of tags, and functions; empty: all. */
export interface Wanted {
  readonly tags: readonly string[];
  readonly funs: readonly string[];
}

/** One event is tried so often, with growing pauses: about five minutes. */
const TRIES = 15;
const FIRST_MS = 500;
const LONGEST_MS = 30_000;

/** It is of no use to try this again. */
export class NeverError extends CommandExecutionError {}

export function isWanted({ tag, data }: HeardEvent, { tags, funs }: Wanted): boolean {
  if (tags.length > 0 && !tags.some((glob) => fnmatch(tag, glob))) return false;
  return funs.length === 0 || (typeof data['fun'] === 'string' && funs.includes(data['fun']));
}

/** @throws CommandExecutionError where nobody can listen */
export async function forwardEvents(ctx: Context, wanted: Wanted, give: (event: HeardEvent) => Promise<void>): Promise<void> {
  const events = ctx.port('events').listen?.(ctx.signal);
  if (events === undefined) throw new CommandExecutionError('nobody can listen to events here');
  for await (const event of events) if (isWanted(event, wanted)) await patiently(ctx, event, give);
}

async function patiently(ctx: Context, event: HeardEvent, give: (event: HeardEvent) => Promise<void>): Promise<void> {
  for (let round = 0; !ctx.signal.aborted; round += 1) {
    try {
      await give(event);
      if (round > 0) ctx.log.info({ tag: event.tag, tries: round + 1 }, 'event handed on again');
      return;
    } catch (err) {
      if (ctx.signal.aborted) return;
      if (err instanceof NeverError || round + 1 >= TRIES) {
        ctx.log.error({ err, tag: event.tag, tries: round + 1 }, 'event not handed on: it is given up');
        return;
      }
      if (round === 0) ctx.log.warn({ err, tag: event.tag }, 'event not handed on: tried again');
      await sleep(backoffMs(round, FIRST_MS, LONGEST_MS), ctx.signal).catch(() => undefined);
    }
  }
}
