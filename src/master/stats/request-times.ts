/**
 * How often each command was asked for and how long it took: since the start, and for the event `salt/stats/<worker>` of Salt.
 *
 * Source: read, Salt 3008.3 `MWorker._post_stats`. All requests are served by one process here: it is the first worker of the pool
 * `default`.
 */
import { floatOf, type PlainMap } from '../../kernel/std/value.js';

const WORKER = 'MWorker-default-0';
/** Names come from the table of commands, which is finite; this bounds a mistake. */
const COMMANDS_MAX = 200;

interface Times {
  runs: number;
  totalMs: number;
}

export interface RequestTimesParts {
  /** `master_stats`: tells of each period. */
  readonly tells: boolean;
  /** `master_stats_event_iter`, in milliseconds. */
  readonly everyMs: number;
  readonly fire: (tag: string, data: PlainMap) => void;
  readonly nowMs: () => number;
}

export class RequestTimes {
  readonly #parts: RequestTimesParts;
  readonly #all = new Map<string, Times>();
  #period = new Map<string, Times>();
  #sinceMs: number;

  constructor(parts: RequestTimesParts) {
    this.#parts = parts;
    this.#sinceMs = parts.nowMs();
  }

  /** A command was done. The event is due with the first request after the period, as with Salt: who is idle says nothing. */
  note(command: string, tookMs: number): void {
    add(this.#all, command, tookMs);
    const { tells, everyMs, nowMs, fire } = this.#parts;
    if (!tells) return;
    add(this.#period, command, tookMs);
    const now = nowMs();
    if (now - this.#sinceMs <= everyMs) return;
    const stats = Object.fromEntries([...this.#period].map(([name, { runs, totalMs }]) => [name, { mean: floatOf(totalMs / runs / 1000), runs }]));
    fire(`salt/stats/${WORKER}`, { time: floatOf((now - this.#sinceMs) / 1000), worker: WORKER, pool: 'default', pool_index: 0, stats });
    this.#period = new Map();
    this.#sinceMs = now;
  }

  /** Since the start. */
  runsOf(command: string): number {
    return this.#all.get(command)?.runs ?? 0;
  }

  /** Since the start: `{command: {runs, seconds}}`. */
  get counters(): PlainMap {
    return Object.fromEntries([...this.#all].map(([name, { runs, totalMs }]) => [name, { runs, seconds: floatOf(Math.round(totalMs) / 1000) }]));
  }
}

function add(times: Map<string, Times>, command: string, tookMs: number): void {
  const known = times.get(command) ?? { runs: 0, totalMs: 0 };
  known.runs += 1;
  known.totalMs += tookMs;
  if (times.size < COMMANDS_MAX || times.has(command)) times.set(command, known);
}
