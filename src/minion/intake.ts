/** A publication arrives: mine? seen before? then it runs, as many at once as `process_count_max` allows. */
import { compileTarget, type TargetFacts } from '../sls/target/target.js';
import type { Publication } from '../kernel/contract/job.js';
import type { Logger } from '../kernel/contract/log.js';
import { TaskGroup } from '../kernel/std/async.js';
import type { PlainMap, Value } from '../kernel/std/value.js';
import { WHOLE_MINION } from './job/run-job.js';
import type { RunningJobs } from './job/running.js';

export interface IntakeParts {
  readonly running: RunningJobs;
  /** Facts about this minion as the master of the job knows it. */
  readonly facts: (job: Publication) => TargetFacts;
  readonly nodegroups: Value;
  readonly run: (job: Publication, signal: AbortSignal) => Promise<PlainMap>;
  readonly deliver: (job: Publication, ret: PlainMap) => Promise<void>;
  readonly jobsMax: number;
  /** How many job ids are remembered, to start each once (`minion_jid_queue_hwm`). */
  readonly jidsMax: number;
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
    const onError = (err: unknown): void => parts.log.error({ err }, 'job crashed');
    this.#tasks = new TaskGroup({ limit: parts.jobsMax, onError });
    this.#questions = new TaskGroup({ limit: QUESTIONS_MAX, onError });
  }

  /** Returns at once; the job runs by itself. */
  take(job: Publication): void {
    const { log, running } = this.#parts;
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
    log.info({ jid: job.jid, fun: job.fun, user: job.user }, 'job received');
    const tasks = typeof job.fun === 'string' && QUESTIONS.has(job.fun) ? this.#questions : this.#tasks;
    void tasks.start(() => this.#run(job)).finally(() => {
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

  async #run(job: Publication): Promise<void> {
    // It waited for a place until the minion stopped: the master will find that nobody works on it.
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
      // A killed job returns nothing: whoever waits asks find_job. Source: golden events/kill-job.
      if (running.isKilled(job.jid)) this.#parts.log.info({ jid: job.jid }, 'job was killed: no return');
      else await this.#parts.deliver(job, ret);
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
    cmd: '_return', success: false, return: `ERROR: the minion refused the job: ${WAITING_MAX} jobs wait already`, retcode: 1,
    jid: job.jid, fun: typeof job.fun === 'string' ? job.fun : [...job.fun], fun_args: job.arg, user: job.user, out: 'nested',
  };
}
