/** Rules of the packet filter, by nft. Source: read, Salt 3008.3. */
import type { Context } from '../../kernel/contract/context.js';
import { CommandExecutionError, InvocationError } from '../../kernel/contract/errors.js';
import { p } from '../../kernel/contract/params.js';
import { defineState, fn } from '../../kernel/contract/plugin.js';
import { done, failed, wouldChange } from '../../kernel/contract/state.js';
import { str } from '../../kernel/std/python-text.js';
import { isPlainMap, isTruthy, type PlainMap, type Value } from '../../kernel/std/value.js';

interface Wish {
  readonly name: string;
  readonly family: string;
  readonly kwargs: PlainMap;
}
type Work = (wish: Wish, ctx: Context) => Promise<PlainMap>;

const changes = (name: string): PlainMap => ({ locale: name });
const part = ({ kwargs }: Wish, key: string): Value => {
  const value = kwargs[key];
  if (value === undefined) throw new InvocationError(`'${key}'`);
  return value;
};

interface Told {
  readonly result: boolean;
  readonly comment: string;
}
/** What a function of the module says of its success. */
async function tell(fun: string, args: readonly Value[], ctx: Context): Promise<Told> {
  const told = await ctx.call(`nftables.${fun}`, args);
  return isPlainMap(told) ? { result: told['result'] === true, comment: str(told['comment'] ?? '') } : { result: false, comment: str(told) };
}
/** What stands behind the first line: the words of nft. */
const words = ({ comment }: Told): string => comment.split('\n').slice(1).map((line) => `\n${line}`).join('');

interface Rule {
  readonly text: string;
  readonly place: readonly [table: Value, chain: Value];
  readonly isSet: boolean;
}
async function ruleOf(wish: Wish, ctx: Context): Promise<Rule> {
  const parts = Object.fromEntries(Object.entries(wish.kwargs).filter(([key]) => !key.startsWith('__') && !['command', 'full', 'position', 'table', 'chain'].includes(key)));
  const built = await ctx.call('nftables.build_rule', [], { ...parts, family: wish.family });
  const text = isPlainMap(built) ? str(built['rule'] ?? '') : '';
  const place = [part(wish, 'table'), part(wish, 'chain')] as const;
  return { text, place, isSet: (await tell('check', [...place, text, wish.family], ctx)).result };
}

/** Keeps the rules when that is wanted; says whether. */
async function isSaved({ family, kwargs }: Wish, ctx: Context): Promise<boolean> {
  if (!isTruthy(kwargs['save'])) return false;
  await ctx.call('nftables.save', [], { filename: kwargs['save_filename'] ?? null, family });
  return true;
}

const append: Work = async (wish, ctx) => {
  const { name, family } = wish;
  const { text, place, isSet } = await ruleOf(wish, ctx);
  if (isSet) return done(name, `nftables rule for ${name} already set (${text}) for ${family}`);
  if (ctx.test) return wouldChange(name, `nftables rule for ${name} needs to be set (${text}) for ${family}`, changes(name));
  const told = await tell('append', [...place, text, family], ctx);
  if (!told.result) return failed(name, `Failed to set nftables rule for ${name}.\nAttempted rule was ${text} for ${family}.\n${told.comment}`);
  return done(name, `${await isSaved(wish, ctx) ? 'Set and Saved' : 'Set'} nftables rule for ${name} to: ${text} for ${family}`, changes(name));
};

const insert: Work = async (wish, ctx) => {
  const { name, family } = wish;
  const { text, place, isSet } = await ruleOf(wish, ctx);
  if (isSet) return done(name, `nftables rule for ${name} already set for ${family} (${text})`);
  if (ctx.test) return wouldChange(name, `nftables rule for ${name} needs to be set for ${family} (${text})`, changes(name));
  const told = await tell('insert', [...place, wish.kwargs['position'] ?? null, text, family], ctx);
  if (!told.result) return failed(name, `Failed to set nftables rule for ${name}.\nAttempted rule was ${text}\n${told.comment}`);
  return done(name, `${await isSaved(wish, ctx) ? 'Set and Saved' : 'Set'} nftables rule for ${name} to: ${text} for ${family}`, changes(name));
};

/** By its parts; with `position`, the rule that has this handle. */
const remove: Work = async (wish, ctx) => {
  const { name, family, kwargs } = wish;
  const { text, place, isSet } = await ruleOf(wish, ctx);
  const byHandle = kwargs['position'] !== undefined;
  if (!isSet && !byHandle) return done(name, `nftables rule for ${name} already absent for ${family} (${text})`);
  if (ctx.test) return wouldChange(name, `nftables rule for ${name} needs to be deleted for ${family} (${text})`, changes(name));
  const told = await tell('delete', [...place, kwargs['position'] ?? null, byHandle ? null : text, family], ctx);
  if (!told.result) return failed(name, `Failed to delete nftables rule for ${name}.\nAttempted rule was ${text}\n${told.comment}`);
  return done(name, await isSaved(wish, ctx) ? `Deleted and Saved nftables rule for ${name} for ${text}${family}` : `Delete nftables rule for ${name} ${text}`, changes(name));
};

interface ChainWish {
  readonly name: string;
  readonly table: string;
  readonly family: string;
}
async function chainPresent(wish: ChainWish & { table_type: Value; hook: Value; priority: Value }, ctx: Context): Promise<PlainMap> {
  const { name, table, family } = wish;
  if ((await tell('check_chain', [table, name, family], ctx)).result) return done(name, `nftables ${name} chain is already exist in ${table} table for ${family}`);
  if (ctx.test) return wouldChange(name, `nftables chain ${name} would be created in table ${table} for family ${family}`, changes(name));
  const told = await tell('new_chain', [table, name, wish.table_type, wish.hook, wish.priority, family], ctx);
  if (!told.result) return failed(name, `Failed to create ${name} chain in ${table} table: ${told.comment.trim()} for ${family}`);
  return done(name, `nftables ${name} chain in ${table} table create success for ${family}`, changes(name));
}

/** True when a rule of another chain leads here: then the chain cannot go, and must not be emptied. */
async function isUsed({ name, table, family }: ChainWish, ctx: Context): Promise<boolean> {
  const leadsHere = (value: Value): boolean => {
    if (Array.isArray(value)) return value.some(leadsHere);
    if (!isPlainMap(value)) return false;
    return Object.entries(value).some(([key, one]) => ((key === 'jump' || key === 'goto') && isPlainMap(one) ? one['target'] === name : leadsHere(one)));
  };
  const all = await ctx.call('nftables.get_rules_json', [family]);
  return Array.isArray(all) && all.some((one) => isPlainMap(one) && isPlainMap(one['rule']) && one['rule']['table'] === table && leadsHere(one['rule']['expr'] ?? null));
}

/** Differs: Salt's fails with an exception where there is a chain, and where there is none. */
async function chainAbsent(wish: ChainWish, ctx: Context): Promise<PlainMap> {
  const { name, table, family } = wish;
  if (!(await tell('check_chain', [table, name, family], ctx)).result) return done(name, `nftables ${name} chain is already absent in ${table} table for ${family}`);
  if (await isUsed(wish, ctx)) return failed(name, `Failed to delete ${name} chain in ${table} table: rules lead to it for ${family}`);
  if (ctx.test) return wouldChange(name, `nftables chain ${name} would be deleted from table ${table} for family ${family}`, changes(name));
  const flushed = await tell('flush', [table, name, family], ctx);
  if (!flushed.result) return failed(name, `Failed to flush ${name} chain in ${table} table: ${flushed.comment.trim()} for ${family}`);
  const told = await tell('delete_chain', [table, name, family], ctx);
  if (!told.result) return failed(name, `Failed to delete ${name} chain in ${table} table: ${told.comment.trim()} for ${family}`);
  return done(name, `nftables ${name} chain in ${table} table delete success for ${family}`, changes(name));
}

const hasRules = async (table: string, chain: string, family: string, ctx: Context): Promise<boolean> => {
  const all = await ctx.call('nftables.get_rules_json', [family]);
  return Array.isArray(all) && all.some((one) => isPlainMap(one) && isPlainMap(one['rule']) && one['rule']['table'] === table && (chain === '' || one['rule']['chain'] === chain));
};

/** Differs: chains without rules, and those whose absence is ignored, change nothing; a test run looks at them. */
async function flush(wish: Wish & { ignore_absence: boolean }, ctx: Context): Promise<PlainMap> {
  const { name, family, kwargs } = wish;
  const [table, chain] = [str(kwargs['table'] ?? 'filter'), str(kwargs['chain'] ?? '')];
  const hasTable = (await tell('check_table', [table, family], ctx)).result;
  if (!hasTable && !wish.ignore_absence) return failed(name, `Failed to flush table ${table} in family ${family}, table does not exist.`);
  const hasChain = chain === '' || (hasTable && (await tell('check_chain', [table, chain, family], ctx)).result);
  if (!hasChain && !wish.ignore_absence) return failed(name, `Failed to flush chain ${chain} in table ${table} in family ${family}, chain does not exist.`);
  if (!hasTable || !hasChain || !await hasRules(table, chain, family, ctx)) return done(name, `nftables rules in ${table} table ${chain} chain ${family} family are flushed already`);
  if (ctx.test) return wouldChange(name, 'nftables flush not performed in test mode.', changes(name));
  const told = await tell('flush', [table, chain, family], ctx);
  if (!told.result) return failed(name, `Failed to flush nftables rules${words(told)}`);
  return done(name, `Flush nftables rules in ${table} table ${chain} chain ${family} family`, changes(name));
}

async function setPolicy(wish: Wish & { table: string }, ctx: Context): Promise<PlainMap> {
  const { name, table, family } = wish;
  const [chain, policy] = [str(part(wish, 'chain')), str(part(wish, 'policy'))];
  const where = `nftables default policy for chain ${chain} on table ${table} for ${family}`;
  const now = await ctx.call('nftables.get_policy', [table, chain, family]);
  if (str(now ?? '').toLowerCase() === policy.toLowerCase()) return done(name, `${where} already set to ${policy}`);
  if (ctx.test) return wouldChange(name, `${where} needs to be set to ${policy}`, changes(name));
  try {
    await ctx.call('nftables.set_policy', [table, chain, policy.toLowerCase(), family], { strict: true });
  } catch (error) {
    if (error instanceof CommandExecutionError) return failed(name, `Failed to set nftables default policy\n${error.message}`);
    throw error;
  }
  return done(name, `${await isSaved(wish, ctx) ? 'Set and saved' : 'Set'} default policy for ${chain} to ${policy} family ${family}`, changes(name));
}

const tablePresent: Work = async ({ name, family }, ctx) => {
  if ((await tell('check_table', [name, family], ctx)).result) return done(name, `nftables table ${name} already exists in family ${family}`);
  if (ctx.test) return wouldChange(name, `nftables table ${name} would be created in family ${family}`, changes(name));
  const told = await tell('new_table', [name, family], ctx);
  if (!told.result) return failed(name, `Failed to create table ${name} for family ${family}${words(told)}`);
  return done(name, `nftables table ${name} successfully created in family ${family}`, changes(name));
};

const tableAbsent: Work = async ({ name, family }, ctx) => {
  if (!(await tell('check_table', [name, family], ctx)).result) return done(name, `nftables table ${name} is already absent from family ${family}`);
  if (ctx.test) return wouldChange(name, `nftables table ${name} would be deleted from family ${family}`, changes(name));
  const told = await tell('delete_table', [name, family], ctx);
  if (!told.result) return failed(name, `Failed to delete table ${name} from family ${family}${words(told)}`);
  return done(name, `nftables table ${name} successfully deleted from family ${family}`, changes(name));
};

/** What nft or a check of names says against it fails the state alone. */
const guarded = <W extends { readonly name: string }>(work: (wish: W, ctx: Context) => Promise<PlainMap>) => async (wish: W, ctx: Context): Promise<PlainMap> => {
  try {
    return await work(wish, ctx);
  } catch (error) {
    if (error instanceof CommandExecutionError || error instanceof InvocationError) return failed(wish.name, error.message);
    throw error;
  }
};

const family = p.string('ipv4', 'ipv4, ipv6, inet, arp, bridge or netdev');
const rule = { name: p.string(), family, kwargs: p.keywords() };
const chain = { name: p.string(), table: p.string('filter') };

export default defineState({
  name: 'nftables',
  virtual: async (ctx) => (await ctx.has('nftables.version') ? true : 'nftables module could not be loaded'),
  doc: 'Rules of the packet filter, by nft.',
  functions: {
    chain_present: fn({
      doc: 'Make sure that a chain is there; with a type, a hook and a priority one that packets come to.',
      params: { ...chain, table_type: p.any(null), hook: p.any(null), priority: p.any(null), family },
      run: guarded(chainPresent),
    }),
    chain_absent: fn({ doc: 'Make sure that a chain is not there, with its rules.', params: { ...chain, family }, run: guarded(chainAbsent) }),
    append: fn({ doc: 'Make sure that a rule is there; a new one comes at the end of its chain. save=True keeps the rules for the next start.', params: rule, run: guarded(append) }),
    insert: fn({ doc: 'Make sure that a rule is there; a new one comes first, or before the rule with the handle `position`.', params: rule, run: guarded(insert) }),
    delete: fn({ doc: 'Make sure that a rule is not there, by its parts or its handle (`position`).', params: rule, run: guarded(remove) }),
    flush: fn({
      doc: 'Make sure that a chain, or a whole table, has no rules.',
      params: { name: p.string(), family, ignore_absence: p.bool(false, 'a table or chain that is not there is as good as an empty one'), kwargs: p.keywords() },
      run: guarded(flush),
    }),
    set_policy: fn({ doc: 'Make sure that a chain has a policy.', params: { name: p.string(), table: p.string('filter'), family, kwargs: p.keywords() }, run: guarded(setPolicy) }),
    table_present: fn({ doc: 'Make sure that a table is there.', params: rule, run: guarded(tablePresent) }),
    table_absent: fn({ doc: 'Make sure that a table is not there, with all in it.', params: rule, run: guarded(tableAbsent) }),
  },
});
