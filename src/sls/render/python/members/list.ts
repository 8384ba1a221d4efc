/** Methods of lists, tuples and sets. */
import { PythonError } from '../../../../kernel/contract/errors.js';
import { equal, inList, sameOrEqual, sorted, truth } from '../compare.js';
import { argsOf, type Data, type Later, rawSet, Thing } from '../data.js';
import { hashOf } from '../dict.js';
import { typeError, valueError } from '../errors.js';
import { iterate, listOf } from '../iterate.js';
import { checkSize } from '../limits.js';
import { isInt } from '../numbers.js';
import { reprOf } from '../text.js';
import { nameOfType } from '../type-name.js';
import { method, rawMethod, type Method, type MethodTable } from './method.js';

type ListMethod = Method<Data[]>;

function wholeNumber(value: Data): number {
  if (!isInt(value)) throw typeError(`'${nameOfType(value)}' object cannot be interpreted as an integer`);
  return Number(value);
}

function indexIn(list: Data[], wanted: Data, from: Data, to: Data): number {
  const place = (value: Data): number => (wholeNumber(value) < 0 ? Math.max(0, wholeNumber(value) + list.length) : wholeNumber(value));
  const end = to === null ? list.length : Math.min(list.length, place(to));
  for (let at = place(from); at < end; at++) if (sameOrEqual(list[at] as Data, wanted)) return at;
  throw valueError(Array.isArray(list) && nameOfType(list) === 'tuple' ? 'tuple.index(x): x not in tuple' : `${reprOf(wanted)} is not in list`);
}

const COUNT: ListMethod = method(['value'], (list, wanted = null) => Array.from(list).filter((item) => sameOrEqual(item, wanted)).length);
const INDEX: ListMethod = method(['value', ['start', 0], ['stop', null]], (list, wanted = null, from = 0, to = null) => indexIn(list, wanted, from, to));

function pop(list: Data[], at: Data): Data {
  if (list.length === 0) throw new PythonError('IndexError', 'pop from empty list');
  const place = wholeNumber(at) < 0 ? wholeNumber(at) + list.length : wholeNumber(at);
  if (place < 0 || place >= list.length) throw new PythonError('IndexError', 'pop index out of range');
  return list.splice(place, 1)[0] as Data;
}

function insert(list: Data[], at: Data, item: Data): null {
  const place = wholeNumber(at);
  list.splice(place < 0 ? Math.max(0, place + list.length) : place, 0, item);
  return null;
}

function remove(list: Data[], wanted: Data): null {
  const at = list.findIndex((item) => sameOrEqual(item, wanted));
  if (at < 0) throw valueError('list.remove(x): x not in list');
  list.splice(at, 1);
  return null;
}

function extend(list: Data[], items: Data): null {
  const more = listOf(items);
  checkSize(list.length + more.length);
  for (const item of more) list.push(item);
  return null;
}

export const LIST_METHODS: MethodTable<Data[]> = new Map<string, ListMethod>([
  ['append', method(['object'], (list, item = null) => {
    list.push(item);
    return null;
  })],
  ['clear', method([], (list) => {
    list.length = 0;
    return null;
  })],
  ['copy', method([], (list) => [...list])],
  ['count', COUNT],
  ['extend', method(['iterable'], (list, items = null) => extend(list, items))],
  ['index', INDEX],
  ['insert', method(['index', 'object'], (list, at = 0, item = null) => insert(list, at, item))],
  ['pop', method([['index', -1]], (list, at = -1) => pop(list, at))],
  ['remove', method(['value'], (list, wanted = null) => remove(list, wanted))],
  ['reverse', method([], (list) => {
    list.reverse();
    return null;
  })],
  ['sort', rawMethod((list, args, site) => {
    if (args.list.length > 0) throw typeError('sort() takes no positional arguments');
    const key = args.named.get('key') ?? null;
    const keyOf = (item: Data): Data => (key === null ? item : calledNow(key, item, site));
    const ordered = sorted(list, keyOf, truth(args.named.get('reverse') ?? false));
    list.splice(0, list.length, ...ordered);
    return null;
  })],
]);

/** Calls something that cannot be waited for in the middle of sorting. */
function calledNow(callee: Data, item: Data, site: Parameters<NonNullable<Thing['call']>>[1]): Data {
  const result: Later<Data> = callee instanceof Thing && callee.call !== undefined ? callee.call(argsOf(item), site) : null;
  if (result instanceof Promise) throw typeError('a function that has to be waited for cannot be a sort key');
  return result;
}

export const TUPLE_METHODS: MethodTable<Data[]> = new Map([['count', COUNT], ['index', INDEX]]);

/** Puts an item into a set unless it is there. */
export function addToSet(set: Data[], item: Data): void {
  hashOf(item);
  if (!inList(set, item)) set.push(item);
}

export function setOf(items: Iterable<Data>): Data[] {
  const set = rawSet([]);
  const seen = new Set<unknown>();
  for (const item of items) {
    const hash = hashOf(item);
    if (seen.has(hash)) continue;
    seen.add(hash);
    set.push(item);
  }
  return set;
}

const others = (args: readonly Data[]): Data[][] => args.map((arg) => setOf(iterate(arg)));

type SetWork = (set: Data[], args: readonly Data[]) => Data;
const setMethod = (work: SetWork): ListMethod => rawMethod((set, args) => work(set, args.list));

function intersection(set: Data[], args: readonly Data[]): Data[] {
  const all = others(args);
  return rawSet(Array.from(set).filter((item) => all.every((other) => inList(other, item))));
}

function difference(set: Data[], args: readonly Data[]): Data[] {
  const all = others(args);
  return rawSet(Array.from(set).filter((item) => !all.some((other) => inList(other, item))));
}

function isWithin(set: Data[], other: Data): boolean {
  const large = setOf(iterate(other));
  return set.every((item) => inList(large, item));
}

function symmetric(set: Data[], other: Data): Data[] {
  const second = setOf(iterate(other));
  return rawSet([...difference(set, [second]), ...difference(second, [set])]);
}

export const SET_METHODS: MethodTable<Data[]> = new Map<string, ListMethod>([
  ['add', method(['item'], (set, item = null) => {
    addToSet(set, item);
    return null;
  })],
  ['clear', LIST_METHODS.get('clear') as ListMethod],
  ['copy', method([], (set) => rawSet(set))],
  ['difference', setMethod(difference)],
  ['discard', method(['item'], (set, wanted = null) => {
    const at = set.findIndex((item) => equal(item, wanted));
    if (at >= 0) set.splice(at, 1);
    return null;
  })],
  ['intersection', setMethod(intersection)],
  ['isdisjoint', method(['other'], (set, other = null) => intersection(set, [other]).length === 0)],
  ['issubset', method(['other'], (set, other = null) => isWithin(set, other))],
  ['issuperset', method(['other'], (set, other = null) => isWithin(setOf(iterate(other)), set))],
  ['pop', method([], (set) => {
    if (set.length === 0) throw new PythonError('KeyError', "'pop from an empty set'");
    return set.shift() as Data;
  })],
  ['remove', method(['item'], (set, wanted = null) => {
    const at = set.findIndex((item) => equal(item, wanted));
    if (at < 0) throw new PythonError('KeyError', reprOf(wanted));
    set.splice(at, 1);
    return null;
  })],
  ['symmetric_difference', method(['other'], (set, other = null) => symmetric(set, other))],
  ['union', setMethod((set, args) => setOf([...set, ...args.flatMap((arg) => listOf(arg))]))],
  ['update', setMethod((set, args) => {
    for (const arg of args) for (const item of listOf(arg)) addToSet(set, item);
    return null;
  })],
]);
