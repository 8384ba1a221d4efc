/** Rows of a state run: what each chunk gave, by tag. */
import { CommandExecutionError } from '../../../kernel/contract/errors.js';
import { str } from '../../../kernel/std/python-text.js';
import { floatOf, isMap, isTruthy, type PlainMap, type Value, type ValueMap } from '../../../kernel/std/value.js';
import type { LowChunk } from '../high-data.js';

/** `{name, changes, result, comment, __sls__, __run_num__, start_time, duration, __id__}` and whatever else the state put in. */
export type Row = PlainMap;
export type Rows = Map<string, Row>;

/** Milliseconds since 1970 with fraction. */
export const clockMs = (): number => performance.timeOrigin + performance.now();

/** `HH:MM:SS.ffffff`, local time. Python leaves the fraction out when there is none. */
export function timeText(ms: number): string {
  const date = new Date(ms);
  const two = (value: number): string => (value < 10 ? `0${value}` : String(value));
  const micros = Math.floor((ms * 1000) % 1_000_000);
  const seconds = `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;
  return micros === 0 ? seconds : `${seconds}.${String(micros).padStart(6, '0')}`;
}

/** Milliseconds with three digits, as a float. */
export function durationOf(fromMs: number, toMs: number): Value {
  return floatOf(Math.round((toMs - fromMs) * 1000) / 1000);
}

/** The row of a state that was not called because of its requisites. */
export function notRun(low: LowChunk, runNum: number, result: boolean, comment: string): Row {
  return {
    changes: {}, result, ...fakeDuration(), comment, __state_ran__: false, __run_num__: runNum,
    __sls__: low['__sls__'] ?? null, __id__: low['__id__'] ?? null, name: low['name'] ?? null,
  };
}

/** The row in place of a return that cannot be one. Source: golden states/runtime-054 to 058. */
function malformed(reason: string): Row {
  return { result: false, name: 'later', changes: {}, comment: `An exception occurred in this state: ${reason}` };
}

/** What a state function gave, as a row. */
export function unified(returned: Value): Row {
  const wrong = wrongIn(returned);
  const row = wrong === undefined ? unifyFields(returned as PlainMap) : malformed(wrong);
  const subs = isMap(returned) ? (returned as PlainMap)['sub_state_run'] : undefined;
  if (Array.isArray(subs) && subs.length > 0) row['sub_state_run'] = (subs as readonly Value[]).map(unified);
  return row;
}

function wrongIn(returned: Value): string | undefined {
  if (!isMap(returned)) return 'Malformed state return. Data must be a dictionary type.';
  const row = returned as PlainMap;
  if (!isMap(row['changes'])) return "'Changes' should be a dictionary.";
  const missing = ['name', 'result', 'changes', 'comment'].filter((key) => row[key] === undefined);
  if (missing.length > 0) return `The following keys were not present in the state return: ${missing.join(', ')}.`;
  for (const sub of Array.isArray(row['sub_state_run']) ? row['sub_state_run'] as readonly Value[] : []) {
    const wrong = wrongIn(sub);
    if (wrong !== undefined) return wrong;
  }
  return undefined;
}

/** Comments in a list are joined; a result is true, false or nothing. */
function unifyFields(row: Row): Row {
  const { comment, result } = row;
  if (Array.isArray(comment)) row['comment'] = (comment as readonly Value[]).map((part) => (typeof part === 'string' ? part : str(part))).join('\n');
  if (result !== null) row['result'] = isTruthy(result);
  return row;
}

export const hasChanges = (row: Row): boolean => isTruthy(row['changes']);

/** A map of the rows that a state function may change without harm to the program. */
export function plainOf(map: ValueMap): PlainMap {
  if (!(map instanceof Map)) return map;
  const plain: PlainMap = {};
  for (const [key, value] of map) {
    if (typeof key !== 'string' || key === '__proto__') throw new CommandExecutionError(`A state return cannot have the key ${str(key)}`);
    plain[key] = value;
  }
  return plain;
}

/** Start and duration of what took no time. */
export function fakeDuration(): Row {
  return { duration: durationOf(0, 0), start_time: timeText(clockMs()) };
}
