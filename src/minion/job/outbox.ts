/**
 * Returns wait here until the master has acknowledged them: on disk, sent again with back-off, in order of jobs.
 *
 * A return is written before it is sent, so that a crash between the end of a job and its acknowledgement loses nothing.
 */
import { mkdirSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { decodeBus, encodeBus, EncodeError } from '../../bus/codec/codec.js';
import { parseJid } from '../../kernel/contract/job.js';
import type { Logger } from '../../kernel/contract/log.js';
import { backoffMs, sleep } from '../../kernel/std/async.js';
import { isPlainMap, type PlainMap } from '../../kernel/std/value.js';

export interface OutboxOptions {
  readonly dir: string;
  /** Sends a return; resolves when the master has acknowledged it. */
  readonly send: (load: PlainMap, signal: AbortSignal) => Promise<void>;
  readonly firstWaitMs: number;
  readonly longestWaitMs: number;
  readonly log: Logger;
}

/** Returns that may wait; of more, the oldest are given up, with an error in the log. */
const WAITING_MAX = 10_000;
/** Sends at once. */
const SENDING_MAX = 8;

export class Outbox implements AsyncDisposable {
  readonly #options: OutboxOptions;
  readonly #stop = new AbortController();
  readonly #waiting = new Map<string, PlainMap>();
  readonly #sending = new Set<Promise<void>>();
  #attempt = 0;
  #retry: NodeJS.Timeout | undefined;

  constructor(options: OutboxOptions) {
    this.#options = options;
    mkdirSync(options.dir, { recursive: true, mode: 0o700 });
    this.#readLeftOver();
  }

  get size(): number {
    return this.#waiting.size;
  }

  /** Takes a return; from now on it survives. */
  put(load: PlainMap): void {
    const name = `${parseJid(load['jid']) ?? 'req'}-${process.hrtime.bigint()}.p`;
    const { bytes, load: sendable } = encodable(load);
    const path = join(this.#options.dir, name);
    writeFileSync(`${path}.new`, bytes, { mode: 0o600 });
    renameSync(`${path}.new`, path);
    this.#waiting.set(name, sendable);
    this.#bound();
    this.#pump();
  }

  /** Tries what waits at once, as after a new connection. */
  flush(): void {
    this.#attempt = 0;
    this.#pump();
  }

  #pump(): void {
    if (this.#stop.signal.aborted) return;
    clearTimeout(this.#retry);
    this.#retry = undefined;
    for (const [name, load] of this.#waiting) {
      if (this.#sending.size >= SENDING_MAX) return;
      if (this.#inFlight.has(name)) continue;
      this.#inFlight.add(name);
      const sending = this.#sendOne(name, load).finally(() => {
        this.#inFlight.delete(name);
        this.#sending.delete(sending);
        if (this.#retry === undefined && this.#attempt === 0) this.#pump();
      });
      this.#sending.add(sending);
    }
  }
  readonly #inFlight = new Set<string>();

  async #sendOne(name: string, load: PlainMap): Promise<void> {
    try {
      await this.#options.send(load, this.#stop.signal);
      this.#attempt = 0;
      this.#waiting.delete(name);
      rmSync(join(this.#options.dir, name), { force: true });
    } catch (err) {
      if (this.#stop.signal.aborted) return;
      const waitMs = backoffMs(this.#attempt, this.#options.firstWaitMs, this.#options.longestWaitMs);
      this.#attempt += 1;
      this.#options.log.warn({ err, jid: load['jid'], waitMs, waiting: this.#waiting.size }, 'return not delivered: it is kept and sent again');
      this.#retry ??= setTimeout(() => this.#pump(), waitMs);
    }
  }

  #bound(): void {
    while (this.#waiting.size > WAITING_MAX) {
      const oldest = this.#waiting.keys().next();
      if (oldest.done === true) return;
      const load = this.#waiting.get(oldest.value);
      this.#options.log.error({ jid: load?.['jid'], fun: load?.['fun'], waiting: WAITING_MAX }, 'return given up: too many wait for the master');
      this.#waiting.delete(oldest.value);
      rmSync(join(this.#options.dir, oldest.value), { force: true });
    }
  }

  /** Returns of an earlier life. */
  #readLeftOver(): void {
    for (const name of readdirSync(this.#options.dir).filter((file) => file.endsWith('.p')).sort()) {
      const path = join(this.#options.dir, name);
      try {
        const load = decodeBus(readFileSync(path));
        if (isPlainMap(load)) this.#waiting.set(name, load);
      } catch (err) {
        this.#options.log.error({ err, path }, 'kept return cannot be read: put aside');
        renameSync(path, `${path}.unreadable`);
      }
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // What is on its way gets a moment; the rest is on disk.
    await Promise.race([Promise.all(this.#sending), sleep(1000)]);
    this.#stop.abort();
    clearTimeout(this.#retry);
  }
}

/** A value that cannot be encoded becomes an error return that says where it is. */
function encodable(load: PlainMap): { bytes: Buffer; load: PlainMap } {
  try {
    return { bytes: encodeBus(load), load };
  } catch (error) {
    if (!(error instanceof EncodeError)) throw error;
    const text = `ERROR: the return of ${String(load['fun'])} cannot be sent: ${error.message}`;
    const replacement: PlainMap = { ...load, return: text, retcode: 1, success: false, out: 'nested' };
    return { bytes: encodeBus(replacement), load: replacement };
  }
}
