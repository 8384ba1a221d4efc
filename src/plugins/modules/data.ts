/** A small store of values on this minion, kept in the file `datastore` of its cache. */
import { join } from 'node:path';
import type { Context } from '../../kernel/contract/context.js';
import { PythonError } from '../../kernel/contract/errors.js';
import { p } from '../../kernel/contract/params.js';
import { defineModule, fn } from '../../kernel/contract/plugin.js';
import { isOsError } from '../../kernel/std/os-error.js';
import { LiteralError, readLiteral } from '../../kernel/std/python-literal.js';
import { str } from '../../kernel/std/python-text.js';
import { equalValues, isList, isMap, mapEntries, mapFrom, mapGet, mapHas, mapKeys, mapValues, mapWith, typeName, type Value, type ValueMap } from '../../kernel/std/value.js';

/** Values may be secrets: the file is for its owner. */
const MODE = 0o600;

const pathOf = (ctx: Context): string => join(String(ctx.opts['cachedir']), 'datastore');

async function load(ctx: Context): Promise<ValueMap> {
  try {
    const stored = await ctx.port('pack').unpack(await ctx.sys.fs.readFile(pathOf(ctx)));
    if (isMap(stored)) return stored;
    throw new PythonError('TypeError', `'${typeName(stored)}' object is not a store`);
  } catch (err) {
    if (isOsError(err)) return {};
    throw err;
  }
}

async function save(ctx: Context, store: ValueMap): Promise<boolean> {
  try {
    await ctx.sys.writeFile(pathOf(ctx), await ctx.port('pack').pack(store), { mode: MODE });
    return true;
  } catch (err) {
    if (isOsError(err)) return false;
    throw err;
  }
}

/** Text is read as a literal of Python. */
function storeOf(given: Value): ValueMap | undefined {
  if (isMap(given)) return given;
  try {
    if (typeof given !== 'string') throw new LiteralError(str(given));
    const read = readLiteral(given);
    return isMap(read) ? read : undefined;
  } catch (err) {
    if (!(err instanceof LiteralError)) throw err;
    throw new PythonError('ValueError', typeof given === 'string' ? err.message : `malformed node or string: ${str(given)}`, err);
  }
}

async function clear(ctx: Context): Promise<boolean> {
  try {
    await ctx.sys.fs.unlink(pathOf(ctx));
  } catch (err) {
    // Gone is what was wanted; otherwise Salt says True, too (observed), and the log tells.
    if (!isOsError(err)) throw err;
    if (!isOsError(err, 'ENOENT')) ctx.log.warn({ err }, 'data store not removed');
  }
  return true;
}

async function cas(ctx: Context, key: Value, value: Value, old: Value): Promise<boolean> {
  const store = await load(ctx);
  if (!mapHas(store, key) || !equalValues(mapGet(store, key), old)) return false;
  await save(ctx, mapWith(store, key, value));
  return true;
}

async function pop(ctx: Context, key: Value, fallback: Value): Promise<Value> {
  const store = await load(ctx);
  await save(ctx, mapFrom(mapEntries(store).filter(([known]) => known !== key)));
  return mapGet(store, key) ?? (mapHas(store, key) ? null : fallback);
}

/** One value, or those of a list of keys; without a default the missing are left out. */
async function get(ctx: Context, key: Value, fallback: Value): Promise<Value> {
  const store = await load(ctx);
  if (typeof key === 'string') return mapHas(store, key) ? mapGet(store, key) ?? null : fallback;
  const keys = isList(key) ? key : isMap(key) ? mapKeys(key) : undefined;
  if (keys === undefined) throw new PythonError('TypeError', `'${typeName(key)}' object is not iterable`);
  const wanted = fallback === null ? keys.filter((name) => mapHas(store, name)) : keys;
  return wanted.map((name) => (mapHas(store, name) ? mapGet(store, name) ?? null : fallback));
}

export default defineModule({
  name: 'data',
  doc: 'A small store of values on this minion, kept in the file `datastore` of its cache.',
  functions: {
    clear: fn({
      doc: "Remove everything.\n\nsalt '*' data.clear",
      run: (_args, ctx) => clear(ctx),
    }),
    load: fn({
      doc: "Give everything.\n\nsalt '*' data.load",
      run: (_args, ctx) => load(ctx),
    }),
    dump: fn({
      doc: "Replace everything by a mapping.\n\nsalt '*' data.dump '{\"eggs\": \"spam\"}'",
      params: { new_data: p.any() },
      run({ new_data }, ctx) {
        const store = storeOf(new_data);
        return store === undefined ? false : save(ctx, store);
      },
    }),
    update: fn({
      doc: "Set one value.\n\nsalt '*' data.update key value",
      params: { key: p.any(), value: p.any() },
      async run({ key, value }, ctx) {
        await save(ctx, mapWith(await load(ctx), key, value));
        return true;
      },
    }),
    cas: fn({
      doc: "Set one value when it is still the old one.\n\nsalt '*' data.cas key value old_value",
      params: { key: p.any(), value: p.any(), old_value: p.any() },
      run: (args, ctx) => cas(ctx, args.key, args.value, args.old_value),
    }),
    pop: fn({
      doc: "Take one value out.\n\nsalt '*' data.pop key 'default val'",
      params: { key: p.any(), default: p.any(null) },
      run: (args, ctx) => pop(ctx, args.key, args.default),
    }),
    get: fn({
      doc: "Give one value, or those of several keys.\n\nsalt '*' data.get key\nsalt '*' data.get '[\"item1\", \"item2\"]'",
      params: { key: p.any(), default: p.any(null) },
      run: (args, ctx) => get(ctx, args.key, args.default),
    }),
    keys: fn({
      doc: "List the keys.\n\nsalt '*' data.keys",
      run: async (_args, ctx) => mapKeys(await load(ctx)),
    }),
    values: fn({
      doc: "List the values.\n\nsalt '*' data.values",
      run: async (_args, ctx) => mapValues(await load(ctx)),
    }),
    items: fn({
      doc: "Give everything.\n\nsalt '*' data.items",
      run: (_args, ctx) => load(ctx),
    }),
    has_key: fn({
      doc: "Say whether there is a key.\n\nsalt '*' data.has_key key",
      params: { key: p.any() },
      run: async ({ key }, ctx) => mapHas(await load(ctx), key),
    }),
  },
});
