/** The layout of the keyboard. */
import type { Context } from '../../kernel/contract/context.js';
import { p } from '../../kernel/contract/params.js';
import { defineState, fn } from '../../kernel/contract/plugin.js';
import { done, failed, wouldChange } from '../../kernel/contract/state.js';
import { isTruthy, type PlainMap } from '../../kernel/std/value.js';
import { guarded } from './outcome/step.js';
import { tried } from './outcome/failure.js';

interface Kind {
  readonly get: string;
  readonly set: string;
  readonly title: string;
  readonly words: string;
}
const SYSTEM: Kind = { get: 'keyboard.get_sys', set: 'keyboard.set_sys', title: 'System layout', words: 'system keyboard layout' };
const XORG: Kind = { get: 'keyboard.get_x', set: 'keyboard.set_x', title: 'XOrg layout', words: 'XOrg keyboard layout' };

async function layout(name: string, { get, set, title, words }: Kind, ctx: Context): Promise<PlainMap> {
  if (await ctx.call(get) === name) return done(name, `${title} ${name} already set`);
  if (ctx.test) return wouldChange(name, `${title} ${name} needs to be set`);
  const made = await tried(ctx.call(set, [name]));
  if ('failure' in made) return failed(name, `Failed to set ${words}: ${made.failure.message}`);
  return isTruthy(made.value) ? done(name, `Set ${words} ${name}`, { layout: name }) : failed(name, `Failed to set ${words}`);
}

export default defineState({
  name: 'keyboard',
  virtual: async (ctx) => (await ctx.has('keyboard.get_sys') ? true : 'keyboard module could not be loaded'),
  doc: 'The layout of the keyboard.',
  functions: {
    system: fn({ doc: 'Make sure that the system has a layout.', params: { name: p.string() }, run: ({ name }, ctx) => guarded(name, () => layout(name, SYSTEM, ctx)) }),
    xorg: fn({ doc: 'Make sure that X has a layout.', params: { name: p.string() }, run: ({ name }, ctx) => guarded(name, () => layout(name, XORG, ctx)) }),
  },
});
