/** Locales of the machine. */
import type { Context } from '../../kernel/contract/context.js';
import { p } from '../../kernel/contract/params.js';
import { defineState, fn } from '../../kernel/contract/plugin.js';
import { done, failed, wouldChange } from '../../kernel/contract/state.js';
import { isTruthy, type PlainMap } from '../../kernel/std/value.js';
import { tried } from './outcome/failure.js';

async function system(name: string, ctx: Context): Promise<PlainMap> {
  if (await ctx.call('locale.get_locale') === name) return done(name, `System locale ${name} already set`);
  if (ctx.test) return wouldChange(name, `System locale ${name} needs to be set`);
  if (!isTruthy(await ctx.call('locale.set_locale', [name]))) return failed(name, `Failed to set system locale to ${name}`);
  return done(name, `Set system locale ${name}`, { locale: name });
}

async function present(name: string, ctx: Context): Promise<PlainMap> {
  if (isTruthy(await ctx.call('locale.avail', [name]))) return done(name, `Locale ${name} is already present`);
  if (ctx.test) return wouldChange(name, `Locale ${name} needs to be generated`);
  if (!isTruthy(await ctx.call('locale.gen_locale', [name]))) return failed(name, `Failed to generate locale ${name}`);
  return done(name, `Generated locale ${name}`, { locale: name });
}

export default defineState({
  name: 'locale',
  virtual: async (ctx) => (await ctx.has('locale.get_locale') ? true : "'locale.get_locale' is not available."),
  doc: 'Locales of the machine.',
  functions: {
    system: fn({
      doc: 'Make sure that the machine speaks a locale.',
      params: { name: p.string() },
      async run({ name }, ctx) {
        const outcome = await tried(system(name, ctx));
        return 'value' in outcome ? outcome.value : failed(name, `Failed to set system locale: ${outcome.failure.message}`);
      },
    }),
    present: fn({
      doc: 'Make sure that a locale is generated.',
      params: { name: p.string() },
      run: ({ name }, ctx) => present(name, ctx),
    }),
  },
});
