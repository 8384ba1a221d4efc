/** Joins the states of one id, SLS and result into one (`state_compress_ids`). */
import { PythonError } from '../../../kernel/contract/errors.js';
import { compareValues } from '../../../kernel/std/python-order.js';
import { roundFloat } from '../../../kernel/std/python-number.js';
import { str } from '../../../kernel/std/python-text.js';
import {
  floatOf, isInteger, isMap, isNumber, isTruthy, mapEntries, mapFrom, mapGet, mapWith, type Value, type ValueMap,
} from '../../../kernel/std/value.js';
import { needKey, needMap, needText } from '../parts/python-errors.js';

export const COMPRESSED_MARK = '_|-state_compressed_';
const SEPARATOR = '_|-';
const JOINED_CHANGES = 'compressed changes';

/** Results by minion with joined states; as they came when they are not state results throughout. */
export function compressIds(data: ValueMap): ValueMap {
  try {
    return mapFrom(mapEntries(data).map(([host, states]) => [host, compressHost(needMap(states, 'items'))] as const));
  } catch (error) {
    if (error instanceof PythonError) return data;
    throw error;
  }
}

interface Entry {
  readonly tag: string;
  readonly state: ValueMap;
  /** States with the same group are joined. */
  readonly group: string;
}

function readEntry(key: Value, value: Value): Entry {
  const tag = needText(key, 'split');
  const state = needMap(value, '__getitem__');
  const facts = ['__id__', '__sls__', 'result'].map((name) => str(needKey(state, name)));
  return { tag, state, group: [tag.split(SEPARATOR)[0], ...facts].join('_') };
}

function compressHost(states: ValueMap): ValueMap {
  const entries = mapEntries(states).map(([key, value]) => readEntry(key, value));
  const counts = new Map<string, number>();
  for (const { group } of entries) counts.set(group, (counts.get(group) ?? 0) + 1);
  const joined = new Map<Value, ValueMap>();
  for (const { tag, state, group } of entries) {
    const count = counts.get(group) ?? 1;
    const name = count === 1 ? tag : joinedTag(tag, state, count);
    const before = count === 1 ? undefined : joined.get(name);
    joined.set(name, before === undefined ? state : join(before, state));
  }
  return mapFrom(joined);
}

function joinedTag(tag: string, state: ValueMap, count: number): string {
  const parts = tag.split(SEPARATOR);
  if (parts.length < 3) throw new PythonError('IndexError', 'list assignment index out of range');
  const id = str(needKey(state, '__id__'));
  parts[2] = ['state_compressed', str(needKey(state, '__sls__')), id, str(needKey(state, 'result'))].join('_');
  parts[1] = `${id} (${count})`;
  return parts.join(SEPARATOR);
}

/** The lower run number, the sum of the durations, the earlier start, the changes by name. */
function join(before: ValueMap, state: ValueMap): ValueMap {
  let out = mapWith(before, '__run_num__', least(needKey(state, '__run_num__'), needKey(before, '__run_num__')));
  out = mapWith(out, 'duration', sum(needKey(state, 'duration'), needKey(before, 'duration')));
  out = mapWith(out, 'start_time', least(needKey(state, 'start_time'), needKey(before, 'start_time')));
  const added = mapGet(state, 'changes') ?? null;
  if (!isTruthy(added)) return out;
  const known = mapGet(before, 'changes') ?? null;
  const named = isTruthy(known) ? changesByName(before, known) : {};
  return mapWith(out, 'changes', { [JOINED_CHANGES]: mapWith(named, needKey(state, 'name'), added) });
}

function changesByName(state: ValueMap, changes: Value): ValueMap {
  const joined = mapGet(needMap(changes, 'get'), JOINED_CHANGES);
  return isTruthy(joined) && isMap(joined) ? joined : mapFrom([[needKey(state, 'name'), changes]]);
}

function least(a: Value, b: Value): Value {
  const order = compareValues(b, a);
  if (order === undefined) throw new PythonError('TypeError', "'<' not supported between instances of these values");
  return order < 0 ? b : a;
}

function sum(a: Value, b: Value): Value {
  if (!isNumber(a) || !isNumber(b)) throw new PythonError('TypeError', 'unsupported operand type(s) for +');
  const total = Number(a) + Number(b);
  return isInteger(a) && isInteger(b) ? total : floatOf(roundFloat(total, 3));
}

/** Number of states that were joined under this tag; 1 when none were. */
export function countJoined(tag: string): number {
  if (!tag.includes(COMPRESSED_MARK)) return 1;
  const parts = tag.split(SEPARATOR);
  if (parts.length !== 4) throw new PythonError('ValueError', 'not four parts in the name of a state');
  return Number(/\((\d+)\)\n?$/.exec(parts[1] ?? '')?.[1] ?? 1);
}

/** Number of joined states that changed something. */
export function countJoinedChanges(changes: Value): number {
  const joined = mapGet(needMap(changes, 'get'), JOINED_CHANGES);
  return joined !== undefined && isMap(joined) ? mapEntries(joined).length || 1 : 1;
}
