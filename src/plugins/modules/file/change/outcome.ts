/** The map that functions for states fill: name, changes, comment, result. */
import type { Context } from '../../../../kernel/contract/context.js';
import { isPlainMap, type PlainMap, type Value } from '../../../../kernel/std/value.js';

export interface Outcome extends PlainMap {
  name: Value;
  changes: PlainMap;
  /** Text, or a list of texts while it is being collected. */
  comment: Value;
  result: Value;
}

/** A check of a path under way. */
export interface Check {
  readonly ctx: Context;
  readonly path: string;
  readonly outcome: Outcome;
  /** Comments in the order they came. */
  readonly comments: string[];
}

/** An outcome the caller began, or a fresh one. The caller's map is copied, not changed. */
export function outcomeFrom(given: Value, name: string, comment: Value): Outcome {
  if (!isPlainMap(given) || Object.keys(given).length === 0) return { name, changes: {}, comment, result: true };
  const changes = given['changes'];
  return {
    ...given,
    name: given['name'] ?? name,
    changes: isPlainMap(changes) ? { ...changes } : {},
    comment: given['comment'] ?? comment,
    result: given['result'] ?? null,
  };
}

/** The outcome of a failure. */
export function failedOutcome(outcome: Outcome, comment: string): Outcome {
  return { ...outcome, result: false, comment };
}
