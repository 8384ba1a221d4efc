/**
 * What a state function gives, and what it sees of the run besides its arguments.
 *
 * A state module is a plugin of the kind `states`: `defineState({ name, doc, functions })`. Its functions declare their parameters like
 * all others, `name` first. Functions with special names are called by the engine, with Salt's parameters: `mod_init(low)`,
 * `mod_watch(name, ..., sfun)`, `mod_aggregate(low, chunks, running)`, `mod_run_check`, `mod_beacon(name)`.
 * Source: state-system, sections 4 and 5.
 */
import type { PlainMap, Value } from '../std/value.js';

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
