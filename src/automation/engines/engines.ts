/**
 * Keeps engines running: each is started, started again with growing pauses when it ends or throws, and stopped in reverse order.
 * Refuses to know: how an engine runs (`run-engine.ts`). Start at `Engines.start`.
 *
 * Source: read, Salt 3008.3: its process manager starts an engine that ended at once again. Differs: it waits between, and says on the
 * bus what happened: `tsalt/engine/<name>/{start,failed,stop}`.
 */
import type { Logger } from '../../kernel/contract/log.js';
import { backoffMs, sleep, within } from '../../kernel/std/async.js';
import type { PlainMap } from '../../kernel/std/value.js';
import type { EngineEntry } from './engine-list.js';

export interface EnginesParts {
  readonly entries: readonly EngineEntry[];
  /** Runs an engine until the signal; resolves or throws earlier when it ends by itself. */
  run(entry: EngineEntry, signal: AbortSignal): Promise<void>;
  fire(tag: string, data: PlainMap): void;
  readonly log: Logger;
  readonly waits?: { readonly firstMs: number; readonly longestMs: number; readonly steadyMs: number; readonly stopMs: number };
}

/** One that ran for `steadyMs` begins anew with the shortest pause. */
const WAITS = { firstMs: 1000, longestMs: 60_000, steadyMs: 60_000, stopMs: 1000 };
const ERROR_CHARS_MAX = 1000;

interface Running {
  readonly entry: EngineEntry;
  readonly stop: AbortController;
  readonly done: Promise<void>;
  state: 'running' | 'waiting' | 'stopped';
  starts: number;
  failures: number;
  lastError: string | null;
}

export class Engines implements AsyncDisposable {
  readonly #parts: EnginesParts;
  readonly #waits: NonNullable<EnginesParts['waits']>;
  readonly #running: Running[] = [];

  constructor(parts: EnginesParts) {
    this.#parts = parts;
    this.#waits = parts.waits ?? WAITS;
  }

  start(): void {
    for (const entry of this.#parts.entries) {
      const stop = new AbortController();
      const running: Running = { entry, stop, done: Promise.resolve(), state: 'running', starts: 0, failures: 0, lastError: null };
      this.#running.push(Object.assign(running, { done: this.#keep(running) }));
    }
  }

  /** By name: how each engine stands. */
  get counters(): PlainMap {
    return Object.fromEntries(this.#running.map(({ entry, state, starts, failures, lastError }) => [entry.name, { module: entry.module, state, starts, failures, last_error: lastError }]));
  }

  async #keep(running: Running): Promise<void> {
    const { signal } = running.stop;
    const { firstMs, longestMs, steadyMs } = this.#waits;
    for (let round = 0; !signal.aborted; round += 1) {
      const startedMs = performance.now();
      const why = await this.#once(running);
      if (signal.aborted) return;
      if (performance.now() - startedMs >= steadyMs) round = 0;
      const waitMs = backoffMs(round, firstMs, longestMs);
      this.#failed(running, why, waitMs);
      await sleep(waitMs, signal).catch(() => undefined);
    }
  }

  /** Gives why it ended. */
  async #once(running: Running): Promise<unknown> {
    const { entry, stop } = running;
    const { log, fire, run } = this.#parts;
    running.state = 'running';
    running.starts += 1;
    log.info({ engine: entry.name, module: entry.module }, `Starting Engine(${entry.module})`);
    fire(`tsalt/engine/${entry.name}/start`, { engine: entry.name, module: entry.module, starts: running.starts });
    try {
      await run(entry, stop.signal);
      return new Error('it ended by itself');
    } catch (err) {
      return err;
    }
  }

  #failed(running: Running, err: unknown, waitMs: number): void {
    const { entry } = running;
    const error = (err instanceof Error ? err.message : String(err)).slice(0, ERROR_CHARS_MAX);
    const isNew = error !== running.lastError;
    Object.assign(running, { state: 'waiting', failures: running.failures + 1, lastError: error });
    const facts = { err, engine: entry.name, module: entry.module, failures: running.failures, again_in_ms: waitMs };
    // The same failure again and again is said once as an error.
    this.#parts.log[isNew ? 'error' : 'warn'](facts, 'engine ended: it is started again');
    this.#parts.fire(`tsalt/engine/${entry.name}/failed`, { engine: entry.name, module: entry.module, error, failures: running.failures, again_in_ms: waitMs });
  }

  /** The last started is stopped first. One that does not heed its signal is left behind. */
  async [Symbol.asyncDispose](): Promise<void> {
    for (const running of [...this.#running].reverse()) {
      const { entry, stop, done } = running;
      stop.abort();
      const late = Symbol('late');
      const isLate = await within(done, this.#waits.stopMs, late) === late;
      if (isLate) this.#parts.log.warn({ engine: entry.name }, 'engine does not stop: left behind');
      running.state = 'stopped';
      this.#parts.fire(`tsalt/engine/${entry.name}/stop`, { engine: entry.name, module: entry.module });
    }
  }
}
