/** Jobs that run on this minion now: found, signalled, killed. */
import type { JobsPort } from '../../kernel/contract/ports.js';
import type { PlainMap } from '../../kernel/std/value.js';

export interface RunningJob {
  /** As `saltutil.running` shows it. */
  readonly about: PlainMap;
  readonly startedUnixMs: number;
  readonly abort: AbortController;
}

/** Numbers of the signals that end a job. */
const ENDING = new Set<NodeJS.Signals | number>(['SIGTERM', 'SIGKILL', 'SIGINT', 'SIGQUIT', 2, 3, 9, 15]);
const NUMBERS: Partial<Record<string, number>> = { SIGHUP: 1, SIGINT: 2, SIGQUIT: 3, SIGKILL: 9, SIGUSR1: 10, SIGUSR2: 12, SIGTERM: 15 };

export class RunningJobs implements JobsPort {
  readonly #jobs = new Map<string, RunningJob>();

  get size(): number {
    return this.#jobs.size;
  }

  has(jid: string): boolean {
    return this.#jobs.has(jid);
  }

  add(jid: string, job: RunningJob): void {
    this.#jobs.set(jid, job);
  }

  remove(jid: string): void {
    this.#jobs.delete(jid);
  }

  running(): PlainMap[] {
    return [...this.#jobs.values()].map(({ about }) => ({ ...about }));
  }

  /** The abort ends the job and every program it started, as process groups. */
  signal(jid: string, signal: NodeJS.Signals | number): Promise<string> {
    const job = this.#jobs.get(jid);
    if (job === undefined) return Promise.resolve('');
    if (ENDING.has(signal)) job.abort.abort(new Error(`The job was ended by signal ${String(signal)}`));
    const number = typeof signal === 'number' ? signal : (NUMBERS[signal] ?? signal);
    return Promise.resolve(`Signal ${number} sent to job ${jid} at pid ${String(job.about['pid'])}`);
  }

  abortAll(reason: string): void {
    for (const job of this.#jobs.values()) job.abort.abort(new Error(reason));
  }
}
