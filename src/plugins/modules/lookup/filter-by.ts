/**
 * Chooses a value of a map by what a fact says, for `grains.filter_by` and `pillar.filter_by`.
 *
 * Source: observed, Salt 3008.3; read, `salt.utils.data.filter_by`.
 */
import { PythonError } from '../../../kernel/contract/errors.js';
import { fnmatch } from '../../../kernel/std/fnmatch.js';
import { updateMap } from '../../../kernel/std/merge.js';
import { str } from '../../../kernel/std/python-text.js';
import { traverse } from '../../../kernel/std/traverse.js';
import { isMap, isTruthy, mapEntries, mapGet, typeName, type Value, type ValueMap } from '../../../kernel/std/value.js';

export interface Choice {
  /** Values by pattern of the fact. */
  readonly lookup: Value;
  /** Path of the fact. */
  readonly fact: Value;
  /** Laid over the chosen map. */
  readonly merge: Value;
  /** Key of the value for facts that no pattern fits. */
  readonly fallback: Value;
  /** Key of a map below the chosen one. */
  readonly base: Value;
}

export function filterBy(facts: ValueMap, { lookup, fact, merge, fallback, base }: Choice): Value {
  if (!isMap(lookup)) throw new PythonError('AttributeError', `'${typeName(lookup)}' object has no attribute 'get'`);
  const found = traverse(facts, fact, []);
  let chosen = firstFit(lookup, Array.isArray(found) ? (found as readonly Value[]) : [found]) ?? mapGet(lookup, fallback) ?? null;
  const ground = isTruthy(base) ? mapGet(lookup, base) : undefined;
  if (ground !== undefined) chosen = onGround(ground, chosen);
  if (!isTruthy(merge)) return chosen;
  if (!isMap(merge)) throw saltError('filter_by merge argument must be a dictionary.');
  if (chosen === null) return merge;
  if (!isMap(chosen)) throw new PythonError('TypeError', 'Cannot update using non-dict types in dictupdate.update()');
  return updateMap(chosen, merge);
}

/** The value of the first pattern that fits; one that is None does not count. */
function firstFit(lookup: ValueMap, facts: readonly Value[]): Value | undefined {
  for (const fact of facts) {
    const fit = mapEntries(lookup).find(([pattern]) => fnmatch(str(fact), str(pattern)));
    if (fit !== undefined && fit[1] !== null) return fit[1];
  }
  return undefined;
}

function onGround(ground: Value, chosen: Value): Value {
  if (chosen === null) return ground;
  if (!isMap(ground)) return chosen;
  if (!isMap(chosen)) throw saltError('filter_by default and look-up values must both be dictionaries.');
  return updateMap(ground, chosen);
}

const saltError = (message: string): PythonError => new PythonError('salt.exceptions.SaltException', message);
