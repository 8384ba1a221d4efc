/** Salt's filters for lists, sets and rows of things. Golden: render/sf-set-ops*, sf-flatten, sf-min-max-avg. */
import { PythonError } from '../../../kernel/contract/errors.js';
import { parseFloatText } from '../../../kernel/std/python-number.js';
import { operation, type Operation } from '../python/callable.js';
import { contains, equal, inList, ordered, sorted, truth } from '../python/compare.js';
import { type Data, isList, isSet, isTuple, OneTime, tuple } from '../python/data.js';
import { Dict, hashOf } from '../python/dict.js';
import { typeError, valueError } from '../python/errors.js';
import { isIterable, iterate, listOf, sizeOf } from '../python/iterate.js';
import { checkSize } from '../python/limits.js';
import { textOf } from '../python/markup.js';
import { setOf } from '../python/members/list.js';
import { isInt, numberOf, toDouble } from '../python/numbers.js';
import { binary } from '../python/operators.js';
import { reprOf } from '../python/text.js';
import { nameOfType } from '../python/type-name.js';
import { Undefined } from '../python/undefined.js';
import { floatOf } from '../../../kernel/std/value.js';
import { PythonRandom } from './python-random.js';
import { refusingUndefined } from './strict.js';

/** Python's Hashable, by the type alone: a tuple is one whatever it holds. */
const isHashable = (value: Data): boolean => !(value instanceof Dict || isList(value) || isSet(value));

function distinct(items: Iterable<Data>): Data[] {
  const kept: Data[] = [];
  const seen = new Set<unknown>();
  for (const item of items) {
    if (hasHash(item)) {
      const hash = hashOf(item);
      if (seen.has(hash)) continue;
      seen.add(hash);
      kept.push(item);
    } else if (!inList(kept, item)) {
      kept.push(item);
    }
  }
  return kept;
}

function hasHash(item: Data): boolean {
  return isTuple(item) ? item.every(hasHash) : isHashable(item);
}

const unique = (value: Data): Data => (isHashable(value) ? setOf(iterate(value)) : distinct(iterate(value)));

type SetWork = (first: Data, second: Data) => Data[];

/** Two sets when both values cannot change, else lists. */
function combine(first: Data, second: Data, work: SetWork): Data {
  if (first instanceof Undefined) first.fail();
  if (second instanceof Undefined) second.fail();
  const found = work(first, second);
  return isHashable(first) && isHashable(second) ? setOf(found) : distinct(found);
}

const inside = (item: Data, list: Data): boolean => inList(listOf(list), item);
const both: SetWork = (a, b) => listOf(a).filter((item) => inside(item, b));
const onlyFirst: SetWork = (a, b) => listOf(a).filter((item) => !inside(item, b));
const either: SetWork = (a, b) => (isHashable(a) && isHashable(b) ? [...iterate(a), ...iterate(b)] : [...iterate(binary('+', a, b))]);
const onlyOne: SetWork = (a, b) => {
  const common = both(a, b);
  return distinct(either(a, b)).filter((item) => !inList(common, item));
};

function isNothing(item: Data): boolean {
  return [null, 'None', 'null'].some((one) => equal(item, one));
}

function flatten(data: Data, levels: number | undefined, keepNulls: boolean, above: readonly Data[]): Data[] {
  if (above.includes(data)) throw new PythonError('RecursionError', 'Reference cycle detected. Check input list.');
  const flat: Data[] = [];
  for (const item of iterate(data)) {
    if (!keepNulls && isNothing(item)) continue;
    if (!isIterableThing(item) || (levels !== undefined && levels < 1)) flat.push(item);
    // Deeper down nulls are kept only where levels are counted.
    else flat.push(...flatten(item, levels === undefined ? undefined : levels - 1, keepNulls, [...above, data]));
  }
  return flat;
}

const isIterableThing = (value: Data): boolean => textOf(value) === undefined && isIterable(value);

function extreme(word: '<' | '>', value: Data): Data {
  let best: Data | undefined;
  for (const item of iterate(value)) if (best === undefined || ordered(word, item, best)) best = item;
  if (best === undefined) throw valueError(`${word === '<' ? 'min' : 'max'}() arg is an empty sequence`);
  return best;
}

function average(value: Data): Data {
  if (!isHashable(value)) {
    let total: Data = 0;
    for (const item of iterate(value)) total = binary('+', total, item);
    return floatOf(toDouble(numberOf(binary('/', total, sizeOf(value) ?? 0)) ?? 0));
  }
  const number = numberOf(value);
  if (number !== undefined) return floatOf(toDouble(number));
  if (value instanceof Undefined) value.fail();
  const text = textOf(value);
  const read = text === undefined ? undefined : parseFloatText(text);
  if (read !== undefined) return floatOf(read);
  if (text !== undefined) throw valueError(`could not convert string to float: ${reprOf(text)}`);
  throw typeError(`float() argument must be a string or a real number, not '${nameOfType(value)}'`);
}

function compareLists(old: Data, fresh: Data): Data {
  const changes = new Dict();
  const added = listOf(fresh).filter((item) => !contains(old, item));
  const gone = listOf(old).filter((item) => !contains(fresh, item));
  if (added.length > 0) changes.set('new', added);
  if (gone.length > 0) changes.set('old', gone);
  return changes;
}

function whole(value: Data): number {
  if (!isInt(value)) throw typeError(`'${nameOfType(value)}' object cannot be interpreted as an integer`);
  return Number(value);
}

function sample(value: Data, size: number, seed: Data): Data {
  if (!Array.isArray(value) && textOf(value) === undefined) throw typeError('Population must be a sequence.  For dicts or sets, use sorted(d).');
  const items = listOf(value);
  if (size > items.length || size < 0) throw valueError('Sample larger than population or is negative');
  return PythonRandom.of(seed).sample(items, size);
}

function* combinations(items: readonly Data[], size: number, repeat: boolean, from = 0): Generator<Data[]> {
  if (size === 0) {
    yield [];
    return;
  }
  for (let at = from; at < items.length; at++) {
    for (const rest of combinations(items, size - 1, repeat, repeat ? at : at + 1)) yield [items[at] as Data, ...rest];
  }
}

function* permutations(items: readonly Data[], size: number): Generator<Data[]> {
  if (size === 0) {
    yield [];
    return;
  }
  for (const [at, item] of items.entries()) {
    for (const rest of permutations([...items.slice(0, at), ...items.slice(at + 1)], size - 1)) yield [item, ...rest];
  }
}

function* product(lists: readonly (readonly Data[])[]): Generator<Data[]> {
  const [first, ...others] = lists;
  if (first === undefined) {
    yield [];
    return;
  }
  for (const item of first) for (const rest of product(others)) yield [item, ...rest];
}

function* tuples(rows: Iterable<Data[]>): Generator<Data> {
  let count = 0;
  for (const row of rows) {
    checkSize(count += row.length);
    yield tuple(row);
  }
}

function zip(values: readonly Data[], fill: Data | undefined): Data[][] {
  const lists = values.map((value) => listOf(value));
  const lengths = lists.map((list) => list.length);
  const length = lists.length === 0 ? 0 : fill === undefined ? Math.min(...lengths) : Math.max(...lengths);
  return Array.from({ length }, (_, at) => lists.map((list) => (at < list.length ? list[at] as Data : fill ?? null)));
}

const rows = (name: string, label: string, make: (values: readonly Data[], named: ReadonlyMap<string, Data>) => Iterable<Data[]>): Operation => refusingUndefined({
  name, waits: false, run: (value, { list, named }) => new OneTime(tuples(make([value, ...list], named)), label.replace('itertools.', ''), `${label} object`),
});

function exactly(value: Data, amount: number): boolean {
  return Array.from(iterate(value)).filter(truth).length === amount;
}

const pair = (name: string, work: SetWork): Operation => operation(name, ['lst1', 'lst2'], ([first = null, second = null]) => combine(first, second, work));

export const SALT_LIST_FILTERS: readonly Operation[] = [
  operation('unique', ['values'], ([value = null]) => unique(value)),
  pair('union', either), pair('intersect', both), pair('difference', onlyFirst), pair('symmetric_difference', onlyOne),
  operation('flatten', ['data', ['levels', null], ['preserve_nulls', false]], ([value = null, levels = null, keep = false]) => flatten(value, levels === null ? undefined : whole(levels), truth(keep), [])),
  operation('sequence', ['data'], ([value = null]) => (Array.isArray(value) || value instanceof Dict ? value : [value]), { pythonName: 'ensure_sequence_filter' }),
  operation('is_list', ['value'], ([value = null]) => isList(value)),
  operation('is_iter', ['thing', ['ignore', null]], ([value = null, ignore = null]) => (value instanceof Undefined ? value.fail() : ignore === null ? isIterableThing(value) : isIterable(value))),
  operation('sorted_ignorecase', ['to_sort'], ([value = null]) => sorted(iterate(value), (item) => textOf(item)?.toLowerCase() ?? item)),
  operation('compare_lists', ['old', 'new'], ([old = null, fresh = null]) => compareLists(old, fresh)),
  operation('min', ['obj'], ([value = null]) => extreme('<', value), { pythonName: 'lst_min' }),
  operation('max', ['obj'], ([value = null]) => extreme('>', value), { pythonName: 'lst_max' }),
  operation('avg', ['lst'], ([value = null]) => average(value), { pythonName: 'lst_avg' }),
  operation('exactly_n_true', ['iterable', ['amount', 1]], ([value = null, amount = 1]) => exactly(value, whole(amount)), { pythonName: 'exactly_n' }),
  operation('exactly_one_true', ['iterable'], ([value = null]) => exactly(value, 1), { pythonName: 'exactly_one' }),
  operation('random_sample', ['value', 'size', ['seed', null]], ([value = null, size = 0, seed = null]) => sample(value, whole(size), seed), { pythonName: 'sample' }),
  operation('random_shuffle', ['value', ['seed', null]], ([value = null, seed = null]) => sample(value, sizeOf(value) ?? 0, seed), { pythonName: 'shuffle' }),
  rows('combinations', 'itertools.combinations', ([value = null, size = null], named) => combinations(listOf(value), whole(named.get('r') ?? size), false)),
  rows('combinations_with_replacement', 'itertools.combinations_with_replacement', ([value = null, size = null], named) => combinations(listOf(value), whole(named.get('r') ?? size), true)),
  rows('permutations', 'itertools.permutations', ([value = null, size = null]) => permutations(listOf(value), size === null ? listOf(value).length : whole(size))),
  rows('product', 'itertools.product', (values, named) => product(Array.from({ length: whole(named.get('repeat') ?? 1) }, () => values.map((value) => listOf(value))).flat())),
  rows('zip', 'zip', (values) => zip(values, undefined)),
  rows('zip_longest', 'itertools.zip_longest', (values, named) => zip(values, named.get('fillvalue') ?? null)),
  refusingUndefined(operation('compress', ['data', 'selectors'], ([value = null, chosen = null]) => {
    const wanted = listOf(chosen);
    return new OneTime(listOf(value).filter((_item, at) => at < wanted.length && truth(wanted[at] as Data)), 'compress', 'itertools.compress object');
  })),
];

