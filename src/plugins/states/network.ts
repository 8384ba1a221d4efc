/** Interfaces, routes and settings of the network. Source: read and observed, Salt 3008.3. */
import type { Context } from '../../kernel/contract/context.js';
import { p } from '../../kernel/contract/params.js';
import { defineState, fn } from '../../kernel/contract/plugin.js';
import { equalValues, isTruthy, type PlainMap, type Value } from '../../kernel/std/value.js';
import { diffOf, setInterface } from './network/interface.js';
import { guarded } from './outcome/step.js';

interface Texts {
  readonly unchanged: string;
  readonly added: string;
  readonly updated: string;
  readonly wouldAdd: string;
  readonly wouldUpdate: string;
  /** Key and text of the changes when there was nothing before. */
  readonly key: string;
  readonly addedChange: string;
}

/** What is there beside what is wished: foretold, or applied. Differs: a test run foretells the changes, Salt's only tells them in the comment. */
async function compare(name: string, texts: Texts, old: Value, made: Value, apply: () => Promise<Value>, ctx: Context): Promise<PlainMap> {
  if (equalValues(old, made)) return { name, changes: {}, result: true, comment: texts.unchanged };
  const isNew = !isTruthy(old) && isTruthy(made);
  const diff = isNew ? '' : diffOf(old, made);
  const changes = { [texts.key]: isNew ? texts.addedChange : diff };
  if (ctx.test) return { name, changes, result: null, comment: isNew ? texts.wouldAdd : `${texts.wouldUpdate}:\n${diff}` };
  if (await apply() === false) return { name, changes, result: false, comment: 'The network settings could not be applied' };
  return { name, changes, result: true, comment: isNew ? texts.added : texts.updated };
}

async function routes(name: string, kwargs: PlainMap, ctx: Context): Promise<PlainMap> {
  const settings = { ...kwargs, test: ctx.test };
  const old = await ctx.call('ip.get_routes', [name]);
  const made = await ctx.call('ip.build_routes', [name], settings);
  const about = `Interface ${name} routes`;
  return compare(name, {
    unchanged: `${about} are up to date.`, added: `${about} added.`, updated: `${about} updated.`, wouldAdd: `${about} are set to be added.`,
    wouldUpdate: `${about} are set to be updated`, key: 'network_routes', addedChange: `Added interface ${name} routes.`,
  }, old, made, () => ctx.call('ip.apply_network_settings', [], settings), ctx);
}

async function system(name: string, kwargs: PlainMap, ctx: Context): Promise<PlainMap> {
  const settings = { ...kwargs, test: ctx.test };
  const old = await ctx.call('ip.get_network_settings');
  const made = await ctx.call('ip.build_network_settings', [], settings);
  const unchanged = 'Global network settings are up to date.';
  return compare(name, {
    unchanged, added: unchanged, updated: unchanged, wouldAdd: 'Global network settings are set to be added.', wouldUpdate: 'Global network settings are set to be updated',
    key: 'network_settings', addedChange: 'Added global network settings.',
  }, old, made, () => ctx.call('ip.apply_network_settings', [], settings), ctx);
}

const kwargs = p.keywords();

export default defineState({
  name: 'network',
  virtual: async (ctx) => ((await ctx.has('ip.get_interface')) ? true : 'ip module could not be loaded'),
  doc: 'Interfaces, routes and settings of the network.',
  functions: {
    managed: fn({
      doc: 'Make sure that an interface is configured as wished, and up or down.',
      params: { name: p.string(), enabled: p.any(true), kwargs },
      run: (args, ctx) => guarded(args.name, () => setInterface({ name: args.name, enabled: isTruthy(args.enabled), settings: args.kwargs }, ctx)),
    }),
    routes: fn({
      doc: 'Make sure that an interface has these routes, a list of maps with name, ipaddr, netmask and gateway.',
      params: { name: p.string(), kwargs },
      run: (args, ctx) => guarded(args.name, () => routes(args.name, args.kwargs, ctx)),
    }),
    system: fn({
      doc: 'Make sure that the settings of the whole network are as wished.',
      params: { name: p.string(), kwargs },
      run: (args, ctx) => guarded(args.name, () => system(args.name, args.kwargs, ctx)),
    }),
  },
});

