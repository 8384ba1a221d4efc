/** Returns that belong to no job: kept apart, counted, told in the log and by an event, and never taken for answers. */
import { encodeBus } from '../../bus/codec/codec.js';
import type { EventBus } from '../../bus/event/bus.js';
import type { Logger } from '../../kernel/contract/log.js';
import { RateLimits } from '../../kernel/std/rate-limit.js';
import type { JobStore, QuarantinedReturn } from './job-store.js';

/** Tag of the event; the job and the minion are in its data. */
export const UNSOLICITED_TAG = 'tsalt/job/unsolicited';

/** A larger one is kept without its value. */
const RETURN_BYTES_MAX = 64 * 1024;
/** What is beyond is counted only: a minion gone wild fills neither the log nor the disk. */
const KEPT = { perSecond: 1, burst: 100, namesMax: 20_000 };

export class Quarantine {
  readonly #parts: { readonly bus: EventBus; readonly jobs: JobStore; readonly log: Logger };
  readonly #kept = new RateLimits(KEPT);
  #count = 0;

  constructor(parts: { readonly bus: EventBus; readonly jobs: JobStore; readonly log: Logger }) {
    this.#parts = parts;
  }

  /** How many came since the start. */
  get count(): number {
    return this.#count;
  }

  /** Resolves when it is kept: the minion may forget it then. @throws JobStoreError */
  async take(ret: QuarantinedReturn): Promise<void> {
    this.#count += 1;
    if (!this.#kept.take(ret.id)) return;
    const { bus, jobs, log } = this.#parts;
    const { jid, id, fun, why } = ret;
    // What is no id that a master makes is the sender's text: it is in the event, not in the log.
    log.warn({ jid: /^\d{20}$/.test(jid) ? jid : `[${jid.length} characters]`, id, why }, 'return in quarantine: it is no answer of a job');
    const isLarge = encodeBus(ret.load).length > RETURN_BYTES_MAX;
    await jobs.quarantine(isLarge ? { ...ret, load: { ...ret.load, return: `left out: more than ${RETURN_BYTES_MAX} bytes` } } : ret);
    bus.fire(UNSOLICITED_TAG, { jid, id, fun, why });
  }
}
