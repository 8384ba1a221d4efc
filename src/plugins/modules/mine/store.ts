/**
 * Where the mine lies: with the master, or in the data store of a minion that has none.
 *
 * Source: golden wire/calls, events/mine; read, Salt 3008.3.
 */
import type { Context } from '../../../kernel/contract/context.js';
import { PythonError } from '../../../kernel/contract/errors.js';
import { reprText } from '../../../kernel/std/python-text.js';
import { stampNow } from '../../../kernel/std/time.js';
import { isMap, isTruthy, mapEntries, mapFrom, mapGet, mapHas, type PlainMap, type Value, type ValueMap } from '../../../kernel/std/value.js';
import { unguarded } from './definition.js';

const LOCAL_KEY = 'mine_cache';
/** Kinds of target that the local mine knows. */
const LOCAL_KINDS: ReadonlySet<string> = new Set(['glob', 'pcre', 'list', 'grain', 'grain_pcre', 'ipcidr', 'compound', 'pillar', 'pillar_pcre']);

const isLocal = (ctx: Context): boolean => ctx.opts['file_client'] === 'local';
const readLocal = (ctx: Context): Promise<Value> => ctx.call('data.get', [LOCAL_KEY]);
const writeLocal = (ctx: Context, data: Value): Promise<Value> => ctx.call('data.update', [LOCAL_KEY, data]);

/** Sends a change to the master; true once it was taken. */
async function send(ctx: Context, load: PlainMap): Promise<boolean> {
  await ctx.port('master').request({ ...load, id: ctx.id, _stamp: stampNow() });
  return true;
}

export async function storeMine(ctx: Context, data: PlainMap, clear: boolean): Promise<Value> {
  if (!isLocal(ctx)) return send(ctx, { cmd: '_mine', data, clear });
  const old = clear ? undefined : await readLocal(ctx);
  return writeLocal(ctx, isMap(old) ? mapFrom(new Map([...mapEntries(old), ...mapEntries(data)])) : data);
}

export async function deleteFromMine(ctx: Context, fun: Value): Promise<Value> {
  if (!isLocal(ctx)) return send(ctx, { cmd: '_mine_delete', fun });
  const data = await readLocal(ctx);
  return writeLocal(ctx, isMap(data) ? mapFrom(mapEntries(data).filter(([name]) => name !== fun)) : data);
}

export function flushMine(ctx: Context): Promise<Value> {
  return isLocal(ctx) ? writeLocal(ctx, {}) : send(ctx, { cmd: '_mine_flush' });
}

export interface MineQuestion {
  readonly tgt: Value;
  readonly fun: Value;
  readonly tgtType: string;
  readonly excludeMinion: boolean;
}

export async function getFromMine(ctx: Context, ask: MineQuestion): Promise<Value> {
  if (isLocal(ctx)) return getLocal(ctx, ask);
  const found = await ctx.port('master').request({ cmd: '_mine_get', id: ctx.id, tgt: ask.tgt, fun: ask.fun, tgt_type: ask.tgtType });
  return ask.excludeMinion && isMap(found) && mapHas(found, ctx.id) ? mapFrom(mapEntries(found).filter(([id]) => id !== ctx.id)) : found;
}

async function getLocal(ctx: Context, ask: MineQuestion): Promise<ValueMap> {
  if (!LOCAL_KINDS.has(ask.tgtType)) throw new PythonError('KeyError', reprText(ask.tgtType));
  if (!isTruthy(await ctx.call(`match.${ask.tgtType}`, [ask.tgt]))) return {};
  const data = await readLocal(ctx);
  if (!isMap(data)) return {};
  const names = typeof ask.fun === 'string' ? [...new Set(ask.fun.split(','))] : Array.isArray(ask.fun) ? (ask.fun as readonly Value[]) : [];
  const known = names.filter((name) => mapHas(data, name));
  const values = known.map((name) => [name, { [ctx.id]: unguarded(mapGet(data, name) ?? null) }] as const);
  const byFunction = Array.isArray(ask.fun) || names.length > 1;
  return byFunction ? mapFrom(values) : values[0]?.[1] ?? {};
}

/** As `getFromMine`, for callers that go through the answer by minion. */
export async function minionsOfMine(ctx: Context, ask: MineQuestion): Promise<ValueMap> {
  const found = await getFromMine(ctx, ask);
  return isMap(found) ? found : {};
}
