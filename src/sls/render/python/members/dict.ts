/** Methods of dicts. */
import { PythonError } from '../../../../kernel/contract/errors.js';
import type { Data } from '../data.js';
import { orElse, tuple } from '../data.js';
import { Dict } from '../dict.js';
import { typeError, valueError } from '../errors.js';
import { isIterable, iterate, listOf } from '../iterate.js';
import { reprOf } from '../text.js';
import { nameOfType } from '../type-name.js';
import { DictView } from '../views.js';
import { method, rawMethod, type Method, type MethodTable } from './method.js';

type DictMethod = Method<Dict>;

/** Puts entries of a dict, or of pairs, into a dict. @throws PythonError */
export function fillDict(dict: Dict, source: Data): void {
  if (source instanceof Dict) {
    for (const [key, value] of source.entries()) dict.set(key, value);
    return;
  }
  let at = 0;
  for (const pair of iterate(source)) {
    if (!isIterable(pair)) throw typeError(`cannot convert dictionary update sequence element #${at} to a sequence`);
    const items = listOf(pair);
    if (items.length !== 2) throw valueError(`dictionary update sequence element #${at} has length ${items.length}; 2 is required`);
    dict.set(items[0] as Data, items[1] as Data);
    at += 1;
  }
}

/** A missing default is told apart from one that is None by the number of arguments. */
const pop: DictMethod = rawMethod((dict, { list }) => {
  const [key = null, fallback] = list;
  if (list.length === 0) throw typeError('pop expected at least 1 argument, got 0');
  const found = dict.get(key);
  if (found === undefined) {
    if (list.length > 1) return fallback ?? null;
    throw new PythonError('KeyError', reprOf(key));
  }
  dict.delete(key);
  return found;
});

function popItem(dict: Dict): Data {
  const last = [...dict.entries()].at(-1);
  if (last === undefined) throw new PythonError('KeyError', "'popitem(): dictionary is empty'");
  dict.delete(last[0]);
  return tuple(last);
}

const update: DictMethod = rawMethod((dict, { list, named }) => {
  if (list.length > 1) throw typeError(`update expected at most 1 argument, got ${list.length}`);
  const [source] = list;
  if (source !== undefined) {
    if (!isIterable(source)) throw typeError(`'${nameOfType(source)}' object is not iterable`);
    fillDict(dict, source);
  }
  for (const [key, value] of named) dict.set(key, value);
  return null;
});

function setDefault(dict: Dict, key: Data, fallback: Data): Data {
  const found = dict.get(key);
  if (found !== undefined) return found;
  dict.set(key, fallback);
  return fallback;
}

export function copyDict(dict: Dict): Dict {
  const copy = new Dict({ ordered: dict.ordered });
  fillDict(copy, dict);
  return copy;
}

export const DICT_METHODS: MethodTable<Dict> = new Map<string, DictMethod>([
  ['clear', method([], (dict) => {
    dict.clear();
    return null;
  })],
  ['copy', method([], copyDict)],
  ['fromkeys', method(['iterable', ['value', null]], (_dict, keys = null, value = null) => Dict.of(listOf(keys).map((key) => [key, value] as const)))],
  ['get', method(['key', ['default', null]], (dict, key = null, fallback = null) => orElse(dict.get(key), () => fallback))],
  ['items', method([], (dict) => new DictView(dict, 'items'))],
  ['keys', method([], (dict) => new DictView(dict, 'keys'))],
  ['pop', pop],
  ['popitem', method([], popItem)],
  ['setdefault', method(['key', ['default', null]], (dict, key = null, fallback = null) => setDefault(dict, key, fallback))],
  ['update', update],
  ['values', method([], (dict) => new DictView(dict, 'values'))],
]);
