/**
 * From which time on a request counts as new after a restart, when nobody remembers what was taken before.
 *
 * A request bears the time of its sender's clock. What the earlier life took bears at most the time of its end, and as much more as the
 * sender's clock is ahead of ours: that is kept in a file for each sender that is ahead. Senders whose clocks are right or behind cost
 * nothing. Should our own clock have been set back meanwhile, the time when a request was last taken counts instead.
 */
import { readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ReplayMemory } from './replay-memory.js';

/** Its modification time tells when the last request was taken, to within this time. */
const LAST_TAKEN = '.last-taken';
const LAST_TAKEN_EVERY_MS = 5000;
/** A clock that drifts is written down this often. */
const AHEAD_STEP_SECONDS = 2;

export class RestartFloor {
  readonly #dir: string;
  readonly #now: () => number;
  /** Nothing that was sent in the second of the start, or before, counts as new. */
  readonly #startedSeconds: number;
  #notedUnixMs = 0;

  /** `now` gives milliseconds since 1970; replaced in tests. */
  constructor(dir: string, now: () => number = () => Date.now()) {
    this.#dir = dir;
    this.#now = now;
    const lastTakenMs = statSync(join(dir, LAST_TAKEN), { throwIfNoEntry: false })?.mtimeMs;
    const wasSetBack = lastTakenMs !== undefined && lastTakenMs > now();
    if (wasSetBack) this.#notedUnixMs = lastTakenMs;
    this.#startedSeconds = Math.floor((wasSetBack ? lastTakenMs + LAST_TAKEN_EVERY_MS : now()) / 1000) + 1;
  }

  /** The memory of a sender that is known from before. `name` is safe as a file name. */
  memoryOf(name: string): ReplayMemory {
    const aheadSeconds = this.#readAhead(name);
    return new ReplayMemory(this.#startedSeconds + aheadSeconds, aheadSeconds);
  }

  /** Notes a request before it is acted on. */
  took(name: () => string, memory: ReplayMemory, sentSeconds: number): void {
    const nowMs = this.#now();
    // Never back: what was taken before our clock was set back is as new as it was.
    if (nowMs - this.#notedUnixMs >= LAST_TAKEN_EVERY_MS) {
      writeFileSync(join(this.#dir, LAST_TAKEN), '', { mode: 0o600 });
      this.#notedUnixMs = nowMs;
    }
    const ahead = Math.ceil(sentSeconds - nowMs / 1000);
    if (ahead <= memory.aheadSeconds) return;
    memory.aheadSeconds = ahead + AHEAD_STEP_SECONDS;
    const temporary = join(this.#dir, `.new-${process.pid}-${process.hrtime.bigint()}`);
    writeFileSync(temporary, String(memory.aheadSeconds), { mode: 0o600, flag: 'wx' });
    renameSync(temporary, this.#path(name()));
  }

  /** With a new session nothing of the old one can come again. */
  forget(name: string): void {
    rmSync(this.#path(name), { force: true });
  }

  #readAhead(name: string): number {
    try {
      return Math.max(0, Math.trunc(Number(readFileSync(this.#path(name), 'utf8')))) || 0;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return 0;
      throw error;
    }
  }

  #path(name: string): string {
    return join(this.#dir, `.ahead-${name}`);
  }
}
