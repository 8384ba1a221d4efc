/** Rules of the packet filter, by iptables and ip6tables. The craft is in the folder beside it. */
import type { Context } from '../../kernel/contract/context.js';
import { CommandExecutionError } from '../../kernel/contract/errors.js';
import { p } from '../../kernel/contract/params.js';
import { defineModule, fn } from '../../kernel/contract/plugin.js';
import { str } from '../../kernel/std/python-text.js';
import { isTruthy, type PlainMap, type Value } from '../../kernel/std/value.js';
import { iptables, programPath, rulesFile, savedText, saveRules, waitWord } from './iptables/program.js';
import { ruleText, ruleWords } from './iptables/rule.js';
import { parseSaved, type Tables } from './iptables/saved.js';

const NO_CHAIN = 'Error: Chain needs to be specified';
const NO_RULE = 'Error: Rule needs to be specified';
/** Commands of one letter. */
const LETTERS = 'ACDIRLSFZNXPE';

const table = p.string('filter');
const chain = p.any(null);
const rule = p.any(null);
const family = p.string('ipv4', 'ipv4 or ipv6');

const policyOf = (tables: Tables, inTable: string, name: Value): Value => {
  const chains = Object.hasOwn(tables, inTable) ? tables[inTable] ?? {} : {};
  return Object.hasOwn(chains, str(name)) ? chains[str(name)]?.policy ?? null : null;
};
const asValue = (tables: Tables): PlainMap => tables as unknown as PlainMap;
const inMemory = async (which: string, ctx: Context): Promise<Tables> => parseSaved(await savedText(which, ctx));

async function inFile(file: Value, which: string, ctx: Context): Promise<Tables> {
  const path = isTruthy(file) ? str(file) : rulesFile(which, ctx);
  const text = await ctx.sys.readText(path);
  if (text === undefined) throw new CommandExecutionError(`[Errno 2] No such file or directory: '${path}'`);
  return parseSaved(text);
}

const isThere = async (inTable: string, name: string, text: string, which: string, ctx: Context): Promise<boolean> =>
  (await iptables(which, ['-t', inTable, '-C', name, ...ruleWords(text)], ctx)).code === 0;

/** What the program says against it; nothing when it worked. */
const complaint = async (words: readonly string[], which: string, ctx: Context): Promise<string> => (await iptables(which, words, ctx)).stderr;

interface Full {
  readonly table: string;
  readonly chain: Value;
  readonly command: Value;
  readonly position: Value;
  readonly full: Value;
  readonly family: string;
}
async function built(args: Full, parts: PlainMap, ctx: Context): Promise<string> {
  const text = ruleText(parts);
  if (!isTruthy(args.full)) return text;
  if (args.table === '') return 'Error: Table needs to be specified';
  if (!isTruthy(args.chain)) return NO_CHAIN;
  if (!isTruthy(args.command)) return 'Error: Command needs to be specified';
  const command = str(args.command);
  const flag = LETTERS.includes(command) ? '-' : '--';
  return `${await programPath(args.family, ctx)} ${await waitWord(args.family, ctx)} -t ${args.table} ${flag}${command} ${str(args.chain)} ${str(args.position)} ${text}`;
}

/** A position from the end counts backwards: -1 is the last place. */
async function placeOf(position: number, inTable: string, name: string, which: string, ctx: Context): Promise<number> {
  if (position >= 0) return position;
  const rules = (await inMemory(which, ctx))[inTable]?.[name]?.rules;
  if (rules === undefined) throw new CommandExecutionError(`There is no chain ${name} in the table ${inTable}`);
  return rules.length + position + 1 === 0 ? 1 : rules.length + position + 1;
}

export default defineModule({
  name: 'iptables',
  when: { kernel: ['Linux'] },
  virtual: async (ctx) => ((await ctx.sys.which('iptables')) === undefined ? 'The iptables execution module cannot be loaded: iptables not installed.' : true),
  doc: 'Rules of the packet filter, by iptables and ip6tables. A rule is a text as on a command line; no shell reads it.',
  functions: {
    version: fn({
      doc: "Give the version of iptables.\n\nsalt '*' iptables.version",
      params: { family },
      run: async (args, ctx) => (await iptables(args.family, ['--version'], ctx)).stdout.split(/\s+/)[1] ?? '',
    }),
    build_rule: fn({
      doc: "Make a rule of named parts: protocol, source, match, dport, connstate, comment, jump and all others. full=True gives the whole command.\n\nsalt '*' iptables.build_rule match=state connstate=RELATED,ESTABLISHED jump=ACCEPT",
      params: { table, chain, command: p.any(null), position: p.any(''), full: p.any(null), family, kwargs: p.keywords() },
      run: ({ kwargs, ...args }, ctx) => built(args, kwargs, ctx),
    }),
    get_rules: fn({
      doc: "Give the rules that hold now, by table and chain.\n\nsalt '*' iptables.get_rules",
      params: { family },
      run: async (args, ctx) => asValue(await inMemory(args.family, ctx)),
    }),
    get_saved_rules: fn({
      doc: "Give the rules of a file, or of that of the system.\n\nsalt '*' iptables.get_saved_rules",
      params: { conf_file: p.any(null), family },
      run: async (args, ctx) => asValue(await inFile(args.conf_file, args.family, ctx)),
    }),
    get_policy: fn({
      doc: "Give the policy of a chain.\n\nsalt '*' iptables.get_policy filter INPUT",
      params: { table, chain, family },
      run: async (args, ctx) => (isTruthy(args.chain) ? policyOf(await inMemory(args.family, ctx), args.table, args.chain) : NO_CHAIN),
    }),
    get_saved_policy: fn({
      doc: "Give the policy of a chain in a file, or in that of the system.\n\nsalt '*' iptables.get_saved_policy filter INPUT",
      params: { table, chain, conf_file: p.any(null), family },
      run: async (args, ctx) => (isTruthy(args.chain) ? policyOf(await inFile(args.conf_file, args.family, ctx), args.table, args.chain) : NO_CHAIN),
    }),
    set_policy: fn({
      doc: "Set the policy of a chain.\n\nsalt '*' iptables.set_policy filter INPUT ACCEPT",
      params: { table, chain, policy: p.any(null), family },
      run(args, ctx) {
        if (!isTruthy(args.chain)) return NO_CHAIN;
        return isTruthy(args.policy) ? complaint(['-t', args.table, '-P', str(args.chain), str(args.policy)], args.family, ctx) : 'Error: Policy needs to be specified';
      },
    }),
    save: fn({
      doc: "Write the rules that hold now into a file, or into that of the system. Lines that iptables.save_filters names are left out.\n\nsalt '*' iptables.save /etc/sysconfig/iptables",
      params: { filename: p.any(null), family },
      run: (args, ctx) => saveRules(args.filename, args.family, ctx),
    }),
    check: fn({
      doc: "Say whether a rule is there.\n\nsalt '*' iptables.check filter INPUT rule='-m state --state RELATED,ESTABLISHED -j ACCEPT'",
      params: { table, chain, rule, family },
      run(args, ctx) {
        if (!isTruthy(args.chain)) return NO_CHAIN;
        return isTruthy(args.rule) ? isThere(args.table, str(args.chain), str(args.rule), args.family, ctx) : NO_RULE;
      },
    }),
    check_chain: fn({
      doc: "Say whether a chain is there.\n\nsalt '*' iptables.check_chain filter INPUT",
      params: { table, chain, family },
      run: async (args, ctx) => (isTruthy(args.chain) ? (await savedText(args.family, ctx, ['-t', args.table])).includes(`:${str(args.chain)} `) : NO_CHAIN),
    }),
    new_chain: fn({
      doc: "Make a chain; True, or what the program says.\n\nsalt '*' iptables.new_chain filter CUSTOM_CHAIN",
      params: { table, chain, family },
      run: async (args, ctx) => (isTruthy(args.chain) ? await complaint(['-t', args.table, '-N', str(args.chain)], args.family, ctx) || true : NO_CHAIN),
    }),
    delete_chain: fn({
      doc: "Remove an empty chain; True, or what the program says.\n\nsalt '*' iptables.delete_chain filter CUSTOM_CHAIN",
      params: { table, chain, family },
      run: async (args, ctx) => (isTruthy(args.chain) ? await complaint(['-t', args.table, '-X', str(args.chain)], args.family, ctx) || true : NO_CHAIN),
    }),
    append: fn({
      doc: "Put a rule at the end of a chain; False when it is there.\n\nsalt '*' iptables.append filter INPUT rule='-m state --state RELATED,ESTABLISHED -j ACCEPT'",
      params: { table, chain, rule, family, strict: p.bool(false, 'fail in the words of the program instead of giving False') },
      async run(args, ctx) {
        if (!isTruthy(args.chain)) return NO_CHAIN;
        if (!isTruthy(args.rule)) return NO_RULE;
        if (await isThere(args.table, str(args.chain), str(args.rule), args.family, ctx)) return false;
        const said = await complaint(['-t', args.table, '-A', str(args.chain), ...ruleWords(str(args.rule))], args.family, ctx);
        if (said !== '' && args.strict) throw new CommandExecutionError(said);
        if (said !== '') ctx.log.error({ stderr: said }, 'iptables failed');
        return said === '';
      },
    }),
    insert: fn({
      doc: "Put a rule at a position of a chain, from the end when it is negative; nothing, False when it is there, or what the program says.\n\nsalt '*' iptables.insert filter INPUT position=3 rule='-m state --state RELATED,ESTABLISHED -j ACCEPT'",
      params: { table, chain, position: p.int(null), rule, family },
      async run(args, ctx) {
        if (!isTruthy(args.chain)) return NO_CHAIN;
        if (args.position === null || args.position === 0) return 'Error: Position needs to be specified or use append (-A)';
        if (!isTruthy(args.rule)) return NO_RULE;
        const place = await placeOf(args.position, args.table, str(args.chain), args.family, ctx);
        if (await isThere(args.table, str(args.chain), str(args.rule), args.family, ctx)) return false;
        return complaint(['-t', args.table, '-I', str(args.chain), String(place), ...ruleWords(str(args.rule))], args.family, ctx);
      },
    }),
    delete: fn({
      doc: "Remove a rule, by its text or its position; nothing, or what the program says.\n\nsalt '*' iptables.delete filter INPUT position=3",
      params: { table: p.string(), chain, position: p.any(null), rule, family },
      run(args, ctx) {
        if (isTruthy(args.position) && isTruthy(args.rule)) return 'Error: Only specify a position or a rule, not both';
        const words = isTruthy(args.position) ? [str(args.position)] : ruleWords(str(args.rule));
        return complaint(['-t', args.table, '-D', str(args.chain), ...words], args.family, ctx);
      },
    }),
    flush: fn({
      doc: "Remove all rules of a chain, or of all chains of a table.\n\nsalt '*' iptables.flush filter INPUT",
      params: { table, chain: p.string(''), family },
      run: (args, ctx) => complaint(['-t', args.table, '-F', ...args.chain === '' ? [] : [args.chain]], args.family, ctx),
    }),
  },
});
