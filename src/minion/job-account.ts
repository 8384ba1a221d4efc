/** The account that a minion keeps of its jobs: for each master what it is told of them, and on disk what a next life has to know. */
import { join } from 'node:path';
import { PROGRESS_TAG, progressData } from '../bus/wire/job-progress.js';
import type { Publication } from '../kernel/contract/job.js';
import type { Logger } from '../kernel/contract/log.js';
import type { PlainMap } from '../kernel/std/value.js';
import type { StateProgress } from '../kernel/contract/state-engine.js';
import { toldStates } from '../sls/state/running-state.js';
import { takeReport } from '../sls/state/run/run-journal.js';
import { masterKey, type MasterAddress } from './connection/masters.js';
import { reportInterrupted } from './job/interrupted.js';
import { JobJournal } from './job/journal.js';
import { isOtherProcess, ProcMarks } from './job/proc-marks.js';
import { Progress } from './job/progress.js';
import type { RunningJobs } from './job/running.js';
import type { Outboxes } from './outboxes.js';

export interface AccountParts {
  readonly id: string;
  readonly cacheDir: string;
  readonly masters: readonly MasterAddress[];
  /** How many ids of ended jobs are remembered. */
  readonly jidsMax: number;
  readonly running: RunningJobs;
  readonly outboxes: Outboxes;
  readonly masterOf: (job: Publication) => MasterAddress;
  /** True while connected to that master, and it is of our own kind. */
  readonly isOurs: (master: MasterAddress) => boolean;
  readonly send: (master: MasterAddress, load: PlainMap, signal: AbortSignal) => Promise<void>;
  readonly log: Logger;
}

/** A message about progress is given up after this, and made anew. */
const SEND_MS = 10_000;

export class JobAccount implements Disposable {
  readonly #parts: AccountParts;
  readonly #journal: JobJournal;
  readonly #marks: ProcMarks;
  readonly #progress: ReadonlyMap<string, Progress>;

  /** Also puts into the outboxes what an earlier life could not end. */
  constructor(parts: AccountParts) {
    const { cacheDir, jidsMax, log, id, outboxes, masters } = parts;
    this.#parts = parts;
    this.#journal = new JobJournal(join(cacheDir, 'jobs.journal'), jidsMax, log);
    this.#marks = new ProcMarks(join(cacheDir, 'proc'), log);
    this.#marks.clean(isOtherProcess);
    this.#progress = new Map(masters.map((master) => [masterKey(master), this.#progressFor(master)]));
    reportInterrupted(this.#journal, id, (job) => outboxes.ofKey(job.master), log, (jid) => takeReport(cacheDir, jid));
  }

  #progressFor(master: MasterAddress): Progress {
    const { id, log, isOurs, send, running } = this.#parts;
    return new Progress({
      log, canTell: () => isOurs(master), onLong: (jid) => this.#marks.write(jid, running.about(jid) ?? {}),
      send: (jobs) => send(
        master, { id, cmd: '_minion_event', pretag: null, data: progressData(jobs), tag: PROGRESS_TAG }, AbortSignal.timeout(SEND_MS)),
    });
  }

  #of(job: Publication): Progress | undefined {
    return this.#progress.get(masterKey(this.#parts.masterOf(job)));
  }

  /** Ids of jobs that were taken before, in this life or an earlier one. */
  recent(): string[] {
    return this.#journal.recent();
  }

  /** The job is taken: from now on it is not taken again, whatever happens. */
  took(job: Publication): void {
    const { jid, fun, user } = job;
    this.#journal.took({ jid, fun, user, master: masterKey(this.#parts.masterOf(job)) });
    this.#of(job)?.received(jid);
  }

  started(job: Publication): void {
    this.#of(job)?.started(job.jid);
  }

  /** Hears how far a run of states is that belongs to a job. */
  statesOf(jid: string): StateProgress {
    return toldStates(({ at, of, failed }) => {
      for (const progress of this.#progress.values()) progress.atState(jid, { at, of, failed });
    });
  }

  /** The master that asked for the job is of our own kind. */
  isOurs(job: Publication): boolean {
    return this.#parts.isOurs(this.#parts.masterOf(job));
  }

  /** The return of the job is safe. */
  returned(job: Publication): void {
    this.#journal.ended(job.jid);
  }

  /** The job was killed: it has no return. */
  cancelled(job: Publication, why: string): void {
    this.#journal.ended(job.jid);
    this.#of(job)?.cancelled(job.jid, why);
  }

  /** The job does not run any more. */
  over(job: Publication): void {
    this.#of(job)?.ended(job.jid);
    this.#marks.remove(job.jid);
  }

  /** A conversation with that master begins: it is told all anew. */
  connected(master: MasterAddress): void {
    this.#progress.get(masterKey(master))?.again();
  }

  [Symbol.dispose](): void {
    for (const progress of this.#progress.values()) progress[Symbol.dispose]();
    this.#journal[Symbol.dispose]();
  }
}
