/** A budget that refills with time: so many at once, so many a second after that. */
export interface RateOptions {
  readonly perSecond: number;
  readonly burst: number;
}

export class RateLimit {
  readonly #options: RateOptions;
  readonly #now: () => number;
  #left: number;
  #atMs: number;

  /** `now` gives milliseconds; replaced in tests. */
  constructor(options: RateOptions, now: () => number = () => performance.now()) {
    this.#options = options;
    this.#now = now;
    this.#left = options.burst;
    this.#atMs = now();
  }

  /** Takes one; false when the budget is used up. */
  take(): boolean {
    const now = this.#now();
    const { perSecond, burst } = this.#options;
    this.#left = Math.min(burst, this.#left + ((now - this.#atMs) / 1000) * perSecond);
    this.#atMs = now;
    if (this.#left < 1) return false;
    this.#left -= 1;
    return true;
  }
}

/** A budget for each name; the names used longest ago are forgotten first, and with them what they had used. */
export class RateLimits {
  readonly #options: RateOptions & { readonly namesMax: number };
  readonly #now: (() => number) | undefined;
  readonly #limits = new Map<string, RateLimit>();

  constructor(options: RateOptions & { readonly namesMax: number }, now?: () => number) {
    this.#options = options;
    this.#now = now;
  }

  take(name: string): boolean {
    const limit = this.#limits.get(name) ?? new RateLimit(this.#options, this.#now);
    this.#limits.delete(name);
    this.#limits.set(name, limit);
    if (this.#limits.size > this.#options.namesMax) {
      const oldest = this.#limits.keys().next();
      if (oldest.done !== true) this.#limits.delete(oldest.value);
    }
    return limit.take();
  }
}
