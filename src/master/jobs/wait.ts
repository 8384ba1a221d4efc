/**
 * Waits for the answers of a job by the rule of Salt's command line: until `timeout` for all; then the silent ones are
 * asked whether they still work, and who does not is missing. One slow minion cannot lengthen the wait for others.
 *
 * Source: wire-protocol section 9 "Waiting"; golden cli/salt-dead, events/find-job.
 */
import { BoundedQueue, within } from '../../kernel/std/async.js';
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
/** While minions are being asked, the state is looked at this often at least. */
const ASK_AGAIN_MS = 1000;

/**
 * Listens for the returns of a job that is about to be published; iterate after it was. Dispose when done.
 */
export class ReturnWatch implements Disposable {
  readonly #queue = new BoundedQueue<BusEvent>(ANSWERS_MAX);
  readonly #subscription: Disposable;
  readonly #parts: WaitParts;

  constructor(parts: WaitParts, jid: string) {
    this.#parts = parts;
    this.#subscription = parts.bus.subscribe(`salt/job/${jid}/ret/`, (event) => void this.#queue.push(event));
  }

  [Symbol.dispose](): void {
    this.#subscription[Symbol.dispose]();
    this.#queue.close();
  }

  /** Each answer as it comes, then each missing minion. */
  async *answers(jid: string, minions: readonly string[], options: WaitOptions): AsyncGenerator<Answer> {
    const open = new Map(minions.map((id) => [id, Date.now() + options.timeoutMs]));
    const seen = new Set<string>();
    let question: Question | undefined;
    while (open.size > 0) {
      for (let event = this.#queue.shift(); event !== undefined; event = this.#queue.shift()) {
        const id = String(event.data['id']);
        if (seen.has(id)) continue;
        seen.add(id);
        open.delete(id);
        yield { kind: 'returned', id, load: event.data };
      }
      options.signal.throwIfAborted();
      if (question?.answered !== undefined) {
        yield* this.#judge(question, open, options);
        question = undefined;
      }
      const now = Date.now();
      const silent = question === undefined ? [...open].filter(([, until]) => until <= now).map(([id]) => id) : [];
      if (silent.length > 0) {
        const asked = silent.filter((id) => this.#parts.isAccepted(id));
        for (const id of silent.filter((candidate) => !asked.includes(candidate))) {
          open.delete(id);
          yield { kind: 'missing', id, why: this.#why(id) };
        }
        if (asked.length > 0) question = this.#ask(jid, asked, options);
        continue;
      }
      if (open.size > 0) await this.#pause(question === undefined ? Math.min(...open.values()) - now : ASK_AGAIN_MS, options.signal, question);
    }
  }

  /** Who still works gets more time; the others are missing. */
  *#judge({ ids, answered }: Question, open: Map<string, number>, options: WaitOptions): Generator<Answer> {
    for (const id of ids) {
      if (!open.has(id)) continue;
      if (answered?.has(id) === true) open.set(id, Date.now() + options.timeoutMs);
      else {
        open.delete(id);
        yield { kind: 'missing', id, why: this.#why(id) };
      }
    }
  }

  #ask(jid: string, ids: readonly string[], options: WaitOptions): Question {
    const question: Question = { ids, answered: undefined, wake: () => undefined };
    void this.#whoStillRuns(jid, ids, options).catch(() => new Set<string>()).then((running) => {
      question.answered = running;
      question.wake();
    });
    return question;
  }

  /** Until an event, the answer to a question, the end of the time, or the end of the wait. */
  #pause(ms: number, signal: AbortSignal, question: Question | undefined): Promise<void> {
    return new Promise((resolve) => {
      const done = (): void => {
        clearTimeout(timer);
        signal.removeEventListener('abort', done);
        resolve();
      };
      const timer = setTimeout(done, Math.max(1, ms));
      signal.addEventListener('abort', done, { once: true });
      if (question !== undefined) question.wake = done;
      this.#queue.onItem(done);
    });
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
    using _ = this.#parts.bus.subscribe('salt/job/', (event) => {
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
    return running;
  }
}

/** A round of `find_job`. */
interface Question {
  readonly ids: readonly string[];
  /** Ids that still work; undefined until the round is over. */
  answered: ReadonlySet<string> | undefined;
  wake: () => void;
}
