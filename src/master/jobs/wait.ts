/**
 * Waits for the answers of a job by the rule of Salt's command line: until `timeout` for all; then the silent ones are
 * asked whether they still work, and who does not is missing. One slow minion cannot lengthen the wait for others.
 *
 * Source: wire-protocol section 9 "Waiting"; golden cli/salt-dead, events/find-job.
 */
import { BoundedQueue, sleep, within } from '../../kernel/std/async.js';
import { isPlainMap, isTruthy, type PlainMap } from '../../kernel/std/value.js';
import type { BusEvent, EventBus } from '../../bus/event/bus.js';
import type { JobOrder, JobPublished } from './publish-job.js';

/** What became of one minion's part. */
export type Answer =
  | { readonly kind: 'returned'; readonly id: string; readonly load: PlainMap }
  | { readonly kind: 'missing'; readonly id: string; readonly why: MissingReason };

/** `no_response`: connected as far as known, but silent. `not_connected`: no connection. */
export type MissingReason = 'no_response' | 'not_connected';

export interface WaitParts {
  readonly bus: EventBus;
  readonly publish: (order: JobOrder) => Promise<JobPublished>;
  readonly isAccepted: (id: string) => boolean;
  /** Undefined when the master cannot tell. */
  readonly isConnected: (id: string) => boolean | undefined;
}

export interface WaitOptions {
  readonly timeoutMs: number;
  readonly gatherTimeoutMs: number;
  readonly user: string;
  readonly signal: AbortSignal;
}

/** Answers that may wait for the reader. */
const ANSWERS_MAX = 1_000_000;

/**
 * Listens for the returns of a job that is about to be published; iterate after it was. Dispose when done.
 */
export class ReturnWatch implements Disposable {
  readonly #queue = new BoundedQueue<BusEvent>(ANSWERS_MAX);
  readonly #subscription: Disposable;
  readonly #parts: WaitParts;
  #next: AsyncIterator<BusEvent>;

  constructor(parts: WaitParts, jid: string) {
    this.#parts = parts;
    this.#subscription = parts.bus.subscribe(`salt/job/${jid}/ret/`, (event) => void this.#queue.push(event));
    this.#next = this.#queue[Symbol.asyncIterator]();
  }

  [Symbol.dispose](): void {
    this.#subscription[Symbol.dispose]();
    this.#queue.close();
  }

  /** Each answer as it comes, then each missing minion. */
  async *answers(jid: string, minions: readonly string[], options: WaitOptions): AsyncGenerator<Answer> {
    const open = new Map(minions.map((id) => [id, Date.now() + options.timeoutMs]));
    const seen = new Set<string>();
    let pending = this.#next.next();
    let asking: Promise<ReadonlySet<string>> | undefined;
    let asked: string[] = [];
    while (open.size > 0) {
      options.signal.throwIfAborted();
      const deadline = Math.min(...open.values());
      const event = await firstOf(pending, asking, deadline - Date.now(), options.signal);
      if (event.kind === 'event') {
        pending = this.#next.next();
        if (event.value.done === true) return;
        const load = event.value.value.data;
        const id = String(load['id']);
        if (seen.has(id)) continue;
        seen.add(id);
        open.delete(id);
        yield { kind: 'returned', id, load };
        continue;
      }
      if (event.kind === 'asked') {
        asking = undefined;
        for (const id of asked) {
          if (!open.has(id)) continue;
          if (event.running.has(id)) open.set(id, Date.now() + options.timeoutMs);
          else {
            open.delete(id);
            yield { kind: 'missing', id, why: this.#why(id) };
          }
        }
        continue;
      }
      if (asking !== undefined) {
        await sleep(10, options.signal);
        continue;
      }
      const now = Date.now();
      const silent = [...open].filter(([, until]) => until <= now).map(([id]) => id);
      asked = silent.filter((id) => this.#parts.isAccepted(id));
      for (const id of silent.filter((candidate) => !asked.includes(candidate))) {
        open.delete(id);
        yield { kind: 'missing', id, why: this.#why(id) };
      }
      if (asked.length > 0) {
        for (const id of asked) open.set(id, now + options.gatherTimeoutMs + options.timeoutMs);
        asking = this.#whoStillRuns(jid, asked, options);
      }
    }
  }

  #why(id: string): MissingReason {
    return this.#parts.isConnected(id) === false ? 'not_connected' : 'no_response';
  }

  /** Ids of those that say they still work on the job. */
  async #whoStillRuns(jid: string, ids: readonly string[], options: WaitOptions): Promise<ReadonlySet<string>> {
    const order: JobOrder = {
      fun: 'saltutil.find_job', arg: [jid], tgt: [...ids], tgtType: 'list', ret: '', user: options.user, ephemeral: true,
    };
    const running = new Set<string>();
    const left = new Set(ids);
    const queue = new BoundedQueue<BusEvent>(ids.length * 4);
    let questionJid: string | undefined;
    // Subscribed before the question is sent, under a prefix that its id will have.
    using subscription = this.#parts.bus.subscribe('salt/job/', (event) => {
      if (event.data['fun'] === 'saltutil.find_job' && event.tag.includes('/ret/')) queue.push(event);
    });
    const published = await this.#parts.publish(order);
    if (published.kind === 'published') questionJid = published.jid;
    const until = Date.now() + options.gatherTimeoutMs;
    const answers = queue[Symbol.asyncIterator]();
    while (left.size > 0 && questionJid !== undefined) {
      const next = await within(answers.next(), Math.max(0, until - Date.now()), undefined);
      if (next === undefined || next.done === true) break;
      const data = next.value.data;
      if (data['jid'] !== questionJid) continue;
      const id = String(data['id']);
      left.delete(id);
      const answer = data['return'] ?? null;
      if (isPlainMap(answer) && isTruthy(answer)) running.add(id);
    }
    void subscription;
    return running;
  }
}

type Happened =
  | { kind: 'event'; value: IteratorResult<BusEvent> }
  | { kind: 'asked'; running: ReadonlySet<string> }
  | { kind: 'deadline' };

async function firstOf(
  pending: Promise<IteratorResult<BusEvent>>, asking: Promise<ReadonlySet<string>> | undefined, ms: number, signal: AbortSignal,
): Promise<Happened> {
  const stop = new AbortController();
  const all = AbortSignal.any([signal, stop.signal]);
  const races: Promise<Happened>[] = [
    pending.then((value): Happened => ({ kind: 'event', value })),
    sleep(Math.max(0, ms), all, true).then(
      (): Happened => ({ kind: 'deadline' }),
      (error: unknown): Happened => {
        if (signal.aborted) throw error;
        return { kind: 'deadline' };
      },
    ),
  ];
  if (asking !== undefined) races.push(asking.then((running): Happened => ({ kind: 'asked', running })));
  try {
    return await Promise.race(races);
  } finally {
    stop.abort();
  }
}
