/** A publication arrives: mine? seen before? then it runs, as many at once as `process_count_max` allows. */
import { compileTarget, type TargetFacts } from '../sls/target/target.js';
import type { Publication } from '../kernel/contract/job.js';
import type { Logger } from '../kernel/contract/log.js';
import { TaskGroup } from '../kernel/std/async.js';
import type { PlainMap, Value } from '../kernel/std/value.js';
import type { JobAccount } from './job-account.js';
import { WHOLE_MINION } from './job/run-job.js';
import { refusedText } from '../bus/wire/return-words.js';
import type { RunningJobs } from './job/running.js';

export interface IntakeParts {
  readonly running: RunningJobs;
  /** Facts about this minion as the master of the job knows it. */
  readonly facts: (job: Publication) => TargetFacts;
  readonly nodegroups: Value;
  readonly run: (job: Publication, signal: AbortSignal) => Promise<PlainMap>;
  /** Takes the return; tells the journal as soon as it is safe. */
  readonly deliver: (job: Publication, ret: PlainMap) => Promise<void>;
  readonly jobsMax: number;
  /** How many job ids are remembered, to start each once (`minion_jid_queue_hwm`). */
  readonly jidsMax: number;
  readonly account: Pick<JobAccount, 'recent' | 'took' | 'started' | 'cancelled' | 'over'>;
  readonly log: Logger;
}

/** Jobs that may wait for a place; more are refused. */
const WAITING_MAX = 1000;
/** What a master asks about jobs, and how it ends them; a few at once. */
const QUESTIONS = new Set([
  'saltutil.find_job', 'saltutil.running', 'saltutil.is_running', 'saltutil.signal_job', 'saltutil.term_job', 'saltutil.kill_job',
  'saltutil.term_all_jobs', 'saltutil.kill_all_jobs',
]);
const QUESTIONS_MAX = 20;

export class Intake implements AsyncDisposable {
  readonly #parts: IntakeParts;
  readonly #tasks: TaskGroup;
  /** Questions about jobs never wait behind jobs. */
  readonly #questions: TaskGroup;
  readonly #seen = new Set<string>();
  #waiting = 0;
  #stopped = false;

  constructor(parts: IntakeParts) {
    this.#parts = parts;
    for (const jid of parts.account.recent()) this.#remember(jid);
    const onError = (err: unknown): void => parts.log.error({ err }, 'job crashed');
    this.#tasks = new TaskGroup({ limit: parts.jobsMax, onError });
    this.#questions = new TaskGroup({ limit: QUESTIONS_MAX, onError });
  }

  /** Returns at once; the job runs by itself. */
  take(job: Publication): void {
    const { log, running, account } = this.#parts;
    if (this.#stopped || !this.#isMine(job)) return;
    if (this.#seen.has(job.jid) || running.has(job.jid)) {
      log.debug({ jid: job.jid }, 'job was taken before');
      return;
    }
    this.#remember(job.jid);
    if (this.#waiting >= WAITING_MAX) {
      log.error({ jid: job.jid, waiting: this.#waiting }, 'job refused: too many wait');
      void this.#parts.deliver(job, refusal(job)).catch((err: unknown) => log.error({ err, jid: job.jid }, 'refusal not delivered'));
      return;
    }
    this.#waiting += 1;
    const isQuestion = typeof job.fun === 'string' && QUESTIONS.has(job.fun);
    if (!isQuestion) account.took(job);
    log.info({ jid: job.jid, fun: job.fun, user: job.user }, 'job received');
    const tasks = isQuestion ? this.#questions : this.#tasks;
    void tasks.start(() => (isQuestion ? this.#run(job) : this.#runAsJob(job))).finally(() => {
      this.#waiting -= 1;
    });
  }

  #isMine(job: Publication): boolean {
    try {
      const matches = compileTarget({ expr: job.tgt, kind: job.tgt_type, delimiter: job.delimiter }, { nodegroups: this.#parts.nodegroups });
      return matches(this.#parts.facts(job));
    } catch (err) {
      this.#parts.log.warn({ err, jid: job.jid, tgt_type: job.tgt_type }, 'target cannot be read: job is not for us');
      return false;
    }
  }

  /** With its account: for the master, and for the next life of this minion. */
  async #runAsJob(job: Publication): Promise<void> {
    const { account } = this.#parts;
    // It waited for a place until the minion stopped: the next life reports it.
    if (this.#stopped) return;
    account.started(job);
    try {
      await this.#run(job);
    } finally {
      account.over(job);
    }
  }

  async #run(job: Publication): Promise<void> {
    if (this.#stopped) return;
    const abort = new AbortController();
    const { running } = this.#parts;
    const fun: Value = typeof job.fun === 'string' ? job.fun : [...job.fun];
    running.add(job.jid, {
      about: {
        ...job.more, jid: job.jid, fun, arg: job.arg, tgt: job.tgt, tgt_type: job.tgt_type, ret: job.ret, user: job.user, pid: process.pid,
        ...WHOLE_MINION,
      },
      startedUnixMs: Date.now(), abort,
    });
    try {
      const ret = await this.#parts.run(job, abort.signal);
      const killedBy = running.killedBy(job.jid);
      // A killed job returns nothing: whoever waits asks find_job, or our master hears of it. Source: golden events/kill-job.
      if (killedBy !== undefined) {
        this.#parts.log.info({ jid: job.jid }, 'job was killed: no return');
        this.#parts.account.cancelled(job, `signal ${killedBy}`);
      } else await this.#parts.deliver(job, ret);
    } finally {
      running.remove(job.jid);
    }
  }

  #remember(jid: string): void {
    this.#seen.add(jid);
    if (this.#seen.size <= this.#parts.jidsMax) return;
    const oldest = this.#seen.values().next();
    if (oldest.done !== true) this.#seen.delete(oldest.value);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stopped = true;
    this.#parts.running.abortAll('The minion stops');
    await Promise.all([this.#tasks[Symbol.asyncDispose](), this.#questions[Symbol.asyncDispose]()]);
  }
}

function refusal(job: Publication): PlainMap {
  return {
    cmd: '_return', success: false, return: refusedText(`${WAITING_MAX} jobs wait already`), retcode: 1,
    jid: job.jid, fun: typeof job.fun === 'string' ? job.fun : [...job.fun], fun_args: job.arg, user: job.user, out: 'nested',
  };
}
