/** How many failed logins a name may have: so many at once, then one again after a while. Logins that succeed are not limited. */
export interface FailureLimitOptions {
  readonly burst: number;
  readonly oneEachMs: number;
  readonly namesMax: number;
}

export class FailureLimit {
  readonly #options: FailureLimitOptions;
  readonly #now: () => number;
  readonly #failures = new Map<string, { count: number; atMs: number }>();

  constructor(options: FailureLimitOptions, now: () => number = () => performance.now()) {
    this.#options = options;
    this.#now = now;
  }

  isBlocked(name: string): boolean {
    return this.#countOf(name) > this.#options.burst - 1;
  }

  fail(name: string): void {
    const count = Math.min(this.#countOf(name) + 1, this.#options.burst);
    this.#failures.delete(name);
    this.#failures.set(name, { count, atMs: this.#now() });
    if (this.#failures.size <= this.#options.namesMax) return;
    for (const oldest of this.#failures.keys()) {
      this.#failures.delete(oldest);
      break;
    }
  }

  #countOf(name: string): number {
    const known = this.#failures.get(name);
    if (known === undefined) return 0;
    return Math.max(0, known.count - (this.#now() - known.atMs) / this.#options.oneEachMs);
  }
}
