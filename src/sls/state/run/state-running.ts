/** One run from its first chunk to its listeners and beacons. */
import type { StateResult } from '../../../kernel/contract/state-engine.js';
import type { PlainMap } from '../../../kernel/std/value.js';
import type { Graph } from '../compile/graph.js';
import { tagOf, text, type LowChunk } from '../high-data.js';
import type { StateFunctions } from './functions.js';
import { listenersOf } from './listeners.js';
import type { PausePoints } from './pauses.js';
import type { Row, Rows } from './rows.js';
import type { RunJournal } from './run-journal.js';
import type { Runner } from './runner.js';
import type { StateCaller } from './state-caller.js';

export interface RunningParts {
  readonly chunks: readonly LowChunk[];
  readonly graph: Graph;
  readonly rows: Rows;
  readonly runner: Runner;
  readonly caller: StateCaller;
  readonly functions: StateFunctions;
  readonly pauses: PausePoints | undefined;
  /** Begins the journal of the run, where there is one. */
  readonly journal: () => RunJournal | undefined;
}

export class StateRunning {
  readonly #parts: RunningParts;

  constructor(parts: RunningParts) {
    this.#parts = parts;
  }

  /** Everything; listeners react also to what ran before a failure ended the run. */
  async all(): Promise<StateResult> {
    const { chunks, runner, pauses } = this.#parts;
    const journal = this.#parts.journal();
    try {
      await runner.run(chunks, journal);
      await this.#listen();
      await this.#beacons();
    } finally {
      journal?.close();
    }
    await pauses?.clear();
    return this.#result();
  }

  /** Some chunks, with what they require. */
  async some(chunks: readonly LowChunk[]): Promise<PlainMap> {
    for (const low of chunks) await this.#parts.runner.chunk(low);
    return this.#result();
  }

  get caller(): StateCaller {
    return this.#parts.caller;
  }

  /** `mod_init` of the module of a chunk, then the chunk. */
  async call(low: LowChunk): Promise<Row> {
    await this.#parts.runner.begin(low);
    return this.#parts.caller.call(low);
  }

  async #listen(): Promise<void> {
    const { chunks, rows, caller } = this.#parts;
    const { chunks: reactions, errors } = listenersOf(chunks, rows);
    await this.#runMore(reactions);
    for (const [tag, row] of errors) rows.set(tag, { ...row, __run_num__: caller.nextRunNum() });
  }

  /** States with `beacon: True` set up a beacon for what they look after. */
  async #beacons(): Promise<void> {
    const beacons = this.#parts.chunks.filter((low) => low['beacon'] !== undefined)
      .map((low): LowChunk => ({ ...low, sfun: low['fun'] ?? null, fun: 'mod_beacon', __id__: `beacon_${text(low['__id__'])}` }));
    await this.#runMore(beacons);
  }

  async #runMore(chunks: readonly LowChunk[]): Promise<void> {
    if (chunks.length === 0) return;
    for (const low of chunks) this.#parts.graph.add(tagOf(low), { chunk: low, state: text(low['state']) });
    await this.#parts.runner.run(chunks);
  }

  #result(): PlainMap {
    return Object.fromEntries(this.#parts.rows);
  }
}
