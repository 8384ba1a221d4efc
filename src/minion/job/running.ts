/** Jobs that run on this minion now: found, signalled, killed. */
import { constants } from 'node:os';
import { CommandExecutionError } from '../../kernel/contract/errors.js';
import type { JobsPort } from '../../kernel/contract/ports.js';
import { signalOwned } from '../../kernel/sys/owned-programs.js';
import type { PlainMap } from '../../kernel/std/value.js';

export interface RunningJob {
  /** As `saltutil.running` shows it. */
  readonly about: PlainMap;
  readonly startedUnixMs: number;
  readonly abort: AbortController;
}

/** Signals whose default is to end a process: the job ends as well. Others reach its programs only. */
const ENDING = new Set<NodeJS.Signals | number>(['SIGHUP', 'SIGINT', 'SIGQUIT', 'SIGABRT', 'SIGKILL', 'SIGTERM', 1, 2, 3, 6, 9, 15]);

export class RunningJobs implements JobsPort {
  readonly #jobs = new Map<string, RunningJob>();
  readonly #killed = new Map<string, number>();

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
    this.#killed.delete(jid);
  }

  /** The signal by which a running job was told to end. */
  killedBy(jid: string): number | undefined {
    return this.#killed.get(jid);
  }

  about(jid: string): PlainMap | undefined {
    return this.#jobs.get(jid)?.about;
  }

  running(): PlainMap[] {
    return [...this.#jobs.values()].map(({ about }) => ({ ...about }));
  }

  /** First its programs, as process groups, then the job itself, whose end also ends what does not listen. */
  signal(jid: string, signal: NodeJS.Signals | number): Promise<string> {
    const job = this.#jobs.get(jid);
    if (job === undefined) return Promise.resolve('');
    const number = typeof signal === 'number' ? signal : constants.signals[signal];
    signalOwned(job.abort.signal, signal);
    if (ENDING.has(signal)) {
      this.#killed.set(jid, number);
      job.abort.abort(new CommandExecutionError(`The job was ended by signal ${String(signal)}`));
    }
    return Promise.resolve(`Signal ${number} sent to job ${jid} at pid ${String(job.about['pid'])}`);
  }

  abortAll(reason: string): void {
    for (const job of this.#jobs.values()) job.abort.abort(new CommandExecutionError(reason));
  }
}
