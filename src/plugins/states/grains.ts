/** Facts that users keep in the file of grains. */
import type { Context } from '../../kernel/contract/context.js';
import { p } from '../../kernel/contract/params.js';
import { defineState, fn } from '../../kernel/contract/plugin.js';
import { done, failed, wouldChange } from '../../kernel/contract/state.js';
import { str } from '../../kernel/std/python-text.js';
import { equalValues, isTruthy, type PlainMap, type Value } from '../../kernel/std/value.js';
import { appended, listAbsent, listPresent } from './grains/lists.js';

/** Differs: real Salt reads the delimiter as a pattern. */
const pathOf = (name: string, delimiter: string): string => (delimiter === '' ? name : name.replaceAll(delimiter, ':'));

/** Undefined for a grain that is not there. */
async function grainOf(name: string, ctx: Context): Promise<Value | undefined> {
  return isTruthy(await ctx.call('grains.has_value', [name])) ? ctx.call('grains.get', [name]) : undefined;
}

async function present(name: string, value: Value, force: Value, ctx: Context): Promise<PlainMap> {
  const now = await grainOf(name, ctx);
  if (now !== undefined && equalValues(now, value)) return done(name, 'Grain is already set');
  if (ctx.test && now === undefined) return wouldChange(name, `Grain ${name} is set to be added`, { new: name });
  if (ctx.test) return wouldChange(name, `Grain ${name} is set to be changed`, { changed: { [name]: value } });
  const set = await ctx.call('grains.set', [name, value], { force }) as PlainMap;
  const isSet = set['result'] === true && isTruthy(set['changes'] ?? null);
  return { ...set, ...(isSet ? { comment: `Set grain ${name} to ${str(value)}` } : {}), name };
}

async function absent(name: string, destructive: boolean, force: Value, ctx: Context): Promise<PlainMap> {
  const now = await grainOf(name, ctx);
  if (now === undefined) return done(name, `Grain ${name} does not exist`);
  if (ctx.test && destructive) return wouldChange(name, `Grain ${name} is set to be deleted`, { deleted: name });
  if (ctx.test) return now === null ? wouldChange(name, '') : wouldChange(name, `Value for grain ${name} is set to be deleted (None)`, { grain: name, value: null });
  const set = await ctx.call('grains.set', [name, null], { destructive, force }) as PlainMap;
  if (!isTruthy(set['result'] ?? null)) return { ...set, name };
  if (destructive) return { ...set, name, comment: `Grain ${name} was deleted`, changes: { deleted: name } };
  return now === null ? { ...set, name } : { ...set, name, comment: `Value for grain ${name} was set to None`, changes: { grain: name, value: null } };
}

const delimiter = p.string(':');
const byValue = { name: p.string(), value: p.any(), delimiter };
const off = p.any(false);

export default defineState({
  name: 'grains',
  quickGrains: true,
  doc: 'Facts that users keep in the file of grains.',
  functions: {
    exists: fn({
      doc: 'Make sure that a grain exists, whatever its value.',
      params: { name: p.string(), delimiter },
      async run({ name, delimiter: mark }, ctx) {
        const path = pathOf(name, mark);
        return await grainOf(path, ctx) === undefined ? failed(path, 'Grain does not exist') : done(path, 'Grain exists');
      },
    }),
    present: fn({
      doc: 'Make sure that a grain has a value; maps and lists are replaced only by force.',
      params: { ...byValue, force: off },
      run: ({ name, value, delimiter: mark, force }, ctx) => present(pathOf(name, mark), value, force, ctx),
    }),
    list_present: fn({
      doc: 'Make sure that values are in a list.',
      params: byValue,
      run: ({ name, value, delimiter: mark }, ctx) => listPresent(pathOf(name, mark), value, ctx),
    }),
    list_absent: fn({
      doc: 'Make sure that values are not in a list.',
      params: byValue,
      run: ({ name, value, delimiter: mark }, ctx) => listAbsent(pathOf(name, mark), value, ctx),
    }),
    absent: fn({
      doc: 'Make sure that a grain is None; with `destructive` that it is not there.',
      params: { name: p.string(), destructive: off, delimiter, force: off },
      run: ({ name, destructive, delimiter: mark, force }, ctx) => absent(pathOf(name, mark), destructive === true, force, ctx),
    }),
    append: fn({
      doc: 'Make sure that a value is in a list that exists; with `convert` a single value becomes a list.',
      params: { name: p.string(), value: p.any(), convert: off, delimiter },
      run: ({ name, value, convert, delimiter: mark }, ctx) => appended(pathOf(name, mark), value, convert === true, ctx),
    }),
  },
});
