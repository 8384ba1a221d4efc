/** Variables in the environment of the minion. */
import type { Context } from '../../kernel/contract/context.js';
import { p } from '../../kernel/contract/params.js';
import { defineState, fn } from '../../kernel/contract/plugin.js';
import { done, failed } from '../../kernel/contract/state.js';
import { str } from '../../kernel/std/python-text.js';
import { isMap, isTruthy, mapEntries, mapFrom, mapHas, mapSize, type PlainMap, type Value, type ValueMap } from '../../kernel/std/value.js';

interface Options {
  readonly falseUnsets: Value;
  readonly clearAll: Value;
}

/** What would change: names with their new values; None where a variable goes. */
function differences(wanted: ValueMap, { falseUnsets, clearAll }: Options, env: Readonly<Record<string, string | undefined>>): ValueMap {
  const changes = new Map<Value, Value>();
  const unset = falseUnsets === true ? null : '';
  if (clearAll === true) {
    for (const name of Object.keys(env)) if (!mapHas(wanted, name)) changes.set(name, unset);
  }
  for (const [name, value] of mapEntries(wanted)) {
    const now = env[str(name)];
    if (value !== false) {
      if ((now ?? '') !== value) changes.set(name, value);
    } else if (falseUnsets === true ? now !== undefined : now !== '') {
      changes.set(name, unset);
    }
  }
  return mapFrom(changes);
}

interface Wish extends Options {
  readonly name: string;
  readonly value: Value;
  readonly updateMinion: Value;
  readonly permanent: Value;
}

async function setenv({ name, value, ...wish }: Wish, ctx: Context): Promise<PlainMap> {
  const wanted = typeof value === 'string' || value === false ? mapFrom([[name, value]]) : value;
  if (!isMap(wanted)) return failed(name, 'Environ value must be string, dict or False');
  const changes = differences(wanted, wish, ctx.sys.env);
  const differs = mapSize(changes) > 0;
  // A test run has the result True also when something would change, as Salt has it.
  if (ctx.test) {
    return { ...done(name, differs ? 'Environ values will be changed' : 'Environ values are already set with the correct values'), changes };
  }
  if (!differs) return done(name, 'Environ values were already set with the correct values');
  const set = await ctx.call('environ.setenv', [wanted, wish.falseUnsets, wish.clearAll, wish.updateMinion, wish.permanent]);
  if (!isTruthy(set)) return { ...failed(name, 'Failed to set environ variables'), changes };
  return { ...done(name, 'Environ values were set'), changes: set };
}

export default defineState({
  name: 'environ',
  doc: 'Variables in the environment of the minion.',
  functions: {
    setenv: fn({
      doc: 'Make sure that variables have values in the process of the minion; False empties one, or unsets it with `false_unsets`.',
      params: { name: p.string(), value: p.any(), false_unsets: p.any(false), clear_all: p.any(false), update_minion: p.any(false), permanent: p.any(false) },
      run: ({ false_unsets: falseUnsets, clear_all: clearAll, update_minion: updateMinion, ...rest }, ctx) =>
        setenv({ ...rest, falseUnsets, clearAll, updateMinion }, ctx),
    }),
  },
});
