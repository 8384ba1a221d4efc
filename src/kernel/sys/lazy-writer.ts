/**
 * Writes small files in the background: the newest content of a path wins, each file whole or not at all. For data that can
 * be had again after a crash, such as caches and session keys.
 */
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';

export interface LazyWriterOptions {
  readonly mode: number;
  readonly onError: (error: unknown, path: string) => void;
}

const WRITES_AT_ONCE = 4;

export class LazyWriter implements AsyncDisposable {
  readonly #options: LazyWriterOptions;
  readonly #waiting = new Map<string, Uint8Array | string>();
  readonly #folders = new Set<string>();
  readonly #running = new Set<Promise<void>>();
  #number = 0;

  constructor(options: LazyWriterOptions) {
    this.#options = options;
  }

  write(path: string, data: Uint8Array | string): void {
    this.#waiting.set(path, data);
    this.#pump();
  }

  /** What is not written yet. */
  pending(path: string): Uint8Array | string | undefined {
    return this.#waiting.get(path);
  }

  /** Forgets a write that has not begun, and deletes the file. */
  async remove(path: string): Promise<void> {
    this.#waiting.delete(path);
    await Promise.all(this.#running);
    await rm(path, { force: true });
  }

  #pump(): void {
    while (this.#running.size < WRITES_AT_ONCE) {
      const next = this.#waiting.entries().next();
      if (next.done === true) return;
      const [path, data] = next.value;
      this.#waiting.delete(path);
      const run = this.#writeOne(path, data).finally(() => {
        this.#running.delete(run);
        this.#pump();
      });
      this.#running.add(run);
    }
  }

  async #writeOne(path: string, data: Uint8Array | string): Promise<void> {
    this.#number += 1;
    const temporary = `${path}.${process.pid}.${this.#number}`;
    try {
      const folder = dirname(path);
      if (!this.#folders.has(folder)) {
        await mkdir(folder, { recursive: true });
        this.#folders.add(folder);
      }
      await writeFile(temporary, data, { mode: this.#options.mode });
      await rename(temporary, path);
    } catch (error) {
      this.#folders.clear();
      this.#options.onError(error, path);
    }
  }

  /** Resolves when all is on its way to the disk. */
  async flush(): Promise<void> {
    while (this.#running.size > 0) await Promise.all(this.#running);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.flush();
  }
}
