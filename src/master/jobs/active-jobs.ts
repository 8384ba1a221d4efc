/** Jobs of late, in memory: who should answer, who has, and who waits for the answers. Bounded: the oldest are forgotten first. */
import type { PlainMap } from '../../kernel/std/value.js';

export interface ActiveJob {
  readonly jid: string;
  readonly load: PlainMap;
  readonly minions: ReadonlySet<string>;
  readonly returned: Set<string>;
}

const JOBS_MAX = 10_000;
/** Ids of minions over all jobs: a job of many thousands counts as many small ones. */
const IDS_MAX = 2_000_000;

export class ActiveJobs {
  readonly #jobs = new Map<string, ActiveJob>();
  readonly #idsMax: number;
  #ids = 0;

  constructor(idsMax = IDS_MAX) {
    this.#idsMax = idsMax;
  }

  get size(): number {
    return this.#jobs.size;
  }

  start(jid: string, minions: readonly string[], load: PlainMap): void {
    this.#forget(jid);
    this.#jobs.set(jid, { jid, load, minions: new Set(minions), returned: new Set() });
    this.#ids += this.#jobs.get(jid)?.minions.size ?? 0;
    while (this.#jobs.size > 1 && (this.#jobs.size > JOBS_MAX || this.#ids > this.#idsMax)) {
      for (const oldest of this.#jobs.keys()) {
        this.#forget(oldest);
        break;
      }
    }
  }

  get(jid: string): ActiveJob | undefined {
    return this.#jobs.get(jid);
  }

  /** Only expected minions are noted: anybody may send a return under any job id. */
  returned(jid: string, id: string): void {
    const job = this.#jobs.get(jid);
    if (job?.minions.has(id) === true) job.returned.add(id);
  }

  #forget(jid: string): void {
    this.#ids -= this.#jobs.get(jid)?.minions.size ?? 0;
    this.#jobs.delete(jid);
  }
}
