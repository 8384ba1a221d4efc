/** Rules of the packet filter, by nft. The craft is in the folder beside it. */
import type { Context } from '../../kernel/contract/context.js';
import { CommandExecutionError } from '../../kernel/contract/errors.js';
import { p } from '../../kernel/contract/params.js';
import { defineModule, fn } from '../../kernel/contract/plugin.js';
import { str } from '../../kernel/std/python-text.js';
import { isTruthy, type PlainMap, type Value } from '../../kernel/std/value.js';
import { chainFacts, findChain, findTable, handleOf, hasHandle, ruleset, savedRules, tables, tableTexts, verdict, wrongPlace, type Place, type Verdict } from './nftables/lookup.js';
import { NFT_FAMILIES, nft, nftFamily, nftHandle, nftName, nftPriority, nftText, nftWord, rulesFile } from './nftables/program.js';
import { ruleText, safeRule } from './nftables/rule.js';

const table = p.string('filter');
const chain = p.any(null);
const rule = p.any(null);
const family = p.string('ipv4', 'ipv4, ipv6, inet, arp, bridge or netdev');

/** Runs a command; a failure tells what nft said. */
async function act(words: readonly string[], good: string, bad: string, ctx: Context): Promise<Verdict> {
  const said = await nft(words, ctx);
  return said.worked ? verdict(true, good) : verdict(false, `${bad}\n${said.stderr}`.trimEnd());
}

interface Asked {
  readonly table: string;
  readonly chain: Value;
  readonly rule: Value;
  readonly family: string;
}
const placeOf = (asked: Asked): Place => ({ table: asked.table, chain: str(asked.chain), family: asked.family });

async function wrongRule(asked: Asked, ctx: Context): Promise<Verdict | undefined> {
  if (!isTruthy(asked.chain)) return verdict(false, 'Chain needs to be specified');
  if (!isTruthy(asked.rule)) return verdict(false, 'Rule needs to be specified');
  return wrongPlace(asked.table, asked.chain, asked.family, ctx);
}

async function checkRule(asked: Asked, ctx: Context): Promise<Verdict> {
  const wrong = await wrongRule(asked, ctx);
  if (wrong !== undefined) return wrong;
  const found = await handleOf(placeOf(asked), str(asked.rule), ctx) !== undefined;
  return verdict(found, `Rule ${str(asked.rule)} in chain ${str(asked.chain)} in table ${asked.table} in family ${asked.family} ${found ? 'exists' : 'does not exist'}`);
}

const inPlace = (asked: Asked): string => `"${str(asked.rule)}" chain ${str(asked.chain)} in table ${asked.table} in family ${asked.family}.`;

/** Puts a rule into a chain, unless it is there. */
async function putRule(command: 'add' | 'insert', position: Value, asked: Asked, ctx: Context): Promise<Verdict> {
  const wrong = await wrongRule(asked, ctx);
  if (wrong !== undefined) return wrong;
  const text = safeRule(str(asked.rule));
  if (await handleOf(placeOf(asked), text, ctx) !== undefined) return verdict(false, `Rule ${text} chain ${str(asked.chain)} in table ${asked.table} in family ${asked.family} already exists`);
  const where = isTruthy(position) ? ['position', nftHandle(position)] : [];
  return act([command, 'rule', nftFamily(asked.family), nftName(asked.table), nftName(asked.chain), ...where, text], `Added rule ${inPlace(asked)}`, `Failed to ${command} rule ${inPlace(asked)}`, ctx);
}

async function deleteRule(position: Value, asked: Asked, ctx: Context): Promise<Verdict> {
  if (isTruthy(position) && isTruthy(asked.rule)) return verdict(false, 'Only specify a position or a rule, not both');
  const wrong = await wrongPlace(asked.table, asked.chain, asked.family, ctx);
  if (wrong !== undefined) return wrong;
  const place = placeOf(asked);
  const given = isTruthy(position) ? nftHandle(position) : await handleOf(place, str(asked.rule), ctx);
  const shown = str(asked.rule);
  if (given === undefined || !await hasHandle(place, given, ctx)) return verdict(false, `Rule ${shown} chain ${place.chain} in table ${place.table} in family ${place.family} does not exist`);
  return act(
    ['delete', 'rule', nftFamily(place.family), nftName(place.table), nftName(place.chain), 'handle', given],
    `Deleted rule "${shown}" in chain ${place.chain} in table ${place.table} in family ${place.family}.`,
    `Failed to delete rule "${shown}" in chain ${place.chain}  table ${place.table} in family ${place.family}`, ctx,
  );
}

interface NewChain {
  readonly table: string;
  readonly chain: Value;
  readonly table_type: Value;
  readonly hook: Value;
  readonly priority: Value;
  readonly family: string;
}
async function newChain(wanted: NewChain, ctx: Context): Promise<Verdict> {
  if (!isTruthy(wanted.chain)) return verdict(false, 'Chain needs to be specified');
  const inTable = await findTable(wanted.table, wanted.family, ctx);
  if (!inTable.result) return inTable;
  const where = `Chain ${str(wanted.chain)} in table ${wanted.table} in family ${wanted.family}`;
  if ((await findChain(wanted.table, wanted.chain, wanted.family, ctx)).result) return verdict(false, `${where} already exists`);
  const { table_type: type, hook, priority } = wanted;
  // Differs: a priority of 0 counts as one, and none is none; Salt would tell nft the priority `None`.
  const isBase = isTruthy(type) || isTruthy(hook) || isTruthy(priority);
  if (isBase && (!isTruthy(type) || !isTruthy(hook) || priority === null || priority === '')) return verdict(false, 'Table_type, hook, and priority required.');
  const base = isBase ? [`{ type ${nftWord(type, 'type')} hook ${nftWord(hook, 'hook')} priority ${nftPriority(priority)}; }`] : [];
  return act(['add', 'chain', nftFamily(wanted.family), nftName(wanted.table), nftName(wanted.chain), ...base], `${where} created`, `${where} could not be created`, ctx);
}

interface BuiltRule {
  readonly table: Value;
  readonly chain: Value;
  readonly command: Value;
  readonly position: Value;
  readonly full: Value;
  readonly family: string;
}
function buildRule(asked: BuiltRule, parts: PlainMap): PlainMap {
  const name = nftFamily(asked.family);
  const text = ruleText(parts, name);
  const told = (comment: string): PlainMap => ({ comment, rule: text, result: false });
  const built = (whole: string): PlainMap => ({ comment: whole === '' ? '' : 'Successfully built rule', rule: whole, result: true });
  // As Salt: only the word asks for the whole command, not the value.
  if (asked.full !== 'True' && asked.full !== 'true') return built(text);
  if (!isTruthy(asked.table)) return told('Table needs to be specified');
  if (!isTruthy(asked.chain)) return told('Chain needs to be specified');
  if (!isTruthy(asked.command)) return told('Command needs to be specified');
  const isInsert = ['Insert', 'insert', 'INSERT'].includes(str(asked.command));
  const where = `${name} ${str(asked.table)} ${str(asked.chain)}`;
  const position = isInsert && isTruthy(asked.position) ? `position ${str(asked.position)} ` : '';
  return built(`nft ${isInsert ? 'insert' : str(asked.command)} rule ${where} ${position}${text}`);
}

async function saved(filename: Value, ctx: Context): Promise<string> {
  const path = rulesFile(filename, ctx);
  let rules = '#! nft -f\n';
  for (const one of NFT_FAMILIES) {
    const texts = await tableTexts(one, ctx);
    rules += `${texts.length > 0 ? '\n' : ''}${texts.join('\n')}`;
  }
  rules += '\n';
  const target = await ctx.call('file.directory_exists', [path]) === true ? `${path}/salt-all-in-one.nft` : path;
  try {
    await ctx.sys.fs.writeFile(target, rules);
  } catch (error) {
    throw new CommandExecutionError(`Problem writing to configuration file: ${error instanceof Error ? error.message : str(String(error))}`, { cause: error });
  }
  return rules;
}

export default defineModule({
  name: 'nftables',
  when: { kernel: ['Linux'] },
  virtual: async (ctx) => ((await ctx.sys.which('nft')) === undefined ? 'The nftables execution module failed to load: nftables is not installed.' : true),
  doc: 'Rules of the packet filter, by nft. Names must be names and a rule one rule: nothing in them is read as another command.',
  functions: {
    version: fn({
      doc: "Give the version of nft.\n\nsalt '*' nftables.version",
      params: {},
      run: async (_args, ctx) => (await nftText(['--version'], ctx)).split(/\s+/)[1] ?? '',
    }),
    build_rule: fn({
      doc: "Make a rule of named parts: if, of, proto, connstate, icmp-type, pkttype, counter, source, destination, dport, sport, dports, sports, jump and so on. full='True' gives the whole command.\n\nsalt '*' nftables.build_rule filter input command=insert connstate=related,established jump=accept",
      params: { table: p.any(null), chain, command: p.any(null), position: p.any(''), full: p.any(null), family, kwargs: p.keywords() },
      run: ({ kwargs, ...args }) => buildRule(args, kwargs),
    }),
    get_saved_rules: fn({
      doc: "Give the lines of a file of rules, or of that of the system.\n\nsalt '*' nftables.get_saved_rules",
      params: { conf_file: p.any(null) },
      run: ({ conf_file }, ctx) => savedRules(rulesFile(conf_file, ctx), ctx),
    }),
    list_tables: fn({ doc: "Give the tables.\n\nsalt '*' nftables.list_tables family=ipv6", params: { family }, run: (args, ctx) => tables(args.family, ctx) }),
    get_rules: fn({ doc: "Give the rules that hold now, a text for each table.\n\nsalt '*' nftables.get_rules", params: { family }, run: (args, ctx) => tableTexts(args.family, ctx) }),
    get_rules_json: fn({ doc: "Give all that holds now, as nft tells it in JSON.\n\nsalt '*' nftables.get_rules_json", params: { family }, run: (args, ctx) => ruleset(args.family, ctx) }),
    save: fn({
      doc: "Write the rules that hold now into a file, or into that of the system; of a folder, into its file salt-all-in-one.nft.\n\nsalt '*' nftables.save /etc/nftables",
      params: { filename: p.any(null), family },
      run: ({ filename }, ctx) => saved(filename, ctx),
    }),
    get_rule_handle: fn({
      doc: "Give the handle of a rule.\n\nsalt '*' nftables.get_rule_handle filter input rule='tcp dport 22 log accept'",
      params: { table, chain, rule, family },
      async run(args, ctx) {
        const there = await checkRule(args, ctx);
        return there.result ? { result: true, handle: await handleOf(placeOf(args), str(args.rule), ctx) ?? null } : there;
      },
    }),
    check: fn({ doc: "Say whether a rule is there.\n\nsalt '*' nftables.check filter input rule='tcp dport 22 log accept'", params: { table, chain, rule, family }, run: (args, ctx) => checkRule(args, ctx) }),
    check_chain: fn({ doc: "Say whether a chain is there.\n\nsalt '*' nftables.check_chain filter input", params: { table, chain, family }, run: (args, ctx) => findChain(args.table, args.chain, args.family, ctx) }),
    check_table: fn({ doc: "Say whether a table is there.\n\nsalt '*' nftables.check_table nat", params: { table: p.any(null), family }, run: (args, ctx) => findTable(args.table, args.family, ctx) }),
    new_table: fn({
      doc: "Make a table.\n\nsalt '*' nftables.new_table filter",
      params: { table: p.string(), family },
      async run(args, ctx) {
        const found = await findTable(args.table, args.family, ctx);
        if (found.result || args.table === '') return found;
        const where = `Table ${args.table} in family ${args.family}`;
        return act(['add', 'table', nftFamily(args.family), nftName(args.table)], `${where} created`, `${where} could not be created`, ctx);
      },
    }),
    delete_table: fn({
      doc: "Remove a table with all in it.\n\nsalt '*' nftables.delete_table filter",
      params: { table: p.string(), family },
      async run(args, ctx) {
        const found = await findTable(args.table, args.family, ctx);
        if (!found.result) return found;
        const where = `Table ${args.table} in family ${args.family}`;
        return act(['delete', 'table', nftFamily(args.family), nftName(args.table)], `${where} deleted`, `${where} could not be deleted`, ctx);
      },
    }),
    new_chain: fn({
      doc: "Make a chain; with a type, a hook and a priority one that packets come to.\n\nsalt '*' nftables.new_chain filter input table_type=filter hook=input priority=0",
      params: { table, chain, table_type: p.any(null), hook: p.any(null), priority: p.any(null), family },
      run: (args, ctx) => newChain(args, ctx),
    }),
    delete_chain: fn({
      doc: "Remove a chain without rules.\n\nsalt '*' nftables.delete_chain filter input",
      params: { table, chain, family },
      async run(args, ctx) {
        const wrong = isTruthy(args.chain) ? await wrongPlace(args.table, args.chain, args.family, ctx) : verdict(false, 'Chain needs to be specified');
        if (wrong !== undefined) return wrong;
        const where = `Chain ${str(args.chain)} in table ${args.table} in family ${args.family}`;
        return act(['delete', 'chain', nftFamily(args.family), nftName(args.table), nftName(args.chain)], `${where} deleted`, `${where} could not be deleted`, ctx);
      },
    }),
    append: fn({
      doc: "Put a rule at the end of a chain, unless it is there.\n\nsalt '*' nftables.append filter input rule='tcp dport 22 log accept'",
      params: { table, chain, rule, family },
      run: (args, ctx) => putRule('add', null, args, ctx),
    }),
    insert: fn({
      doc: "Put a rule at the beginning of a chain, or before the rule with the handle `position`, unless it is there.\n\nsalt '*' nftables.insert filter input position=3 rule='tcp dport 22 log accept'",
      params: { table, chain, position: p.any(null), rule, family },
      run: ({ position, ...args }, ctx) => putRule('insert', position, args, ctx),
    }),
    delete: fn({
      doc: "Remove a rule, by its text or its handle.\n\nsalt '*' nftables.delete filter input position=3",
      params: { table: p.string(), chain, position: p.any(null), rule, family },
      run: ({ position, ...args }, ctx) => deleteRule(position, args, ctx),
    }),
    flush: fn({
      doc: "Remove all rules of a chain, or of all chains of a table.\n\nsalt '*' nftables.flush filter input",
      params: { table, chain: p.string(''), family },
      async run(args, ctx) {
        const wrong = args.chain === '' ? await findTable(args.table, args.family, ctx) : await wrongPlace(args.table, args.chain, args.family, ctx);
        if (wrong?.result === false) return wrong;
        const from = args.chain === '' ? `from table ${args.table}` : `from chain ${args.chain} in table ${args.table}`;
        const words = args.chain === '' ? ['table'] : ['chain'];
        return act(['flush', ...words, nftFamily(args.family), nftName(args.table), ...args.chain === '' ? [] : [nftName(args.chain)]], `Flushed rules ${from} in family ${args.family}.`, `Failed to flush rules ${from} in family ${args.family}.`, ctx);
      },
    }),
    get_policy: fn({
      doc: "Give the policy of a chain.\n\nsalt '*' nftables.get_policy filter input",
      params: { table, chain, family },
      run: async (args, ctx) => (isTruthy(args.chain) ? (await chainFacts(args.table, args.chain, args.family, ctx))?.['policy'] ?? null : 'Error: Chain needs to be specified'),
    }),
    set_policy: fn({
      doc: "Set the policy of a chain that packets come to: accept or drop.\n\nsalt '*' nftables.set_policy filter input accept",
      params: { table, chain, policy: p.any(null), family, strict: p.bool(false, 'fail in the words of the program instead of giving False') },
      async run(args, ctx) {
        if (!isTruthy(args.chain)) return 'Error: Chain needs to be specified';
        if (!isTruthy(args.policy)) return 'Error: Policy needs to be specified';
        const facts = await chainFacts(args.table, args.chain, args.family, ctx);
        if (facts?.['hook'] === undefined) {
          if (args.strict) throw new CommandExecutionError(`There is no base chain ${str(args.chain)} in table ${args.table} in family ${args.family}`);
          return false;
        }
        const base = `{ type ${nftWord(facts['type'] ?? null, 'type')} hook ${nftWord(facts['hook'], 'hook')} priority ${nftPriority(facts['prio'] ?? null)}; policy ${nftWord(args.policy, 'policy')}; }`;
        const said = await nft(['add', 'chain', nftFamily(args.family), nftName(args.table), nftName(args.chain), base], ctx);
        if (!said.worked && args.strict) throw new CommandExecutionError(said.stderr);
        return said.worked;
      },
    }),
  },
});
