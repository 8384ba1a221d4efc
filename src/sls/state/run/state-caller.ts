/**
 * Calls one chunk: checks it, asks its conditions, runs the function, and makes a row of what it gave.
 * Refuses to know other chunks and requisites. Start at `StateCaller.call`.
 *
 * Source: state-system, section 4; golden states/runtime, conditions; read, Salt 3008.3.
 */
import { CommandExecutionError, FunctionMissingError, PythonError } from '../../../kernel/contract/errors.js';
import type { Logger } from '../../../kernel/contract/log.js';
import type { StateRun } from '../../../kernel/contract/state.js';
import type { Found, Session } from '../../../kernel/loader/call-session.js';
import { traceback } from '../../../kernel/loader/failure-text.js';
import { sleep } from '../../../kernel/std/async.js';
import { redact } from '../../../kernel/std/masked.js';
import { floatOf, isMap, isTruthy, typeName, type PlainMap, type Value } from '../../../kernel/std/value.js';
import { text, type LowChunk } from '../high-data.js';
import { checkCommand, checkConditions, hasConditions } from './conditions.js';
import { argumentsFor, missingArguments, StateFunctions } from './functions.js';
import { globalCondition, hasGlobalConditions } from './global-conditions.js';
import type { ParallelStates } from './parallel.js';
import { withProviders } from './providers.js';
import type { Refresher } from './refresher.js';
import { logRow } from './row-log.js';
import { attemptText, readRetry, waitSeconds, wouldRetry } from './retry.js';
import { clockMs, durationOf, plainOf, timeText, unified, type Row, type Rows } from './rows.js';
import { fillSlots, hasSlots } from './slots.js';

export interface CallerParts {
  readonly session: Session;
  readonly functions: StateFunctions;
  readonly log: Logger;
  readonly test: boolean;
  /** States are not called. */
  readonly mocked: boolean;
  readonly runId: string;
  readonly chunks: () => readonly LowChunk[];
  readonly rows: Rows;
  readonly refresher: Refresher;
  readonly parallel: ParallelStates;
}

/** What is to be called. */
interface Plan {
  readonly low: LowChunk;
  readonly full: string;
  readonly found: Found;
  readonly kwargs: PlainMap;
  readonly session: Session;
}

export class StateCaller {
  readonly #parts: CallerParts;
  /** With the providers that a state named. */
  #session: Session;
  #runNum: number;

  constructor(parts: CallerParts, firstRunNum = 0) {
    this.#parts = parts;
    this.#session = parts.session;
    this.#runNum = firstRunNum;
  }

  /** Every row, also of what is not called, takes a number. */
  nextRunNum(): number {
    return this.#runNum++;
  }

  /** What is wrong with a chunk; empty when it can be called. Takes `umask` out of it. */
  async verify(low: LowChunk): Promise<string[]> {
    const errors = ['state', 'fun', 'name'].filter((key) => low[key] === undefined).map((key) => `Missing "${key}" data`);
    const name = low['name'] ?? null;
    const sls = low['__sls__'];
    if (isTruthy(name) && typeof name !== 'string') {
      errors.push(`ID '${text(name)}' ${sls === undefined ? '' : `in SLS '${text(sls)}' `}is not formed as a string, but is a ${typeName(name)}`);
    }
    takeUmask(low, errors);
    if (errors.length > 0) return errors;
    const full = `${text(low['state'])}.${text(low['fun'])}`;
    const { functions } = this.#parts;
    const found = functions.known(full) ?? await functions.find(full);
    if (!(found instanceof FunctionMissingError)) return missingArguments(found.fn.params, low).map((parameter) => `Missing parameter ${parameter} for state ${full}`);
    return sls === undefined ? [`Specified state '${full}' was not found`] : [`State '${full}' was not found in SLS '${text(sls)}'`, `Reason: ${found.message}`];
  }

  /** @throws InvocationError for arguments that the function does not know: the whole run ends */
  async call(low: LowChunk, attempt = 1): Promise<Row> {
    const startMs = clockMs();
    const errors = await this.verify(low);
    if (errors.length > 0) return this.#refused(low, errors);
    const plan = await this.#plan(low);
    const returned = await this.#attempt(plan);
    if (!isMap(returned)) return unified(returned);
    const row = plainOf(returned);
    if (low['__prereq__'] === true) {
      low['__prereq__'] = false;
      return unified(row);
    }
    await this.#finished(low, row, startMs);
    return unified(low['retry'] === undefined ? row : await this.#retried(low, row, attempt));
  }

  #refused(low: LowChunk, errors: readonly string[]): Row {
    const comment = errors.map((error) => `${error}\n`).join('');
    const row: Row = { result: false, name: low['name'] ?? null, changes: {}, comment, __run_num__: this.nextRunNum() };
    logRow(row, this.#parts.log);
    return row;
  }

  async #plan(low: LowChunk): Promise<Plan> {
    const full = `${text(low['state'])}.${text(low['fun'])}`;
    const { functions } = this.#parts;
    const found = functions.known(full) ?? await functions.find(full);
    if (found instanceof FunctionMissingError) throw found;
    const kwargs = argumentsFor(full, found.fn.params, low);
    if (low['provider'] !== undefined) this.#session = withProviders(this.#parts.session, low);
    const { test } = this.#parts;
    const session = this.#session;
    const runas = typeof low['runas'] === 'string' && low['runas'] !== '' ? low['runas'] : undefined;
    return { low, full, found, kwargs, session: session.as('states', { test: test || low['__prereq__'] === true, state: new RunOfState(low, this.#parts), ...(runas === undefined ? {} : { runas }) }) };
  }

  /** Everything that may fail within one state: its failure is its result. */
  async #attempt(plan: Plan): Promise<Value> {
    const { low } = plan;
    try {
      const skipped = hasConditions(low) ? await this.#skipped(plan) : undefined;
      const returned = skipped ?? await this.#run(plan);
      if (low['check_cmd'] === undefined || await this.#checksItself(plan)) return returned;
      return { ...returned as PlainMap, ...await checkCommand(low, this.#conditionHost(plan)) };
    } catch (error) {
      plan.session.options.signal.throwIfAborted();
      return { result: false, name: low['name'] ?? low['__id__'] ?? null, changes: {}, comment: `An exception occurred in this state: ${traceback(error)}` };
    }
  }

  async #skipped(plan: Plan): Promise<Row | undefined> {
    const { low } = plan;
    if (await this.#parts.functions.has(`${text(low['state'])}.mod_run_check`)) return undefined;
    const verdict = await checkConditions(low, this.#conditionHost(plan));
    if (verdict['result'] !== true) return undefined;
    return { name: low['name'] ?? null, changes: {}, ...verdict, __sls__: low['__sls__'] ?? null, __id__: low['__id__'] ?? null };
  }

  #conditionHost({ session }: Plan) {
    return { session: session.as('modules', { nested: true }), sys: session.host.sys, grains: session.host.grains() };
  }

  /** States with a `check_cmd` of their own. */
  async #checksItself({ low, found }: Plan): Promise<boolean> {
    return await this.#parts.functions.has(`${text(low['state'])}.mod_run_check_cmd`) && Object.hasOwn(found.fn.params, 'check_cmd');
  }

  async #run(plan: Plan): Promise<Value> {
    const { low, session } = plan;
    if (this.#parts.mocked) return { name: low['name'] ?? null, comment: 'Not called, mocked', changes: {}, result: true };
    const refused = hasGlobalConditions(session) ? await globalCondition(low, session) : undefined;
    if (refused !== undefined) return refused;
    if (low['__prereq__'] !== true && isTruthy(low['parallel'])) return this.#parts.parallel.start(low, () => this.#inParallel(plan));
    return this.#runFunction(plan);
  }

  async #runFunction({ low, found, kwargs, session }: Plan): Promise<Value> {
    const filled = hasSlots(kwargs) ? (await fillSlots({ args: [], kwargs }, session.as('modules', { nested: true }))).kwargs : kwargs;
    const umask = low['__umask__'];
    const called = typeof umask === 'number' ? session.withFacts({ sys: sysWithUmask(session.host.sys, umask) }) : session;
    return called.run(found, [], filled, 0);
  }

  /** The function of a state with `parallel`, with its retries. */
  async #inParallel(plan: Plan): Promise<Row> {
    const { low } = plan;
    let row = await this.#timed(plan);
    row['__parallel__'] = true;
    if (low['retry'] === undefined) return row;
    const retry = readRetry(low['retry']);
    if (this.#parts.test) return { ...row, comment: `${text(row['comment'])}  ${wouldRetry(retry)}` };
    for (let attempt = 1; attempt <= retry.attempts && row['result'] !== retry.until; attempt += 1) {
      const seconds = waitSeconds(retry);
      await this.#wait(seconds);
      const again = await this.#timed(plan);
      const comment = again['comment'] === '' ? '' : attemptText(attempt, again);
      row = {
        ...again, comment: `${text(row['comment'])}\n${comment}`, duration: sumOf(again, row, seconds),
        start_time: attempt === 1 ? row['start_time'] ?? null : again['start_time'] ?? null,
      };
    }
    return row;
  }

  async #timed(plan: Plan): Promise<Row> {
    const startMs = clockMs();
    let returned: Value;
    try {
      returned = await this.#runFunction(plan);
    } catch (error) {
      returned = { result: false, name: plan.low['name'] ?? null, changes: {}, comment: `An exception occurred in this state: ${traceback(error)}` };
    }
    return { ...unified(returned), start_time: timeText(startMs), duration: durationOf(startMs, clockMs()) };
  }

  async #finished(low: LowChunk, row: Row, startMs: number): Promise<void> {
    row['__sls__'] = low['__sls__'] ?? null;
    row['__run_num__'] = this.nextRunNum();
    if (row['comment'] === undefined) throw new PythonError('KeyError', "'comment'");
    if (isTruthy(low['no_log'])) for (const key of ['name', 'comment', 'changes']) row[key] = redact(row[key] ?? null);
    logRow(row, this.#parts.log);
    const { refresher } = this.#parts;
    if (refresher.isWanted(low, row)) await refresher.after(low, row);
    row['start_time'] = timeText(startMs);
    row['duration'] = durationOf(startMs, clockMs());
    if (low['__id__'] === undefined) throw new PythonError('KeyError', "'__id__'");
    row['__id__'] = low['__id__'];
  }

  async #retried(low: LowChunk, row: Row, attempt: number): Promise<Row> {
    if (low['parallel'] !== undefined) return row;
    const retry = readRetry(low['retry'] ?? null);
    if (this.#parts.test) {
      row['comment'] = `${text(row['comment'])}  ${wouldRetry(retry)}`;
      return row;
    }
    if (row['result'] === retry.until || retry.attempts <= attempt) return row;
    const seconds = waitSeconds(retry);
    await this.#wait(seconds);
    const again = await this.call(low, attempt + 1);
    again['comment'] = `${attemptText(attempt, unified(row))}\n${text(again['comment'])}`;
    again['duration'] = sumOf(again, row, seconds);
    if (attempt === 1) again['start_time'] = row['start_time'] ?? null;
    return again;
  }

  async #wait(seconds: number): Promise<void> {
    await sleep(seconds * 1000, this.#parts.session.options.signal, true);
  }
}

/** The run as one state sees it. */
class RunOfState implements StateRun {
  readonly low: LowChunk;
  readonly #parts: CallerParts;

  constructor(low: LowChunk, parts: CallerParts) {
    this.low = low;
    this.#parts = parts;
  }

  get runId(): string { return this.#parts.runId; }
  get results(): Rows { return this.#parts.rows; }
  get chunks(): readonly LowChunk[] { return this.#parts.chunks(); }

  async call(fun: string, kwargs: PlainMap): Promise<PlainMap> {
    const { session, test } = this.#parts;
    const sister = session.as('states', { nested: true, test: test || this.low['__prereq__'] === true, state: this });
    return plainOf(await sister.call(fun, [], kwargs) as PlainMap);
  }

  has(fun: string): Promise<boolean> {
    return this.#parts.functions.has(fun);
  }
}

function takeUmask(low: LowChunk, errors: string[]): void {
  const { umask } = low;
  if (umask === undefined) return;
  delete low['umask'];
  const digits = text(umask).trim();
  if (/^(0o)?[0-7]+$/i.test(digits)) low['__umask__'] = Number.parseInt(digits.replace(/^0o/i, ''), 8);
  else errors.push(`Invalid umask: ${text(umask)}`);
}

const sumOf = (again: Row, before: Row, seconds: number): Value => floatOf(Number(again['duration']) + Number(before['duration']) + seconds * 1000);

/** Programs that a state starts get its umask. */
function sysWithUmask(sys: Session['host']['sys'], umask: number): Session['host']['sys'] {
  if (umask > 0o777) throw new CommandExecutionError(`The umask ${umask.toString(8)} is no umask`);
  return new Proxy(sys, {
    get: (target, name) => {
      if (name === 'run') return (argv: Parameters<typeof sys.run>[0], options: Parameters<typeof sys.run>[1]) => target.run(argv, { umask, ...options });
      const value: unknown = Reflect.get(target, name);
      return typeof value === 'function' ? (value as (...args: unknown[]) => unknown).bind(target) : value;
    },
  });
}
