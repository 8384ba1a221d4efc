/**
 * Reads the pillar: the data that the master keeps for this minion. Values are shown as asterisks unless `unmask` is set or
 * a template asks.
 *
 * Source: golden pillar/functions; observed, Salt 3008.3.
 */
import { join } from 'node:path';
import { CommandExecutionError, PythonError } from '../../kernel/contract/errors.js';
import type { Context } from '../../kernel/contract/context.js';
import { p } from '../../kernel/contract/params.js';
import { defineModule, fn } from '../../kernel/contract/plugin.js';
import { redact } from '../../kernel/std/masked.js';
import { updateMap } from '../../kernel/std/merge.js';
import { repr } from '../../kernel/std/python-text.js';
import { DEFAULT_DELIMITER, traverse } from '../../kernel/std/traverse.js';
import { equalValues, isMap, isTruthy, mapEntries, mapFrom, mapGet, mapKeys, typeName, type Value, type ValueMap } from '../../kernel/std/value.js';
import { loadYaml } from '../../kernel/yaml/load.js';
import { filterBy } from './lookup/filter-by.js';
import { compilePillar } from './pillar/compile.js';

/** Stands for "no default given" in Salt's own list of parameters. */
const NOT_SET = '<Constant.NOT_SET>';

const show = (value: Value, unmask: boolean): Value => (unmask ? value : redact(value));
const unmaskOf = (ctx: Context, unmask: Value): boolean => (unmask === null ? ctx.unmaskPillar === true : isTruthy(unmask));

const keyError = (key: Value): PythonError => new PythonError('KeyError', repr(`Pillar key not found: ${String(key)}`));

const places = { pillarenv: p.any(null), saltenv: p.any(null) };
const unmaskParam = { unmask: p.any(null, 'real values instead of asterisks') };
const itemsParams = {
  args: p.rest(), pillar: p.any(null, 'values laid over the pillar'), pillar_enc: p.string(null, 'renderer that decrypts these values'), ...places, ...unmaskParam,
};
interface Items {
  readonly args: readonly Value[];
  readonly pillar?: Value;
  readonly pillar_enc?: string | null;
  readonly pillarenv: Value;
  readonly saltenv: Value;
  readonly unmask?: Value;
}

async function items(ctx: Context, request: Items): Promise<Value> {
  // Salt drops `unmask` on this way (golden pillar/functions-009).
  if (request.args.length > 0) return item(ctx, { ...request, unmask: null });
  const { pillarenv, saltenv, pillar: override = null, pillar_enc: encryptedWith = null, unmask = null } = request;
  const compiled = await compilePillar(ctx, { pillarenv, saltenv, override, encryptedWith });
  // The option changes the default of this function alone (golden pillar/functions-008).
  const isOpen = unmask === null ? ctx.unmaskPillar === true || ctx.opts['pillar_mask_output'] === false : isTruthy(unmask);
  return show(compiled, isOpen);
}

/** The pillar in memory, or that of an environment, which comes masked as `pillar.items` gives it. */
async function sourceFor(ctx: Context, pillarenv: Value, saltenv: Value): Promise<Value> {
  return pillarenv === null && saltenv === null ? ctx.pillar : items(ctx, { args: [], pillarenv, saltenv });
}

async function item(ctx: Context, request: Items & { default?: Value; delimiter?: string | null }): Promise<Value> {
  const source = await sourceFor(ctx, request.pillarenv, request.saltenv);
  const fallback = request.default ?? '';
  const found = request.args.map((name) => [name, traverse(source, name, fallback, request.delimiter ?? DEFAULT_DELIMITER)] as const);
  return show(mapFrom(new Map(found)), unmaskOf(ctx, request.unmask ?? null));
}

/** The default with the found value laid over or put behind it; undefined when the two do not fit. */
function merged(ctx: Context, source: Value, key: Value, fallback: Value, delimiter: string, mergeLists: boolean): Value | undefined {
  if (isMap(fallback)) {
    const found = traverse(source, key, {}, delimiter);
    if (isMap(found)) return updateMap(fallback, found, { mergeLists });
  } else if (Array.isArray(fallback)) {
    const first = fallback as readonly Value[];
    const found = traverse(source, key, [], delimiter);
    if (Array.isArray(found)) return [...first, ...(found as readonly Value[]).filter((one) => !first.some((known) => equalValues(known, one)))];
  }
  ctx.log.error({ kind: typeName(fallback) }, 'pillar value and default do not merge');
  return undefined;
}

const typesOf = (value: Value): Value => {
  if (isMap(value)) return mapFrom(mapEntries(value).map(([key, inner]) => [key, typesOf(inner)]));
  return Array.isArray(value) ? (value as readonly Value[]).map(typesOf) : `<${typeName(value)}>`;
};

async function existsInRoots(ctx: Context, path: string, saltenv: string | null): Promise<boolean> {
  const roots = ctx.opts['pillar_roots'];
  if (!isMap(roots) || !isTruthy(roots)) throw new CommandExecutionError('No pillar_roots found. Are you running this on the master?');
  const folders = mapEntries(roots).filter(([env]) => saltenv === null || saltenv === '' || env === saltenv)
    .flatMap(([, list]) => (Array.isArray(list) ? (list as readonly Value[]) : [])).map(String);
  for (const folder of folders) {
    const full = join(folder, path);
    if ((await ctx.sys.exists(full)) && (await ctx.sys.fs.stat(full)).isFile()) return true;
  }
  return false;
}

function keysAt(ctx: Context, key: Value, delimiter: string): Value[] {
  const found = traverse(ctx.pillar, key, undefined, delimiter);
  if (found === undefined) throw keyError(key);
  if (!isMap(found)) throw new PythonError('ValueError', `Pillar value in key ${String(key)} is not a dict`);
  return mapKeys(found);
}

async function external(ctx: Context, source: Value, override: Value): Promise<ValueMap> {
  const refresh = ctx.port('refresh');
  if (refresh.externalPillar === undefined) throw new CommandExecutionError('This host cannot ask external sources for pillar');
  const given = typeof source === 'string' ? loadYaml(source) : source;
  return isMap(override) && !(override instanceof Map) ? refresh.externalPillar(given, override) : refresh.externalPillar(given);
}

export default defineModule({
  name: 'pillar',
  quickGrains: true,
  doc: 'Reads the pillar: the data that the master keeps for this minion.',
  aliases: { fetch: 'get', data: 'items' },
  functions: {
    get: fn({
      doc: "Give the value at a path of the pillar in memory, or the default.\n\nsalt '*' pillar.get pkg:apache",
      params: {
        key: p.any(), default: p.any(NOT_SET), merge: p.any(false, 'lay the value over the default'),
        merge_nested_lists: p.any(null), delimiter: p.string(DEFAULT_DELIMITER), ...places, ...unmaskParam,
      },
      async run(args, ctx) {
        const isStrict = isTruthy(ctx.opts['pillar_raise_on_missing']) && args.default === NOT_SET;
        const fallback = args.default === NOT_SET ? '' : args.default;
        const source = await sourceFor(ctx, args.pillarenv, args.saltenv);
        const unmask = unmaskOf(ctx, args.unmask);
        if (isTruthy(args.merge)) {
          const mergeLists = isTruthy(args.merge_nested_lists ?? ctx.opts['pillar_merge_lists']);
          const both = merged(ctx, source, args.key, fallback, args.delimiter, mergeLists);
          if (both !== undefined) return show(both, unmask);
        }
        const found = traverse(source, args.key, undefined, args.delimiter);
        if (found === undefined && isStrict) throw keyError(args.key);
        return show(found === undefined ? fallback : found, unmask);
      },
    }),
    items: fn({
      doc: "Compile the pillar afresh and give all of it; with names, as pillar.item.\n\nsalt '*' pillar.items",
      params: itemsParams,
      run: (args, ctx) => items(ctx, args),
    }),
    obfuscate: fn({
      doc: "As pillar.items, with the type of each value in its place.\n\nsalt '*' pillar.obfuscate",
      params: itemsParams,
      run: async (args, ctx) => typesOf(await items(ctx, args)),
    }),
    ls: fn({
      doc: "Compile the pillar afresh and list its top-level keys.\n\nsalt '*' pillar.ls",
      params: itemsParams,
      run: async (args, ctx) => mapKeys((await items(ctx, args)) as ValueMap),
    }),
    item: fn({
      doc: "Give the values at several paths of the pillar in memory.\n\nsalt '*' pillar.item foo bar baz default=defaultvalue",
      params: { args: p.rest(), default: p.any(null), delimiter: p.string(null), ...places, ...unmaskParam },
      run: (args, ctx) => item(ctx, args),
    }),
    raw: fn({
      doc: "Give the pillar in memory, or one top-level key of it, unmasked.\n\nsalt '*' pillar.raw key='roles'",
      params: { key: p.any(null), ...unmaskParam },
      run: ({ key, unmask }, ctx) =>
        show(isTruthy(key) ? mapGet(ctx.pillar, key) ?? {} : ctx.pillar, unmask === null || isTruthy(unmask)),
    }),
    ext: fn({
      doc: "Give what one external source knows, without the rest of the pillar.\n\nsalt '*' pillar.ext '{libvirt: _}'",
      params: { external: p.any(), pillar: p.any(null), ...unmaskParam },
      run: async (args, ctx) => show(await external(ctx, args.external, args.pillar), unmaskOf(ctx, args.unmask)),
    }),
    keys: fn({
      doc: "List the keys of a mapping in the pillar.\n\nsalt '*' pillar.keys web:sites",
      params: { key: p.any(), delimiter: p.string(DEFAULT_DELIMITER), ...unmaskParam },
      run: ({ key, delimiter }, ctx) => keysAt(ctx, key, delimiter),
    }),
    file_exists: fn({
      doc: "Say whether there is a file in the pillar roots.\n\nsalt '*' pillar.file_exists foo/bar.sls",
      params: { path: p.string(), saltenv: p.string(null) },
      run: ({ path, saltenv }, ctx) => existsInRoots(ctx, path, saltenv),
    }),
    filter_by: fn({
      doc: "Choose a value of a mapping by a pillar value; its keys are patterns.\n\nsalt '*' pillar.filter_by '{web: Serve it up, db: I query, default: x_x}' role",
      params: { lookup_dict: p.any(), pillar: p.any(), merge: p.any(null), default: p.any('default'), base: p.any(null) },
      run: (args, ctx) => filterBy(ctx.pillar, {
        lookup: args.lookup_dict, fact: args.pillar, merge: args.merge, fallback: args.default, base: args.base,
      }),
    }),
  },
});
