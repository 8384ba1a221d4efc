/**
 * What the master may keep of us: `mine_functions` of the configuration or the pillar, run at start and each `mine_interval` minutes.
 *
 * Source: config; golden events/mine, wire/startup.
 */
import type { ModuleHost } from '../kernel/loader/module-host.js';
import type { Logger } from '../kernel/contract/log.js';
import { TIMER_MS_MAX } from '../kernel/std/async.js';
import { isTruthy, type PlainMap } from '../kernel/std/value.js';

export interface MineParts {
  readonly opts: Readonly<PlainMap>;
  /** May have functions too. */
  readonly pillar: () => PlainMap;
  readonly host: ModuleHost;
  readonly log: Logger;
}

const MINUTE_MS = 60_000;

export class Mine {
  readonly #parts: MineParts;
  #timer: NodeJS.Timeout | undefined;
  #stopped = false;

  constructor(parts: MineParts) {
    this.#parts = parts;
  }

  /** Runs the functions and sends what they gave; the next time comes by itself, also after a failure. */
  async update(): Promise<void> {
    clearTimeout(this.#timer);
    const { opts, host, pillar } = this.#parts;
    if (opts['mine_enabled'] === false) return;
    try {
      // The module knows the forms of the configuration, who may read an entry, and what of a failure may be logged.
      if (isTruthy(opts['mine_functions']) || isTruthy(pillar()['mine_functions'] ?? null)) await host.session({ signal: AbortSignal.timeout(MINUTE_MS) }).call('mine.update');
    } finally {
      this.#planNext();
    }
  }

  #planNext(): void {
    clearTimeout(this.#timer);
    const minutes = Number(this.#parts.opts['mine_interval'] ?? 60);
    if (this.#stopped || !(minutes > 0)) return;
    this.#timer = setTimeout(() => void this.#again(), Math.min(minutes * MINUTE_MS, TIMER_MS_MAX));
    this.#timer.unref();
  }

  async #again(): Promise<void> {
    try {
      await this.update();
    } catch (err) {
      this.#parts.log.warn({ err }, 'mine not updated');
    }
  }

  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#timer);
  }
}
