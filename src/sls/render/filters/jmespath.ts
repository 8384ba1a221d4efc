/** The filter `json_query`: JMESPath on values of templates. Source: the JMESPath specification; golden: render/sf-json_query. */
import { BoundedCache } from '../../../kernel/std/bounded-cache.js';
import { PythonError } from '../../../kernel/contract/errors.js';
import { floatOf } from '../../../kernel/std/value.js';
import { sliceOf } from '../python/access.js';
import { compareNumbers, isFloat, numberOf, shrink, toDouble } from '../python/numbers.js';
import { equal, inList, ordered, type OrderWord, sorted } from '../python/compare.js';
import { lengthOf } from '../python/code-points.js';
import { type Data, Thing } from '../python/data.js';
import { Dict } from '../python/dict.js';
import { textOf } from '../python/markup.js';
import { binary } from '../python/operators.js';
import { writeJson } from './json-write.js';
import { parsePath, type PathNode } from './jmespath-parse.js';
import { toNumber } from './salt-text.js';

const paths = new BoundedCache<string, PathNode>(200);

/** @throws PythonError for expressions that are none */
export function searchJson(expression: string, data: Data): Data {
  return evaluate(paths.get(expression, () => parsePath(expression)), data);
}

/** An expression handed to a function: `&name`. */
class Reference extends Thing {
  readonly typeName = 'expref';
  readonly node: PathNode;
  constructor(node: PathNode) {
    super();
    this.node = node;
  }
}

const isList = (data: Data): data is Data[] => Array.isArray(data);
const isFalse = (data: Data): boolean => data === null || data === false || data === '' || (isList(data) && data.length === 0) || (data instanceof Dict && data.length === 0);

function evaluate(node: PathNode, data: Data): Data {
  switch (node.kind) {
    case 'current': case 'identity': return data;
    case 'literal': return node.value;
    case 'field': {
      const found = data instanceof Dict ? data.get(node.name) : undefined;
      return found === undefined ? null : found;
    }
    case 'index': return isList(data) ? data.at(node.at) ?? null : null;
    case 'slice': {
      const [from = null, to = null, step = null] = node.parts;
      return isList(data) ? sliceOf(data, from, to, step) : null;
    }
    case 'sub': case 'pipe': return evaluate(node.right, evaluate(node.left, data));
    case 'or': {
      const left = evaluate(node.left, data);
      return isFalse(left) ? evaluate(node.right, data) : left;
    }
    case 'and': {
      const left = evaluate(node.left, data);
      return isFalse(left) ? left : evaluate(node.right, data);
    }
    case 'not': return isFalse(evaluate(node.of, data));
    case 'reference': return new Reference(node.of);
    case 'flatten': {
      const base = evaluate(node.of, data);
      return isList(base) ? base.flatMap((item) => (isList(item) ? [...item] : [item])) : null;
    }
    case 'project': {
      const base = evaluate(node.left, data);
      return isList(base) ? projected(base, node.right) : null;
    }
    case 'values': {
      const base = evaluate(node.left, data);
      return base instanceof Dict ? projected([...base.values()], node.right) : null;
    }
    case 'filter': {
      const base = evaluate(node.left, data);
      return isList(base) ? projected(base.filter((item) => !isFalse(evaluate(node.test, item))), node.right) : null;
    }
    case 'compare': return compare(node.word, evaluate(node.left, data), evaluate(node.right, data));
    case 'list': return data === null ? null : node.items.map((item) => evaluate(item, data));
    case 'map': return data === null ? null : Dict.of(node.entries.map(([key, item]) => [key, evaluate(item, data)] as const));
    case 'call': return call(node.name, node.args.map((arg) => evaluate(arg, data)));
  }
}

function projected(items: readonly Data[], right: PathNode): Data[] {
  return items.map((item) => evaluate(right, item)).filter((item) => item !== null);
}

function same(a: Data, b: Data): boolean {
  return (typeof a === 'boolean') === (typeof b === 'boolean') && equal(a, b);
}

function compare(word: string, left: Data, right: Data): Data {
  if (word === '==') return same(left, right);
  if (word === '!=') return !same(left, right);
  const comparable = (value: Data): boolean => textOf(value) !== undefined || (numberOf(value) !== undefined && typeof value !== 'boolean');
  if (!comparable(left) || !comparable(right) || (textOf(left) === undefined) !== (textOf(right) === undefined)) return null;
  return ordered(word as OrderWord, left, right);
}

function typeOf(value: Data): string {
  if (value === null) return 'null';
  if (typeof value === 'boolean') return 'boolean';
  if (textOf(value) !== undefined) return 'string';
  if (numberOf(value) !== undefined) return 'number';
  if (value instanceof Reference) return 'expref';
  return isList(value) ? 'array' : value instanceof Dict ? 'object' : 'null';
}

type Work = (...args: Data[]) => Data;

function need(name: string, value: Data, types: readonly string[]): void {
  const type = typeOf(value);
  if (types.includes(type)) return;
  throw new PythonError('JMESPathTypeError', `In function ${name}(), invalid type for value: ${String(value)}, expected one of: ${JSON.stringify(types).replaceAll('"', "'")}, received: "${type}"`);
}

/** Types of the arguments of each function; the last one may repeat where `many` says so. */
interface Declared {
  readonly types: readonly (readonly string[])[];
  readonly many?: boolean;
  readonly work: Work;
}

const ANY = ['null', 'boolean', 'string', 'number', 'array', 'object'];
const list = (value: Data | undefined): Data[] => (isList(value ?? null) ? value as Data[] : []);
const keyOf = (reference: Data | undefined) => (item: Data): Data => (reference instanceof Reference ? evaluate(reference.node, item) : null);
const rounded = (change: (value: number) => number) => (value: Data = 0): Data => {
  const number = numberOf(value) ?? 0;
  return isFloat(number) ? shrink(BigInt(change(toDouble(number)))) : number;
};

function best(items: readonly Data[], keys: (item: Data) => Data, word: '<' | '>'): Data {
  let chosen: Data = null;
  let key: Data | undefined;
  for (const item of items) {
    const own = keys(item);
    if (key === undefined || ordered(word, own, key)) [chosen, key] = [item, own];
  }
  return chosen;
}

const total = (items: readonly Data[]): Data => items.reduce<Data>((sum, item) => binary('+', sum, item), 0);

const FUNCTIONS: ReadonlyMap<string, Declared> = new Map<string, Declared>([
  ['abs', { types: [['number']], work: (value = 0) => (compareNumbers(numberOf(value) ?? 0, 0) < 0 ? binary('-', 0, value) : value) }],
  ['avg', { types: [['array']], work: (items) => (list(items).length === 0 ? null : binary('/', total(list(items)), list(items).length)) }],
  ['ceil', { types: [['number']], work: rounded(Math.ceil) }], ['floor', { types: [['number']], work: rounded(Math.floor) }],
  ['contains', { types: [['array', 'string'], ANY], work: (where = null, what = null) => (isList(where) ? inList(where, what) : textOf(what) !== undefined && (textOf(where) ?? '').includes(textOf(what) ?? '')) }],
  ['ends_with', { types: [['string'], ['string']], work: (text = '', end = '') => (textOf(text) ?? '').endsWith(textOf(end) ?? '') }],
  ['starts_with', { types: [['string'], ['string']], work: (text = '', start = '') => (textOf(text) ?? '').startsWith(textOf(start) ?? '') }],
  ['join', { types: [['string'], ['array']], work: (glue = '', items = null) => list(items).map((item) => textOf(item) ?? '').join(textOf(glue) ?? '') }],
  ['keys', { types: [['object']], work: (map) => (map instanceof Dict ? [...map.keys()] : []) }],
  ['values', { types: [['object']], work: (map) => (map instanceof Dict ? [...map.values()] : []) }],
  ['length', { types: [['string', 'array', 'object']], work: (value = null) => (isList(value) ? value.length : value instanceof Dict ? value.length : lengthOf(textOf(value) ?? '')) }],
  ['map', { types: [['expref'], ['array']], work: (reference, items) => list(items).map(keyOf(reference)) }],
  ['max', { types: [['array']], work: (items) => best(list(items), (item) => item, '>') }], ['min', { types: [['array']], work: (items) => best(list(items), (item) => item, '<') }],
  ['max_by', { types: [['array'], ['expref']], work: (items, reference) => best(list(items), keyOf(reference), '>') }],
  ['min_by', { types: [['array'], ['expref']], work: (items, reference) => best(list(items), keyOf(reference), '<') }],
  ['merge', { types: [['object']], many: true, work: (...maps) => Dict.of(maps.flatMap((map) => (map instanceof Dict ? [...map.entries()] : []))) }],
  ['not_null', { types: [ANY], many: true, work: (...values) => values.find((value) => value !== null) ?? null }],
  ['reverse', { types: [['string', 'array']], work: (value = null) => (isList(value) ? [...value].reverse() : Array.from(textOf(value) ?? '').reverse().join('')) }],
  ['sort', { types: [['array']], work: (items) => sorted(list(items), (item) => item) }],
  ['sort_by', { types: [['array'], ['expref']], work: (items, reference) => sorted(list(items), keyOf(reference)) }],
  ['sum', { types: [['array']], work: (items) => total(list(items)) }],
  ['to_array', { types: [ANY], work: (value = null) => (isList(value) ? value : [value]) }],
  ['to_number', { types: [ANY], work: (value = null) => toJsonNumber(value) }],
  ['to_string', { types: [ANY], work: (value = null) => textOf(value) ?? writeJson(value, { ascii: true, sortKeys: false, indent: undefined }).replaceAll(', ', ',').replaceAll(': ', ':') }],
  ['type', { types: [[...ANY, 'expref']], work: (value = null) => typeOf(value) }],
]);

function toJsonNumber(value: Data): Data {
  if (typeOf(value) === 'number') return value;
  const text = textOf(value);
  const number = text === undefined ? value : toNumber(text);
  return typeOf(number) === 'number' ? isFloat(number) ? floatOf(toDouble(number)) : number : null;
}

function call(name: string, args: readonly Data[]): Data {
  const found = FUNCTIONS.get(name);
  if (found === undefined) throw new PythonError('UnknownFunctionError', `Unknown function: ${name}()`);
  const { types, many = false } = found;
  if (many ? args.length < types.length : args.length !== types.length) {
    throw new PythonError('ArityError', `Expected ${many ? 'at least ' : ''}${types.length} argument${types.length === 1 ? '' : 's'} for function ${name}(), received ${args.length}`);
  }
  for (const [at, arg] of args.entries()) need(name, arg, types[Math.min(at, types.length - 1)] as readonly string[]);
  return found.work(...args);
}
