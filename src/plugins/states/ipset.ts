/** Sets of addresses for the packet filter. Source: read, Salt 3008.3. */
import type { Context } from '../../kernel/contract/context.js';
import { CommandExecutionError, InvocationError, PythonError } from '../../kernel/contract/errors.js';
import { p } from '../../kernel/contract/params.js';
import { defineState, fn } from '../../kernel/contract/plugin.js';
import { done, failed, wouldChange } from '../../kernel/contract/state.js';
import { str } from '../../kernel/std/python-text.js';
import { isList, isTruthy, type PlainMap, type Value } from '../../kernel/std/value.js';

interface SetWish {
  readonly name: string;
  readonly family: string;
}
const changes = (name: string): PlainMap => ({ locale: name });
const isThere = async (name: string, ctx: Context): Promise<boolean> => await ctx.call('ipset.check_set', [name]) === true;
const ofState = (parts: PlainMap): PlainMap => Object.fromEntries(Object.entries(parts).filter(([key]) => !key.startsWith('__')));

async function setPresent({ name, family, set_type, kwargs }: SetWish & { set_type: string; kwargs: PlainMap }, ctx: Context): Promise<PlainMap> {
  if (await isThere(name, ctx)) return done(name, `ipset set ${name} already exists for ${family}`);
  if (ctx.test) return wouldChange(name, `ipset set ${name} would be added for ${family}`, changes(name));
  const said = await ctx.call('ipset.new_set', [name, set_type, family], ofState(kwargs));
  if (said !== true) return failed(name, `Failed to create set ${name} for ${family}: ${str(said).trim()}`);
  return done(name, `ipset set ${name} created successfully for ${family}`, changes(name));
}

/** Differs: its entries go with it, and stay when it cannot go; Salt empties it first. */
async function setAbsent({ name, family }: SetWish, ctx: Context): Promise<PlainMap> {
  if (!await isThere(name, ctx)) return done(name, `ipset set ${name} for ${family} is already absent`);
  if (ctx.test) return wouldChange(name, `ipset set ${name} for ${family} would be removed`, changes(name));
  const said = await ctx.call('ipset.delete_set', [name, family]);
  if (said !== true) return failed(name, `Failed to delete set ${name} for ${family}: ${str(said).trim()}`);
  return done(name, `ipset set ${name} deleted successfully for family ${family}`, changes(name));
}

interface EntryWish extends SetWish {
  readonly entry: Value;
  readonly kwargs: PlainMap;
}
interface Entry {
  /** Without options. */
  readonly bare: string;
  /** With options, as ipset lists them: a comment of several words is in quotes. */
  readonly full: string;
}

function entryOf(given: Value, kwargs: PlainMap): Entry {
  const [bare = '', ...rest] = str(given).split(' ');
  const own = rest.join(' ');
  const has = (option: string): boolean => kwargs[option] !== undefined && !own.includes(option);
  const comment = str(kwargs['comment'] ?? '');
  const quoted = /^[\w.@:/+-]+$/.test(comment) ? comment : `"${comment.replaceAll(/["\\]/g, '\\$&')}"`;
  const options = [...has('timeout') ? [`timeout ${str(kwargs['timeout'] ?? null)}`] : [], own, ...has('comment') ? [`comment ${quoted}`] : []];
  return { bare, full: [bare, ...options].filter((text) => text !== '').join(' ') };
}

/** What one entry came to; the lines of all make the comment. */
interface Step {
  readonly line: string;
  readonly result: boolean | null;
  readonly isChanged: boolean;
}
const step = (line: string, result: boolean | null = true, isChanged = false): Step => ({ line, result, isChanged });

/** Differs: one entry that fails makes the state fail, and the comment tells of all; Salt keeps what the last one came to. */
async function eachEntry(wish: EntryWish, ctx: Context, work: (entry: Entry, inSet: string, ctx: Context) => Promise<Step>): Promise<PlainMap> {
  if (!isTruthy(wish.entry)) return failed(wish.name, 'ipset entry must be specified');
  const inSet = wish.kwargs['set_name'];
  if (inSet === undefined) throw new InvocationError("'set_name'");
  const steps: Step[] = [];
  for (const one of isList(wish.entry) ? wish.entry : [wish.entry]) steps.push(await work(entryOf(one, wish.kwargs), str(inSet), ctx));
  const results = steps.map(({ result }) => result);
  const result = results.includes(false) ? false : results.includes(null) ? null : true;
  return { name: wish.name, result, changes: steps.some(({ isChanged }) => isChanged) ? changes(wish.name) : {}, comment: steps.map(({ line }) => line).join('') };
}

async function present(wish: EntryWish, ctx: Context): Promise<PlainMap> {
  const { family, kwargs } = wish;
  return eachEntry(wish, ctx, async ({ bare, full }, inSet) => {
    if (await ctx.call('ipset.check', [inSet, full, family]) === true) return step(`entry for ${bare} already in set ${inSet} for ${family}\n`);
    if (ctx.test) return step(`entry ${bare} would be added to set ${inSet} for family ${family}\n`, null, true);
    const said = str(await ctx.call('ipset.add', [inSet, full, family], ofState(kwargs)));
    if (said.startsWith('Error')) return step(`Failed to add to entry ${full} to set ${inSet} for family ${family}.\n${said}`, false);
    return step(`entry ${full} added to set ${inSet} for family ${family}\n`, true, true);
  });
}

async function absent(wish: EntryWish, ctx: Context): Promise<PlainMap> {
  const { family, kwargs } = wish;
  return eachEntry(wish, ctx, async ({ bare, full }, inSet) => {
    if (await ctx.call('ipset.check', [inSet, bare, family]) !== true) return step(`ipset entry for ${full} not present in set ${inSet} for ${family}\n`);
    if (ctx.test) return step(`ipset entry ${bare} would be removed from set ${inSet} for ${family}\n`, null, true);
    const said = str(await ctx.call('ipset.delete', [inSet, bare, family], ofState(kwargs)));
    if (said.startsWith('Error')) return step(`Failed to delete ipset entry from set ${inSet} for ${family}. Attempted entry was ${full}.\n${said}\n`, false);
    return step(`ipset entry ${full} removed from set ${inSet} for ${family}\n`, true, true);
  });
}

async function isEmpty(name: string, ctx: Context): Promise<boolean> {
  const sets = await ctx.call('ipset.list_sets');
  return Array.isArray(sets) && sets.some((one) => typeof one === 'object' && one !== null && 'Name' in one && one['Name'] === name && one['Number of entries'] === '0');
}

async function flush({ name, family }: SetWish, ctx: Context): Promise<PlainMap> {
  if (!await isThere(name, ctx)) return failed(name, `ipset set ${name} does not exist for ${family}`);
  if (await isEmpty(name, ctx)) return done(name, `ipset set ${name} has no entries for ${family}`);
  if (ctx.test) return wouldChange(name, `ipset entries in set ${name} for ${family} would be flushed`, changes(name));
  if (await ctx.call('ipset.flush', [name, family]) !== true) return failed(name, `Failed to flush ipset entries from set ${name} for ${family}`);
  return done(name, `Flushed ipset entries from set ${name} for ${family}`, changes(name));
}

const guarded = <W extends { readonly name: string }>(work: (wish: W, ctx: Context) => Promise<PlainMap>) => async (wish: W, ctx: Context): Promise<PlainMap> => {
  try {
    return await work(wish, ctx);
  } catch (error) {
    if (error instanceof CommandExecutionError || error instanceof InvocationError || error instanceof PythonError) return failed(wish.name, error.message);
    throw error;
  }
};

const family = p.string('ipv4', 'ipv4 or ipv6');
const head = { name: p.string() };

export default defineState({
  name: 'ipset',
  virtual: async (ctx) => (await ctx.has('ipset.version') ? true : 'ipset module could not be loaded'),
  doc: 'Sets of addresses, networks and ports for the packet filter.',
  functions: {
    set_present: fn({ doc: 'Make sure that a set is there; its options are named.', params: { ...head, set_type: p.string(), family, kwargs: p.keywords() }, run: guarded(setPresent) }),
    set_absent: fn({ doc: 'Make sure that a set is not there, with its entries.', params: { ...head, family, kwargs: p.keywords() }, run: guarded(setAbsent) }),
    present: fn({ doc: 'Make sure that entries are in the set `set_name`, with comment and timeout where they are given.', params: { ...head, entry: p.any(null), family, kwargs: p.keywords() }, run: guarded(present) }),
    absent: fn({
      doc: 'Make sure that entries are not in the set `set_name`.',
      params: { ...head, entry: p.any(null), entries: p.any(null), family, kwargs: p.keywords() },
      run: guarded(absent),
    }),
    flush: fn({ doc: 'Make sure that a set has no entries.', params: { ...head, family, kwargs: p.keywords() }, run: guarded(flush) }),
  },
});
