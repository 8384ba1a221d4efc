/** Reads the facts of this minion, and sets those that users keep in the file `grains`. */
import type { Context } from '../../kernel/contract/context.js';
import { p } from '../../kernel/contract/params.js';
import { defineModule, fn } from '../../kernel/contract/plugin.js';
import { str } from '../../kernel/std/python-text.js';
import { DEFAULT_DELIMITER, traverse } from '../../kernel/std/traverse.js';
import { isTruthy, mapEntries, mapFrom, type Value, type ValueMap } from '../../kernel/std/value.js';
import { appendToList, removeFromList, setNested } from './grains/nested.js';
import { setGrains } from './grains/store.js';
import { filterBy } from './lookup/filter-by.js';

/** Values that tell who the minion is, made harmless. Source: read, Salt 3008.3. */
const SANITIZERS: Readonly<Record<string, (value: Value) => string>> = {
  serialnumber: (value) => {
    const text = str(value);
    const kept = Math.floor(text.length * 0.75);
    return text.slice(0, kept) + 'X'.repeat(text.length - kept);
  },
  domain: () => 'DOMAINNAME',
  fqdn: () => 'MINION.DOMAINNAME',
  id: () => 'MINION.DOMAINNAME',
  host: () => 'MINION',
  localhost: () => 'MINION',
  nodename: () => 'MINION',
};

/** Salt's `is_true`: a number above zero, the word true, or what is not empty. */
function isTrue(value: Value | undefined): boolean {
  if (typeof value !== 'string') return typeof value === 'number' ? value > 0 : isTruthy(value);
  const number = value.trim() === '' ? NaN : Number(value);
  return Number.isNaN(number) ? value.toLowerCase() === 'true' : number > 0;
}

function sanitized(grains: ValueMap, wanted: boolean): ValueMap {
  if (!wanted) return grains;
  return mapFrom(mapEntries(grains).map(([key, value]) => [key, (Object.hasOwn(SANITIZERS, str(key)) ? SANITIZERS[str(key)] : undefined)?.(value) ?? value]));
}

/** Waits for the grains at these paths. */
async function ready(ctx: Context, paths: readonly Value[], between = DEFAULT_DELIMITER): Promise<void> {
  await ctx.grainsReady?.(paths.map((path) => (between === '' ? str(path) : str(path).split(between, 1)[0] ?? '')));
}

async function items(ctx: Context, names: readonly Value[], kwargs: Readonly<Record<string, Value>>): Promise<ValueMap> {
  const { default: fallback = '', delimiter = DEFAULT_DELIMITER, sanitize } = kwargs;
  await ready(ctx, names, str(delimiter));
  const found = names.map((name) => [name, traverse(ctx.grains, name, fallback, String(delimiter))] as const);
  return sanitized(mapFrom(new Map(found)), isTrue(sanitize));
}

const delimiter = p.string(DEFAULT_DELIMITER);
const getParams = { key: p.any(), default: p.any(''), delimiter, ordered: p.any(true) };

export default defineModule({
  name: 'grains',
  doc: 'Reads the facts of this minion, and sets those that users keep in the file `grains`.',
  aliases: { fetch: 'get' },
  quickGrains: ['get', 'fetch', 'has_value', 'item', 'filter_by', 'equals'],
  functions: {
    get: fn({
      doc: "Give the grain at a path, or the default.\n\nsalt '*' grains.get pkg:apache\nsalt '*' grains.get abc::def|ghi delimiter='|'",
      params: getParams,
      async run({ key, delimiter: between, default: fallback }, ctx) {
        await ready(ctx, [key], between);
        return traverse(ctx.grains, key, fallback, between);
      },
    }),
    has_value: fn({
      doc: "Say whether there is a grain at a path.\n\nsalt '*' grains.has_value pkg:apache",
      params: { key: p.any() },
      async run({ key }, ctx) {
        await ready(ctx, [key]);
        return traverse(ctx.grains, key, undefined) !== undefined;
      },
    }),
    items: fn({
      doc: "Give all grains; sanitize=True hides names and serial number.\n\nsalt '*' grains.items",
      outputter: 'nested',
      params: { sanitize: p.any(false) },
      run: ({ sanitize }, ctx) => sanitized(ctx.grains, isTrue(sanitize)),
    }),
    item: fn({
      doc: "Give the named grains.\n\nsalt '*' grains.item os osrelease oscodename\nsalt '*' grains.item host sanitize=True",
      outputter: 'nested',
      params: { args: p.rest(), kwargs: p.keywords() },
      run: ({ args, kwargs }, ctx) => items(ctx, args, kwargs),
    }),
    setvals: fn({
      doc: "Set several grains in the file of grains.\n\nsalt '*' grains.setvals \"{'key1': 'val1', 'key2': 'val2'}\"",
      params: { grains: p.any(), destructive: p.any(false, 'None removes a grain'), refresh_pillar: p.any(true) },
      run: (args, ctx) => setGrains(ctx, args.grains, { destructive: args.destructive === true, refreshPillar: isTruthy(args.refresh_pillar) }),
    }),
    setval: fn({
      doc: "Set one grain in the file of grains.\n\nsalt '*' grains.setval key \"{'sub-key': 'val', 'sub-key2': 'val2'}\"",
      outputter: 'nested',
      params: { key: p.any(), val: p.any(), destructive: p.any(false, 'None removes the grain'), refresh_pillar: p.any(true) },
      run: (args, ctx) => setGrains(ctx, mapFrom([[args.key, args.val]]), { destructive: args.destructive === true, refreshPillar: isTruthy(args.refresh_pillar) }),
    }),
    append: fn({
      doc: "Add a value to a list in the file of grains.\n\nsalt '*' grains.append key val",
      params: { key: p.string(), val: p.any(), convert: p.bool(false, 'make a list of what is none'), delimiter },
      run: (args, ctx) => appendToList(ctx, args.key, args.val, args.convert, args.delimiter),
    }),
    remove: fn({
      doc: "Take a value out of a list in the file of grains.\n\nsalt '*' grains.remove key val",
      params: { key: p.string(), val: p.any(), delimiter },
      run: (args, ctx) => removeFromList(ctx, args.key, args.val, args.delimiter),
    }),
    set: fn({
      doc: "Set the value at a path; maps and lists are replaced only by force.\n\nsalt '*' grains.set 'apps:myApp:port' 2209",
      params: { key: p.string(), val: p.any(''), force: p.bool(false), destructive: p.bool(false), delimiter },
      run: ({ val, ...args }, ctx) => setNested(ctx, { ...args, value: val }),
    }),
    delval: fn({
      doc: "Set a grain to None; destructive=True removes it.\n\nsalt '*' grains.delval key",
      params: { key: p.string(), destructive: p.bool(false), force: p.bool(false) },
      run: (args, ctx) => setNested(ctx, { ...args, value: null, delimiter: DEFAULT_DELIMITER }),
    }),
    delkey: fn({
      doc: "Remove a grain.\n\nsalt '*' grains.delkey key",
      params: { key: p.string(), force: p.bool(false) },
      run: (args, ctx) => setNested(ctx, { ...args, value: null, destructive: true, delimiter: DEFAULT_DELIMITER }),
    }),
    ls: fn({
      doc: "List the names of all grains, sorted.\n\nsalt '*' grains.ls",
      run: (_args, ctx) => Object.keys(ctx.grains).sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b))),
    }),
    filter_by: fn({
      doc: "Choose a value of a mapping by a grain; its keys are patterns.\n\nsalt '*' grains.filter_by '{Debian: Debheads rule, RedHat: I love my hat}'",
      params: { lookup_dict: p.any(), grain: p.any('os_family'), merge: p.any(null), default: p.any('default'), base: p.any(null) },
      async run(args, ctx) {
        await ready(ctx, [args.grain]);
        return filterBy(ctx.grains, { lookup: args.lookup_dict, fact: args.grain, merge: args.merge, fallback: args.default, base: args.base });
      },
    }),
    equals: fn({
      doc: "Say whether a grain has a value, compared as text.\n\nsalt '*' grains.equals systemd:version 219",
      params: { key: p.any(), value: p.any() },
      async run({ key, value }, ctx) {
        await ready(ctx, [key]);
        return str(value) === str(traverse(ctx.grains, key, ''));
      },
    }),
  },
});
