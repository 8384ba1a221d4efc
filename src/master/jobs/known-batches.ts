/** Batches that run, and those that are over, for who asks about them by id. */
import type { PlainMap } from '../../kernel/std/value.js';
import { batchSummary, type Batch } from './batch-events.js';

/** Batches that are over and can still be asked for; the oldest are forgotten. Salt forgets them with the job cache. */
const REMEMBERED_MAX = 1000;

export class KnownBatches {
  readonly #running = new Map<string, Batch>();
  readonly #over = new Map<string, PlainMap>();

  begun(batch: Batch): void {
    this.#running.set(batch.jid, batch);
  }

  ended(batch: Batch): void {
    this.#running.delete(batch.jid);
    this.#over.set(batch.jid, batchSummary(batch));
    const [oldest] = this.#over.keys();
    if (this.#over.size > REMEMBERED_MAX && oldest !== undefined) this.#over.delete(oldest);
  }

  /** Undefined for no batch of this master. */
  summary(jid: string): PlainMap | undefined {
    const batch = this.#running.get(jid);
    return batch === undefined ? this.#over.get(jid) : batchSummary(batch);
  }

  /** Those that run and were not halted, by id. */
  active(): PlainMap[] {
    const going = [...this.#running.values()].filter(({ plan }) => plan.halted === undefined);
    return going.sort((a, b) => (a.jid < b.jid ? -1 : 1)).map(batchSummary);
  }

  /** Minions that work on a batch now. */
  working(jid: string): string[] {
    return [...this.#running.get(jid)?.plan.active.keys() ?? []].sort();
  }
}
