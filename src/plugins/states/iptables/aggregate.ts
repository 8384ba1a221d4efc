/** Joins the rules of several states. Source: read, Salt 3008.3. */
import { str } from '../../../kernel/std/python-text.js';
import { isList, isPlainMap, type PlainMap, type Value } from '../../../kernel/std/value.js';

const JOINED = ['append', 'insert'];

const tagOf = (chunk: PlainMap): string => [chunk['state'], chunk['__id__'], chunk['name'], chunk['fun']].map((part) => str(part ?? null)).join('_|-');

/** Without the marks of the run. */
export const ofState = (parts: PlainMap): PlainMap => Object.fromEntries(Object.entries(parts).filter(([key]) => !key.startsWith('__')));

/** Gives the chunk with the rules of all, its own among them; those that were joined are marked with `__agg__`. */
export function joinedRules(low: PlainMap, chunks: readonly Value[], running: PlainMap): PlainMap {
  if (!JOINED.includes(str(low['fun'] ?? null))) return low;
  const rules: Value[] = [];
  for (const chunk of chunks) {
    if (!isPlainMap(chunk) || chunk['state'] !== 'iptables' || chunk['fun'] !== low['fun'] || '__agg__' in chunk || Object.hasOwn(running, tagOf(chunk))) continue;
    rules.push({ ...chunk });
    chunk['__agg__'] = true;
  }
  return rules.length === 0 ? low : { ...low, rules: [...isList(low['rules'] ?? null) ? low['rules'] as readonly Value[] : [], ...rules] };
}
