/** Mail aliases. */
import { p } from '../../kernel/contract/params.js';
import { defineState, fn } from '../../kernel/contract/plugin.js';
import { done, failed, wouldChange } from '../../kernel/contract/state.js';
import { str } from '../../kernel/std/python-text.js';
import { isTruthy } from '../../kernel/std/value.js';

export default defineState({
  name: 'alias',
  virtual: async (ctx) => (await ctx.has('aliases.set_target') ? true : 'aliases module could not be loaded'),
  doc: 'Mail aliases.',
  functions: {
    present: fn({
      doc: 'Make sure that an alias has a target.',
      params: { name: p.string(), target: p.any() },
      async run({ name, target }, ctx) {
        if (isTruthy(await ctx.call('aliases.has_target', [name, target]))) return done(name, `Alias ${name} already present`);
        if (ctx.test) return wouldChange(name, `Alias ${name} -> ${str(target)} is set to be added`);
        if (!isTruthy(await ctx.call('aliases.set_target', [name, target]))) return failed(name, `Failed to set alias ${name} -> ${str(target)}`);
        return done(name, `Set email alias ${name} -> ${str(target)}`, { alias: name });
      },
    }),
    absent: fn({
      doc: 'Make sure that an alias is not there.',
      params: { name: p.string() },
      async run({ name }, ctx) {
        if (!isTruthy(await ctx.call('aliases.get_target', [name]))) return done(name, `Alias ${name} already absent`);
        if (ctx.test) return wouldChange(name, `Alias ${name} is set to be removed`);
        if (!isTruthy(await ctx.call('aliases.rm_alias', [name]))) return failed(name, `Failed to remove alias ${name}`);
        return done(name, `Removed alias ${name}`, { alias: name });
      },
    }),
  },
});
