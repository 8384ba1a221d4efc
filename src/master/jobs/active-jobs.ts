/**
 * Jobs of late, in memory: who should answer, who has, and what else is known of each. Bounded: those that nothing more is expected of are
 * forgotten first, the oldest before others. What is asked of a forgotten one comes from the store.
 */
import type { PlainMap } from '../../kernel/std/value.js';
import type { Delivery } from './delivery.js';

export interface ActiveJob {
  readonly jid: string;
  readonly load: PlainMap;
  readonly startedUnixMs: number;
  readonly minions: Set<string>;
  /** When each return came, unix milliseconds; also of minions that matched the target by themselves. */
  readonly returned: Map<string, number>;
  /** Which of the returns say that the job failed. */
  readonly failed: Set<string>;
  /** What is known besides the publication and the return. */
  readonly notes: Map<string, Delivery>;
}

const JOBS_MAX = 10_000;
/** Ids of minions over all jobs: a job of many thousands counts as many small ones. Half a kilobyte each. */
const IDS_MAX = 500_000;
/** Beyond so many ids, jobs are forgotten of which nothing more is expected. */
const IDS_OF_SETTLED_MAX = 20_000;
/** After so long nothing more is expected of a job; who answers all the same brings it back from the store. */
const SETTLED_AFTER_MS = 600_000;

const isSettled = ({ minions, returned, startedUnixMs }: ActiveJob, unixMs: number): boolean =>
  returned.size >= minions.size || unixMs - startedUnixMs > SETTLED_AFTER_MS;

export class ActiveJobs {
  readonly #jobs = new Map<string, ActiveJob>();
  readonly #idsMax: number;
  readonly #idsOfSettledMax: number;
  #ids = 0;

  constructor(idsMax = IDS_MAX, idsOfSettledMax = IDS_OF_SETTLED_MAX) {
    this.#idsMax = idsMax;
    this.#idsOfSettledMax = idsOfSettledMax;
  }

  get size(): number {
    return this.#jobs.size;
  }

  /** A job that is published again, as the parts of a batch are, gets further minions. */
  start(jid: string, minions: readonly string[], load: PlainMap, startedUnixMs = Date.now()): ActiveJob {
    const before = this.#jobs.get(jid);
    this.#forget(jid);
    const job: ActiveJob = before ?? {
      jid, load, startedUnixMs, minions: new Set(), returned: new Map(), failed: new Set(), notes: new Map(),
    };
    for (const id of minions) job.minions.add(id);
    this.#jobs.set(jid, job);
    this.#ids += job.minions.size;
    this.#forgetSettled(jid);
    while (this.#jobs.size > 1 && (this.#jobs.size > JOBS_MAX || this.#ids > this.#idsMax)) {
      for (const oldest of this.#jobs.keys()) {
        this.#forget(oldest);
        break;
      }
    }
    return job;
  }

  get(jid: string): ActiveJob | undefined {
    return this.#jobs.get(jid);
  }

  all(): IterableIterator<ActiveJob> {
    return this.#jobs.values();
  }

  /** All but one that has just begun. */
  #forgetSettled(begun: string): void {
    if (this.#ids <= this.#idsOfSettledMax) return;
    const now = Date.now();
    for (const [jid, job] of this.#jobs) {
      if (jid !== begun && isSettled(job, now)) this.#forget(jid);
      if (this.#ids <= this.#idsOfSettledMax) return;
    }
  }

  #forget(jid: string): void {
    this.#ids -= this.#jobs.get(jid)?.minions.size ?? 0;
    this.#jobs.delete(jid);
  }
}
