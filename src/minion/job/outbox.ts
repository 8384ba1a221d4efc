/**
 * Returns wait here until the master has acknowledged them: on disk, sent again with back-off, in order of jobs.
 *
 * A return is written before it is sent, so that a crash between the end of a job and its acknowledgement loses nothing.
 */
import { mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readKept } from '../../bus/returners/read-kept.js';
import { parseJid } from '../../kernel/contract/job.js';
import type { Logger } from '../../kernel/contract/log.js';
import { backoffMs, sleep } from '../../kernel/std/async.js';
import type { PlainMap } from '../../kernel/std/value.js';
import { sendableReturn } from './sendable-return.js';

export interface OutboxOptions {
  readonly dir: string;
  /** Sends a return; resolves when the master has acknowledged it. */
  readonly send: (load: PlainMap, signal: AbortSignal) => Promise<void>;
  /** Of a larger return only an error is sent. */
  readonly returnBytesMax?: number | undefined;
  readonly firstWaitMs: number;
  readonly longestWaitMs: number;
  readonly log: Logger;
}

/** Returns that may wait; of more, the oldest are given up, with an error in the log. */
const WAITING_MAX = 10_000;
/** Of these, so many are held in memory; the others are read when it is their turn. */
const HELD_MAX = 100;
/** Sends at once. */
const SENDING_MAX = 8;
/** What is on its way when the minion stops gets this long. */
const LAST_SENDS_MS = 1000;

export class Outbox implements AsyncDisposable {
  readonly #options: OutboxOptions;
  readonly #stop = new AbortController();
  /** By file name; undefined: on disk only. */
  readonly #waiting = new Map<string, PlainMap | undefined>();
  readonly #sending = new Map<string, Promise<void>>();
  /** Rounds of sending that failed, one after the other. */
  #failures = 0;
  /** Ended when the connection is a new one. */
  #round = new AbortController();
  #retry: NodeJS.Timeout | undefined;

  constructor(options: OutboxOptions) {
    this.#options = options;
    mkdirSync(options.dir, { recursive: true, mode: 0o700 });
    this.#findLeftOver();
  }

  get size(): number {
    return this.#waiting.size;
  }

  /** Whether a return of that job waits here. */
  has(jid: string): boolean {
    for (const name of this.#waiting.keys()) if (name.startsWith(`${jid}-`)) return true;
    return false;
  }

  /** Takes a return; from now on it survives, unless the disk is full: then it is sent while this process lives. */
  put(load: PlainMap): void {
    const name = `${parseJid(load['jid']) ?? 'req'}-${process.hrtime.bigint()}.p`;
    const { bytes, load: sendable } = sendableReturn(load, this.#options.returnBytesMax);
    const isKept = this.#write(name, bytes, load);
    this.#waiting.set(name, isKept && this.#waiting.size >= HELD_MAX ? undefined : sendable);
    this.#bound();
    // While sends fail a new return waits for the next round like all others.
    if (this.#retry === undefined) this.#pump();
  }

  /** Sends all that waits at once, as after a new connection; also what is on its way, since the reply to it may be lost. */
  flush(): void {
    this.#failures = 0;
    const before = this.#round;
    this.#round = new AbortController();
    before.abort(new Error('Sent again over a new connection'));
    this.#pump();
  }

  #write(name: string, bytes: Uint8Array, load: PlainMap): boolean {
    const path = join(this.#options.dir, name);
    try {
      writeFileSync(`${path}.new`, bytes, { mode: 0o600 });
      renameSync(`${path}.new`, path);
      return true;
    } catch (err) {
      this.#options.log.error({ err, jid: load['jid'] }, 'return cannot be kept on disk: it is lost if the minion ends before it is sent');
      rmSync(`${path}.new`, { force: true });
      return false;
    }
  }

  #pump(): void {
    if (this.#stop.signal.aborted) return;
    clearTimeout(this.#retry);
    this.#retry = undefined;
    for (const [name, load] of this.#waiting) {
      if (this.#sending.size >= SENDING_MAX) return;
      if (this.#sending.has(name)) continue;
      this.#sending.set(name, this.#sendOne(name, load).finally(() => {
        this.#sending.delete(name);
        if (this.#retry === undefined) this.#pump();
      }));
    }
  }

  async #sendOne(name: string, held: PlainMap | undefined): Promise<void> {
    const load = held ?? this.#read(name);
    if (load === undefined) {
      this.#waiting.delete(name);
      return;
    }
    const round = this.#round.signal;
    try {
      await this.#options.send(load, AbortSignal.any([this.#stop.signal, round]));
    } catch (err) {
      if (!this.#stop.signal.aborted && !round.aborted) this.#retryLater(err, load);
      return;
    }
    this.#failures = 0;
    this.#forget(name);
  }

  /** Sends that fail together count as one failure. */
  #retryLater(err: unknown, load: PlainMap): void {
    const { firstWaitMs, longestWaitMs, log } = this.#options;
    log.warn({ err, jid: load['jid'], waiting: this.#waiting.size }, 'return not delivered: it is kept and sent again');
    if (this.#retry !== undefined) return;
    this.#retry = setTimeout(() => this.#pump(), backoffMs(this.#failures, firstWaitMs, longestWaitMs));
    this.#failures += 1;
  }

  #bound(): void {
    for (const [name, load] of this.#waiting) {
      if (this.#waiting.size <= WAITING_MAX) return;
      this.#options.log.error({ jid: load?.['jid'], name, waiting: WAITING_MAX }, 'return given up: too many wait for the master');
      this.#forget(name);
    }
  }

  #forget(name: string): void {
    this.#waiting.delete(name);
    rmSync(join(this.#options.dir, name), { force: true });
  }

  /** Returns of an earlier life, in order of jobs. */
  #findLeftOver(): void {
    const names = readdirSync(this.#options.dir);
    for (const name of names.filter((file) => file.endsWith('.new'))) rmSync(join(this.#options.dir, name), { force: true });
    for (const name of names.filter((file) => file.endsWith('.p')).sort()) this.#waiting.set(name, undefined);
    this.#bound();
  }

  #read(name: string): PlainMap | undefined {
    const path = join(this.#options.dir, name);
    return readKept(path, (fault, err) => {
      if (fault === 'none') this.#options.log.error({ path }, 'kept return is none: put aside');
      else this.#options.log.error({ err, path }, 'kept return cannot be read: put aside');
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // What is on its way gets a moment; the rest is on disk.
    await Promise.race([Promise.all(this.#sending.values()), sleep(LAST_SENDS_MS)]);
    this.#stop.abort(new Error('The minion stops'));
    clearTimeout(this.#retry);
  }
}
