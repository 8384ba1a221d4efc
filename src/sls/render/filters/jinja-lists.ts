/** Jinja's own filters for lists, dicts and numbers. Source: read, Jinja2 3.1.6; golden: render/core-*. */
import { formatFixed, parseFloatText } from '../../../kernel/std/python-number.js';
import { Float, floatOf, isBytes } from '../../../kernel/std/value.js';
import { codePoints } from '../python/code-points.js';
import { chain, inTurn, operation, type Operation } from '../python/callable.js';
import { inList, sorted, truth } from '../python/compare.js';
import { type Args, type CallSite, type Data, isSet, type Later, OneTime, orElse, Thing, tuple } from '../python/data.js';
import { Dict } from '../python/dict.js';
import { TemplateError, typeError } from '../python/errors.js';
import { isIterable, iterate, listOf, sizeOf } from '../python/iterate.js';
import { Markup, textOf } from '../python/markup.js';
import { memberOf } from '../python/members.js';
import * as numbers from '../python/numbers.js';
import { isFloat, isInt, numberOf, toDouble } from '../python/numbers.js';
import { binary } from '../python/operators.js';
import { reprOf, strOf } from '../python/text.js';
import { nameOfType } from '../python/type-name.js';
import { Undefined } from '../python/undefined.js';
import type { Operations } from '../eval/operations.js';
import { itemGetter, lowered, multiGetter } from './attributes.js';

const undefinedIn = (site: CallSite, message: string): Undefined => new Undefined(message, site.strict);

function whole(value: Data): number {
  if (!isInt(value)) throw typeError(`'${nameOfType(value)}' object cannot be interpreted as an integer`);
  return Number(value);
}

function attr(owner: Data, name: Data, site: CallSite): Data {
  if (owner instanceof Undefined) owner.fail();
  const word = strOf(name);
  const safe = word.startsWith('_') ? undefined : memberOf(owner, word);
  if (safe !== undefined) return safe;
  return (word.startsWith('_') ? site.attribute(owner, word) : undefinedIn(site, `'${owner === null ? 'None' : `${nameOfType(owner)} object`}' has no attribute ${reprOf(word)}`));
}

/** What fails only when somebody goes through it. */
function failing(error: () => Error): Iterable<Data> {
  return { [Symbol.iterator]: () => ({ next: () => { throw error(); } }) };
}

/** A generator over what is made of some items; what has none fails when it is gone through, as generators do. */
function later(value: Data, label: string, make: (items: Data[]) => Data[]): Data {
  if (value instanceof Undefined) value.fail();
  return new OneTime(isIterable(value) ? make(listOf(value)) : failing(() => typeError(`'${nameOfType(value)}' object is not iterable`)), 'generator', label);
}

function batch(items: Data[], count: number, fill: Data): Data[] {
  const rows: Data[][] = [];
  for (let at = 0; at < items.length; at += count) rows.push(items.slice(at, at + count));
  const last = rows.at(-1);
  if (fill !== null && last !== undefined) while (last.length < count) last.push(fill);
  return rows;
}

function slices(items: Data[], count: number, fill: Data): Data[] {
  if (count === 0) throw new Error('integer division or modulo by zero');
  const size = Math.floor(items.length / count);
  const longer = items.length % count;
  let at = 0;
  return Array.from({ length: count }, (_, number) => {
    const row = items.slice(at, at += size + (number < longer ? 1 : 0));
    if (fill !== null && number >= longer) row.push(fill);
    return row;
  });
}

function dictSort(value: Data, caseSensitive: boolean, by: Data, reverse: boolean): Data {
  if (by !== 'key' && by !== 'value') throw new TemplateError('runtime', 'You can only sort by either "key" or "value"');
  if (value instanceof Undefined) value.fail();
  if (!(value instanceof Dict)) throw typeError(`'${nameOfType(value)}' object has no attribute 'items'`);
  const at = by === 'key' ? 0 : 1;
  const pairs = Array.from(value.entries(), (pair) => tuple(pair));
  return sorted(pairs, (pair) => (caseSensitive ? pair[at] as Data : lowered(pair[at] as Data)), reverse);
}

function first(value: Data, site: CallSite): Data {
  for (const item of iterate(value)) return item;
  return undefinedIn(site, 'No first item, sequence was empty.');
}

function last(value: Data, site: CallSite): Data {
  if (value instanceof Undefined) value.fail();
  if (value instanceof OneTime || isSet(value) || !isIterable(value)) throw typeError(`'${nameOfType(value)}' object is not reversible`);
  return orElse(listOf(value).at(-1), () => undefinedIn(site, 'No last item, sequence was empty.'));
}

function toFloat(value: Data, fallback: Data): Data {
  const number = numberOf(value);
  if (number !== undefined) return floatOf(toDouble(number));
  if (value instanceof Undefined) value.fail();
  const parsed = parseFloatText(textOf(value) ?? (isBytes(value) ? Buffer.from(value).toString('latin1') : ''));
  return parsed === undefined ? fallback : floatOf(parsed);
}

/** Python's `int(text, base)`, or undefined. */
export function parseInteger(text: string, base: number): number | bigint | undefined {
  const match = /^([+-]?)(0[xX]|0[oO]|0[bB])?((?:_?[0-9a-zA-Z])+)$/.exec(text.trim());
  if (match === null) return undefined;
  const [, minus = '', prefix = '', digits = ''] = match;
  const prefixBase = { x: 16, o: 8, b: 2 }[prefix.slice(1).toLowerCase()];
  const takesPrefix = prefix !== '' && (base === 0 || base === prefixBase);
  const radix = takesPrefix ? prefixBase as number : base === 0 ? 10 : base;
  const body = (takesPrefix ? digits : prefix + digits).replaceAll('_', '').toLowerCase();
  let value = 0n;
  for (const digit of body) {
    const number = Number.parseInt(digit, 36);
    if (Number.isNaN(number) || number >= radix) return undefined;
    value = value * BigInt(radix) + BigInt(number);
  }
  return numbers.shrink(minus === '-' ? -value : value);
}

function toInt(value: Data, fallback: Data, base: Data): Data {
  if (value instanceof Undefined) value.fail();
  const text = textOf(value);
  if (text !== undefined) {
    const parsed = parseInteger(text, whole(base));
    if (parsed !== undefined) return parsed;
  }
  const number = text === undefined ? numberOf(value) : parseFloatText(text);
  if (number === undefined || number === null) return fallback;
  if (!isFloat(number)) return typeof number === 'number' ? number : number as Data;
  const double = toDouble(number);
  return Number.isFinite(double) ? numbers.shrink(BigInt(Math.trunc(double))) : fallback;
}

function join(value: Data, separator: Data, attribute: Data, site: CallSite): Data {
  const items = listOf(value);
  const get = attribute === null ? undefined : itemGetter(attribute, site);
  const parts = items.map((item) => strOf(get === undefined ? item : get(item)));
  return parts.join(strOf(separator));
}

function sum(value: Data, attribute: Data, start: Data, site: CallSite): Data {
  const get = attribute === null ? undefined : itemGetter(attribute, site);
  if (textOf(start) !== undefined) throw typeError("sum() can't sum strings [use ''.join(seq) instead]");
  let total = start;
  for (const item of iterate(value)) total = binary('+', total, get === undefined ? item : get(item));
  return total;
}

function reverse(value: Data): Data {
  const text = textOf(value);
  if (text !== undefined) return value instanceof Markup ? new Markup(codePoints(text).reverse().join('')) : codePoints(text).reverse().join('');
  if (value instanceof Undefined) value.fail();
  if (!isIterable(value)) throw new TemplateError('runtime', 'argument must be iterable');
  return new OneTime(listOf(value).reverse(), Array.isArray(value) ? 'list_reverseiterator' : 'reversed', 'list_reverseiterator object');
}

function round(value: Data, precision: Data, method: Data): Data {
  const places = whole(precision);
  if (method !== 'common' && method !== 'ceil' && method !== 'floor') throw new TemplateError('runtime', 'method must be common, ceil or floor');
  const number = numberOf(value);
  if (number === undefined) {
    if (value instanceof Undefined) value.fail();
    throw notRounded(value, method);
  }
  if (method !== 'common') {
    const scaled = toDouble(number) * 10 ** places;
    return floatOf((method === 'ceil' ? Math.ceil(scaled) : Math.floor(scaled)) / 10 ** places);
  }
  if (isInt(number) && places >= 0) return number;
  if (isInt(number)) return roundWhole(number, -places);
  const double = toDouble(number);
  if (!Number.isFinite(double) || places > 300) return number;
  if (places >= 0) return floatOf(Math.abs(double) >= 1e21 ? double : Number(formatFixed(double, Math.min(places, 50))));
  return floatOf(Number(roundWhole(BigInt(Math.trunc(double)), -places)));
}

function notRounded(value: Data, method: string): Error {
  if (method === 'common') return typeError(`type ${nameOfType(value)} doesn't define __round__ method`);
  // Python multiplies first, which text and lists know.
  const isMultiplied = textOf(value) !== undefined || (Array.isArray(value) && !isSet(value)) || isBytes(value);
  return typeError(isMultiplied ? `must be real number, not ${nameOfType(value)}` : `unsupported operand type(s) for *: '${nameOfType(value)}' and 'int'`);
}

function roundWhole(number: number | bigint | boolean, places: number): number | bigint {
  const unit = 10n ** BigInt(places);
  const value = BigInt(number);
  const rest = ((value % unit) + unit) % unit;
  const down = value - rest;
  const up = rest * 2n > unit || (rest * 2n === unit && (down / unit) % 2n !== 0n);
  return numbers.shrink(up ? down + unit : down);
}

function groupBy(value: Data, attribute: Data, fallback: Data, caseSensitive: boolean, site: CallSite): Data {
  const get = itemGetter(attribute, site, fallback);
  const keyOf = (item: Data): Data => (caseSensitive ? get(item) : lowered(get(item)));
  const groups: { key: Data; shown: Data; items: Data[] }[] = [];
  for (const item of sorted(iterate(value), keyOf)) {
    const key = keyOf(item);
    const group = groups.at(-1);
    if (group !== undefined && inList([group.key], key)) group.items.push(item);
    else groups.push({ key, shown: get(item), items: [item] });
  }
  return groups.map(({ shown, items }) => new Group(shown, items));
}

/** A pair that also answers to `grouper` and `list`. */
class Group extends Thing {
  readonly typeName = '_GroupTuple';
  readonly #pair: Data[];

  constructor(key: Data, items: Data[]) {
    super();
    this.#pair = tuple([key, items]);
  }

  override repr(): string {
    return reprOf(this.#pair);
  }

  override iterate(): Iterable<Data> {
    return this.#pair;
  }

  override size(): number {
    return 2;
  }

  override item(key: Data): Data | undefined {
    return isInt(key) ? this.#pair.at(Number(key)) : undefined;
  }

  override member(name: string): Data | undefined {
    return name === 'grouper' ? this.#pair[0] : name === 'list' ? this.#pair[1] : undefined;
  }
}

/** `map`: an attribute of each item, or a filter on each. */
function mapItems(value: Data, args: Args, site: CallSite, operations: Operations): Later<Data> {
  const label = 'generator object sync_do_map';
  if (!truth(value)) return new OneTime([], 'generator', label);
  const results: Data[] = [];
  const work = mapper(args, site, operations);
  if (!isIterable(value)) return later(value, label, (items) => items);
  const done = inTurn(listOf(value), (item) => chain(work(item), (result) => void results.push(result)));
  return chain(done, () => new OneTime(results, 'generator', label));
}

function mapper({ list, named }: Args, site: CallSite, operations: Operations): (item: Data) => Later<Data> {
  if (list.length === 0 && named.has('attribute')) {
    const [unknown] = [...named.keys()].filter((word) => word !== 'attribute' && word !== 'default');
    if (unknown !== undefined) throw new TemplateError('runtime', `Unexpected keyword argument ${reprOf(unknown)}`);
    return itemGetter(named.get('attribute') ?? null, site, named.get('default') ?? null);
  }
  const [name, ...rest] = list;
  if (name === undefined) throw new TemplateError('runtime', 'map requires a filter argument');
  const word = strOf(name);
  const filter = operations.filter(word);
  if (filter === undefined) throw new TemplateError('runtime', `No filter named ${reprOf(word)}.`, { word, known: () => operations.filterNames() });
  return (item) => filter.run(item, { list: rest, named }, site);
}

interface Choice {
  readonly wanted: boolean;
  readonly byAttribute: boolean;
}

function select(value: Data, { list, named }: Args, site: CallSite, operations: Operations, { wanted, byAttribute }: Choice): Later<Data> {
  const label = 'generator object select_or_reject';
  if (!truth(value)) return new OneTime([], 'generator', label);
  const [attribute, ...others] = byAttribute ? list : [null, ...list];
  if (attribute === undefined) throw new TemplateError('runtime', 'Missing parameter for attribute name');
  const get = byAttribute ? itemGetter(attribute, site) : (item: Data): Data => item;
  const [name, ...rest] = others;
  const word = name === undefined ? undefined : strOf(name);
  const test = word === undefined ? undefined : operations.test(word);
  if (word !== undefined && test === undefined) throw new TemplateError('runtime', `No test named ${reprOf(word)}.`, { word, known: () => operations.testNames() });
  if (!isIterable(value)) return later(value, label, (items) => items);
  const kept: Data[] = [];
  const done = inTurn(listOf(value), (item) => {
    const asked = test === undefined ? get(item) : test.run(get(item), { list: rest, named }, site);
    return chain(asked, (holds) => {
      if (truth(holds) === wanted) kept.push(item);
    });
  });
  return chain(done, () => new OneTime(kept, 'generator', label));
}

function length(value: Data): Data {
  const size = sizeOf(value);
  if (size === undefined) throw typeError(`object of type '${nameOfType(value)}' has no len()`);
  return size;
}

function isFallback(value: Data, boolean: Data): boolean {
  return value instanceof Undefined || (truth(boolean) && !truth(value));
}

function items(value: Data): Data {
  if (value instanceof Undefined) return new OneTime([], 'generator', 'generator object do_items');
  const label = 'generator object do_items';
  if (!(value instanceof Dict)) return new OneTime(failing(() => typeError('Can only get item pairs from a mapping.')), 'generator', label);
  return new OneTime(Array.from(value.entries(), (pair) => tuple(pair)), 'generator', label);
}

function absolute(value: Data): Data {
  const number = numberOf(value);
  if (number === undefined) {
    if (value instanceof Undefined) value.fail();
    throw typeError(`bad operand type for abs(): '${nameOfType(value)}'`);
  }
  if (isFloat(number)) return floatOf(Math.abs(toDouble(number)));
  return numbers.compareNumbers(number, 0) < 0 ? numbers.negate(number) : number;
}

function random(value: Data, site: CallSite): Data {
  const list = listOf(value);
  return orElse(list[Math.floor(Math.random() * list.length)], () => undefinedIn(site, 'No random item, sequence was empty.'));
}

const count = (name: string): Operation => operation(name, ['obj'], ([value = null]) => length(value), { pythonName: 'len' });
const fallback = (name: string): Operation => operation(name, ['value', ['default_value', ''], ['boolean', false]],
  ([value = null, other = '', boolean = false]) => (isFallback(value, boolean) ? other : value), { pythonName: 'do_default' });

export function listFilters(operations: Operations): readonly Operation[] {
  const chooser = (name: string, choice: Choice): Operation => ({ name, waits: true, run: (value, args, site) => select(value, args, site, operations, choice) });
  return [
    operation('abs', ['x'], ([value = null]) => absolute(value)),
    operation('attr', ['obj', 'name'], ([value = null, name = null], site) => attr(value, name, site), { pythonName: 'do_attr', hidden: 1 }),
    operation('batch', ['value', 'linecount', ['fill_with', null]], ([value = null, size = 1, fill = null]) => later(value, 'generator object do_batch', (items) => batch(items, whole(size), fill)), { pythonName: 'do_batch' }),
    count('count'), count('length'), fallback('default'), fallback('d'),
    operation('dictsort', ['value', ['case_sensitive', false], ['by', 'key'], ['reverse', false]], ([value = null, sensitive = false, by = 'key', back = false]) => dictSort(value, truth(sensitive), by, truth(back)), { pythonName: 'do_dictsort' }),
    operation('first', ['seq'], ([value = null], site) => first(value, site), { pythonName: 'sync_do_first', hidden: 1 }),
    operation('float', ['value', ['default', new Float(0)]], ([value = null, other = null]) => toFloat(value, other), { pythonName: 'do_float' }),
    operation('groupby', ['value', 'attribute', ['default', null], ['case_sensitive', false]], ([value = null, attribute = null, other = null, sensitive = false], site) => groupBy(value, attribute, other, truth(sensitive), site), { pythonName: 'sync_do_groupby', hidden: 1 }),
    operation('int', ['value', ['default', 0], ['base', 10]], ([value = null, other = 0, base = 10]) => toInt(value, other, base), { pythonName: 'do_int' }),
    operation('items', ['value'], ([value = null]) => items(value), { pythonName: 'do_items' }),
    operation('join', ['value', ['d', ''], ['attribute', null]], ([value = null, separator = '', attribute = null], site) => join(value, separator, attribute, site), { pythonName: 'sync_do_join', hidden: 1 }),
    operation('last', ['seq'], ([value = null], site) => last(value, site), { pythonName: 'do_last', hidden: 1 }),
    operation('list', ['value'], ([value = null]) => listOf(value), { pythonName: 'sync_do_list' }),
    { name: 'map', waits: true, run: (value, args, site) => mapItems(value, args, site, operations) },
    operation('random', ['seq'], ([value = null], site) => random(value, site), { pythonName: 'do_random', hidden: 1 }),
    chooser('reject', { wanted: false, byAttribute: false }), chooser('rejectattr', { wanted: false, byAttribute: true }),
    operation('reverse', ['value'], ([value = null]) => reverse(value), { pythonName: 'do_reverse' }),
    operation('round', ['value', ['precision', 0], ['method', 'common']], ([value = null, precision = 0, method = 'common']) => round(value, precision, method), { pythonName: 'do_round' }),
    chooser('select', { wanted: true, byAttribute: false }), chooser('selectattr', { wanted: true, byAttribute: true }),
    operation('slice', ['value', 'slices', ['fill_with', null]], ([value = null, size = 1, fill = null]) => later(value, 'generator object sync_do_slice', (items) => slices(items, whole(size), fill)), { pythonName: 'sync_do_slice' }),
    operation('sort', ['value', ['reverse', false], ['case_sensitive', false], ['attribute', null]], ([value = null, back = false, sensitive = false, attribute = null], site) => sorted(iterate(value), multiGetter(attribute, site, !truth(sensitive)), truth(back)), { pythonName: 'do_sort', hidden: 1 }),
    operation('sum', ['iterable', ['attribute', null], ['start', 0]], ([value = null, attribute = null, start = 0], site) => sum(value, attribute, start, site), { pythonName: 'sync_do_sum', hidden: 1 }),
  ];
}
