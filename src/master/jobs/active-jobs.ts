/** Jobs of late, in memory: who should answer, who has, and who waits for the answers. Bounded: the oldest are forgotten first. */
import type { PlainMap } from '../../kernel/std/value.js';

export interface ActiveJob {
  readonly jid: string;
  readonly load: PlainMap;
  readonly minions: ReadonlySet<string>;
  readonly returned: Set<string>;
}

const JOBS_MAX = 10_000;

export class ActiveJobs {
  readonly #jobs = new Map<string, ActiveJob>();

  start(jid: string, minions: readonly string[], load: PlainMap): void {
    this.#jobs.delete(jid);
    this.#jobs.set(jid, { jid, load, minions: new Set(minions), returned: new Set() });
    if (this.#jobs.size <= JOBS_MAX) return;
    const oldest = this.#jobs.keys().next();
    if (oldest.done !== true) this.#jobs.delete(oldest.value);
  }

  get(jid: string): ActiveJob | undefined {
    return this.#jobs.get(jid);
  }

  returned(jid: string, id: string): void {
    this.#jobs.get(jid)?.returned.add(id);
  }
}
