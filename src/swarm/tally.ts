/** What a swarm did: how often, how long each took, what failed. A few kilobytes, however long it runs. */

/** Places for each doubling: a figure is right within 4.5 %. */
const PLACES = 16;
const PLACES_MAX = 32 * PLACES;
/** Different errors that are told apart. */
const ERRORS_MAX = 20;

export interface Figures {
  readonly count: number;
  readonly errors: Readonly<Record<string, number>>;
  /** Milliseconds; 0 when there was none. */
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
}

export class Tally {
  /** How many took so long: by logarithm of the microseconds. */
  readonly #places = new Uint32Array(PLACES_MAX);
  readonly #errors = new Map<string, number>();
  #count = 0;
  #maxMs = 0;

  get count(): number {
    return this.#count;
  }

  get failed(): number {
    return [...this.#errors.values()].reduce((sum, count) => sum + count, 0);
  }

  /** Something went well and took so long. */
  add(ms: number): void {
    this.#count += 1;
    this.#maxMs = Math.max(this.#maxMs, ms);
    const place = Math.min(PLACES_MAX - 1, Math.max(0, Math.round(Math.log2(Math.max(1, ms * 1000)) * PLACES)));
    this.#places[place] = (this.#places[place] ?? 0) + 1;
  }

  fail(error: unknown): void {
    const text = error instanceof Error ? error.message : String(error);
    const name = this.#errors.has(text) || this.#errors.size < ERRORS_MAX ? text : 'other errors';
    this.#errors.set(name, (this.#errors.get(name) ?? 0) + 1);
  }

  figures(): Figures {
    return {
      count: this.#count, errors: Object.fromEntries(this.#errors), p50: this.#quantile(0.5), p99: this.#quantile(0.99),
      max: Math.round(this.#maxMs * 1000) / 1000,
    };
  }

  /** Runs something, and notes how long it took or why it failed. Gives undefined when it failed. */
  async time<T>(work: () => Promise<T>): Promise<T | undefined> {
    const began = performance.now();
    try {
      const value = await work();
      this.add(performance.now() - began);
      return value;
    } catch (error) {
      this.fail(error);
      return undefined;
    }
  }

  #quantile(share: number): number {
    const wanted = Math.ceil(this.#count * share);
    let seen = 0;
    for (const [place, count] of this.#places.entries()) {
      seen += count;
      if (seen >= wanted && count > 0) return Math.min(this.#maxMs, Math.round(2 ** (place / PLACES)) / 1000);
    }
    return 0;
  }
}
