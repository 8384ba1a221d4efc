/** What changed between two states of packages, as Salt reports it. */
import { equalValues, type PlainMap } from '../../../kernel/std/value.js';

/** `{ name: { old, new } }` for every name whose value differs; empty text stands for nothing. Sorted by name. */
export function changesBetween(before: PlainMap, after: PlainMap): PlainMap {
  const changes: PlainMap = {};
  for (const name of [...new Set([...Object.keys(before), ...Object.keys(after)])].toSorted()) {
    if (equalValues(before[name], after[name])) continue;
    changes[name] = { old: before[name] ?? '', new: after[name] ?? '' };
  }
  return changes;
}
