/**
 * Values of grains that are lists. Differs: what `list_present` tells stays as it was; in 3008.3 the list it tells is the grain itself, so that
 * a later `grains.append` of the same run shows in its changes as well (observed).
 */
import type { Context } from '../../../kernel/contract/context.js';
import { done, failed, wouldChange } from '../../../kernel/contract/state.js';
import { str } from '../../../kernel/std/python-text.js';
import { equalValues, isList, isTruthy, type PlainMap, type Value } from '../../../kernel/std/value.js';

const includes = (list: readonly Value[], value: Value): boolean => list.some((item) => equalValues(item, value));

/** What states of this run said they would add, by grain. */
function pendingOf(name: string, ctx: Context): Value[] {
  const known = ctx.memory.get('pending_grains') as Map<string, Value[]> | undefined;
  const pending = known ?? new Map<string, Value[]>();
  if (known === undefined) ctx.memory.set('pending_grains', pending);
  const list = pending.get(name) ?? [];
  pending.set(name, list);
  return list;
}

export async function listPresent(name: string, asked: Value, ctx: Context): Promise<PlainMap> {
  const grain = await ctx.call('grains.get', [name]);
  if (isTruthy(grain) && !isList(grain)) return failed(name, `Grain ${name} is not a valid list`);
  const now = isList(grain) ? grain : [];
  const pending = pendingOf(name, ctx);
  const known = [...now, ...pending];
  const wanted = isList(asked) ? asked : [asked];
  const missing = wanted.filter((value) => !includes(known, value));
  const there = wanted.filter((value) => includes(known, value));
  if (missing.length === 0) {
    return done(name, now.length > 0 ? `Value ${str(asked)} is already in grain ${name} (or pending)` : `Value ${str(asked)} is already pending in grain ${name}`);
  }
  pending.push(...missing);
  const value = isList(asked) ? missing : asked;
  if (ctx.test && now.length > 0) return wouldChange(name, `Value ${str(value)} is set to be appended to grain ${name}`, { new: grain });
  if (ctx.test) return wouldChange(name, `Grain ${name} is set to be added`, { new: grain });
  const dropped = there.length === 0 ? ''
    : now.length > 0 ? `Removed value ${str(there)} from update due to value found in "${name}" (or pending).\n` : `Removed value ${str(there)} from update due to value already pending in "${name}".\n`;
  const set = await ctx.call('grains.append', [name, value]);
  const after = await ctx.call('grains.get', [name, []]);
  if (!missing.every((one) => includes(isList(after) ? after : [], one))) return failed(name, `Failed append value ${str(value)} to grain ${name}`);
  return done(name, `${dropped}Append value ${str(value)} to grain ${name}`, { new: set });
}

export async function listAbsent(name: string, asked: Value, ctx: Context): Promise<PlainMap> {
  const grain = await ctx.call('grains.get', [name, null]);
  if (!isTruthy(grain)) return done(name, `Grain ${name} does not exist`);
  if (!isList(grain)) return failed(name, `Grain ${name} is not a valid list`);
  const comments: string[] = [];
  const deleted: Value[] = [];
  for (const value of isList(asked) ? asked : [asked]) {
    if (!includes(grain, value)) {
      comments.push(`Value ${str(value)} is absent from grain ${name}`);
      continue;
    }
    if (!ctx.test) await ctx.call('grains.remove', [name, value]);
    comments.push(ctx.test ? `Value ${str(value)} in grain ${name} is set to be deleted` : `Value ${str(value)} was deleted from grain ${name}`);
    deleted.push(value);
  }
  const changes = deleted.length === 0 ? {} : { deleted };
  return { name, changes, result: ctx.test && deleted.length > 0 ? null : true, comment: comments.join('\n') };
}

export async function appended(name: string, value: Value, convert: boolean, ctx: Context): Promise<PlainMap> {
  const grain = await ctx.call('grains.get', [name, null]);
  if (!isTruthy(grain) && !Object.hasOwn(ctx.grains, name)) return failed(name, `Grain ${name} does not exist`);
  if (!isList(grain) && !convert) return failed(name, `Grain ${name} is not a valid list`);
  if (isList(grain) && includes(grain, value)) return done(name, `Value ${str(value)} is already in the list for grain ${name}`);
  if (ctx.test) {
    const plan = isList(grain) ? `Value ${str(value)} in grain ${name} is set to be added` : `Grain ${name} is set to be converted to list and value ${str(value)} will be added`;
    return wouldChange(name, plan, { added: value });
  }
  if (isList(grain)) await ctx.call('grains.append', [name, value]);
  else await ctx.call('grains.setval', [name, grain === null ? [value] : [grain, value]]);
  return done(name, `Value ${str(value)} was added to grain ${name}`, { added: value });
}
