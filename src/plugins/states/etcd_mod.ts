/** Keys of etcd. Source: read, Salt 3008.3. Differs: a test run changes nothing; a server that cannot be asked fails in its words; no profile is needed. */
import type { Context } from '../../kernel/contract/context.js';
import { p } from '../../kernel/contract/params.js';
import { defineState, fn } from '../../kernel/contract/plugin.js';
import { done, failed, wouldChange } from '../../kernel/contract/state.js';
import { str } from '../../kernel/std/python-text.js';
import { equalValues, isTruthy, type PlainMap, type Value } from '../../kernel/std/value.js';
import { guarded } from './outcome/step.js';

interface Wish {
  readonly name: string;
  readonly profile: string | null;
  readonly kwargs: PlainMap;
}
const optionsOf = ({ profile, kwargs }: Wish): PlainMap => ({ profile, ...Object.fromEntries(Object.entries(kwargs).filter(([key]) => !key.startsWith('__'))) });

async function setKey(wish: Wish, value: Value, ctx: Context): Promise<PlainMap> {
  const { name } = wish;
  const now = await ctx.call('etcd.get', [name], optionsOf(wish));
  if (equalValues(now, value)) return done(name, 'Key contains correct value');
  const changes = { [name]: value };
  if (ctx.test) return wouldChange(name, now === null ? 'New key would be created' : 'Key value would be updated', changes);
  await ctx.call('etcd.set', [name, value], optionsOf(wish));
  return done(name, now === null ? 'New key created' : 'Key value updated', changes);
}

async function removeKey(wish: Wish, recurse: boolean, ctx: Context): Promise<PlainMap> {
  const { name } = wish;
  const there = await ctx.call('etcd.get', [name], { ...optionsOf(wish), ...(recurse ? { recurse } : {}) });
  if (there === null) return done(name, 'Key does not exist');
  const changes = { [name]: 'Deleted' };
  if (ctx.test) return wouldChange(name, 'Key would be removed', changes);
  const gone = await ctx.call('etcd.rm', [name], { ...optionsOf(wish), recurse });
  return isTruthy(gone) ? done(name, 'Key removed', changes) : failed(name, 'Unable to remove key');
}

async function makeDirectory(wish: Wish, ctx: Context): Promise<PlainMap> {
  const { name } = wish;
  if (isTruthy(await ctx.call('etcd.get', [name], { ...optionsOf(wish), recurse: true }))) return done(name, 'Directory exists');
  await ctx.call('etcd.set', [name, null], { ...optionsOf(wish), directory: true });
  return done(name, 'New directory created', { [name]: 'Created' });
}

const name = p.string();
const profile = p.string(null, 'the map in the configuration that says where etcd is');
const kwargs = p.keywords();
const value = p.any();
const recurse = p.bool(false);

export default defineState({
  name: 'etcd_mod',
  serves: 'etcd',
  virtual: async (ctx) => ((await ctx.has('etcd.get')) ? true : 'Unable to import etcd_util'),
  doc: 'Keys of etcd.',
  functions: {
    set: fn({ doc: 'Make sure that a key has a value.', params: { name, value, profile, kwargs }, run: (args, ctx) => guarded(args.name, () => setKey(args, args.value, ctx)) }),
    wait_set: fn({ doc: 'Set a key when something that it watches changes.', params: { name, value, profile, kwargs }, run: (args) => done(args.name, '') }),
    directory: fn({ doc: 'Make sure that there are keys below a path; version 3 of etcd has no directories to make.', params: { name, profile, kwargs }, run: (args, ctx) => guarded(args.name, () => makeDirectory(args, ctx)) }),
    rm: fn({ doc: 'Make sure that there is no such key; with recurse none below it either.', params: { name, recurse, profile, kwargs }, run: (args, ctx) => guarded(args.name, () => removeKey(args, args.recurse, ctx)) }),
    wait_rm: fn({ doc: 'Delete a key when something that it watches changes.', params: { name, recurse, profile, kwargs }, run: (args) => done(args.name, '') }),
    mod_watch: fn({
      doc: 'Does what the state watches for.',
      params: { name, kwargs },
      run({ name: key, kwargs: all }, ctx) {
        const { sfun = null, value: wanted = null, profile: of = null, recurse: deep = false } = all;
        const wish = { name: key, profile: of === null ? null : str(of), kwargs: {} };
        if (sfun === 'wait_set' || sfun === 'wait_set_key') return guarded(key, () => setKey(wish, wanted, ctx));
        if (sfun === 'wait_rm' || sfun === 'wait_rm_key') return guarded(key, () => removeKey(wish, isTruthy(deep), ctx));
        return failed(key, `etcd.${str(sfun)} does not work with the watch requisite, please use etcd.wait_set or etcd.wait_rm`);
      },
    }),
  },
});
