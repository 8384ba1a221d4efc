/** Salt's filters for dicts. Golden: render/sf-*dict*, sf-traverse. */
import { InvocationError, PythonError } from '../../../kernel/contract/errors.js';
import { operation, type Operation } from '../python/callable.js';
import { contains, equal, truth } from '../python/compare.js';
import { type Data, isList, isTuple, tuple } from '../python/data.js';
import { Dict } from '../python/dict.js';
import { typeError } from '../python/errors.js';
import { isIterable, iterate, listOf } from '../python/iterate.js';
import { textOf } from '../python/markup.js';
import { fillDict } from '../python/members/dict.js';
import { setOf } from '../python/members/list.js';
import { loadYaml } from '../../../kernel/yaml/load.js';
import { dataOf } from '../python/convert.js';
import { isInt } from '../python/numbers.js';
import { itemOf } from '../python/access.js';
import { reprOf, strOf } from '../python/text.js';
import { nameOfType } from '../python/type-name.js';
import { Undefined } from '../python/undefined.js';
import { parseInteger } from './jinja-lists.js';
import { searchJson } from './jmespath.js';
import { needText, toBytes, toNumber } from './salt-text.js';

function needDict(value: Data): Dict {
  if (value instanceof Dict) return value;
  if (value instanceof Undefined) value.fail();
  if (isList(value)) throw typeError('list indices must be integers or slices, not str');
  throw typeError(isIterable(value) ? `'${nameOfType(value)}' object does not support item assignment` : `argument of type '${nameOfType(value)}' is not iterable`);
}

function found(owner: Data, key: Data): Data {
  const item = itemOf(owner, key);
  if (item === undefined && textOf(owner) !== undefined && !isInt(key)) throw typeError(`string indices must be integers, not '${nameOfType(key)}'`);
  if (item === undefined && isInt(key) && !(owner instanceof Dict)) throw new PythonError('IndexError', `${textOf(owner) === undefined ? nameOfType(owner) : 'string'} index out of range`);
  if (item === undefined) throw typeError(`${nameOfType(owner)} indices must be integers or slices, not ${nameOfType(key)}`);
  return item;
}

function compareDicts(old: Data, fresh: Data): Data {
  const changes = new Dict();
  const put = (key: Data, was: Data, is: Data, first: 'old' | 'new'): void => {
    changes.set(key, Dict.of(first === 'old' ? [['old', was], ['new', is]] : [['new', is], ['old', was]]));
  };
  const keys = setOf([...truth(fresh) ? iterate(fresh) : [], ...truth(old) ? iterate(old) : []]);
  for (const key of keys) {
    if (!contains(old, key)) put(key, '', found(fresh, key), 'old');
    else if (!contains(fresh, key)) put(key, found(old, key), '', 'new');
    else if (!equal(found(old, key), found(fresh, key))) put(key, found(old, key), found(fresh, key), 'old');
  }
  return changes;
}

function traverse(data: Data, key: Data, fallback: Data, delimiter: string): Data {
  const text = textOf(key);
  const parts: Data[] = text !== undefined ? text.split(delimiter) : isInt(key) ? [key] : listOf(key);
  let at: Data = data;
  for (const part of parts) {
    const next = isList(at) ? inList(at, part) : inOther(at, part);
    if (next === undefined) return fallback;
    at = next;
  }
  return at;
}

function inList(list: Data[], part: Data): Data | undefined {
  const text = textOf(part);
  const index = text === undefined ? part : parseInteger(text, 10);
  const key = index ?? part;
  for (const item of list) {
    const found = item instanceof Dict ? item.get(key) : undefined;
    if (found !== undefined) return found;
  }
  return index === undefined ? undefined : itemOf(list, index);
}

function inOther(owner: Data, part: Data): Data | undefined {
  if (owner instanceof Undefined) owner.fail();
  const found = itemOf(owner, part);
  if (found !== undefined || !(owner instanceof Dict) || typeof part !== 'string') return found;
  // The part as YAML reads it: a number, truth, None.
  const read = /^[\w.+~-]+$/.test(part) ? dataOf(loadYaml(part)) : part;
  return equal(read, part) ? undefined : itemOf(owner, read);
}

/** The dict that holds the last key of a path; dicts on the way are made. */
function holder(start: Data, keys: string, delimiter: string, ordered: boolean): { dict: Dict; last: string } {
  const parts = keys.split(delimiter);
  const last = parts.pop() as string;
  let dict = needDict(start);
  for (const part of parts) {
    const found = dict.get(part);
    const next: Dict = found instanceof Dict ? found : new Dict({ ordered });
    if (next !== found) dict.set(part, next);
    dict = next;
  }
  return { dict, last };
}

function className(value: Data): string {
  return `<class '${nameOfType(value)}'>`;
}

type Change = (found: Data, value: Data) => void;

/** Changes what stands at a path; `make` gives what is put there when there is nothing. */
function changer(name: string, make: (ordered: boolean) => Data, change: Change): Operation {
  return operation(name, ['in_dict', 'keys', 'value', ['delimiter', ':'], ['ordered_dict', false]], ([data = null, keys = null, value = null, delimiter = ':', ordered = false]) => {
    const { dict, last } = holder(data, needText(keys), needText(delimiter), truth(ordered));
    let found = dict.get(last);
    if (found === undefined || found === null) dict.set(last, found = make(truth(ordered)));
    change(found, value);
    return data;
  });
}

function update(found: Data, value: Data): void {
  if (!(found instanceof Dict)) throw new InvocationError(`The last key contains a ${className(found)}, which cannot update.`);
  try {
    fillDict(found, value);
  } catch (error) {
    if (error instanceof PythonError) throw new InvocationError(`Cannot update ${className(found)} with a ${className(value)}.`, { cause: error });
    throw error;
  }
}

function append(found: Data, value: Data): void {
  if (!isList(found)) throw new InvocationError(`The last key contains a ${className(found)}, which cannot append.`);
  found.push(value);
}

function extend(found: Data, value: Data): void {
  if (!isList(found)) throw new InvocationError(`The last key contains a ${className(found)}, which cannot extend.`);
  if (!isIterable(value)) throw new InvocationError(`Cannot extend ${className(found)} with a ${className(value)}.`);
  for (const item of listOf(value)) found.push(item);
}

/** Rows of a table as `mysql` prints it. */
function mysqlRows(lines: Data, key: Data): Data {
  const rows = new Dict();
  let headers: string[] | undefined;
  for (const line of iterate(lines)) {
    const text = needText(line);
    if (text === '' || text.startsWith('+')) continue;
    const cells = text.split('|').map((cell) => cell.trim());
    if (headers === undefined || headers.length < 2) {
      headers = cells;
      continue;
    }
    const row = Dict.of(headers.slice(1, -1).map((name, at) => [name, toNumber(cells[at + 1] ?? '')] as const));
    const id = row.get(key);
    if (id === undefined) throw new PythonError('KeyError', reprOf(key));
    rows.set(id, row);
  }
  return rows;
}

function toEntries(value: Data): Data {
  const entry = (key: Data, item: Data): Data => Dict.of([['key', key], ['value', item]]);
  if (value instanceof Dict) return Array.from(value.entries(), ([key, item]) => entry(key, item));
  if (isList(value)) return value.map((item, at) => entry(at, item));
  throw new PythonError('SaltException', 'Input data must be a dict or list');
}

function fromEntries(value: Data): Data {
  const made = new Dict();
  for (const entry of iterate(value)) {
    const fields = new Map(Array.from(needDict(entry).entries(), ([key, item]) => [strOf(key).toLowerCase(), item] as const));
    const key = [fields.get('key'), fields.get('name')].find((one) => one !== undefined && truth(one));
    if (key !== undefined) made.set(key, fields.get('value') ?? null);
  }
  return made;
}

/** Text becomes bytes at every depth, despite the names of the filters; tuples become lists unless they are to be kept. */
function encoded(value: Data, keepTuples: boolean): Data {
  const inner = (item: Data): Data => encoded(item, keepTuples);
  if (value instanceof Dict) return Dict.of(Array.from(value.entries(), ([key, item]) => [inner(key), inner(item)] as const));
  if (isTuple(value) && keepTuples) return tuple(Array.from(value as Data[], inner));
  if (isList(value) || isTuple(value)) return Array.from(value as Data[], inner);
  return textOf(value) === undefined ? value : toBytes(value);
}

const encoder = (name: string, ofDict: boolean): Operation => operation(name, ['data', ['encoding', null], ['errors', 'strict'], ['keep', false], ['preserve_dict_class', false], ['preserve_tuples', false]], ([value = null, , , , , tuples = false]) => {
  if (!ofDict) return Array.from(iterate(value), (item) => encoded(item, truth(tuples)));
  if (!(value instanceof Dict)) throw new PythonError('AttributeError', `'${nameOfType(value)}' object has no attribute 'items'`);
  return encoded(value, truth(tuples));
});

export const SALT_DICT_FILTERS: readonly Operation[] = [
  operation('compare_dicts', ['old', 'new'], ([old = null, fresh = null]) => compareDicts(old, fresh)),
  operation('traverse', ['data', 'key', ['default', null], ['delimiter', ':']], ([data = null, key = null, fallback = null, delimiter = ':']) => traverse(data, key, fallback, needText(delimiter)), { pythonName: 'traverse_dict_and_list' }),
  operation('set_dict_key_value', ['in_dict', 'keys', 'value', ['delimiter', ':'], ['ordered_dict', false]], ([data = null, keys = null, value = null, delimiter = ':', ordered = false]) => {
    const { dict, last } = holder(data, needText(keys), needText(delimiter), truth(ordered));
    dict.set(last, value);
    return data;
  }),
  changer('update_dict_key_value', (ordered) => new Dict({ ordered }), update),
  changer('append_dict_key_value', () => [], append),
  changer('extend_dict_key_value', () => [], extend),
  operation('mysql_to_dict', ['data', 'key'], ([lines = null, key = null]) => mysqlRows(lines, key)),
  operation('to_entries', ['data'], ([value = null]) => toEntries(value)),
  operation('from_entries', ['entries'], ([value = null]) => fromEntries(value)),
  operation('json_query', ['data', 'expr'], ([value = null, query = null]) => searchJson(needText(query), value instanceof Undefined ? value.fail() : value)),
  encoder('json_encode_list', false), encoder('json_encode_dict', true), encoder('json_decode_list', false), encoder('json_decode_dict', true),
];
