/**
 * Which of several programs a common name leads to. Source: the documentation of Salt 3006 (3008 has the module without the state).
 *
 * Differs: what a test run foretells has the changes of the real run, and `set` that does not succeed fails with the program's words.
 */
import type { Context } from '../../kernel/contract/context.js';
import { p } from '../../kernel/contract/params.js';
import { defineState, fn } from '../../kernel/contract/plugin.js';
import { done, failed, wouldChange } from '../../kernel/contract/state.js';
import { str } from '../../kernel/std/python-text.js';
import { isTruthy, type PlainMap, type Value } from '../../kernel/std/value.js';
import { guarded } from './outcome/step.js';

interface Link {
  readonly name: string;
  readonly link: string;
  readonly path: string;
  readonly priority: Value;
}

async function install({ name, link, path, priority }: Link, ctx: Context): Promise<PlainMap> {
  const facts = { link, path, priority };
  const told = (ret: PlainMap): PlainMap => ({ ...ret, ...facts });
  if (isTruthy(await ctx.call('alternatives.check_exists', [name, path]))) return told(done(name, `Alternative ${path} for ${name} is already registered`));
  const changes = { name, ...facts };
  if (ctx.test) return told(wouldChange(name, `Alternative will be set for ${name} to ${path} with priority ${str(priority)}`, changes));
  const words = str(await ctx.call('alternatives.install', [name, link, path, priority]));
  if (!isTruthy(await ctx.call('alternatives.check_exists', [name, path]))) return told(failed(name, `Alternative for ${name} not installed: ${words}`));
  const isChosen = isTruthy(await ctx.call('alternatives.check_installed', [name, path]));
  const comment = isChosen
    ? `Alternative for ${name} set to path ${path} with priority ${str(priority)}`
    : `Alternative ${path} for ${name} registered with priority ${str(priority)} and not set to default`;
  return told(done(name, comment, changes));
}

/** Where a name leads; undefined when it leads nowhere. */
async function current(name: string, ctx: Context): Promise<string | undefined> {
  const path = await ctx.call('alternatives.show_current', [name]);
  return isTruthy(path) ? str(path) : undefined;
}

async function remove(name: string, path: string, ctx: Context): Promise<PlainMap> {
  const told = (ret: PlainMap): PlainMap => ({ ...ret, path });
  if (!isTruthy(await ctx.call('alternatives.check_exists', [name, path]))) {
    const now = await current(name, ctx);
    return told(now === undefined ? failed(name, `Alternative for ${name} doesn't exist`) : done(name, `Alternative for ${name} is set to it's default path ${now}`));
  }
  if (ctx.test) return told(wouldChange(name, `Alternative for ${name} will be removed`));
  const words = str(await ctx.call('alternatives.remove', [name, path]));
  if (isTruthy(await ctx.call('alternatives.check_exists', [name, path]))) return told(failed(name, `Alternative for ${name} not removed: ${words}`));
  const now = await current(name, ctx);
  return told(now === undefined
    ? done(name, `Alternative for ${name} removed`, { path: null })
    : done(name, `Alternative for ${name} removed. Falling back to path ${now}`, { path: now }));
}

async function auto(name: string, ctx: Context): Promise<PlainMap> {
  const [line = ''] = str(await ctx.call('alternatives.display', [name])).split('\n');
  if (line.endsWith(' auto mode')) return done(name, `${name} already in auto mode`);
  if ((await current(name, ctx)) === undefined) return failed(name, `Alternative for ${name} doesn't exist`);
  if (ctx.test) return wouldChange(name, `${name} will be put in auto mode`);
  return done(name, '', { result: await ctx.call('alternatives.auto', [name]) });
}

async function set(name: string, path: string, ctx: Context): Promise<PlainMap> {
  const told = (ret: PlainMap): PlainMap => ({ ...ret, path });
  if (await current(name, ctx) === path) return told(done(name, `Alternative for ${name} already set to ${path}`));
  if (!isTruthy(await ctx.call('alternatives.check_exists', [name, path]))) return told(failed(name, `Alternative ${path} for ${name} doesn't exist`));
  if (ctx.test) return told(wouldChange(name, `Alternative for ${name} will be set to path ${path}`, { path }));
  const words = str(await ctx.call('alternatives.set', [name, path]));
  if (await current(name, ctx) === path) return told(done(name, `Alternative for ${name} set to path ${path}`, { path }));
  return told(failed(name, `Alternative for ${name} not updated${words === '' ? '' : `: ${words}`}`));
}

const name = p.string();
const path = p.string();

export default defineState({
  name: 'alternatives',
  virtual: async (ctx) => (await ctx.has('alternatives.auto') ? true : 'alternatives module could not be loaded'),
  doc: 'Which of several programs a common name leads to.',
  functions: {
    install: fn({
      doc: 'Make sure that a path can be chosen for a name.',
      params: { name, link: p.string(), path, priority: p.any() },
      run: (args, ctx) => guarded(args.name, () => install(args, ctx)),
    }),
    remove: fn({
      doc: 'Make sure that a path cannot be chosen for a name.',
      params: { name, path },
      run: (args, ctx) => guarded(args.name, () => remove(args.name, args.path, ctx)),
    }),
    auto: fn({ doc: 'Make sure that the priorities decide for a name.', params: { name }, run: (args, ctx) => guarded(args.name, () => auto(args.name, ctx)) }),
    set: fn({ doc: 'Make sure that a name leads to a path that can be chosen for it.', params: { name, path }, run: (args, ctx) => guarded(args.name, () => set(args.name, args.path, ctx)) }),
  },
});
