/**
 * Starts jobs at their times: those of the configuration, of `_schedule.conf` and of the pillar (which wins nothing: the host's own
 * come first). Refuses to know: how a job runs, where its return goes. Start at `Scheduler`.
 *
 * Source: read and observed, Salt 3008.3; golden events/schedule. Differs: it sleeps until the next job instead of looking each second,
 * and a clock that jumps neither loses nor repeats jobs (`plan.ts`).
 */
import type { Logger } from '../../kernel/contract/log.js';
import type { SchedulePort } from '../../kernel/contract/ports.js';
import { changedSchedule, changesSchedule, nameOf, plainOf, scheduleAnswerTag, withoutFacts } from '../../kernel/contract/schedule.js';
import { CommandExecutionError } from '../../kernel/contract/errors.js';
import { TaskGroup, TIMER_MS_MAX } from '../../kernel/std/async.js';
import { wallOf } from '../../kernel/std/date-text.js';
import { str } from '../../kernel/std/python-text.js';
import { copyValue, equalValues, isTruthy, type PlainMap, type Value } from '../../kernel/std/value.js';
import { EntryFault, readEntry, type Entry } from './entry.js';
import { mayRun } from './gates.js';
import { Plan, type Moment, type RandomSeconds } from './plan.js';

/** Entries of a schedule that are no jobs. */
const SETTINGS: ReadonlySet<string> = new Set(['enabled', 'skip_function', 'skip_during_range', 'splay']);
/** A clock that is set is noticed within this time. */
const LOOK_EVERY_MS = 60_000;
const RUNNING_MAX = 100;
/** A job whose time has come; `fun` is what runs in its place when a range says so. */
export interface ScheduledRun {
  readonly entry: Entry;
  readonly fun: string;
}

export interface SchedulerParts {
  /** `schedule` of the configuration. */
  readonly configured: PlainMap;
  /** `schedule` of the pillar, and the named times of pillar and grains: asked when something may have changed. */
  pillar(): PlainMap;
  whens(): readonly (Value | undefined)[];
  /** Runs a job to its end, and tells whom it concerns. */
  run(run: ScheduledRun): Promise<void>;
  /** Keeps the schedule of the configuration over restarts. */
  save(schedule: PlainMap): Promise<void>;
  fire(tag: string, data: PlainMap): void;
  /** `loop_interval`, in milliseconds: how far from its moment a time to skip still counts. */
  readonly lookMs: number;
  readonly now: () => number;
  readonly steadyNow: () => number;
  readonly random: RandomSeconds;
  readonly log: Logger;
}

interface Job {
  /** What the plan was made of. */
  times: PlainMap;
  entry: Entry;
  plan: Plan;
  running: number;
  lastRun?: number;
  skipped?: { readonly why: string; readonly wall: number };
}

export class Scheduler implements SchedulePort, AsyncDisposable {
  readonly #parts: SchedulerParts;
  readonly #tasks: TaskGroup;
  #own: PlainMap;
  #jobs = new Map<string, Job>();
  #faults = new Map<string, string>();
  #timer: NodeJS.Timeout | undefined;
  #isStopped = false;

  constructor(parts: SchedulerParts) {
    this.#parts = parts;
    this.#own = { ...parts.configured };
    this.#tasks = new TaskGroup({ limit: RUNNING_MAX, onError: (err) => parts.log.error({ err }, 'scheduled job failed') });
  }

  /** Begins, or looks again after grains or pillar changed. */
  refresh(): void {
    if (this.#isStopped) return;
    const schedule = this.#schedule();
    const now = this.#now();
    const jobs = new Map<string, Job>();
    const faults = new Map<string, string>();
    for (const [key, data] of Object.entries(schedule)) {
      if (SETTINGS.has(key)) continue;
      const before = this.#jobs.get(key);
      try {
        const entry = readEntry(key, data, { nowWall: now.wall, whens: this.#parts.whens(), splay: schedule['splay'] ?? null, skipDuringRange: schedule['skip_during_range'] ?? null });
        // A job that did not change goes on with its plan; whether it is on is no part of that.
        const times = { ...plainOf(data), enabled: true };
        const plan = before !== undefined && equalValues(before.times, times) ? before.plan : new Plan(entry, now, this.#parts.random);
        jobs.set(key, Object.assign(before ?? { running: 0 }, { times, entry, plan }));
      } catch (err) {
        if (!(err instanceof EntryFault)) throw err;
        faults.set(key, err.message);
        if (this.#faults.get(key) !== err.message) this.#parts.log.error({ job: key }, err.message);
      }
    }
    this.#jobs = jobs;
    this.#faults = faults;
    this.#look();
  }

  async manage(command: PlainMap): Promise<PlainMap> {
    const func = str(command['func'] ?? '');
    switch (func) {
      case 'list': return this.#answer(command, { schedule: this.#listed(command['where'] ?? null) });
      case 'job_status': return this.#answer(command, { data: this.#status(nameOf(command)) });
      case 'get_next_fire_time': return this.#answer(command, this.#nextFireTime(nameOf(command)));
      case 'run_job': {
        const job = this.#jobs.get(nameOf(command));
        if (job === undefined) throw new CommandExecutionError(`Scheduled job ${nameOf(command)} cannot be run: ${this.#faults.get(nameOf(command)) ?? 'there is none of that name'}`);
        this.#start(job, job.entry.fun);
        return this.#answer(command, { schedule: this.#schedule() });
      }
      default: return this.#change(func, command);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isStopped = true;
    clearTimeout(this.#timer);
    await this.#tasks[Symbol.asyncDispose]();
  }

  async #change(func: string, command: PlainMap): Promise<PlainMap> {
    if (!changesSchedule(func)) throw new CommandExecutionError(`The scheduler has no command '${func}'`);
    const name = nameOf(command);
    if (!Object.hasOwn(this.#own, name) && Object.hasOwn(this.#parts.pillar(), name)) {
      this.#parts.log.warn({ job: name }, `Cannot ${func === 'delete' ? 'delete' : 'modify'} job ${name}, it's in the pillar!`);
    } else {
      this.#own = changedSchedule(this.#own, command);
      if (func === 'save_schedule' || isTruthy(command['persist'] ?? true)) await this.#parts.save(withoutFacts(this.#own));
      this.refresh();
    }
    return this.#answer(command, { schedule: this.#listed(command['where'] ?? null) });
  }

  #answer(command: PlainMap, facts: PlainMap): PlainMap {
    this.#parts.fire(scheduleAnswerTag(command), { complete: true, ...facts });
    return facts;
  }

  #schedule(): PlainMap {
    return { ...this.#parts.pillar(), ...this.#own };
  }

  #listed(where: Value): PlainMap {
    if (where === 'pillar') return this.#parts.pillar();
    return where === 'opts' ? this.#own : this.#schedule();
  }

  /** As Salt keeps it among the entries of the job. */
  #status(name: string): PlainMap {
    const data = plainOf(this.#schedule()[name]);
    const job = this.#jobs.get(name);
    const fault = this.#faults.get(name);
    if (job === undefined) return fault === undefined ? data : { ...data, _error: fault };
    const { plan, lastRun, skipped, entry } = job;
    const now = this.#now();
    const splayed = plan.splay === undefined ? undefined : now.wall + Math.round(plan.splay - now.steady);
    return {
      ...data, name: entry.name, enabled: entry.isEnabled, _next_fire_time: wallText(plan.nextWall(now)), _splay: wallText(splayed), _run_on_start: false,
      ...(entry.timing.kind === 'every' ? { _seconds: entry.timing.ms / 1000 } : {}), splay: data['splay'] ?? null,
      ...(lastRun === undefined ? {} : { _last_run: wallText(lastRun) }),
      ...(skipped === undefined ? {} : { _skipped: true, _skip_reason: skipped.why, _skipped_time: wallText(skipped.wall) }),
    };
  }

  #nextFireTime(name: string): PlainMap {
    const wall = this.#jobs.get(name)?.plan.nextWall(this.#now());
    return { next_fire_time: wallText(wall) };
  }

  #now(): Moment {
    return { wall: wallOf(this.#parts.now()), steady: this.#parts.steadyNow() };
  }

  /** Starts what is due, and sleeps until the next job. */
  #look(): void {
    clearTimeout(this.#timer);
    if (this.#isStopped || this.#jobs.size === 0) return;
    let wait = LOOK_EVERY_MS;
    for (const job of this.#jobs.values()) {
      const now = this.#now();
      const due = job.plan.take(now);
      if (due !== undefined) this.#due(job, now, due);
      wait = Math.min(wait, job.plan.waitMs(this.#now()) ?? LOOK_EVERY_MS);
    }
    this.#timer = setTimeout(() => this.#look(), Math.min(Math.max(1, Math.ceil(wait)), TIMER_MS_MAX));
    this.#timer.unref();
  }

  #due(job: Job, { wall }: Moment, { lateMs, isStart }: { lateMs: number; isStart: boolean }): void {
    const { log, lookMs } = this.#parts;
    const { entry } = job;
    const schedule = this.#schedule();
    const skip = (why: string): void => {
      job.skipped = { why, wall };
      log.debug({ job: entry.name, why }, 'scheduled job left out');
    };
    if (!entry.isEnabled || !isTruthy(schedule['enabled'] ?? true)) return skip('disabled');
    const { skip_function: skipFunction } = schedule;
    const verdict = isStart ? { runs: true, fun: entry.fun } as const
      : mayRun(entry, wall, { skipFunction: typeof skipFunction === 'string' && skipFunction !== '' ? skipFunction : undefined, lookMs });
    if (!verdict.runs) return skip(verdict.why);
    if (entry.isCounted && job.running >= entry.maxRunning) {
      log.warn({ job: entry.name, running: job.running }, 'scheduled job left out: it still runs (maxrunning)');
      return skip('maxrunning');
    }
    if (lateMs > lookMs) log.warn({ job: entry.name, late_seconds: Math.round(lateMs / 1000) }, 'scheduled job runs late');
    delete job.skipped;
    this.#start(job, verdict.fun);
  }

  #start(job: Job, fun: string): void {
    const { entry } = job;
    if (entry.isDryRun) {
      this.#parts.log.info({ job: entry.name }, 'scheduled job not run: dry_run');
      return;
    }
    job.lastRun = this.#now().wall;
    job.running += 1;
    this.#parts.log.info({ job: entry.name, fun }, 'scheduled job runs');
    void this.#tasks.start(async () => {
      try {
        // Functions may change what they are given: the entry is for the next time too, and that of a configuration is frozen.
        await this.#parts.run({ entry: { ...entry, args: entry.args.map(copyValue), kwargs: copyValue(entry.kwargs) as PlainMap }, fun });
      } finally {
        job.running -= 1;
      }
    });
  }
}

const wallText = (wall: number | undefined): Value => (wall === undefined ? null : new Date(wall).toISOString().slice(0, 19));
