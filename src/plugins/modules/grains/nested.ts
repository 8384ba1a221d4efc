/**
 * Changes inside nested grains: a path is set by rebuilding the values above it.
 *
 * Source: observed, Salt 3008.3; texts are its own.
 */
import type { Context } from '../../../kernel/contract/context.js';
import { str } from '../../../kernel/std/python-text.js';
import { traverse } from '../../../kernel/std/traverse.js';
import { equalValues, isMap, mapFrom, mapEntries, mapHas, mapWith, type PlainMap, type Value, type ValueMap } from '../../../kernel/std/value.js';
import { setGrains } from './store.js';

const isList = (value: Value): value is readonly Value[] => Array.isArray(value);
const isComplex = (value: Value | undefined): boolean => value !== undefined && (isMap(value) || isList(value));

interface Path {
  readonly above: string;
  readonly last: string;
}

/** The path without its last part, and that part; undefined for a top-level name. */
function splitLast(path: string, delimiter: string): Path | undefined {
  const at = delimiter === '' ? -1 : path.lastIndexOf(delimiter);
  return at < 0 ? undefined : { above: path.slice(0, at), last: path.slice(at + delimiter.length) };
}

/** Top-level name and value that hold `value` at `path`; parents that are no maps are left as they are. */
function wrap(ctx: Context, path: string, value: Value, delimiter: string, missing: Value): ValueMap {
  let key = path;
  let inner = value;
  for (let split = splitLast(key, delimiter); split !== undefined; split = splitLast(key, delimiter)) {
    const parent = traverse(ctx.grains, split.above, missing, delimiter);
    inner = isMap(parent) ? mapWith(parent, split.last, inner) : parent;
    key = split.above;
  }
  return mapFrom([[key, inner]]);
}

const keep = { destructive: false, refreshPillar: true };

/** Adds to a list. Gives what was set, or the reason why nothing was. */
export async function appendToList(ctx: Context, key: string, value: Value, convert: boolean, delimiter: string): Promise<Value> {
  const found = traverse(ctx.grains, key, [], delimiter);
  const list = convert && !isList(found) ? (found === null ? [] : [found]) : found;
  if (!isList(list)) return `The key ${key} is not a valid list`;
  if (list.some((item) => equalValues(item, value))) return `The val ${str(value)} was already in the list ${key}`;
  const longer = [...list, ...(isList(value) ? value : [value])];
  return setGrains(ctx, wrap(ctx, key, longer, delimiter, {}), keep);
}

/** Takes the first equal element out of a list. */
export async function removeFromList(ctx: Context, key: string, value: Value, delimiter: string): Promise<Value> {
  const list = traverse(ctx.grains, key, [], delimiter);
  if (!isList(list)) return `The key ${key} is not a valid list`;
  const at = list.findIndex((item) => equalValues(item, value));
  if (at < 0) return `The val ${str(value)} was not in the list ${key}`;
  return setGrains(ctx, wrap(ctx, key, list.toSpliced(at, 1), delimiter, null), keep);
}

export interface SetRequest {
  readonly key: string;
  readonly value: Value;
  readonly force: boolean;
  readonly destructive: boolean;
  readonly delimiter: string;
}

const answer = (comment: string, changes: Value, result: boolean): PlainMap => ({ comment, changes, result });

/** Sets a value at any depth; what is there already is replaced only when that loses no map or list, or by force. */
export async function setNested(ctx: Context, request: SetRequest): Promise<PlainMap> {
  const { key, value, force, destructive, delimiter } = request;
  const present = traverse(ctx.grains, key, undefined, delimiter);
  if (present !== undefined && equalValues(present, value) && (value !== null || !destructive)) {
    return answer('Grain is already set', {}, true);
  }
  const refusal = present === null || force ? undefined : whyNot(key, present, value);
  if (refusal !== undefined) return answer(refusal, {}, false);
  const outer = surround(ctx, request);
  if (typeof outer === 'string') return answer(outer, {}, false);
  const set = await setGrains(ctx, outer, { destructive, refreshPillar: true });
  return typeof set === 'string' ? answer(set, {}, false) : answer('', set, true);
}

function whyNot(key: string, present: Value | undefined, value: Value): string | undefined {
  if (isComplex(present)) return `The key '${key}' exists but is a dict or a list. Use 'force=True' to overwrite.`;
  if (isComplex(value) && present !== undefined) {
    return `The key '${key}' exists and the given value is a dict or a list. Use 'force=True' to overwrite.`;
  }
  return undefined;
}

/** Top-level name and value with the change in it, or the reason why it does not fit in. */
function surround(ctx: Context, { key: path, value, force, destructive, delimiter }: SetRequest): ValueMap | string {
  let key = path;
  let inner = value;
  for (let split = splitLast(key, delimiter); split !== undefined; split = splitLast(key, delimiter)) {
    const { above, last } = split;
    key = above;
    const parent = traverse(ctx.grains, above, {}, delimiter);
    if (isMap(parent)) inner = inner === null && destructive ? without(parent, last) : mapWith(parent, last, inner);
    else if (isList(parent)) inner = intoList(parent, last, inner);
    else if (parent === last || force) inner = mapFrom([[last, inner]]);
    else return `The key '${key}' value is '${str(parent)}', which is different from the provided key '${last}'. Use 'force=True' to overwrite.`;
  }
  return mapFrom([[key, inner]]);
}

const without = (map: ValueMap, key: string): ValueMap => mapFrom(mapEntries(map).filter(([known]) => known !== key));

/** A part of a path that stands in a list, as text or as key of a map there, becomes or gets the value; else it is added. */
function intoList(list: readonly Value[], last: string, value: Value): Value[] {
  let isPlaced = false;
  const changed = list.map((item) => {
    const fits = item === last || (isMap(item) && mapHas(item, last));
    isPlaced ||= fits;
    if (!fits) return item;
    return isMap(item) ? mapWith(item, last, value) : mapFrom([[last, value]]);
  });
  return isPlaced ? changed : [...changed, mapFrom([[last, value]])];
}
