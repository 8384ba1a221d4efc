/** States that run beside the others (`parallel`), at most `state_max_parallel` at once. Source: state-system, section 4. */
import { asError } from '../../../kernel/std/async.js';
import { traceback } from '../../../kernel/loader/failure-text.js';
import { tagOf, type LowChunk } from '../high-data.js';
import type { Row, Rows } from './rows.js';

interface Running {
  readonly name: Row[string];
  readonly run: () => Promise<Row>;
  /** Undefined: waits for a place. */
  done: Promise<void> | undefined;
  result: Row | undefined;
}

export class ParallelStates {
  readonly #running = new Map<string, Running>();
  readonly #atOnce: number;
  readonly #rows: Rows;

  /** `atOnce`: 0 sets no limit. */
  constructor(rows: Rows, atOnce: number) {
    this.#rows = rows;
    this.#atOnce = atOnce;
  }

  get hasAny(): boolean {
    return this.#running.size > 0;
  }

  /** Starts a state, or lets it wait for a place; gives its row until it is done. */
  start(low: LowChunk, run: () => Promise<Row>): Row {
    const name = low['name'] ?? low['__id__'] ?? null;
    const running: Running = { name, run, done: undefined, result: undefined };
    this.#running.set(tagOf(low), running);
    const hasPlace = this.#hasPlace();
    if (hasPlace) this.#begin(running);
    const comment = hasPlace ? 'Started in a separate process' : 'Waiting to be started in a separate process, max_parallel hit';
    return { name, result: null, changes: {}, comment };
  }

  #hasPlace(): boolean {
    if (this.#atOnce <= 0) return true;
    return [...this.#running.values()].filter(({ done, result }) => done !== undefined && result === undefined).length < this.#atOnce;
  }

  #begin(running: Running): void {
    running.done = running.run().then(
      (row) => {
        running.result = row;
      },
      (error: unknown) => {
        const comment = `An exception occurred in this state: ${traceback(asError(error))}`;
        running.result = { result: false, name: running.name, changes: {}, comment, __parallel__: true };
      },
    );
  }

  /** Puts what is done into its row and starts what waits; true when some of the tags are not done. */
  isBusy(tags: Iterable<string> = [...this.#running.keys()]): boolean {
    let busy = false;
    for (const tag of tags) {
      const running = this.#running.get(tag);
      const row = this.#rows.get(tag);
      if (running === undefined || row === undefined) continue;
      if (running.result !== undefined) {
        Object.assign(row, running.result);
        this.#running.delete(tag);
        continue;
      }
      busy = true;
      if (running.done === undefined && this.#hasPlace()) {
        this.#begin(running);
        row['comment'] = 'Started in a separate process';
      }
    }
    return busy;
  }

  /** Resolves when one more is done, at once when none runs. */
  async next(): Promise<void> {
    const open = [...this.#running.values()].flatMap(({ done }) => (done === undefined ? [] : [done]));
    if (open.length > 0) await Promise.race(open);
  }

  /** Waits for some, or all. */
  async settle(tags?: readonly string[]): Promise<void> {
    while (this.isBusy(tags)) {
      this.isBusy();
      await this.next();
    }
  }
}
