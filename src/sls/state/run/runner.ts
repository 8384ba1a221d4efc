/**
 * Runs chunks in their order, each when what it requires is done.
 * Refuses to know how a chunk is called and where chunks come from. Start at `Runner.run`.
 *
 * Source: state-system, sections 3 to 5; golden states/requisites; read, Salt 3008.3.
 */
import { PythonError } from '../../../kernel/contract/errors.js';
import type { StateProgress } from '../../../kernel/contract/state-engine.js';
import { isMap, isTruthy, type PlainMap, type Value } from '../../../kernel/std/value.js';
import type { Graph } from '../compile/graph.js';
import { tagOf, text, type LowChunk } from '../high-data.js';
import { aggregateChunks } from './aggregated.js';
import { fakeDuration, hasChanges, notRun, plainOf, type Row, type Rows } from './rows.js';
import type { RunJournal } from './run-journal.js';
import type { ParallelStates } from './parallel.js';
import type { PausePoints } from './pauses.js';
import { failedNeeds, needsOf, statusOf, type Needs, type Status } from './requisites.js';
import type { StateCaller } from './state-caller.js';
import type { StateFunctions } from './functions.js';
import type { StateEvents } from './state-events.js';

export interface RunnerParts {
  readonly graph: Graph;
  readonly caller: StateCaller;
  readonly functions: StateFunctions;
  readonly rows: Rows;
  readonly parallel: ParallelStates;
  readonly pauses: PausePoints | undefined;
  readonly events: StateEvents;
  readonly progress: StateProgress;
  /** Calls a special function of a state module. */
  readonly callSpecial: (full: string, args: readonly Value[]) => Promise<Value>;
  /** Tells the log which state failed, and where it is written: a row has no place for that. */
  readonly logFailure: (low: LowChunk) => void;
  readonly failhard: boolean;
  readonly test: boolean;
}

type Outcome = 'done' | 'pending' | 'stop';

/** A chunk that waits for itself by way of others would be tried for ever. */
const TRIES_MAX = 20;

/** What is said of states that requisites keep from being called. */
const NOT_RUN: Readonly<Partial<Record<Status, string>>> = {
  skip_req: 'State was not run because requisites were skipped by another state',
  pre: 'No changes detected',
  onfail: 'State was not run because onfail req did not change',
  onchanges: 'State was not run because none of the onchanges reqs changed',
};

export class Runner {
  readonly #parts: RunnerParts;
  readonly #trials: Rows = new Map();
  readonly #begun = new Set<string>();
  #count = 0;
  #journal: RunJournal | undefined;

  constructor(parts: RunnerParts) {
    this.#parts = parts;
  }

  /** Runs all; false when a failure or somebody ended the run early. */
  async run(chunks: readonly LowChunk[], journal?: RunJournal): Promise<boolean> {
    this.#count = chunks.length;
    this.#journal = journal;
    const { rows, parallel, pauses } = this.#parts;
    let pending: LowChunk[] = [];
    for (const [at, low] of chunks.entries()) {
      if (pending.length > 0) {
        const left = await this.#callPending(pending);
        if (left === undefined) return false;
        pending = left;
      }
      parallel.isBusy();
      if (rows.has(tagOf(low))) continue;
      if (pauses?.isAsked() === true && await pauses.at(low) === 'end') break;
      this.#parts.progress.begins?.(low, at + 1, chunks.length);
      journal?.begins(low);
      const outcome = await this.chunk(low);
      if (outcome === 'stop') return false;
      if (outcome === 'pending') pending.push(low);
      if (this.#endsRun(low)) return false;
    }
    while (pending.length > 0) {
      const left = await this.#callPending(pending);
      if (left === undefined) return false;
      pending = left;
      if (pending.length > 0) await parallel.next();
    }
    await parallel.settle();
    return true;
  }

  /** Gives those that still wait; undefined when the run is to end. */
  async #callPending(pending: readonly LowChunk[]): Promise<LowChunk[] | undefined> {
    const left: LowChunk[] = [];
    for (const low of pending) {
      if (this.#parts.rows.has(tagOf(low))) continue;
      const outcome = await this.chunk(low);
      if (outcome === 'stop' || this.#endsRun(low)) return undefined;
      if (outcome === 'pending') left.push(low);
    }
    return left;
  }

  /** One chunk, when its requisites let it; with those it needs that did not run yet. */
  async chunk(given: LowChunk, tries = 0): Promise<Outcome> {
    const { graph, rows } = this.#parts;
    const tag = tagOf(given);
    const isGrouped = graph.nodes.get(tag)?.group !== undefined;
    const low = isGrouped ? await aggregateChunks(given, tag, graph, rows, this.#parts.callSpecial) : given;
    if (!this.#begun.has(text(low['state']))) await this.begin(low);
    const needs = needsOf(low, tag, graph);
    const status = needs.size === 0 ? 'met' : await this.#status(low, needs);
    if (status === 'pending') return 'pending';
    if (status === 'unmet') return this.#unmet(low, needs, tries);
    await this.#act(low, tag, status, needs);
    const row = rows.get(tag);
    if (row === undefined) return 'done';
    const { events } = this.#parts;
    if (events.isWanted(low['fire_event'])) await events.ended(row, low['fire_event'] ?? false, this.#count);
    this.#told(low, tag, row);
    return 'done';
  }

  /** `mod_init`, until it says that it is done. */
  async begin(low: LowChunk): Promise<void> {
    const state = text(low['state']);
    const { functions, callSpecial } = this.#parts;
    const init = `${state}.mod_init`;
    if (!await functions.has(init)) {
      this.#begun.add(state);
      return;
    }
    if (await functions.has(`${state}.${text(low['fun'])}`) && isTruthy(await callSpecial(init, [low]))) this.#begun.add(state);
  }

  async #status(low: LowChunk, needs: Needs): Promise<Status> {
    const { parallel, rows } = this.#parts;
    const results = { rows, trials: this.#trials };
    const parallelLow = isTruthy(low['parallel']);
    if (!parallelLow && parallel.hasAny) await parallel.settle([...needs.values()].flatMap((nodes) => nodes.map(({ chunkTag }) => chunkTag)));
    return statusOf(needs, results, (tags) => parallel.isBusy(tags));
  }

  async #act(low: LowChunk, tag: string, status: Status, needs: Needs): Promise<void> {
    const { caller, rows } = this.#parts;
    const isTrial = low['__prereq__'] === true;
    const comment = NOT_RUN[status];
    if (comment !== undefined) {
      this.#put(low, tag, true, comment);
    } else if (status === 'fail') {
      this.#failed(low, tag, needs);
    } else if (isTrial) {
      this.#trials.set(tag, await caller.call(low));
    } else {
      const row = await caller.call(low);
      if (status === 'skip_watch') row['comment'] = `${text(row['comment'])} mod_watch was not run because requisites were skipped by another state`;
      const reacts = status === 'change' && !hasChanges(row) && row['skip_watch'] !== true;
      rows.set(tag, reacts ? await this.#watch(low, needs) : row);
    }
  }

  /** What a state does when something it watches has changed. */
  #watch(low: LowChunk, needs: Needs): Promise<Row> {
    const requisites = Object.fromEntries([...needs].map(([kind, nodes]) => [kind, nodes.flatMap(({ chunk }): Value[] => (chunk === undefined ? [] : [chunk]))]));
    return this.#parts.caller.call({ ...low, sfun: low['fun'] ?? null, fun: 'mod_watch', __reqs__: requisites });
  }

  #put(low: LowChunk, tag: string, result: boolean, comment: string): void {
    const row = notRun(low, this.#parts.caller.nextRunNum(), result, comment);
    this.#parts.rows.set(tag, row);
    if (low['__prereq__'] === true) this.#trials.set(tag, row);
  }

  #failed(low: LowChunk, tag: string, needs: Needs): void {
    const { rows, caller } = this.#parts;
    const trial = this.#trials.get(tag);
    if (trial === undefined) {
      this.#put(low, tag, false, `One or more requisite failed: ${failedNeeds(needs, { rows, trials: this.#trials }).join(', ')}`);
      return;
    }
    // The trial stands for the state: what would have changed did not.
    rows.set(tag, Object.assign(trial, {
      changes: {}, __run_num__: caller.nextRunNum(), __sls__: low['__sls__'] ?? null, __id__: low['__id__'] ?? null, name: low['name'] ?? null,
    }));
  }

  /** Calls what is needed first, then the chunk. */
  async #unmet(low: LowChunk, needs: Needs, tries: number): Promise<Outcome> {
    const { rows } = this.#parts;
    for (const { chunk, chunkTag } of [...needs.values()].flat()) {
      if (chunk === undefined || rows.has(chunkTag)) continue;
      const outcome = await this.chunk(chunk);
      if (outcome !== 'done') return outcome;
      if (this.#endsRun(chunk)) return 'stop';
    }
    if (low['__prereq__'] === true) await this.#tryOut(low);
    else if (tries >= TRIES_MAX) this.#put(low, tagOf(low), false, 'Recursive requisite found');
    else {
      const outcome = await this.chunk(low, tries + 1);
      if (outcome !== 'done') return outcome;
    }
    return this.#endsRun(low) ? 'stop' : 'done';
  }

  /** The trial of a state that others have as `prereq`, when what it needs itself was only tried. */
  async #tryOut(low: LowChunk): Promise<void> {
    const { caller, graph } = this.#parts;
    const tag = tagOf(low);
    const needs = needsOf(low, tag, graph);
    const status = needs.size === 0 ? 'met' : await this.#status(low, needs);
    if (status === 'pre') {
      this.#trials.set(tag, notRun(low, caller.nextRunNum(), true, 'No changes detected'));
      return;
    }
    const row = await caller.call(low);
    if (!hasChanges(row) && status === 'change') Object.assign(row, { changes: { watch: 'watch' }, result: null });
    this.#trials.set(tag, row);
  }

  #told(low: LowChunk, tag: string, row: Row): void {
    const { progress, caller, rows } = this.#parts;
    progress.ended?.(tag, row);
    this.#journal?.ended(low, row);
    if (row['result'] === false && row['__state_ran__'] !== false) this.#parts.logFailure(low);
    const subs = row['sub_state_run'];
    if (subs === undefined) return;
    delete row['sub_state_run'];
    for (const sub of Array.isArray(subs) ? subs as readonly PlainMap[] : []) {
      caller.nextRunNum();
      const about = sub['low'];
      // A row that was malformed has no chunk. Source: golden runtime-063.
      if (!isMap(about)) throw new PythonError('KeyError', "'low'");
      rows.set(tagOf(plainOf(about)), {
        ...fakeDuration(), changes: sub['changes'] ?? {}, result: sub['result'] ?? null, comment: sub['comment'] ?? '', __state_ran__: true,
        __run_num__: caller.nextRunNum(), __sls__: low['__sls__'] ?? null, __id__: low['__id__'] ?? null, name: low['name'] ?? null,
      });
    }
  }

  #endsRun(low: LowChunk): boolean {
    const { test, failhard, rows } = this.#parts;
    if (test || !isTruthy(low['failhard'] ?? failhard)) return false;
    return rows.get(tagOf(low))?.['result'] === false;
  }
}
