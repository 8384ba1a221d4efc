/** Waiting, limiting and owning asynchronous work. Knows no word of Salt. */

/** Longest time of one timer, 24.8 days: Node fires a longer one at once. */
export const TIMER_MS_MAX = 2 ** 31 - 1;

/**
 * Resolves after a time, `TIMER_MS_MAX` at most; rejects with the signal's reason when it is aborted. The timer does not keep the
 * process alive unless `keep`.
 */
export function sleep(ms: number, signal?: AbortSignal, keep = false): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) {
      reject(asError(signal.reason));
      return;
    }
    const onAbort = (): void => {
      clearTimeout(timer);
      reject(asError(signal?.reason));
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', onAbort);
      resolve();
    }, Math.min(ms, TIMER_MS_MAX));
    if (!keep) timer.unref();
    signal?.addEventListener('abort', onAbort, { once: true });
  });
}

export function asError(value: unknown): Error {
  return value instanceof Error ? value : new Error(String(value));
}

export interface Deferred<T> {
  readonly promise: Promise<T>;
  resolve(value: T): void;
  reject(error: unknown): void;
}

export function deferred<T>(): Deferred<T> {
  let resolve!: (value: T) => void;
  let reject!: (error: unknown) => void;
  const promise = new Promise<T>((yes, no) => {
    resolve = yes;
    reject = no;
  });
  return { promise, resolve, reject };
}

/** Gives the promise's value, or `fallback` after a time. */
export async function within<T, F>(promise: Promise<T>, ms: number, fallback: F): Promise<T | F> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<F>((resolve) => {
    timer = setTimeout(() => resolve(fallback), Math.min(ms, TIMER_MS_MAX));
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** Milliseconds to wait before attempt `attempt` (0 first): doubles from `firstMs` to `maxMs`, shortened by a random share of up to a half. */
export function backoffMs(attempt: number, firstMs: number, maxMs: number, random = Math.random): number {
  const full = Math.min(maxMs, firstMs * 2 ** Math.min(attempt, 30));
  return Math.round(full * (1 - random() / 2));
}

/** The results of work on each item, in their order; at most `limit` at a time. The first failure is thrown, and nothing more is begun. */
export async function mapLimited<T, R>(items: readonly T[], limit: number, work: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  results.length = items.length;
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < items.length) {
      const at = next;
      next += 1;
      try {
        results[at] = await work(items[at] as T);
      } catch (error) {
        next = items.length;
        throw error;
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(limit, items.length) }, worker));
  return results;
}

export interface TaskGroupOptions {
  /** How many tasks may run at once; `start` waits for a free place. */
  readonly limit: number;
  readonly onError: (error: unknown) => void;
}

/** Owns tasks: none is forgotten, they start in the order in which they came, errors are reported, disposal waits for all. */
export class TaskGroup implements AsyncDisposable {
  readonly #running = new Set<Promise<void>>();
  readonly #waiting: (() => void)[] = [];
  readonly #options: TaskGroupOptions;

  constructor(options: TaskGroupOptions) {
    this.#options = options;
  }

  get size(): number {
    return this.#running.size;
  }

  /** Starts the task when there is a free place; resolves when it has started. */
  start(task: () => Promise<void>): Promise<void> {
    return new Promise((started) => {
      this.#waiting.push(() => {
        const run = this.#run(task).finally(() => {
          this.#running.delete(run);
          this.#fill();
        });
        this.#running.add(run);
        started();
      });
      this.#fill();
    });
  }

  #fill(): void {
    while (this.#running.size < this.#options.limit) {
      const next = this.#waiting.shift();
      if (next === undefined) return;
      next();
    }
  }

  async #run(task: () => Promise<void>): Promise<void> {
    try {
      await task();
    } catch (error) {
      this.#options.onError(error);
    }
  }

  /** Waits for all, also for those that wait for a place. */
  async [Symbol.asyncDispose](): Promise<void> {
    while (this.#running.size > 0) await Promise.all(this.#running);
  }
}

/**
 * A bounded queue between a producer that must not wait and one consumer. When it is full, `push` answers false and
 * counts the loss.
 */
export class BoundedQueue<T> implements AsyncIterable<T> {
  #items: (T | undefined)[] = [];
  #head = 0;
  #lost = 0;
  #closed = false;
  #wake: (() => void) | undefined;
  readonly #limit: number;

  constructor(limit: number) {
    this.#limit = limit;
  }

  get size(): number {
    return this.#items.length - this.#head;
  }

  /** How many items were refused because the queue was full. */
  get lost(): number {
    return this.#lost;
  }

  push(item: T): boolean {
    if (this.#closed) return false;
    if (this.size >= this.#limit) {
      this.#lost += 1;
      return false;
    }
    this.#items.push(item);
    this.#notify();
    return true;
  }

  close(): void {
    this.#closed = true;
    this.#notify();
  }

  get isClosed(): boolean {
    return this.#closed;
  }

  /** The next item at once, or undefined when there is none. */
  shift(): T | undefined {
    return this.size > 0 ? this.#shift() : undefined;
  }

  /** Calls `wake` once, when there is an item or the queue is closed. One waiter at a time. */
  onItem(wake: () => void): void {
    if (this.size > 0 || this.#closed) wake();
    else this.#wake = wake;
  }

  #notify(): void {
    const wake = this.#wake;
    this.#wake = undefined;
    wake?.();
  }

  #shift(): T {
    const item = this.#items[this.#head] as T;
    // What was taken is not held any longer: an item may be large.
    this.#items[this.#head] = undefined;
    this.#head += 1;
    if (this.#head > 1024 && this.#head * 2 > this.#items.length) {
      this.#items = this.#items.slice(this.#head);
      this.#head = 0;
    }
    return item;
  }

  async *[Symbol.asyncIterator](): AsyncIterator<T> {
    for (;;) {
      while (this.size > 0) yield this.#shift();
      if (this.#closed) return;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }
}
