/** Sets of addresses for the packet filter, by ipset. The craft is in the folder beside it. */
import type { Context } from '../../kernel/contract/context.js';
import { CommandExecutionError } from '../../kernel/contract/errors.js';
import { p } from '../../kernel/contract/params.js';
import { defineModule, fn } from '../../kernel/contract/plugin.js';
import { str } from '../../kernel/std/python-text.js';
import { isList, isTruthy, type PlainMap, type Value } from '../../kernel/std/value.js';
import { entryWords, hasEntry, isExpanded, parseMember } from './ipset/member.js';
import { allSets, ipset, membersOf, setFacts } from './ipset/program.js';
import { NEEDS, SET_TYPES, WITHOUT_VALUE } from './ipset/types.data.js';

const NO_SET = 'Error: Set needs to be specified';
const NO_ENTRY = 'Error: Entry needs to be specified';
const FAMILIES: ReadonlyMap<string, string> = new Map([['ipv4', 'inet'], ['ip4', 'inet'], ['ipv6', 'inet6'], ['ip6', 'inet6']]);

const name = p.any(null);
const entry = p.any(null);
const family = p.string('ipv4', 'ipv4 or ipv6');

/** True, or what the program says. */
const complaint = async (command: string, words: readonly string[], ctx: Context): Promise<string | true> => {
  const said = await ipset([command], words, ctx);
  return said.code === 0 ? true : said.text || `ipset ended with ${said.code}`;
};

interface NewSet {
  readonly name: Value;
  readonly set_type: Value;
  readonly family: string;
  readonly comment: Value;
  readonly kwargs: PlainMap;
}
async function newSet(wanted: NewSet, ctx: Context): Promise<Value> {
  const inFamily = FAMILIES.get(wanted.family);
  if (inFamily === undefined) throw new CommandExecutionError(`ipset has no family '${wanted.family}'`);
  if (!isTruthy(wanted.name)) return 'Error: Set Name needs to be specified';
  if (!isTruthy(wanted.set_type)) return 'Error: Set Type needs to be specified';
  const type = SET_TYPES.get(str(wanted.set_type));
  if (type === undefined) return 'Error: Set Type is invalid';
  const missing = type.required.find((option) => wanted.kwargs[option] === undefined);
  if (missing !== undefined) return `Error: ${missing} is a required argument`;
  const words = [str(wanted.name), str(wanted.set_type)];
  for (const option of type.create) {
    const value = wanted.kwargs[option];
    if (value === undefined || value === false) continue;
    words.push(option, ...WITHOUT_VALUE.has(option) ? [] : [str(value)]);
  }
  return complaint('create', [...words, ...type.hasFamily ? ['family', inFamily] : [], ...isTruthy(wanted.comment) ? ['comment'] : []], ctx);
}

async function addEntry(inSet: string, text: string, kwargs: PlainMap, ctx: Context): Promise<string> {
  const facts = await setFacts(inSet, ctx);
  if (facts === undefined) return `Error: Set ${inSet} does not exist`;
  const header = str(facts['Header'] ?? '').split(' ');
  const lacks = NEEDS.find(([options, needed]) => options.some((option) => kwargs[option] !== undefined) && !header.includes(needed));
  if (lacks !== undefined) return `Error: Set ${inSet} not created with ${lacks[1]} support`;
  const [member = '', ...given] = entryWords(text);
  const words = [inSet, member, ...given];
  for (const option of ['comment', ...SET_TYPES.get(str(facts['Type'] ?? ''))?.add ?? []]) {
    const value = kwargs[option];
    if (value === undefined || value === false || given.includes(option)) continue;
    words.push(option, ...option === 'nomatch' ? [] : [str(value)]);
  }
  if ((await membersOf(inSet, ctx)).includes(text)) return `Warn: Entry ${text} already exists in set ${inSet}`;
  // The same entry with another comment or another time takes the place of the old one.
  const said = await ipset(['add', '-exist'], words, ctx);
  return said.code === 0 ? 'Success' : `Error: ${said.text}`;
}

const tested = async (inSet: string, one: string, ctx: Context): Promise<boolean> => (await ipset(['test'], [inSet, one], ctx)).code === 0;

async function hasOne(inSet: string, entries: readonly string[], ctx: Context): Promise<boolean | string> {
  const facts = await setFacts(inSet, ctx);
  if (facts === undefined) return `Error: Set ${inSet} does not exist`;
  const type = str(facts['Type'] ?? '');
  const members = (await membersOf(inSet, ctx)).map((member) => parseMember(type, member));
  for (const one of entries) {
    if (hasEntry(members, parseMember(type, one), isExpanded(type, one))) return true;
    // A set with a netmask keeps other addresses than it was given: ipset itself knows.
    if (!/[\s/-]/.test(one) && await tested(inSet, one, ctx)) return true;
  }
  return false;
}

const textsOf = (given: Value): string[] => (isList(given) ? given.map(str) : [str(given)]);

export default defineModule({
  name: 'ipset',
  when: { kernel: ['Linux'] },
  virtual: async (ctx) => ((await ctx.sys.which('ipset')) === undefined ? 'The ipset execution modules cannot be loaded: ipset binary not in path.' : true),
  doc: 'Sets of addresses, networks and ports for the packet filter, by ipset.',
  functions: {
    version: fn({ doc: "Give the version of ipset.\n\nsalt '*' ipset.version", params: {}, run: async (_args, ctx) => (await ipset(['--version'], [], ctx)).stdout.split(/\s+/)[1] ?? '' }),
    new_set: fn({
      doc: "Make a set. Options such as range, timeout, hashsize, maxelem, counters and skbinfo are named.\n\nsalt '*' ipset.new_set custom_set list:set\n\nsalt '*' ipset.new_set custom_set bitmap:ip range=192.0.2.0/24 comment=True",
      params: { name, set_type: p.any(null), family, comment: p.any(false), kwargs: p.keywords() },
      run: (args, ctx) => newSet(args, ctx),
    }),
    delete_set: fn({
      doc: "Remove a set; True, or what the program says.\n\nsalt '*' ipset.delete_set custom_set",
      params: { name, family },
      run: (args, ctx) => (isTruthy(args.name) ? complaint('destroy', [str(args.name)], ctx) : NO_SET),
    }),
    rename_set: fn({
      doc: "Give a set another name.\n\nsalt '*' ipset.rename_set custom_set new_set=new_set_name",
      params: { name, new_set: p.any(null), family },
      async run(args, ctx) {
        if (!isTruthy(args.name)) return NO_SET;
        if (!isTruthy(args.new_set)) return 'Error: New name for set needs to be specified';
        if (await setFacts(str(args.name), ctx) === undefined) return 'Error: Set does not exist';
        if (await setFacts(str(args.new_set), ctx) !== undefined) return 'Error: New Set already exists';
        return complaint('rename', [str(args.name), str(args.new_set)], ctx);
      },
    }),
    list_sets: fn({ doc: "Give all sets, without their members.\n\nsalt '*' ipset.list_sets", params: { family }, run: (_args, ctx) => allSets(ctx) }),
    check_set: fn({
      doc: "Say whether a set is there.\n\nsalt '*' ipset.check_set name",
      params: { name, family },
      run: async (args, ctx) => (isTruthy(args.name) ? await setFacts(str(args.name), ctx) !== undefined : NO_SET),
    }),
    add: fn({
      doc: "Add an entry to a set, with timeout, packets, bytes, comment, nomatch, skbmark, skbprio and skbqueue where the set takes them.\n\nsalt '*' ipset.add name 192.0.2.26\n\nsalt '*' ipset.add name 192.0.2.26,00:11:22:33:44:BB",
      params: { name, entry, family, kwargs: p.keywords() },
      run({ kwargs, ...args }, ctx) {
        if (!isTruthy(args.name)) return NO_SET;
        return isTruthy(args.entry) ? addEntry(str(args.name), str(args.entry), kwargs, ctx) : NO_ENTRY;
      },
    }),
    delete: fn({
      doc: "Remove an entry from a set.\n\nsalt '*' ipset.delete name 192.0.2.26",
      params: { name, entry, family, kwargs: p.keywords() },
      async run(args, ctx) {
        if (!isTruthy(args.name)) return NO_SET;
        if (!isTruthy(args.entry)) return NO_ENTRY;
        if (await setFacts(str(args.name), ctx) === undefined) return `Error: Set ${str(args.name)} does not exist`;
        const said = await complaint('del', [str(args.name), str(args.entry)], ctx);
        return said === true ? 'Success' : `Error: ${said}`;
      },
    }),
    check: fn({
      doc: "Say whether a set has an entry, or one of several; the options behind it must hold as well.\n\nsalt '*' ipset.check name '192.0.2.26 comment \"why not\"'",
      params: { name, entry, family },
      run(args, ctx) {
        if (!isTruthy(args.name)) return NO_SET;
        return isTruthy(args.entry) ? hasOne(str(args.name), textsOf(args.entry), ctx) : NO_ENTRY;
      },
    }),
    test: fn({
      doc: "Ask ipset whether an entry is in a set.\n\nsalt '*' ipset.test name 192.0.2.26",
      params: { name, entry, family, kwargs: p.keywords() },
      async run(args, ctx) {
        if (!isTruthy(args.name)) return NO_SET;
        if (!isTruthy(args.entry)) return NO_ENTRY;
        if (await setFacts(str(args.name), ctx) === undefined) return `Error: Set ${str(args.name)} does not exist`;
        return tested(str(args.name), str(args.entry), ctx);
      },
    }),
    flush: fn({
      doc: "Remove all entries of a set, or of all sets.\n\nsalt '*' ipset.flush set",
      params: { name, family },
      run: async (args, ctx) => (await ipset(['flush'], isTruthy(args.name) ? [str(args.name)] : [], ctx)).code === 0,
    }),
  },
});
