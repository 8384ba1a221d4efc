/** Rules of the packet filter. Source: read, Salt 3008.3. */
import type { Context } from '../../kernel/contract/context.js';
import { CommandExecutionError, InvocationError, PythonError } from '../../kernel/contract/errors.js';
import { p } from '../../kernel/contract/params.js';
import { defineState, fn, type FnDeclaration } from '../../kernel/contract/plugin.js';
import { done, failed, wouldChange } from '../../kernel/contract/state.js';
import { str } from '../../kernel/std/python-text.js';
import { equalValues, isList, isPlainMap, isTruthy, type PlainMap, type Value } from '../../kernel/std/value.js';
import { joinedRules, ofState } from './iptables/aggregate.js';

interface Wish {
  readonly name: string;
  readonly table: string;
  readonly family: string;
  /** The parts of the rule, `chain`, `save` and `position` among them. */
  readonly kwargs: PlainMap;
}
type Work = (wish: Wish, ctx: Context) => Promise<PlainMap>;

const chainOf = ({ kwargs }: Wish): string => {
  if (kwargs['chain'] === undefined) throw new InvocationError("'chain'");
  return str(kwargs['chain']);
};
const changes = ({ name }: Wish): PlainMap => ({ locale: name });
const textOf = async (wish: Wish, full: PlainMap, ctx: Context): Promise<string> =>
  str(await ctx.call('iptables.build_rule', [], { ...wish.kwargs, name: wish.name, table: wish.table, family: wish.family, ...full })).trim();
/** Without the last spaces, as Salt shows a command; inside they stay. */
const commandOf = (wish: Wish, command: string, ctx: Context): Promise<string> => textOf(wish, { full: true, command }, ctx);
const isSet = async (wish: Wish, rule: string, ctx: Context): Promise<boolean> => await ctx.call('iptables.check', [wish.table, chainOf(wish), rule, wish.family]) === true;

const fileOf = (save: Value): Value => (save === true ? null : save);
const wantsSave = ({ kwargs }: Wish): boolean => isTruthy(kwargs['save']);
const save = (wish: Wish, ctx: Context): Promise<Value> => ctx.call('iptables.save', [], { filename: fileOf(wish.kwargs['save'] ?? null), family: wish.family });

const rulesIn = (tables: Value): Value[] => (isPlainMap(tables) ? Object.values(tables).flatMap((chains) => (isPlainMap(chains) ? Object.values(chains).map((chain) => (isPlainMap(chain) ? chain['rules'] ?? null : null)) : [])) : []);

/** True when the file has other rules than hold now. */
async function isStale(wish: Wish, ctx: Context): Promise<boolean> {
  const now = rulesIn(await ctx.call('iptables.get_rules', [], { family: wish.family }));
  try {
    return !equalValues(now, rulesIn(await ctx.call('iptables.get_saved_rules', [], { conf_file: fileOf(wish.kwargs['save'] ?? null), family: wish.family })));
  } catch (error) {
    if (error instanceof CommandExecutionError) return true;
    throw error;
  }
}

/** A rule that is there, saved when its file is behind. Differs: a test run saves nothing. */
async function settled(wish: Wish, comment: string, command: string, ctx: Context): Promise<PlainMap> {
  if (!wantsSave(wish) || ctx.test || !await isStale(wish, ctx)) return done(wish.name, comment);
  return done(wish.name, `${comment}\nSaved iptables rule ${wish.name} for ${wish.family}\n${command}\n${str(await save(wish, ctx))}`);
}

async function applied(wish: Wish, comment: string, saved: string, ctx: Context): Promise<PlainMap> {
  return done(wish.name, wantsSave(wish) ? `${saved}${str(await save(wish, ctx))}` : comment, changes(wish));
}

const append: Work = async (wish, ctx) => {
  const { name, family, table } = wish;
  const [rule, command] = [await textOf(wish, {}, ctx), await commandOf(wish, 'A', ctx)];
  if (await isSet(wish, rule, ctx)) return settled(wish, `iptables rule for ${name} already set (${command}) for ${family}`, command, ctx);
  if (ctx.test) return wouldChange(name, `iptables rule for ${name} needs to be set (${command}) for ${family}`, changes(wish));
  try {
    await ctx.call('iptables.append', [table, chainOf(wish), rule, family], { strict: true });
  } catch (error) {
    if (!(error instanceof CommandExecutionError)) throw error;
    return failed(name, `Failed to set iptables rule for ${name}.\nAttempted rule was ${command} for ${family}\n${error.message}`);
  }
  return applied(wish, `Set iptables rule for ${name} to: ${command} for ${family}`, `Set and saved iptables rule ${name} for ${family}\n${command}\n`, ctx);
};

const insert: Work = async (wish, ctx) => {
  const { name, family, table, kwargs } = wish;
  const [rule, command] = [await textOf(wish, { position: '' }, ctx), await commandOf(wish, 'I', ctx)];
  if (await isSet(wish, rule, ctx)) return settled(wish, `iptables rule for ${name} already set for ${family} (${command})`, command, ctx);
  if (ctx.test) return wouldChange(name, `iptables rule for ${name} needs to be set for ${family} (${command})`, changes(wish));
  const said = await ctx.call('iptables.insert', [table, chainOf(wish), kwargs['position'] ?? null, rule, family]);
  if (isTruthy(said)) return failed(name, `Failed to set iptables rule for ${name}.\nAttempted rule was ${command}\n${str(said)}`);
  return applied(wish, `Set iptables rule for ${name} to: ${command} for ${family}`, `Set and saved iptables rule ${name} for ${family}\n${command}\n`, ctx);
};

const remove: Work = async (wish, ctx) => {
  const { name, family, table, kwargs } = wish;
  const position = kwargs['position'];
  const [rule, command] = [await textOf(wish, { position: '' }, ctx), await commandOf(wish, 'D', ctx)];
  if (position === undefined && !await isSet(wish, rule, ctx)) return done(name, `iptables rule for ${name} already absent for ${family} (${command})`);
  if (ctx.test) return wouldChange(name, `iptables rule for ${name} needs to be deleted for ${family} (${command})`, changes(wish));
  const said = await ctx.call('iptables.delete', [table, chainOf(wish)], { family, ...position === undefined ? { rule } : { position } });
  if (isTruthy(said)) return failed(name, `Failed to delete iptables rule for ${name}.\nAttempted rule was ${command}\n${str(said)}`);
  return applied(wish, `Delete iptables rule for ${name} ${command}`, `Deleted and saved iptables rule ${name} for ${family}\n${command}\n`, ctx);
};

const setPolicy: Work = async (wish, ctx) => {
  const { name, family, table, kwargs } = wish;
  const [chain, policy] = [chainOf(wish), str(kwargs['policy'] ?? null)];
  const where = `iptables default policy for chain ${chain} on table ${table} for ${family}`;
  if (await ctx.call('iptables.get_policy', [table, chain, family]) === policy) return done(name, `${where} already set to ${policy}`);
  if (ctx.test) return wouldChange(name, `${where} needs to be set to ${policy}`, changes(wish));
  const said = await ctx.call('iptables.set_policy', [table, chain, policy, family]);
  if (isTruthy(said)) return failed(name, `Failed to set iptables default policy\n${str(said)}`);
  if (wantsSave(wish)) await save(wish, ctx);
  return done(name, `${wantsSave(wish) ? 'Set and saved' : 'Set'} default policy for ${chain} to ${policy} family ${family}`, changes(wish));
};

/** Differs: chains without rules are not flushed again. */
const flush: Work = async (wish, ctx) => {
  const { name, family, table, kwargs } = wish;
  const chain = str(kwargs['chain'] ?? '');
  const tables = await ctx.call('iptables.get_rules', [], { family });
  const chains = isPlainMap(tables) && isPlainMap(tables[table]) ? tables[table] : {};
  if (chain !== '' && !Object.hasOwn(chains, chain)) return failed(name, `Failed to flush iptables rules\nThere is no chain ${chain} in the table ${table}`);
  const full = Object.entries(chains).some(([one, facts]) => (chain === '' || one === chain) && isPlainMap(facts) && isTruthy(facts['rules']));
  if (!full) return done(name, `iptables rules in ${table} table ${chain} chain ${family} family are flushed already`);
  if (ctx.test) return wouldChange(name, `iptables rules in ${name} table ${table} chain ${family} family needs to be flushed`, changes(wish));
  const said = await ctx.call('iptables.flush', [table, chain, family]);
  if (isTruthy(said)) return failed(name, `Failed to flush iptables rules\n${str(said)}`);
  return done(name, `Flush iptables rules in ${table} table ${chain} chain ${family} family`, changes(wish));
};

const chainPresent: Work = async (wish, ctx) => {
  const { name, table, family } = wish;
  if (await ctx.call('iptables.check_chain', [table, name, family]) === true) return done(name, `iptables ${name} chain is already exist in ${table} table for ${family}`);
  if (ctx.test) return wouldChange(name, `iptables ${name} chain in ${table} table needs to be set for ${family}`, changes(wish));
  const said = await ctx.call('iptables.new_chain', [table, name, family]);
  if (said !== true) return failed(name, `Failed to create ${name} chain in ${table} table: ${str(said).trim()} for ${family}`);
  return done(name, `iptables ${name} chain in ${table} table create success for ${family}`, changes(wish));
};

/** True when a rule of another chain leads here: then the chain cannot go, and must not be emptied. */
async function isUsed({ name, table, family }: Wish, ctx: Context): Promise<boolean> {
  const tables = await ctx.call('iptables.get_rules', [], { family });
  const chains = isPlainMap(tables) && isPlainMap(tables[table]) ? tables[table] : {};
  const rules = Object.values(chains).flatMap((chain) => (isPlainMap(chain) && isList(chain['rules'] ?? null) ? chain['rules'] as readonly Value[] : []));
  return rules.some((rule) => isPlainMap(rule) && [rule['jump'], rule['goto']].some((targets) => isList(targets ?? null) && (targets as readonly Value[]).includes(name)));
}

const chainAbsent: Work = async (wish, ctx) => {
  const { name, table, family } = wish;
  if (await ctx.call('iptables.check_chain', [table, name, family]) !== true) return done(name, `iptables ${name} chain is already absent in ${table} table for ${family}`);
  if (await isUsed(wish, ctx)) return failed(name, `Failed to delete ${name} chain in ${table} table: rules lead to it for ${family}`);
  if (ctx.test) return wouldChange(name, `iptables ${name} chain in ${table} table needs to be removed ${family}`, changes(wish));
  const flushed = await ctx.call('iptables.flush', [table, name, family]);
  if (isTruthy(flushed)) return failed(name, `Failed to flush ${name} chain in ${table} table: ${str(flushed).trim()} for ${family}`);
  const said = await ctx.call('iptables.delete_chain', [table, name, family]);
  if (said !== true) return failed(name, `Failed to delete ${name} chain in ${table} table: ${str(said).trim()} for ${family}`);
  return done(name, `iptables ${name} chain in ${table} table delete success for ${family}`, changes(wish));
};

const guarded = (work: Work): Work => async (wish, ctx) => {
  try {
    return await work(wish, ctx);
  } catch (error) {
    if (error instanceof CommandExecutionError || error instanceof InvocationError || error instanceof PythonError) return failed(wish.name, error.message);
    throw error;
  }
};

/** Several rules at once, as `mod_aggregate` joins them: the file is written once. */
const several = (work: Work): Work => async (wish, ctx) => {
  const { rules, ...own } = wish.kwargs;
  if (!isList(rules ?? null)) return guarded(work)({ ...wish, kwargs: ofState(own) }, ctx);
  const returned: PlainMap[] = [];
  let file: Value = null;
  for (const rule of rules as readonly Value[]) {
    if (!isPlainMap(rule)) continue;
    const { name = wish.name, table = wish.table, family = wish.family, save: wanted = false, ...parts } = rule;
    if (isTruthy(wanted)) file = wanted;
    returned.push(await guarded(work)({ name: str(name), table: str(table), family: str(family), kwargs: ofState(parts) }, ctx));
  }
  if (file !== null && !ctx.test) await ctx.call('iptables.save', [], { filename: fileOf(file), family: wish.family });
  const locale = returned.flatMap((one) => (isPlainMap(one['changes']) && one['changes']['locale'] !== undefined ? [one['changes']['locale']] : []));
  const results = returned.map((one) => one['result']);
  // Differs: one failed rule makes the state fail; Salt gives the result of the last one.
  const result = results.includes(false) ? false : results.includes(null) ? null : true;
  return { name: wish.name, changes: locale.length > 0 ? { locale } : {}, result, comment: returned.map((one) => str(one['comment'] ?? '')).join('\n') };
};

const head = { name: p.string(), table: p.string('filter'), family: p.string('ipv4') };
const rule = { ...head, kwargs: p.keywords() };
type RuleParams = typeof rule;
const ruleFn = (doc: string, work: Work): ReturnType<typeof fn> => fn({ doc, params: rule, run: (args, ctx) => work(args, ctx) } satisfies FnDeclaration<RuleParams>);

export default defineState({
  name: 'iptables',
  virtual: async (ctx) => (await ctx.has('iptables.version') ? true : 'iptables module could not be loaded'),
  doc: 'Rules of the packet filter.',
  functions: {
    chain_present: fn({ doc: 'Make sure that a chain is there.', params: head, run: (args, ctx) => guarded(chainPresent)({ ...args, kwargs: {} }, ctx) }),
    chain_absent: fn({ doc: 'Make sure that a chain is not there, with its rules.', params: head, run: (args, ctx) => guarded(chainAbsent)({ ...args, kwargs: {} }, ctx) }),
    append: ruleFn('Make sure that a rule is there; a new one comes at the end of its chain. save=True keeps the rules for the next start.', several(append)),
    insert: ruleFn('Make sure that a rule is there; a new one comes at `position`, from the end when it is negative.', several(insert)),
    delete: ruleFn('Make sure that a rule is not there, by its parts or its `position`.', several(remove)),
    set_policy: ruleFn('Make sure that a chain has a policy.', guarded(setPolicy)),
    flush: ruleFn('Make sure that a chain, or a whole table, has no rules.', guarded(flush)),
    mod_aggregate: fn({
      doc: 'Join the rules of several states.',
      params: { low: p.map(), chunks: p.list(), running: p.map() },
      run: ({ low, chunks, running }) => joinedRules(low, chunks, running),
    }),
  },
});
