/** Which minions a runner is asked about, and what is known of them. */
import type { Context } from '../../../kernel/contract/context.js';
import { DEFAULT_DELIMITER } from '../../../kernel/std/traverse.js';
import { mapFrom, type Value, type ValueMap } from '../../../kernel/std/value.js';

/** Accepted minions that a target names; all without a target. */
export async function targeted(ctx: Context, tgt: Value, tgtType: string): Promise<string[]> {
  const { minions } = await ctx.port('keys').list();
  if (tgt === null) return minions;
  const match = ctx.port('match');
  const found: string[] = [];
  for (const id of minions) if (await match.matches(tgt, tgtType, DEFAULT_DELIMITER, id)) found.push(id);
  return found;
}

/** What a bank holds of each targeted minion; an empty mapping for nothing. */
export async function knownOf(ctx: Context, bank: 'grains' | 'pillar' | 'mine', tgt: Value, tgtType: string): Promise<ValueMap> {
  const ids = await targeted(ctx, tgt, tgtType);
  return mapFrom(await Promise.all(ids.map(async (id) => [id, (await ctx.port('known').get(bank, id)) ?? {}] as const)));
}
