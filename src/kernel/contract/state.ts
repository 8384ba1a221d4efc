/**
 * What a state function gives, and what it sees of the run besides its arguments.
 *
 * A state module is a plugin of the kind `states`: `defineState({ name, doc, functions })`. Its functions declare their parameters like
 * all others, `name` first. Functions with special names are called by the engine, with Salt's parameters: `mod_init(low)`,
 * `mod_watch(name, ..., sfun)`, `mod_aggregate(low, chunks, running)`, `mod_run_check`, `mod_beacon(name)`.
 * Source: state-system, sections 4 and 5.
 */
import { isMap, mapEntries, mapGet, type PlainMap, type Value } from '../std/value.js';

export interface StateReturn {
  readonly name: Value;
  /** True: as wanted; false: failed; null: would change (test run). */
  readonly result: boolean | null;
  /** `{what: {old, new}}`, or what Salt's state of that name gives; empty when nothing changed. */
  readonly changes: PlainMap;
  readonly comment: string;
  /** Shown under the result. */
  readonly warnings?: readonly string[];
}

const returned = (result: boolean | null) => (name: Value, comment: string, changes: PlainMap = {}): PlainMap => ({ name, changes, result, comment });

/** The system is as it should be; `changes` says what was done for it. */
export const done = returned(true);
/** In a test run: what would be done. */
export const wouldChange = returned(null);
export const failed = returned(false);

/** `ctx.state`, only there for state functions. */
export interface StateRun {
  /** The chunk that runs: `state`, `fun`, `name`, `__id__`, `__sls__`, `__env__`, `order`, requisites, all arguments. */
  readonly low: Readonly<PlainMap>;
  /** Distinguishes runs of states in one process (`__instance_id__`), for what is gathered during a run in `ctx.memory`. */
  readonly runId: string;
  /** Calls another state function, as `__states__['file.managed'](...)` does. @throws FunctionMissingError, InvocationError */
  call(fun: string, kwargs: PlainMap): Promise<PlainMap>;
  has(fun: string): Promise<boolean>;
  /** All chunks of the run, in order. */
  readonly chunks: readonly Readonly<PlainMap>[];
  /** What came of each chunk so far, by tag. */
  readonly results: ReadonlyMap<string, Readonly<PlainMap>>;
}

/** True for a map of rows of which none failed; an empty one is a failure. */
export function succeeded(rows: Value): boolean {
  if (!isMap(rows)) return false;
  const entries = mapEntries(rows);
  return entries.length > 0 && entries.every(([tag, row]) => {
    if (!isMap(row)) return tag === '__extend__' && Array.isArray(row);
    const result = mapGet(row, 'result');
    return result === undefined ? succeededInside(row) : result !== false;
  });
}

function succeededInside(row: Value): boolean {
  if (!isMap(row)) return false;
  const entries = mapEntries(row);
  return entries.length > 0 && entries.every(([, value]) => !isMap(value) || (mapGet(value, 'result') === undefined ? succeededInside(value) : mapGet(value, 'result') !== false));
}
