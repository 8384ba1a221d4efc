/**
 * Runs a job on a few minions at a time, all under one job id: asks who is there, then fills each place that becomes free.
 * The batch belongs to the master: it goes on when whoever asked for it is gone.
 *
 * Source: golden cli/salt-batch-*, events/job-batch*; read, Salt 3008.3.
 */
import { parseJid } from '../../kernel/contract/job.js';
import type { Logger } from '../../kernel/contract/log.js';
import { BoundedQueue, TIMER_MS_MAX } from '../../kernel/std/async.js';
import { newJid, steadyUnixMs } from '../../kernel/std/time.js';
import type { PlainMap, Value } from '../../kernel/std/value.js';
import { advance, batchSize, isOver, newPlan, nextPlaceMs, type BatchNews } from './batch-plan.js';
import { batchEvent, batchTag, toldReturn, type Batch, type BatchDriver, type BatchStage } from './batch-events.js';
import type { JobStore } from './job-store.js';
import { KnownBatches } from './known-batches.js';
import type { JobOrder } from './publish-job.js';
import { ReturnWatch, type Answer, type MissingReason, type WaitOptions, type WaitParts } from './wait.js';

export interface BatchOrder {
  readonly order: JobOrder;
  /** A number or a share such as `25%`. */
  readonly size: Value;
  readonly waitMs: number;
  readonly failhard: boolean;
  readonly driver: BatchDriver;
  readonly timeoutMs: number;
  readonly gatherTimeoutMs: number;
}

/** What happens, for whoever asked. The first tells whether there is a batch at all. */
export type BatchStep =
  | { readonly kind: 'no_minions'; readonly error: string }
  | { readonly kind: 'nobody_there' }
  | { readonly kind: 'begun'; readonly jid: string; readonly minions: readonly string[]; readonly down: readonly string[] }
  | { readonly kind: 'next'; readonly minions: readonly string[] }
  | Answer
  | { readonly kind: 'halted'; readonly reason: string };

export type Say = (step: BatchStep) => Promise<void>;

export interface BatchParts extends WaitParts {
  readonly jobs: Pick<JobStore, 'saveJob'>;
  readonly storeJobs: boolean;
  readonly log: Logger;
}

/** Batches at once; each waits on its own. */
const BATCHES_MAX = 100;

/** A batch that runs, for who looks at it besides whoever asked. */
export interface RunningBatch {
  readonly minions: readonly string[];
  /** What is told from now on, to the end of the batch. */
  answers(signal: AbortSignal): AsyncIterable<Answer>;
}

/** Who looks at a batch; a slow one loses nothing: a batch has one answer of each minion. */
class Followers implements RunningBatch {
  readonly minions: readonly string[];
  readonly #queues = new Set<BoundedQueue<Answer>>();
  #isOver = false;

  constructor(minions: readonly string[]) {
    this.minions = minions;
  }

  answers(signal: AbortSignal): AsyncIterable<Answer> {
    const queue = new BoundedQueue<Answer>(this.minions.length * 2);
    this.#queues.add(queue);
    if (this.#isOver || signal.aborted) queue.close();
    signal.addEventListener('abort', () => {
      this.#queues.delete(queue);
      queue.close();
    }, { once: true });
    return queue;
  }

  tell(step: BatchStep): void {
    if (step.kind === 'returned' || step.kind === 'missing') for (const queue of this.#queues) queue.push(step);
  }

  end(): void {
    this.#isOver = true;
    for (const queue of this.#queues) queue.close();
  }
}

/** Too many batches run already. */
export class TooManyBatchesError extends Error {}

export class Batches implements AsyncDisposable {
  /** For the runner `batch`. */
  readonly known = new KnownBatches();
  readonly #parts: BatchParts;
  readonly #running = new Set<Promise<void>>();
  readonly #followed = new Map<string, Followers>();
  readonly #stop = new AbortController();

  constructor(parts: BatchParts) {
    this.#parts = parts;
  }

  /** Resolves when the batch is over. @throws InvocationError, TooManyBatchesError, JobStoreError */
  async run(asked: BatchOrder, say: Say): Promise<void> {
    // Wrong words are refused before anybody is asked anything.
    batchSize(asked.size, 1);
    if (this.#running.size >= BATCHES_MAX) throw new TooManyBatchesError(`${BATCHES_MAX} batches run already`);
    const run = runBatch(asked, this.#parts, say, this.#stop.signal, { followed: this.#followed, known: this.known });
    this.#running.add(run);
    try {
      await run;
    } catch (error) {
      // The master ends, and with it the batch.
      if (!this.#stop.signal.aborted) throw error;
    } finally {
      this.#running.delete(run);
    }
  }

  /** Undefined when no batch of that id runs. */
  running(jid: string): RunningBatch | undefined {
    return this.#followed.get(jid);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    await Promise.allSettled(this.#running);
  }
}

/** Where a batch is entered while it runs. */
interface Desk {
  readonly followed: Map<string, Followers>;
  readonly known: KnownBatches;
}

async function runBatch(asked: BatchOrder, parts: BatchParts, say: Say, stop: AbortSignal, { followed, known }: Desk): Promise<void> {
  const there = await whoIsThere(asked, parts, stop);
  if (there.kind === 'no_minions') return say(there);
  if (there.up.length === 0) return say({ kind: 'nobody_there' });
  const { order, driver, timeoutMs, gatherTimeoutMs, failhard, waitMs } = asked;
  const nowMs = steadyUnixMs();
  const plan = newPlan(there.up, { size: batchSize(asked.size, there.up.length), waitMs, failhard, nowMs });
  const jid = parseJid(order.jid ?? '') ?? newJid();
  const batch: Batch = { jid, order: { ...order, jid }, driver, plan, createdAtMs: nowMs, timeoutMs, gatherTimeoutMs };
  await keepJob(batch, parts);
  const followers = new Followers(there.up);
  followed.set(jid, followers);
  known.begun(batch);
  try {
    await say({ kind: 'begun', jid, minions: there.up, down: there.down });
    await new BatchRun(batch, parts, (step) => {
      followers.tell(step);
      return say(step);
    }, stop).toTheEnd();
  } finally {
    followed.delete(jid);
    known.ended(batch);
    followers.end();
  }
}

type There =
  | { readonly kind: 'no_minions'; readonly error: string }
  | { readonly kind: 'there'; readonly up: readonly string[]; readonly down: readonly string[] };

/** Asks by `test.ping`, a job of its own. */
async function whoIsThere({ order, timeoutMs, gatherTimeoutMs }: BatchOrder, parts: BatchParts, signal: AbortSignal): Promise<There> {
  const jid = newJid();
  using watch = new ReturnWatch(parts, jid);
  const { tgt, tgtType, user, delimiter } = order;
  const published = await parts.publish({
    fun: 'test.ping', arg: [], tgt, tgtType, ret: '', user, jid, ...(delimiter === undefined ? {} : { delimiter }),
  });
  if (published.kind === 'no_minions') return published;
  const up = new Set<string>();
  const down: string[] = [];
  const all = [...published.minions, ...published.missing];
  for await (const answer of watch.answers(jid, all, { timeoutMs, gatherTimeoutMs, user, signal })) {
    if (answer.kind === 'returned') up.add(answer.id);
    else down.push(answer.id);
  }
  return { kind: 'there', up: [...up].sort(), down: down.sort() };
}

/** One job in the store, for all its minions; its parts have the same id and change nothing there. */
async function keepJob({ jid, order, plan, createdAtMs }: Batch, { jobs, storeJobs }: BatchParts): Promise<void> {
  if (!storeJobs) return;
  const { fun, arg, tgt, tgtType, ret, user, more } = order;
  const load: PlainMap = { fun: typeof fun === 'string' ? fun : [...fun], arg, tgt, jid, ret, tgt_type: tgtType, ...more, user };
  await jobs.saveJob({ jid, load, minions: [...plan.minions], startedUnixMs: createdAtMs });
}

class BatchRun {
  readonly #batch: Batch;
  readonly #parts: BatchParts;
  readonly #say: Say;
  readonly #answers: BoundedQueue<Answer>;
  readonly #ended = new AbortController();
  #waking: () => void = () => undefined;

  constructor(batch: Batch, parts: BatchParts, say: Say, stop: AbortSignal) {
    this.#batch = batch;
    this.#parts = parts;
    this.#say = say;
    // One answer each, and one more for each that cannot be asked.
    this.#answers = new BoundedQueue(batch.plan.minions.length * 2);
    stop.addEventListener('abort', () => this.#halt('stop'), { once: true, signal: this.#ended.signal });
    if (stop.aborted) this.#halt('stop');
  }

  async toTheEnd(): Promise<void> {
    const { jid, plan, driver } = this.#batch;
    // As the runner `batch.stop` asks for it.
    using _ = this.#parts.bus.subscribe(batchTag(jid, 'stop'), ({ tag, data }) => {
      if (tag === batchTag(jid, 'stop')) this.#halt(typeof data['reason'] === 'string' && data['reason'] !== '' ? data['reason'] : 'stop');
    });
    try {
      // The first part of a batch without a listener is out before the batch is announced: golden events/job-batch-async.
      if (driver === 'cli') this.#tell('new');
      let told = driver === 'cli';
      do {
        const answers = this.#taken();
        const next = advance(plan, answers.map(newsOf), steadyUnixMs());
        if (driver === 'cli' && (answers.length > 0 || next.length > 0)) this.#tell('progress');
        if (next.length > 0) await this.#begin(next);
        if (driver === 'master' && (answers.length > 0 || !told)) this.#tell(told ? 'progress' : 'new');
        told = true;
        for (const answer of answers) await this.#say(answer);
        if (!isOver(plan)) await this.#pause();
      } while (!isOver(plan) || this.#answers.size > 0);
      this.#tell(plan.halted === undefined ? 'complete' : 'halted');
      if (plan.halted !== undefined) await this.#say({ kind: 'halted', reason: plan.halted });
    } finally {
      this.#ended.abort();
    }
  }

  /** Answers for which a place is held; others are no news. */
  #taken(): Answer[] {
    const taken: Answer[] = [];
    for (let answer = this.#answers.shift(); answer !== undefined; answer = this.#answers.shift()) {
      const { id } = answer;
      if (this.#batch.plan.active.has(id) && !taken.some((other) => other.id === id)) taken.push(answer);
    }
    return taken;
  }

  /** Publishes the job to these, and listens for their answers beside the others. */
  async #begin(ids: readonly string[]): Promise<void> {
    const { order, jid, timeoutMs, gatherTimeoutMs } = this.#batch;
    await this.#say({ kind: 'next', minions: [...ids].sort() });
    const watch = new ReturnWatch(this.#parts, jid);
    let heard = false;
    try {
      const published = await this.#parts.publish({ ...order, tgt: [...ids], tgtType: 'list' });
      // Without an accepted key among them by now, nothing went out.
      if (published.kind === 'no_minions') return this.#giveUp(ids, 'not_connected');
      const options: WaitOptions = { timeoutMs, gatherTimeoutMs, user: order.user, signal: this.#ended.signal };
      heard = true;
      void this.#hear(watch, ids, options);
    } finally {
      if (!heard) watch[Symbol.dispose]();
    }
  }

  async #hear(watch: ReturnWatch, ids: readonly string[], options: WaitOptions): Promise<void> {
    const { jid } = this.#batch;
    const part = new Set(ids);
    try {
      for await (const answer of watch.answers(jid, ids, options)) if (part.has(answer.id)) this.#answers.push(answer);
    } catch (error) {
      // The batch was halted: nobody waits any more.
      if (this.#ended.signal.aborted) return;
      this.#parts.log.error({ err: error, jid }, 'batch: waiting for answers failed');
      this.#giveUp(ids, 'no_response');
    } finally {
      watch[Symbol.dispose]();
    }
  }

  #giveUp(ids: readonly string[], why: MissingReason): void {
    for (const id of ids) this.#answers.push({ kind: 'missing', id, why });
  }

  /** Until there is an answer, a place becomes free, or the batch is halted. */
  #pause(): Promise<void> {
    return new Promise((resolve) => {
      const atMs = nextPlaceMs(this.#batch.plan);
      const timer = setTimeout(() => this.#waking(), Math.min(Math.max(1, (atMs ?? Infinity) - steadyUnixMs()), TIMER_MS_MAX));
      this.#waking = () => {
        clearTimeout(timer);
        resolve();
      };
      this.#answers.onItem(this.#waking);
    });
  }

  #halt(reason: string): void {
    this.#batch.plan.halted ??= reason;
    this.#waking();
  }

  #tell(stage: BatchStage): void {
    const { bus } = this.#parts;
    bus.fire(batchTag(this.#batch.jid, stage), batchEvent(this.#batch, stage, Date.now()));
  }
}

function newsOf(answer: Answer): BatchNews {
  if (answer.kind === 'missing') return { kind: 'missing', id: answer.id };
  const { load } = answer;
  return { kind: 'returned', id: answer.id, ret: { ret: toldReturn(load['return'] ?? null), retcode: load['retcode'] ?? 0 } };
}
