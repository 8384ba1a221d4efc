/**
 * Lists that Python prints in another way: tuples and sets. Everything that reads lists takes them as lists; only texts
 * for people (`repr`, outputters) and the yaml writer tell them apart. Copies made by `map`, `filter` and the like are
 * plain lists.
 */
import type { Value } from './value.js';

/** A tuple of Python: `('a', 1)`. Made by `tupleOf`. */
export class Tuple extends Array<Value> {
  static override get [Symbol.species](): ArrayConstructor {
    return Array;
  }
}

/** A set of Python, in the order its items were given: `{'a', 1}`. Made by `setOf`. */
export class ValueSet extends Array<Value> {
  static override get [Symbol.species](): ArrayConstructor {
    return Array;
  }
}

/** The tuple of these items. */
export function tupleOf(items: Iterable<Value>): Tuple {
  const tuple = new Tuple();
  for (const item of items) tuple.push(item);
  return tuple;
}

/** The set of these items, which must be different. */
export function setOf(items: Iterable<Value>): ValueSet {
  const set = new ValueSet();
  for (const item of items) set.push(item);
  return set;
}
