/** Commands to the beacons of the minion, and Salt's words for a minion that does not answer. */
import type { Context } from '../../../kernel/contract/context.js';
import { isMap, isNumber, type PlainMap } from '../../../kernel/std/value.js';

export type BeaconResult = PlainMap & { result: boolean };

/** Seconds to wait when the caller says none. */
const WAIT_SECONDS = 60;
const WAIT_SECONDS_MAX = 3600;

const waitOf = (kwargs: PlainMap): number => (isNumber(kwargs['timeout']) ? Math.min(Math.max(0, Number(kwargs['timeout'])), WAIT_SECONDS_MAX) : WAIT_SECONDS);

/** Undefined when nobody answers in time. */
export async function ask(command: PlainMap, kwargs: PlainMap, ctx: Context): Promise<PlainMap | undefined> {
  return ctx.port('beacons').manage(command, { timeoutMs: waitOf(kwargs) * 1000 });
}

export async function listed(where: { include_pillar: boolean; include_opts: boolean; kwargs: PlainMap }, ctx: Context): Promise<PlainMap | undefined> {
  const answer = await ask({ func: 'list', include_pillar: where.include_pillar, include_opts: where.include_opts }, where.kwargs, ctx);
  const beacons = answer?.['beacons'];
  return beacons !== undefined && isMap(beacons) ? beacons as PlainMap : undefined;
}

/** All of them, as the functions that change them look at them: none when nobody answers. */
export const current = async (kwargs: PlainMap, ctx: Context): Promise<PlainMap> => (await listed({ include_pillar: true, include_opts: true, kwargs }, ctx)) ?? {};

export const NO_ANSWER = (what: string, kwargs: PlainMap, event = 'complete event'): string =>
  `Did not receive the ${what} ${event} before the timeout of ${waitOf(kwargs)}s`;
