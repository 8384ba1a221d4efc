/**
 * How the layers of a stack become one. A layer says by the key `__` (in a list: by a first item `{__: ...}`) what is done
 * with what is there already.
 *
 * Source: read, Salt 3008.3 `salt.pillar.stack`.
 */
import { CommandExecutionError } from '../../../kernel/contract/errors.js';
import { equalValues, isMap, mapEntries, mapFrom, mapGet, mapHas, typeName, type Value, type ValueMap } from '../../../kernel/std/value.js';

const KEY = '__';
const STRATEGIES = ['overwrite', 'merge-first', 'merge-last', 'remove'];

export function mergeMap(stack: ValueMap, layer: ValueMap): ValueMap {
  const strategy = checked(mapHas(layer, KEY) ? mapGet(layer, KEY) ?? null : 'merge-last');
  const own = mapEntries(layer).filter(([key]) => key !== KEY);
  if (strategy === 'overwrite') return cleaned(mapFrom(own)) as ValueMap;
  const merged = new Map(mapEntries(stack));
  for (const [key, value] of own) {
    if (strategy === 'remove') merged.delete(key);
    else if (!merged.has(key)) merged.set(key, cleaned(value));
    else {
      const before = merged.get(key) ?? null;
      merged.set(key, strategy === 'merge-first' ? both(cleaned(value), before) : both(before, value));
    }
  }
  return mapFrom(merged);
}

/** Values of different types do not merge: the second counts. */
function both(first: Value, second: Value): Value {
  if (typeName(first) !== typeName(second)) return cleaned(second);
  if (isMap(first) && isMap(second)) return mergeMap(first, second);
  if (Array.isArray(first) && Array.isArray(second)) return mergeList(first as readonly Value[], second as readonly Value[]);
  return second;
}

function mergeList(stack: readonly Value[], layer: readonly Value[]): Value[] {
  const [head, ...rest] = layer;
  const isMarked = head !== undefined && isMap(head) && mapHas(head, KEY);
  const strategy = checked(isMarked ? mapGet(head, KEY) ?? null : 'merge-last');
  const own = isMarked ? rest : layer;
  if (strategy === 'overwrite') return [...own];
  if (strategy === 'remove') return stack.filter((item) => !own.some((gone) => equalValues(gone, item)));
  return strategy === 'merge-first' ? [...own, ...stack] : [...stack, ...own];
}

function checked(strategy: Value): string {
  if (typeof strategy === 'string' && STRATEGIES.includes(strategy)) return strategy;
  throw new CommandExecutionError(`Unknown strategy "${String(strategy)}", should be one of ('${STRATEGIES.join("', '")}')`);
}

/** Without the marks. */
function cleaned(value: Value): Value {
  if (isMap(value)) return mapFrom(mapEntries(value).filter(([key]) => key !== KEY).map(([key, item]) => [key, cleaned(item)] as const));
  if (!Array.isArray(value)) return value;
  const [head, ...rest] = value as readonly Value[];
  return head !== undefined && isMap(head) && mapHas(head, KEY) ? rest : value;
}
