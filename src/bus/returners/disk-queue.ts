/**
 * Things that wait on disk until somebody took them: one file each, given in order, again and again while that fails.
 * Knows nothing of what the things are. Start at `DiskQueue.put`.
 *
 * What is put survives the end of the process; it is given at least once, and twice when the process ends between the giving and the
 * note of it. What waits too long, or beyond the bounds, is given up: that is logged and counted.
 */
import { mkdirSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Logger } from '../../kernel/contract/log.js';
import { backoffMs, sleep } from '../../kernel/std/async.js';
import { steadyUnixMs } from '../../kernel/std/time.js';
import type { PlainMap } from '../../kernel/std/value.js';
import { encodeBus } from '../codec/codec.js';
import { readKept } from './read-kept.js';

/** What may wait. The oldest are given up for new ones. */
export const QUEUE_BOUNDS = { items: 100_000, bytes: 1024 ** 3, ageMs: 24 * 60 * 60_000 } as const;

export interface DiskQueueOptions {
  readonly dir: string;
  /** Resolves when the thing was taken. */
  readonly give: (item: PlainMap) => Promise<void>;
  readonly log: Logger;
  readonly firstWaitMs?: number;
  readonly longestWaitMs?: number;
  readonly bounds?: { readonly items: number; readonly bytes: number; readonly ageMs: number };
}

export interface QueueCounters {
  given: number;
  failures: number;
  givenUp: number;
}

interface Waiting {
  readonly bytes: number;
  readonly sinceMs: number;
  /** Undefined: on disk only. */
  item: PlainMap | undefined;
}

const FIRST_WAIT_MS = 1000;
const LONGEST_WAIT_MS = 60_000;
/** Of those that wait so many are held in memory; the others are read when it is their turn. */
const HELD_MAX = 100;
/** What is on its way at the end gets this long. */
const LAST_GIVEN_MS = 1000;
const ENDING = '.p';

export class DiskQueue implements AsyncDisposable {
  readonly counters: QueueCounters = { given: 0, failures: 0, givenUp: 0 };
  readonly #options: DiskQueueOptions;
  readonly #bounds: NonNullable<DiskQueueOptions['bounds']>;
  readonly #waiting = new Map<string, Waiting>();
  #bytes = 0;
  #number = 0n;
  #round = 0;
  #giving: Promise<void> | undefined;
  #retry: NodeJS.Timeout | undefined;
  #isStopped = false;

  constructor(options: DiskQueueOptions) {
    this.#options = options;
    this.#bounds = options.bounds ?? QUEUE_BOUNDS;
    mkdirSync(options.dir, { recursive: true, mode: 0o700 });
    this.#findLeftOver();
  }

  get size(): number {
    return this.#waiting.size;
  }

  /** Takes a thing. When the disk is full it waits in memory, and that is logged. */
  put(item: PlainMap): void {
    const bytes = encodeBus(item);
    const name = this.#newName();
    const isKept = this.#write(name, bytes);
    this.#add(name, { bytes: bytes.length, sinceMs: steadyUnixMs(), item: isKept && this.#waiting.size >= HELD_MAX ? undefined : item });
    this.#bound();
    // While giving fails a new thing waits for the next round like all others.
    if (this.#retry === undefined) this.#start();
  }

  /** Gives what is left from an earlier life. */
  start(): void {
    this.#start();
  }

  /** Resolves when nothing waits any more, or giving failed, or after a time. */
  async settled(withinMs: number): Promise<void> {
    const until = steadyUnixMs() + withinMs;
    while (this.#giving !== undefined && steadyUnixMs() < until) await Promise.race([this.#giving, sleep(until - steadyUnixMs())]);
  }

  #start(): void {
    if (this.#isStopped || this.#giving !== undefined || this.#waiting.size === 0) return;
    clearTimeout(this.#retry);
    this.#retry = undefined;
    this.#giving = this.#giveAll().finally(() => {
      this.#giving = undefined;
      if (this.#retry === undefined) this.#start();
    });
  }

  /** In order; ends at the first that fails: then all wait. That one comes last, so that it alone cannot hold up the others. */
  async #giveAll(): Promise<void> {
    for (const [name, waiting] of this.#waiting) {
      if (this.#isStopped) return;
      if (steadyUnixMs() - waiting.sinceMs > this.#bounds.ageMs) {
        this.#giveUp(name, 'it waited too long');
        continue;
      }
      const item = waiting.item ?? this.#read(name);
      if (item === undefined) {
        this.#drop(name);
        continue;
      }
      try {
        await this.#options.give(item);
      } catch (err) {
        this.#failed(err);
        // Unless it was given up meanwhile.
        if (this.#waiting.delete(name)) this.#waiting.set(name, waiting);
        return;
      }
      this.counters.given += 1;
      this.#round = 0;
      this.#forget(name);
    }
  }

  #failed(err: unknown): void {
    const { firstWaitMs = FIRST_WAIT_MS, longestWaitMs = LONGEST_WAIT_MS, log } = this.#options;
    this.counters.failures += 1;
    const waitMs = backoffMs(this.#round, firstWaitMs, longestWaitMs);
    this.#round += 1;
    if (this.#isStopped) return;
    log.warn({ err, waiting: this.#waiting.size, again_in_ms: waitMs }, 'not taken: it is kept and given again');
    this.#retry = setTimeout(() => {
      this.#retry = undefined;
      this.#start();
    }, waitMs);
    this.#retry.unref();
  }

  #add(name: string, waiting: Waiting): void {
    this.#waiting.set(name, waiting);
    this.#bytes += waiting.bytes;
  }

  #drop(name: string): void {
    this.#bytes -= this.#waiting.get(name)?.bytes ?? 0;
    this.#waiting.delete(name);
  }

  #forget(name: string): void {
    this.#drop(name);
    rmSync(join(this.#options.dir, name), { force: true });
  }

  #giveUp(name: string, why: string): void {
    this.counters.givenUp += 1;
    this.#options.log.error({ name, why, given_up: this.counters.givenUp, waiting: this.#waiting.size }, 'given up: it is lost');
    this.#forget(name);
  }

  #bound(): void {
    for (const name of this.#waiting.keys()) {
      if (this.#waiting.size <= this.#bounds.items && this.#bytes <= this.#bounds.bytes) return;
      this.#giveUp(name, 'too much waits');
    }
  }

  /** Sorted as they came, over lives of the process. */
  #newName(): string {
    const now = BigInt(Date.now()) * 1_000_000n;
    this.#number = now > this.#number ? now : this.#number + 1n;
    return `${String(this.#number).padStart(20, '0')}-${process.pid}${ENDING}`;
  }

  #write(name: string, bytes: Uint8Array): boolean {
    const path = join(this.#options.dir, name);
    try {
      writeFileSync(`${path}.new`, bytes, { mode: 0o600 });
      renameSync(`${path}.new`, path);
      return true;
    } catch (err) {
      this.#options.log.error({ err }, 'cannot be kept on disk: it is lost if this program ends before it is taken');
      rmSync(`${path}.new`, { force: true });
      return false;
    }
  }

  #findLeftOver(): void {
    const { dir } = this.#options;
    const names = readdirSync(dir);
    for (const name of names.filter((file) => file.endsWith('.new'))) rmSync(join(dir, name), { force: true });
    for (const name of names.filter((file) => file.endsWith(ENDING)).sort()) {
      const found = statSync(join(dir, name), { throwIfNoEntry: false });
      if (found !== undefined) this.#add(name, { bytes: found.size, sinceMs: Math.min(found.mtimeMs, steadyUnixMs()), item: undefined });
    }
    this.#bound();
  }

  #read(name: string): PlainMap | undefined {
    const path = join(this.#options.dir, name);
    return readKept(path, (fault, err) => {
      if (fault === 'none') this.#options.log.error({ path }, 'what was kept is none of ours: put aside');
      // Gone: another process with the same folder gave it.
      else if (fault === 'unreadable') this.#options.log.error({ err, path }, 'what was kept cannot be read: put aside');
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isStopped = true;
    clearTimeout(this.#retry);
    if (this.#giving !== undefined) await Promise.race([this.#giving, sleep(LAST_GIVEN_MS)]);
  }
}
