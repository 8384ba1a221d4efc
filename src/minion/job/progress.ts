/**
 * Tells the master of jobs that last longer than a moment: that they were taken, and that they run. One small message for all of them
 * in each moment, so that a quick job costs its return alone. Also of jobs that were killed, which have no return.
 * Only our own master is told: of another, `canTell` is false.
 */
import { PROGRESS_JOBS_MAX, type JobProgress, type StatesAt } from '../../bus/wire/job-progress.js';
import type { Logger } from '../../kernel/contract/log.js';
import { backoffMs } from '../../kernel/std/async.js';

export interface ProgressParts {
  readonly canTell: () => boolean;
  /** Resolves when the master has heard it. */
  readonly send: (jobs: readonly JobProgress[]) => Promise<void>;
  /** Called once for each job that lasts longer than a moment. */
  readonly onLong: (jid: string) => void;
  readonly log: Logger;
  readonly now?: () => number;
  readonly momentMs?: number;
}

interface Job {
  readonly receivedMs: number;
  startedMs: number | undefined;
  /** The last state that the master heard. */
  told: 'nothing' | 'received' | 'running';
  isLong: boolean;
  states: StatesAt | undefined;
  /** How far the master heard that it is, and when. */
  toldStates: StatesAt | undefined;
  toldStatesMs: number;
}

const MOMENT_MS = 1000;
/** How often it is told how far a run of states is. */
const STATES_MS = 2000;
/** What cannot be sent is tried again, at longest after this. */
const RETRY_MAX_MS = 30_000;
/** Killed jobs that wait to be told; of more, the oldest are not. */
const CANCELLED_MAX = 10_000;
/** Several that are killed together are told together. */
const SOON_MS = 50;

export class Progress implements Disposable {
  readonly #parts: ProgressParts;
  readonly #now: () => number;
  readonly #momentMs: number;
  readonly #jobs = new Map<string, Job>();
  readonly #cancelled = new Map<string, string>();
  #timer: NodeJS.Timeout | undefined;
  #dueMs = Infinity;
  #isSending = false;
  #failures = 0;
  #isStopped = false;

  constructor(parts: ProgressParts) {
    this.#parts = parts;
    this.#now = parts.now ?? Date.now;
    this.#momentMs = parts.momentMs ?? MOMENT_MS;
  }

  received(jid: string): void {
    this.#jobs.set(jid, { receivedMs: this.#now(), startedMs: undefined, told: 'nothing', isLong: false, states: undefined, toldStates: undefined, toldStatesMs: 0 });
    this.#wake(this.#momentMs);
  }

  started(jid: string): void {
    const job = this.#jobs.get(jid);
    if (job === undefined) return;
    job.startedMs = this.#now();
    this.#wake(this.#momentMs);
  }

  /** A run of states is at one of them. */
  atState(jid: string, states: StatesAt): void {
    const job = this.#jobs.get(jid);
    if (job === undefined) return;
    job.states = states;
    if (job.told === 'running') this.#wake(Math.max(SOON_MS, job.toldStatesMs + STATES_MS - this.#now()));
  }

  ended(jid: string): void {
    this.#jobs.delete(jid);
  }

  /** The job was killed: it has no return. */
  cancelled(jid: string, why: string): void {
    this.#jobs.delete(jid);
    this.#cancelled.set(jid, why);
    const oldest = this.#cancelled.keys().next();
    if (this.#cancelled.size > CANCELLED_MAX && oldest.done !== true) this.#cancelled.delete(oldest.value);
    this.#wake(SOON_MS);
  }

  /** After a new connection all is told again: the master may be another, or have lost what was on its way. */
  again(): void {
    for (const job of this.#jobs.values()) job.told = 'nothing';
    this.#failures = 0;
    if (this.#jobs.size + this.#cancelled.size > 0) this.#wake(SOON_MS);
  }

  #wake(afterMs: number): void {
    const dueMs = this.#now() + afterMs;
    if (this.#isStopped || this.#dueMs <= dueMs) return;
    clearTimeout(this.#timer);
    this.#dueMs = dueMs;
    this.#timer = setTimeout(() => this.#look(), afterMs);
  }

  #look(): void {
    this.#dueMs = Infinity;
    const nowMs = this.#now();
    let nextMs = Infinity;
    for (const [jid, job] of this.#jobs) {
      const leftMs = (job.startedMs ?? job.receivedMs) + this.#momentMs - nowMs;
      if (leftMs > 0) nextMs = Math.min(nextMs, leftMs);
      else if (job.startedMs !== undefined && !job.isLong) {
        job.isLong = true;
        this.#parts.onLong(jid);
      }
    }
    // Those that become long soon are told with one another, a moment later.
    if (nextMs < Infinity) this.#wake(Math.max(nextMs, this.#momentMs));
    if (this.#parts.canTell()) void this.#tell(nowMs);
    else this.#cancelled.clear();
  }

  async #tell(nowMs: number): Promise<void> {
    const news = this.#isSending ? [] : this.#news(nowMs);
    if (news.length === 0) return;
    this.#isSending = true;
    try {
      await this.#parts.send(news);
      this.#failures = 0;
      for (const one of news) this.#markTold(one);
    } catch (err) {
      if (this.#isStopped) return;
      this.#parts.log.debug({ err, jobs: news.length }, 'progress of jobs not told: it is told again');
      this.#wake(backoffMs(this.#failures, this.#momentMs, RETRY_MAX_MS));
      this.#failures += 1;
      return;
    } finally {
      this.#isSending = false;
    }
    if (this.#news(this.#now()).length > 0) this.#wake(this.#momentMs);
    else if ([...this.#jobs.values()].some(({ told, states, toldStates }) => told === 'running' && states !== toldStates)) this.#wake(STATES_MS);
  }

  #markTold({ jid, state, states }: JobProgress): void {
    if (state === 'cancelled') this.#cancelled.delete(jid);
    else {
      const job = this.#jobs.get(jid);
      if (job === undefined) return;
      job.told = state;
      if (states === undefined) return;
      job.toldStates = states;
      job.toldStatesMs = this.#now();
    }
  }

  #news(nowMs: number): JobProgress[] {
    const news: JobProgress[] = [...this.#cancelled].map(([jid, why]) => ({ jid, state: 'cancelled', why }));
    for (const [jid, { receivedMs, startedMs, told, states, toldStates, toldStatesMs }] of this.#jobs) {
      if (news.length >= PROGRESS_JOBS_MAX) break;
      if (startedMs === undefined) {
        if (told === 'nothing' && nowMs - receivedMs >= this.#momentMs) news.push({ jid, state: 'received' });
      } else if (told === 'running' ? states !== toldStates && nowMs - toldStatesMs >= STATES_MS : nowMs - startedMs >= this.#momentMs) {
        news.push({ jid, state: 'running', forMs: nowMs - startedMs, pid: process.pid, ...(states === undefined ? {} : { states }) });
      }
    }
    return news.slice(0, PROGRESS_JOBS_MAX);
  }

  [Symbol.dispose](): void {
    this.#isStopped = true;
    clearTimeout(this.#timer);
  }
}
