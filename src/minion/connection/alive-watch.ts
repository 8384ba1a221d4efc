/**
 * Looks after the connected master each `master_alive_interval` seconds, and at once when the subscription breaks; with
 * `master_failback` also after the first master of the list. Says what it finds on the minion's own bus, as the scheduled
 * jobs of real Salt do; the connection acts on those events, whoever fires them.
 */
import type { EventBus } from '../../bus/event/bus.js';
import type { Logger } from '../../kernel/contract/log.js';
import { asError, sleep, TIMER_MS_MAX } from '../../kernel/std/async.js';
import type { PlainMap } from '../../kernel/std/value.js';
import type { MasterAddress } from './masters.js';

export const DISCONNECTED = '__master_disconnected';
export const FAILBACK = '__master_failback';

export interface WatchParts {
  readonly opts: Readonly<PlainMap>;
  readonly bus: EventBus;
  readonly log: Logger;
  readonly current: MasterAddress;
  /** The one to come back to; undefined when it is the current one, or nobody comes back. */
  readonly preferred: MasterAddress | undefined;
  readonly answers: (master: MasterAddress, options: { timeoutMs: number; signal: AbortSignal }) => Promise<boolean>;
}

/** Questions without answer that make a master dead; one may be lost to a busy moment. */
const ASK_TIMES = 2;

export class AliveWatch implements Disposable {
  readonly #parts: WatchParts;
  readonly #stop = new AbortController();
  #now = new AbortController();

  constructor(parts: WatchParts) {
    this.#parts = parts;
    const { opts, preferred, log } = parts;
    const alive = Number(opts['master_alive_interval'] ?? 0);
    if (!(alive > 0)) return;
    const back = Number(opts['master_failback_interval'] ?? 0) || alive;
    const failed = (err: unknown): void => {
      if (!this.#stop.signal.aborted) log.error({ err }, 'watch over the master failed');
    };
    this.#watchCurrent(alive * 1000).catch(failed);
    if (preferred !== undefined) this.#watchPreferred(preferred, back * 1000).catch(failed);
  }

  /** The connection broke: look now. */
  look(): void {
    this.#now.abort(new Error('Look now'));
  }

  async #watchCurrent(everyMs: number): Promise<void> {
    const { bus, log, current } = this.#parts;
    for (;;) {
      await this.#pause(everyMs);
      if (await this.#isAlive(current, everyMs)) continue;
      log.warn({ master: current.host, port: current.requestPort }, 'connection to the master lost: it does not answer');
      bus.fire(DISCONNECTED, { master: nameOf(current) });
      return;
    }
  }

  async #watchPreferred(preferred: MasterAddress, everyMs: number): Promise<void> {
    for (;;) {
      await sleep(Math.min(everyMs, TIMER_MS_MAX), this.#stop.signal);
      if (!(await this.#answers(preferred, everyMs))) continue;
      this.#parts.log.info({ master: preferred.host, port: preferred.requestPort }, 'the first master answers again: going back to it');
      this.#parts.bus.fire(FAILBACK, { master: nameOf(preferred) });
    }
  }

  async #pause(everyMs: number): Promise<void> {
    this.#now = new AbortController();
    try {
      await sleep(Math.min(everyMs, TIMER_MS_MAX), AbortSignal.any([this.#stop.signal, this.#now.signal]));
    } catch (err) {
      if (this.#stop.signal.aborted) throw asError(err);
    }
  }

  async #isAlive(master: MasterAddress, everyMs: number): Promise<boolean> {
    for (let asked = 0; asked < ASK_TIMES; asked += 1) if (await this.#answers(master, everyMs)) return true;
    return false;
  }

  /** A name that cannot be looked up now is no answer either. */
  async #answers(master: MasterAddress, everyMs: number): Promise<boolean> {
    const timeoutMs = Math.min(everyMs, Number(this.#parts.opts['auth_timeout'] ?? 5) * 1000);
    try {
      return await this.#parts.answers(master, { timeoutMs, signal: this.#stop.signal });
    } catch (err) {
      this.#stop.signal.throwIfAborted();
      this.#parts.log.debug({ err, master: master.host }, 'master cannot be asked');
      return false;
    }
  }

  [Symbol.dispose](): void {
    this.#stop.abort(new Error('The watch ends'));
  }
}

/** As events name a master: by its word in the configuration. */
export const nameOf = ({ host, requestPort }: MasterAddress): string => `${host}:${requestPort}`;

/** Whether an event speaks of this master: by its host, as real Salt, or with the port. */
export function speaksOf(data: PlainMap, master: MasterAddress): boolean {
  return data['master'] === master.host || data['master'] === nameOf(master);
}
