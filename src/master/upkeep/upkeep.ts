/** Periodic duties of the master, one round each `loop_interval`. A duty that fails is logged and tried again in the next round. */
import type { Logger } from '../../kernel/contract/log.js';
import { sleep } from '../../kernel/std/async.js';

export interface UpkeepOptions {
  readonly everyMs: number;
  readonly duties: Readonly<Record<string, () => Promise<void> | void>>;
  readonly log: Logger;
}

export class Upkeep implements AsyncDisposable {
  readonly #options: UpkeepOptions;
  readonly #stop = new AbortController();
  readonly #loop: Promise<void>;

  constructor(options: UpkeepOptions) {
    this.#options = options;
    this.#loop = this.#run();
  }

  async #run(): Promise<void> {
    const { signal } = this.#stop;
    while (!signal.aborted) {
      for (const [duty, work] of Object.entries(this.#options.duties)) {
        if (signal.aborted) return;
        try {
          await work();
        } catch (err) {
          this.#options.log.error({ err, duty }, 'upkeep failed');
        }
      }
      try {
        await sleep(this.#options.everyMs, signal);
      } catch {
        // Only the end of the master wakes it early.
        return;
      }
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    await this.#loop;
  }
}
