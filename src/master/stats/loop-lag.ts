/** How late this process gets to what is due: the lag of its loop over the last minute, and of everybody who waits for it. */
import { floatOf, type PlainMap } from '../../kernel/std/value.js';

const EVERY_MS = 500;
const KEPT = 120;

export class LoopLag implements Disposable {
  readonly #lags: number[] = [];
  readonly #timer: NodeJS.Timeout;
  #dueMs = performance.now() + EVERY_MS;

  constructor() {
    this.#timer = setInterval(() => {
      const now = performance.now();
      this.#lags.push(Math.max(0, now - this.#dueMs));
      if (this.#lags.length > KEPT) this.#lags.shift();
      this.#dueMs = now + EVERY_MS;
    }, EVERY_MS).unref();
  }

  /** Of the last minute, in seconds. */
  get counters(): PlainMap {
    const lags = [...this.#lags];
    const mean = lags.length === 0 ? 0 : lags.reduce((sum, lag) => sum + lag, 0) / lags.length;
    return { mean_seconds: seconds(mean), max_seconds: seconds(Math.max(0, ...lags)) };
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
  }
}

const seconds = (ms: number) => floatOf(Math.round(ms * 1000) / 1_000_000);
