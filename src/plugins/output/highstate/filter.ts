/** `state_output: filter`: which results are left out or shown on one line. */
import { PythonError } from '../../../kernel/contract/errors.js';
import { str } from '../../../kernel/std/python-text.js';
import { isMap, mapGet, mapHas, typeName, type Value, type ValueMap } from '../../../kernel/std/value.js';
import { notIterable } from '../parts/python-errors.js';
import type { Options } from '../parts/options.js';

/** Keyword arguments of the command line; the last wins. */
function keywordsOf(opts: Options): ValueMap {
  const given = opts['arg'] ?? [];
  if (!Array.isArray(given)) throw notIterable(given);
  return (given as Value[]).filter(isMap).findLast((item) => mapHas(item, '__kwarg__')) ?? {};
}

/** True when a list of results, or a text with commas, names this one. @throws PythonError TypeError */
function names(list: Value, result: string): boolean {
  if (typeof list === 'string') return list.split(',').includes(result);
  if (Array.isArray(list)) return list.includes(result);
  if (isMap(list)) return mapHas(list, result);
  throw new PythonError('TypeError', `argument of type '${typeName(list)}' is not iterable`);
}

/** How to show a state of this result. */
export function filterResult(result: Value, opts: Options): 'full' | 'terse' | 'hidden' {
  const keywords = keywordsOf(opts);
  const shown = str(result);
  if (names(mapGet(keywords, 'terse') ?? opts['state_output_terse'] ?? [], shown)) return 'terse';
  return names(mapGet(keywords, 'exclude') ?? opts['state_output_exclude'] ?? [], shown) ? 'hidden' : 'full';
}
