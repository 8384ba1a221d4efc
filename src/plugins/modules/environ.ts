/**
 * Environment variables of this process; programs that are started later get them.
 *
 * Differs: a Salt minion runs each job in a process of its own, where the change ends with the job; ours live as long as the minion.
 */
import type { Context } from '../../kernel/contract/context.js';
import { InvocationError, PythonError } from '../../kernel/contract/errors.js';
import { p } from '../../kernel/contract/params.js';
import { defineModule, fn } from '../../kernel/contract/plugin.js';
import { isList, isMap, mapEntries, mapFrom, mapHas, typeName, type Value } from '../../kernel/std/value.js';

/** What was set, None when it was removed, False when the name or value cannot be one. */
function setOne(key: Value, given: Value, falseUnsets: boolean, ctx: Context): Value {
  const value = given === false ? (falseUnsets ? undefined : '') : given;
  if (typeof key !== 'string' || (value !== undefined && typeof value !== 'string')) {
    ctx.log.debug({}, 'environ: name or value is not text');
    return false;
  }
  try {
    ctx.sys.setEnv(key, value);
  } catch (err) {
    if (!(err instanceof InvocationError)) throw err;
    ctx.log.error({ err }, 'environ: variable cannot be set');
    return false;
  }
  return value ?? null;
}

interface Wish {
  readonly environ: Value;
  readonly false_unsets: Value;
  readonly clear_all: Value;
  readonly update_minion: Value;
  readonly permanent: Value;
}

async function setMany({ environ, update_minion, ...options }: Wish, ctx: Context): Promise<Value> {
  if (!isMap(environ)) return false;
  const unsets = options.false_unsets === true;
  const done = new Map<Value, Value>();
  if (options.clear_all === true) {
    for (const key of Object.keys(ctx.sys.env)) if (!mapHas(environ, key)) done.set(key, setOne(key, false, unsets, ctx));
  }
  for (const [key, value] of mapEntries(environ)) {
    if (typeof value !== 'string' && value !== false) return false;
    done.set(key, setOne(key, value, unsets, ctx));
  }
  if (update_minion === true) await ctx.call('event.fire', [{ environ, ...options }, 'environ_setenv']);
  return mapFrom(done);
}

function look(key: Value, fallback: Value, ctx: Context): Value {
  if (typeof key !== 'string') throw new PythonError('TypeError', `str expected, not ${typeName(key)}`);
  return ctx.sys.env[key] ?? fallback;
}

const PERMANENT = 'only of use on Windows';

export default defineModule({
  name: 'environ',
  doc: 'Reads and sets the environment variables of the minion.',
  functions: {
    setval: fn({
      doc: "Set a variable; gives its value.\n\nsalt '*' environ.setval foo bar\nsalt '*' environ.setval baz val=False false_unsets=True",
      params: { key: p.any(), val: p.any(), false_unsets: p.any(false), permanent: p.any(false, PERMANENT) },
      run: ({ key, val, false_unsets }, ctx) => setOne(key, val, false_unsets === true, ctx),
    }),
    setenv: fn({
      doc: "Set variables from a mapping.\n\nsalt '*' environ.setenv '{\"foo\": \"bar\", \"baz\": \"quux\"}'",
      params: {
        environ: p.any(), false_unsets: p.any(false), clear_all: p.any(false, 'remove all others'),
        update_minion: p.any(false, 'tell the minion process'), permanent: p.any(false, PERMANENT),
      },
      run: setMany,
    }),
    get: fn({
      doc: "Give a variable, or the default.\n\nsalt '*' environ.get foo",
      params: { key: p.any(), default: p.any('') },
      run: (args, ctx) => (typeof args.key === 'string' ? look(args.key, args.default, ctx) : false),
    }),
    has_value: fn({
      doc: "Say whether there is a variable, and whether it has a value.\n\nsalt '*' environ.has_value foo",
      params: { key: p.any(), value: p.any(null) },
      run({ key, value }, ctx) {
        if (typeof key !== 'string' || ctx.sys.env[key] === undefined) return false;
        return value === null || ctx.sys.env[key] === value;
      },
    }),
    item: fn({
      doc: "Give the variables that are named.\n\nsalt '*' environ.item '[foo, baz]' default=None",
      params: { keys: p.any(), default: p.any('') },
      run({ keys, default: fallback }, ctx) {
        const names: readonly Value[] = typeof keys === 'string' ? [keys] : isList(keys) ? keys : [];
        return mapFrom(names.map((name) => [name, look(name, fallback, ctx)] as const));
      },
    }),
    items: fn({
      doc: "Give all variables.\n\nsalt '*' environ.items",
      run: (_args, ctx) => mapFrom(Object.entries(ctx.sys.env).map(([name, value]) => [name, value ?? ''] as const)),
    }),
  },
});
