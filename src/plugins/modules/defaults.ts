/** Default values that formulas bring along, and merging of values with them. */
import type { Context } from '../../kernel/contract/context.js';
import { PythonError } from '../../kernel/contract/errors.js';
import { p } from '../../kernel/contract/params.js';
import { defineModule, fn } from '../../kernel/contract/plugin.js';
import { updateMap } from '../../kernel/std/merge.js';
import { traverse } from '../../kernel/std/traverse.js';
import { isMap, isTruthy, mapEntries, mapFrom, type Value } from '../../kernel/std/value.js';
import { loadYaml } from '../../kernel/yaml/load.js';

/** `defaults.yaml`, else `defaults.json`, beside the states of a formula; JSON is YAML. Null without either. */
async function formulaDefaults(formula: string, ctx: Context): Promise<Value> {
  for (const ending of ['yaml', 'json']) {
    const path = await ctx.call('cp.cache_file', [`salt://${formula}/defaults.${ending}`]);
    const text = typeof path === 'string' && path !== '' ? await ctx.sys.readText(path) : undefined;
    if (text === undefined) continue;
    const found = ending === 'json' ? JSON.parse(text) as Value : loadYaml(text);
    return isTruthy(found) ? found : {};
  }
  return null;
}

async function get(key: string, fallback: Value, ctx: Context): Promise<Value> {
  const at = key.indexOf(':');
  const found = await formulaDefaults(at < 0 ? key : key.slice(0, at), ctx);
  return at < 0 || at === key.length - 1 ? found : traverse(found, key.slice(at + 1), fallback);
}

interface How {
  readonly merge_lists: boolean;
  readonly in_place: boolean;
  readonly convert_none: boolean;
}

function merged(dest: Value, src: Value, { merge_lists: mergeLists, in_place: inPlace, convert_none: convert }: How): Value {
  if (dest === null && convert && inPlace) throw new PythonError('TypeError', "Can't perform in-place merge into NoneType");
  const [base, fresh] = [dest === null && convert ? {} : dest, src === null && convert ? {} : src];
  if (!isMap(base) || !isMap(fresh)) throw new PythonError('TypeError', 'Cannot update using non-dict types in dictupdate.update()');
  return updateMap(base, fresh, { mergeLists });
}

/** Lays each value of a mapping over the defaults. */
function updated(dest: Value, defaults: Value, how: How): Value {
  if (dest === null && how.in_place) throw new PythonError('TypeError', "Can't perform in-place update into NoneType");
  const nodes = dest === null && how.convert_none ? {} : dest;
  if (!isMap(nodes)) throw new PythonError('AttributeError', "'NoneType' object has no attribute 'items'");
  const base = defaults === null && how.convert_none ? {} : defaults;
  return mapFrom(mapEntries(nodes).map(([name, value]) => [name, merged(base, value, { ...how, in_place: true })]));
}

const HOW = { in_place: p.bool(true), convert_none: p.bool(true) };

export default defineModule({
  name: 'defaults',
  doc: 'Default values that formulas bring along, and merging of values with them.',
  functions: {
    get: fn({ doc: "Give a default value of a formula.\n\nsalt '*' defaults.get core:users:root", params: { key: p.string(), default: p.any('') }, run: (args, ctx) => get(args.key, args.default, ctx) }),
    merge: fn({
      doc: "Give one mapping laid over another.\n\nsalt '*' defaults.merge '{a: b}' '{d: e}'", params: { dest: p.any(), src: p.any(), merge_lists: p.bool(false), ...HOW },
      run: ({ dest, src, ...how }) => merged(dest, src, how),
    }),
    deepcopy: fn({ doc: "Give a value that shares nothing with the one given.\n\nsalt '*' defaults.deepcopy '{a: [b]}'", params: { source: p.any() }, run: ({ source }) => source }),
    update: fn({
      doc: "Lay each value of a mapping over the same defaults.\n\nsalt '*' defaults.update '{host1: {a: 1}}' '{a: 0, b: 2}'", params: { dest: p.any(), defaults: p.any(), merge_lists: p.bool(true), ...HOW },
      run: ({ dest, defaults, ...how }) => updated(dest, defaults, how),
    }),
  },
});
