/** How many requests an address may send: so many a second, twice as many at once. */
import { RateLimit } from '../../kernel/std/rate-limit.js';

const ADDRESSES_MAX = 10_000;

export class Rates {
  readonly #perSecond: number;
  readonly #limits = new Map<string, RateLimit>();

  /** 0: no limit. */
  constructor(perSecond: number) {
    this.#perSecond = perSecond;
  }

  take(address: string): boolean {
    if (this.#perSecond <= 0) return true;
    const known = this.#limits.get(address) ?? new RateLimit({ perSecond: this.#perSecond, burst: this.#perSecond * 2 });
    // The one that was silent longest is forgotten first.
    this.#limits.delete(address);
    this.#limits.set(address, known);
    if (this.#limits.size > ADDRESSES_MAX) {
      for (const oldest of this.#limits.keys()) {
        this.#limits.delete(oldest);
        break;
      }
    }
    return known.take();
  }
}
