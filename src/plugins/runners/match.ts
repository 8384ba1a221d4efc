/** Says whether a minion is meant by a target, from what the master knows of it. */
import type { Context } from '../../kernel/contract/context.js';
import { p } from '../../kernel/contract/params.js';
import { defineRunner, fn } from '../../kernel/contract/plugin.js';
import { asError } from '../../kernel/std/async.js';

async function isMatch(ctx: Context, expr: string, id: string): Promise<boolean> {
  if (ctx.opts['minion_data_cache'] === false) {
    ctx.log.warn({}, 'the cache of minion data is off: no compound expression can be judged');
    return false;
  }
  try {
    return (await ctx.port('match').surely?.(expr, 'compound'))?.includes(id) ?? false;
  } catch (error) {
    // Nobody who asks learns more than yes or no, as in Salt.
    ctx.log.info({ err: asError(error), minion: id }, 'compound expression cannot be judged');
    return false;
  }
}

export default defineRunner({
  name: 'match',
  doc: 'Says whether a minion is meant by a target, from what the master knows of it.',
  functions: {
    compound_matches: fn({
      doc: "Give the id of the minion under 'res' when a compound expression names it, else False.\n\nsalt-run match.compound_matches 'G@os:Deb* and not db*' web1",
      params: { expr: p.string(), minion_id: p.string() },
      run: async ({ expr, minion_id }, ctx) => ({ res: await isMatch(ctx, expr, minion_id) ? minion_id : false }),
    }),
  },
});
