/**
 * The watches of one beacon: those of the configuration, of folders below them, of folders that come later, and of paths that are not
 * there yet. What happened waits until it is asked for.
 *
 * Source: read, Salt 3008.3, and observed, pyinotify: names and order of events. Differs: a watch for `auto_add` alone tells nothing.
 */
import { join, resolve } from 'node:path';
import type { Context } from '../../../kernel/contract/context.js';
import { asError } from '../../../kernel/std/async.js';
import { isOsError } from '../../../kernel/std/os-error.js';
import type { PlainMap } from '../../../kernel/std/value.js';
import { KernelWatches } from './kernel.js';
import { maskName, type KernelEvent } from './kernel-event.js';
import { MASKS } from './program.data.js';
import type { Wish } from './wishes.js';

interface Watch {
  readonly path: string;
  readonly wish: Wish;
}

const QUEUE_MAX = 16_384;
const WATCHES_MAX = 100_000;
/** A path that is not there is looked for so often. */
const LOOK_MS = 1000;
/** Told whatever the mask says: the kernel does, too. */
const ALWAYS = MASKS.ignored | MASKS.unmount | MASKS.q_overflow;

export class Watcher {
  readonly #wishes: readonly Wish[];
  readonly #isCoalescing: boolean;
  readonly #wake: () => void;
  readonly #ctx: Context;
  readonly #kernel = new KernelWatches((event) => this.#heard(event), (reason) => this.#failed(reason));
  readonly #watches = new Map<number, Watch>();
  readonly #missing = new Set<Wish>();
  #queue: (PlainMap & { readonly key: string })[] = [];
  #lost = 0;
  #fault: Error | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(wishes: readonly Wish[], isCoalescing: boolean, ctx: Context, wake: () => void) {
    this.#wishes = wishes;
    this.#isCoalescing = isCoalescing;
    this.#ctx = ctx;
    this.#wake = wake;
  }

  /** Resolves when all that is there is watched. */
  async open(): Promise<void> {
    await this.#kernel.open(this.#ctx);
    for (const wish of this.#wishes) await this.#begin(wish);
  }

  async close(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#missing.clear();
    await this.#kernel.close();
  }

  /** All that happened since it was asked last. @throws what made the watch impossible */
  take(): PlainMap[] {
    if (this.#fault !== undefined) throw this.#fault;
    if (this.#lost > 0) this.#ctx.log.warn({ events: this.#lost }, 'events of inotify were lost: too many at once');
    this.#lost = 0;
    const seen = new Set<string>();
    const found = this.#isCoalescing ? this.#queue.filter(({ key }) => !seen.has(key) && seen.add(key)) : this.#queue;
    this.#queue = [];
    return found.map(({ key: _key, ...event }) => event);
  }

  async #begin(wish: Wish): Promise<void> {
    if (await this.#add(wish.path, wish, wish.recurse)) this.#missing.delete(wish);
    else this.#miss(wish);
  }

  #miss(wish: Wish): void {
    this.#missing.add(wish);
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      for (const missing of this.#missing) this.#begin(missing).catch((err: unknown) => this.#failed(asError(err)));
    }, LOOK_MS).unref();
  }

  /** False when it is not there. */
  async #add(path: string, wish: Wish, recurse: boolean): Promise<boolean> {
    if (this.#watches.size >= WATCHES_MAX) throw new RangeError(`More than ${WATCHES_MAX} folders to watch`);
    // Several paths may be one file: its watch would change from one mask to the other.
    const watch = await this.#kernel.add(path, wish.autoAdd ? wish.mask | MASKS.create | MASKS.moved_to : wish.mask);
    if (watch === undefined) return false;
    this.#watches.set(watch, { path, wish });
    if (recurse) for (const folder of await this.#entries(path, true, wish)) await this.#add(folder, wish, true);
    return true;
  }

  /** What lies in a folder; none where it is no folder, or not any more. */
  async #entries(path: string, foldersOnly: boolean, wish: Wish): Promise<string[]> {
    try {
      const entries = await this.#ctx.sys.fs.readdir(path, { withFileTypes: true });
      return entries.filter((entry) => !foldersOnly || entry.isDirectory()).map((entry) => join(path, entry.name)).filter((entry) => !wish.isExcluded(entry));
    } catch (err) {
      if (isOsError(err, 'ENOTDIR') || isOsError(err, 'ENOENT') || isOsError(err, 'EACCES')) return [];
      throw err;
    }
  }

  #heard({ watch, mask, cookie, name }: KernelEvent): void {
    if ((mask & MASKS.q_overflow) !== 0) {
      this.#lost += 1;
      this.#ctx.log.warn({}, 'the kernel dropped events of inotify: its queue is full');
      return;
    }
    const known = this.#watches.get(watch);
    if (known === undefined) return;
    const { path, wish } = known;
    const pathname = name === '' ? path : resolve(join(path, name));
    if ((mask & wish.mask) !== 0 || (mask & ALWAYS) !== 0) this.#put({ path, pathname, mask, key: `${watch} ${mask} ${cookie} ${name}` }, wish);
    const isNewFolder = (mask & MASKS.isdir) !== 0 && (mask & (MASKS.create | MASKS.moved_to)) !== 0;
    if (isNewFolder && wish.autoAdd && !wish.isExcluded(pathname)) this.#follow(pathname, wish).catch((err: unknown) => this.#failed(asError(err)));
    if ((mask & MASKS.ignored) !== 0) {
      this.#watches.delete(watch);
      if (path === wish.path) this.#miss(wish);
    }
  }

  /** A new folder may have been filled before it was watched. */
  async #follow(folder: string, wish: Wish): Promise<void> {
    if (!await this.#add(folder, wish, false)) return;
    for (const entry of await this.#entries(folder, false, wish)) {
      const isFolder = (await this.#ctx.sys.fs.lstat(entry).catch(() => undefined))?.isDirectory() === true;
      const mask = isFolder ? MASKS.create | MASKS.isdir : MASKS.create;
      if ((wish.mask & MASKS.create) !== 0) this.#put({ path: folder, pathname: entry, mask, key: `found ${entry}` }, wish);
      if (isFolder) await this.#follow(entry, wish);
    }
  }

  #put({ path, pathname, mask, key }: { path: string; pathname: string; mask: number; key: string }, wish: Wish): void {
    if (wish.isExcluded(pathname)) return;
    if (this.#queue.length >= QUEUE_MAX) this.#lost += 1;
    else this.#queue.push({ tag: path, path: pathname, change: maskName(mask), key });
    this.#wake();
  }

  #failed(reason: Error): void {
    this.#fault ??= reason;
    this.#wake();
  }
}
