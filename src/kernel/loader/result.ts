/** Makes a value of whatever a function gave back. */
import { Tuple, ValueSet } from '../std/sequences.js';
import { DateTime, Extension, Float, isBytes, isMap, mapEntries, mapFrom, type PlainMap, type Value } from '../std/value.js';

/** Called with each piece of an answer that comes in pieces, and its number. */
export type Progress = (piece: Value, number: number) => Promise<void> | void;

/** Pieces beyond are refused: a generator without end must not eat the memory. */
const PIECES_MAX = 1_000_000;
const DEPTH_MAX = 500;

/**
 * The answer of a function: nothing becomes None; a generator's pieces are collected as Salt does it, maps into one map,
 * everything else into a list.
 */
export async function finishResult(result: unknown, isUsers: boolean, onProgress?: Progress): Promise<Value> {
  // Built-in functions are typed; those of users may give anything JavaScript has.
  if (!isGenerator(result)) return isUsers ? toValue(result) : (result ?? null) as Value;
  const merged: PlainMap = {};
  const list: Value[] = [];
  let number = 0;
  for await (const piece of result) {
    const value = isUsers ? toValue(piece) : piece as Value;
    if (number >= PIECES_MAX) throw new RangeError(`a function gave more than ${PIECES_MAX} pieces`);
    if (isMap(value) && list.length === 0) for (const [key, item] of mapEntries(value)) merged[String(key)] = item;
    else list.push(...(list.length === 0 && Object.keys(merged).length > 0 ? [merged] : []), value);
    await onProgress?.(value, number);
    number += 1;
  }
  return list.length > 0 ? list : merged;
}

/** True for what a generator function gives when it is called. */
export function isGenerator(value: unknown): value is Iterable<unknown> | AsyncIterable<unknown> {
  return value !== null && typeof value === 'object' && 'next' in value && typeof value.next === 'function'
    && (Symbol.asyncIterator in value || Symbol.iterator in value);
}

/** JavaScript's own kinds as values: undefined is None, sets are lists, dates and errors text. @throws TypeError for functions and the like */
export function toValue(thing: unknown, depth = 0): Value {
  if (depth > DEPTH_MAX) throw new RangeError('the answer is nested too deeply');
  if (thing === undefined || thing === null) return null;
  if (typeof thing === 'function' || typeof thing === 'symbol') throw new TypeError(`a ${typeof thing} cannot be an answer`);
  if (typeof thing !== 'object') return thing as Value;
  if (isBytes(thing) || thing instanceof Float || thing instanceof DateTime || thing instanceof Extension) return thing;
  if (thing instanceof Tuple || thing instanceof ValueSet) return thing;
  if (Array.isArray(thing)) return thing.map((item) => toValue(item, depth + 1));
  if (isMap(thing)) return mapFrom(mapEntries(thing).map(([key, item]) => [toValue(key, depth + 1), toValue(item, depth + 1)] as const));
  if (thing instanceof Set) return [...thing].map((item) => toValue(item, depth + 1));
  if (thing instanceof Date) return thing.toISOString();
  if (thing instanceof Error) return thing.message;
  return mapFrom(Object.entries(thing).map(([key, item]) => [key, toValue(item, depth + 1)] as const));
}
