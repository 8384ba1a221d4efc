/** Processes. */
import type { Context } from '../../kernel/contract/context.js';
import { p } from '../../kernel/contract/params.js';
import { defineState, fn } from '../../kernel/contract/plugin.js';
import { done, wouldChange } from '../../kernel/contract/state.js';
import { isList, isPlainMap, isTruthy, type PlainMap, type Value } from '../../kernel/std/value.js';

const NONE = 'No matching processes running';

async function absent(name: string, user: Value, signal: Value, ctx: Context): Promise<PlainMap> {
  if (ctx.test) {
    const running = await ctx.call('ps.pgrep', [name], { user, full: true });
    return isList(running) && running.length > 0 ? wouldChange(name, `${running.length} processes will be killed`) : done(name, NONE);
  }
  const status = await ctx.call('ps.pkill', [name], { user, full: true, ...(isTruthy(signal) ? { signal } : {}) });
  if (!isTruthy(status) || !isPlainMap(status)) return done(name, NONE);
  return done(name, `Killed ${isList(status['killed']) ? status['killed'].length : 0} processes`, status);
}

export default defineState({
  name: 'process',
  virtual: async (ctx) => (await ctx.has('ps.pkill') ? true : 'ps module could not be loaded'),
  doc: 'Processes.',
  functions: {
    absent: fn({
      doc: 'Make sure that no process with a text in its command line runs.',
      params: { name: p.string(), user: p.any(null), signal: p.any(null, '15 when not given') },
      run: (args, ctx) => absent(args.name, args.user, args.signal, ctx),
    }),
  },
});
