/**
 * Writes small files in the background: the newest content of a path wins, each file whole or not at all. For data that can
 * be had again after a crash, such as caches and session keys.
 */
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

export interface LazyWriterOptions {
  readonly mode: number;
  readonly onError: (error: unknown, path: string) => void;
}

const WRITES_AT_ONCE = 4;
/** What is written here is for this program alone. */
const FOLDER_MODE = 0o700;

type Content = Uint8Array | string;

export class LazyWriter implements AsyncDisposable {
  readonly #options: LazyWriterOptions;
  /** What is wanted of each path; null: that it is gone. */
  readonly #waiting = new Map<string, Content | null>();
  /** Paths that are being written: the next content of such a path waits, so that two writes never overtake each other. */
  readonly #busy = new Map<string, Content | null>();
  readonly #running = new Set<Promise<void>>();
  #number = 0;

  constructor(options: LazyWriterOptions) {
    this.#options = options;
  }

  write(path: string, data: Content): void {
    this.#waiting.set(path, data);
    this.#pump();
  }

  /** What is not on disk yet: newer than the file. */
  pending(path: string): Content | undefined {
    const wanted = this.#waiting.has(path) ? this.#waiting.get(path) : this.#busy.get(path);
    return wanted ?? undefined;
  }

  /** Forgets a write that has not begun, and deletes the file; a write that comes later stays. Resolves when the file is gone. */
  async remove(path: string): Promise<void> {
    this.#waiting.set(path, null);
    this.#pump();
    while (this.#waiting.get(path) === null || this.#busy.get(path) === null) await Promise.race(this.#running);
  }

  #pump(): void {
    for (const [path, data] of this.#waiting) {
      if (this.#running.size >= WRITES_AT_ONCE) return;
      if (this.#busy.has(path)) continue;
      this.#waiting.delete(path);
      this.#busy.set(path, data);
      const run = this.#apply(path, data).finally(() => {
        this.#busy.delete(path);
        this.#running.delete(run);
        this.#pump();
      });
      this.#running.add(run);
    }
  }

  async #apply(path: string, data: Content | null): Promise<void> {
    try {
      if (data === null) await rm(path, { force: true });
      else await this.#replace(path, data);
    } catch (error) {
      this.#options.onError(error, path);
    }
  }

  async #replace(path: string, data: Content): Promise<void> {
    this.#number += 1;
    const folder = dirname(path);
    // Short, since the name of the file may be as long as a name may be.
    const temporary = join(folder, `.new-${process.pid}-${this.#number}`);
    try {
      await this.#write(temporary, data);
      await rename(temporary, path);
    } catch (error) {
      await rm(temporary, { force: true });
      throw error;
    }
  }

  /** Makes the folder when it is not there, or not any longer. */
  async #write(path: string, data: Content): Promise<void> {
    const options = { mode: this.#options.mode };
    try {
      await writeFile(path, data, options);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
      await mkdir(dirname(path), { recursive: true, mode: FOLDER_MODE });
      await writeFile(path, data, options);
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
