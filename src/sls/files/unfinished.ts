/**
 * Large files whose transfer was cut off, kept by their hash, so that the next try goes on where the last one stopped. Whoever takes one
 * moves it away first: no two can write into the same.
 */
import { mkdir, readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { FileHash } from '../../kernel/contract/file-backend.js';

/** Smaller ones are fetched again. */
const BYTES_MIN = 1024 * 1024;
const KEPT_MAX = 20;
const KEPT_MS = 7 * 24 * 3_600_000;

export class UnfinishedFiles {
  readonly #folder: string;

  constructor(cacheDir: string) {
    this.#folder = join(cacheDir, 'unfinished');
  }

  #pathOf({ hash_type, hsum }: FileHash): string | undefined {
    return /^[a-z0-9]+$/.test(hash_type) && /^[0-9a-f]+$/.test(hsum) ? join(this.#folder, `${hash_type}-${hsum}`) : undefined;
  }

  /** Moves what there is of a file to `path`; gives its size, 0 when there is nothing. */
  async take(wanted: FileHash, path: string): Promise<number> {
    const kept = this.#pathOf(wanted);
    if (kept === undefined) return 0;
    try {
      await rename(kept, path);
      return (await stat(path)).size;
    } catch (error) {
      // Nothing is kept, or it lies on another disk than where it is wanted.
      if (['ENOENT', 'EXDEV'].includes((error as NodeJS.ErrnoException).code ?? '')) return 0;
      throw error;
    }
  }

  /** Keeps `path` for the next try, where that is worth it; else removes it. */
  async keep(wanted: FileHash, path: string): Promise<void> {
    const kept = this.#pathOf(wanted);
    const { size } = await stat(path);
    if (kept === undefined || size < BYTES_MIN) return rm(path, { force: true });
    await mkdir(this.#folder, { recursive: true, mode: 0o700 });
    await this.#makeRoom();
    try {
      await rename(path, kept);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EXDEV') throw error;
      await rm(path, { force: true });
    }
  }

  async #makeRoom(): Promise<void> {
    const names = await readdir(this.#folder);
    const found = await Promise.all(names.map(async (name) => ({ path: join(this.#folder, name), atMs: (await stat(join(this.#folder, name))).mtimeMs })));
    const newest = found.sort((a, b) => b.atMs - a.atMs);
    for (const [at, { path, atMs }] of newest.entries()) if (at >= KEPT_MAX - 1 || atMs < Date.now() - KEPT_MS) await rm(path, { force: true });
  }
}
