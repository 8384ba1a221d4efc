/**
 * What beacons found, on its way to the masters: one request at a time, all that came meanwhile together. While no master answers, the
 * newest wait, up to a number and an age: older ones say nothing about now.
 *
 * Source: read, Salt 3008.3 (`__beacons_return`). Differs: real Salt drops what is found while its master is away.
 */
import { backoffMs, sleep } from '../kernel/std/async.js';
import type { Logger } from '../kernel/contract/log.js';
import type { PlainMap } from '../kernel/std/value.js';

export interface BeaconEventsParts {
  /** Sends events to every master. @throws when none took them */
  readonly send: (events: readonly PlainMap[]) => Promise<void>;
  readonly steadyNow: () => number;
  readonly log: Logger;
}

const WAITING_MAX = 1000;
const AGE_MS_MAX = 5 * 60_000;
const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 15_000;
/** In one request. */
const TOGETHER_MAX = 200;

export class BeaconEvents implements Disposable {
  readonly #parts: BeaconEventsParts;
  readonly #stop = new AbortController();
  #waiting: { readonly event: PlainMap; readonly sinceMs: number }[] = [];
  #isSending = false;
  #dropped = 0;

  constructor(parts: BeaconEventsParts) {
    this.#parts = parts;
  }

  put(events: readonly PlainMap[]): void {
    const sinceMs = this.#parts.steadyNow();
    this.#waiting.push(...events.map((event) => ({ event, sinceMs })));
    this.#forgetOld();
    if (!this.#isSending) void this.#send();
  }

  [Symbol.dispose](): void {
    this.#stop.abort(new Error('the minion stops'));
  }

  #forgetOld(): void {
    const { log, steadyNow } = this.#parts;
    const before = this.#waiting.length;
    const oldest = steadyNow() - AGE_MS_MAX;
    this.#waiting = this.#waiting.slice(-WAITING_MAX).filter(({ sinceMs }) => sinceMs >= oldest);
    const lost = before - this.#waiting.length;
    if (lost === 0) return;
    if (this.#dropped === 0) log.warn({ events: lost }, 'events of beacons dropped: the master is away');
    this.#dropped += lost;
  }

  async #send(): Promise<void> {
    this.#isSending = true;
    const { log, send } = this.#parts;
    for (let attempt = 0; this.#waiting.length > 0 && !this.#stop.signal.aborted;) {
      const now = this.#waiting.slice(0, TOGETHER_MAX);
      try {
        await send(now.map(({ event }) => event));
        this.#waiting = this.#waiting.filter((item) => !now.includes(item));
        if (this.#dropped > 0) log.warn({ events: this.#dropped }, 'events of beacons were dropped while the master was away');
        this.#dropped = 0;
        attempt = 0;
      } catch (err) {
        log.debug({ err, events: now.length }, 'events of beacons not sent');
        await sleep(backoffMs(attempt, FIRST_WAIT_MS, LONGEST_WAIT_MS), this.#stop.signal).catch(() => undefined);
        attempt += 1;
        this.#forgetOld();
      }
    }
    this.#isSending = false;
  }
}
