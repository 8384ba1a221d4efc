/** Says whether this minion is meant by a target, and chooses values by targets. */
import type { Context } from '../../kernel/contract/context.js';
import { PythonError } from '../../kernel/contract/errors.js';
import { p } from '../../kernel/contract/params.js';
import { defineModule, fn } from '../../kernel/contract/plugin.js';
import { asError } from '../../kernel/std/async.js';
import { parseIpAddress, parseIpNetwork } from '../../kernel/std/ip-address.js';
import { updateMap } from '../../kernel/std/merge.js';
import { reprText, str } from '../../kernel/std/python-text.js';
import { DEFAULT_DELIMITER } from '../../kernel/std/traverse.js';
import { isMap, isTruthy, mapEntries, mapFrom, mapGet, typeName, type Value } from '../../kernel/std/value.js';

interface Question {
  readonly delimiter?: string;
  readonly minionId?: Value;
}

/** A target that cannot be read means nobody; the log tells why. */
async function matches(ctx: Context, kind: string, tgt: Value, { delimiter = DEFAULT_DELIMITER, minionId = null }: Question = {}): Promise<boolean> {
  try {
    return await ctx.port('match').matches(tgt, kind, delimiter, minionId === null ? undefined : str(minionId));
  } catch (err) {
    ctx.log.error({ err: asError(err), kind }, 'target cannot be matched');
    return false;
  }
}

/**
 * What the second argument of a matcher is, by the names `tgt_type` may have here.
 *
 * Source: observed, Salt 3008.3: the list matcher is known by its Python name, and an id lands in the second parameter
 * whatever that is.
 */
const SECOND: ReadonlyMap<string, 'minionId' | 'delimiter' | undefined> = new Map([
  ['compound', 'minionId'], ['glob', 'minionId'], ['list_', 'minionId'], ['pcre', 'minionId'],
  ['grain', 'delimiter'], ['grain_pcre', 'delimiter'], ['pillar', 'delimiter'], ['pillar_pcre', 'delimiter'],
  ['data', undefined], ['ipcidr', undefined],
]);

/** Source: observed, Salt 3008.3 answers what is neither address nor network with an empty list. */
function byAddress(ctx: Context, tgt: Value): Promise<Value> | Value {
  const text = str(tgt);
  return parseIpAddress(text) === undefined && parseIpNetwork(text) === undefined ? [] : matches(ctx, 'ipcidr', tgt);
}

async function meansUs(ctx: Context, tgtType: string, tgt: Value, minionId: Value): Promise<boolean> {
  if (!SECOND.has(tgtType)) throw new PythonError('KeyError', reprText(tgtType));
  const second = SECOND.get(tgtType);
  const kind = tgtType === 'list_' ? 'list' : tgtType;
  if (!isTruthy(minionId)) return matches(ctx, kind, tgt);
  if (second === undefined) throw new PythonError('TypeError', `${tgtType}() takes 1 positional argument but 2 were given`);
  return matches(ctx, kind, tgt, second === 'delimiter' ? { delimiter: str(minionId) } : { minionId });
}

interface Choice {
  readonly tgtType: string;
  readonly minionId: Value;
  readonly merge: Value;
  readonly mergeLists: boolean;
  readonly fallback: Value;
}

async function filterBy(ctx: Context, lookup: Value, choice: Choice): Promise<Value> {
  if (!isMap(lookup)) throw new PythonError('AttributeError', `'${typeName(lookup)}' object has no attribute 'get'`);
  for (const [tgt, value] of mapEntries(lookup)) {
    if (await meansUs(ctx, choice.tgtType, tgt, choice.minionId)) return merged(value, choice);
  }
  return mapGet(lookup, choice.fallback) ?? null;
}

function merged(value: Value, { merge, mergeLists }: Choice): Value {
  if (!isTruthy(merge)) return value;
  if (!isMap(merge)) throw new PythonError('salt.exceptions.SaltException', 'filter_by merge argument must be a dictionary.');
  if (value === null) return merge;
  if (!isMap(value)) throw new PythonError('TypeError', 'Cannot update using non-dict types in dictupdate.update()');
  return updateMap(value, merge, { mergeLists });
}

async function searchBy(ctx: Context, lookup: Value, tgtType: string, minionId: Value): Promise<Value> {
  if (!isMap(lookup)) throw new PythonError('AttributeError', `'${typeName(lookup)}' object has no attribute 'items'`);
  const found: Value[] = [];
  for (const [key, targets] of mapEntries(lookup)) {
    for (const target of each(targets)) if (await meansUs(ctx, tgtType, target, minionId)) found.push(key);
  }
  return found.length === 0 ? null : found;
}

/** What Python goes through: items, keys or letters. */
function each(value: Value): readonly Value[] {
  if (Array.isArray(value)) return value as readonly Value[];
  if (isMap(value)) return mapEntries(value).map(([key]) => key);
  if (typeof value === 'string') return Array.from(value);
  throw new PythonError('TypeError', `'${typeName(value)}' object is not iterable`);
}

const FALLBACK_KEY = 'SALT_IFELSE_FUNCTION_DEFAULT';
const NOTHING = 'SALT_IFELSE_MATCH_NOTHING';

/** Targets and values in turn, the last value for nobody's target; True and False may stand for targets. */
function ifElse(ctx: Context, args: readonly Value[], choice: Omit<Choice, 'fallback'>): Value | Promise<Value> {
  if (args.length % 2 === 0) throw new PythonError('salt.exceptions.SaltException', 'The ifelse function must have an odd number of arguments!');
  const last = args.at(-1) ?? null;
  if (args.length === 1) return last;
  const pairs: [Value, Value][] = [];
  for (let at = 0; at + 1 < args.length; at += 2) {
    const key = args[at] ?? null;
    pairs.push([key === true ? '*' : key === false ? NOTHING : key, args[at + 1] ?? null]);
  }
  return filterBy(ctx, mapFrom(new Map([...pairs, [FALLBACK_KEY, last]])), { ...choice, fallback: FALLBACK_KEY });
}

const tgt = p.any();
const delimiter = p.string(DEFAULT_DELIMITER);
const minion_id = p.any(null, 'asked for this id instead of our own');
const choiceParams = { tgt_type: p.string('compound'), minion_id: p.any(null), merge: p.any(null, 'laid over the chosen mapping'), merge_lists: p.bool(false) };

export default defineModule({
  name: 'match',
  doc: 'Says whether this minion is meant by a target, and chooses values by targets.',
  functions: {
    compound: fn({
      doc: "Say whether a compound target means this minion.\n\nsalt '*' match.compound 'L@cheese,foo and *'",
      params: { tgt, minion_id },
      run: (args, ctx) => matches(ctx, 'compound', args.tgt, { minionId: args.minion_id }),
    }),
    ipcidr: fn({
      doc: "Say whether this minion has an address, or one in a network.\n\nsalt '*' match.ipcidr '192.168.44.0/24'",
      params: { tgt },
      run: (args, ctx) => byAddress(ctx, args.tgt),
    }),
    pillar_pcre: fn({
      doc: "Say whether a pillar value fits a regular expression.\n\nsalt '*' match.pillar_pcre 'cheese:(swiss|american)'",
      params: { tgt, delimiter },
      run: (args, ctx) => matches(ctx, 'pillar_pcre', args.tgt, args),
    }),
    pillar: fn({
      doc: "Say whether a pillar value fits a glob.\n\nsalt '*' match.pillar 'cheese:foo'",
      params: { tgt, delimiter },
      run: (args, ctx) => matches(ctx, 'pillar', args.tgt, args),
    }),
    data: fn({
      doc: "Say whether a value of the data store fits.\n\nsalt '*' match.data 'spam:eggs'",
      params: { tgt },
      run: (args, ctx) => matches(ctx, 'data', args.tgt),
    }),
    grain_pcre: fn({
      doc: "Say whether a grain fits a regular expression.\n\nsalt '*' match.grain_pcre 'os:Fedo.*'",
      params: { tgt, delimiter },
      run: (args, ctx) => matches(ctx, 'grain_pcre', args.tgt, args),
    }),
    grain: fn({
      doc: "Say whether a grain fits a glob.\n\nsalt '*' match.grain 'os:Ubuntu'",
      params: { tgt, delimiter },
      run: (args, ctx) => matches(ctx, 'grain', args.tgt, args),
    }),
    list: fn({
      doc: "Say whether a list names this minion.\n\nsalt '*' match.list 'server1,server2'",
      params: { tgt, minion_id },
      run: (args, ctx) => matches(ctx, 'list', args.tgt, { minionId: args.minion_id }),
    }),
    pcre: fn({
      doc: "Say whether a regular expression fits the id.\n\nsalt '*' match.pcre '.*'",
      params: { tgt, minion_id },
      run: (args, ctx) => matches(ctx, 'pcre', args.tgt, { minionId: args.minion_id }),
    }),
    glob: fn({
      doc: "Say whether a glob fits the id.\n\nsalt '*' match.glob 'web*'",
      params: { tgt, minion_id },
      run: (args, ctx) => matches(ctx, 'glob', args.tgt, { minionId: args.minion_id }),
    }),
    filter_by: fn({
      doc: "Give the value of the first target that means this minion.\n\nsalt '*' match.filter_by '{foo*: Foo!, bar*: Bar!}' minion_id=bar03",
      params: { lookup: p.any(), ...choiceParams, default: p.any('default', 'key of the value when no target fits') },
      run: (args, ctx) => filterBy(ctx, args.lookup, {
        tgtType: args.tgt_type, minionId: args.minion_id, merge: args.merge, mergeLists: args.merge_lists, fallback: args.default,
      }),
    }),
    search_by: fn({
      doc: "List the keys of which a target means this minion.\n\nsalt '*' match.search_by '{web: [node1, node2], db: [node2, node3]}'",
      params: { lookup: p.any(), tgt_type: p.string('compound'), minion_id: p.any(null) },
      run: (args, ctx) => searchBy(ctx, args.lookup, args.tgt_type, args.minion_id),
    }),
    ifelse: fn({
      doc: "Give the value behind the first target that means this minion, else the last one.\n\nsalt '*' match.ifelse 'foo*' 'Foo!' 'bar*' 'Bar!' default minion_id=bar03",
      params: { args: p.rest(), ...choiceParams },
      run: (args, ctx) => ifElse(ctx, args.args, { tgtType: args.tgt_type, minionId: args.minion_id, merge: args.merge, mergeLists: args.merge_lists }),
    }),
  },
});
