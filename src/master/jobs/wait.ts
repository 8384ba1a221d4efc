/**
 * Waits for the answers of a job by the rule of Salt's command line: until `timeout` for all; then the silent ones are
 * asked whether they still work, and who does not is missing. One slow minion cannot lengthen the wait for others.
 *
 * Source: wire-protocol section 9 "Waiting"; golden cli/salt-dead, events/find-job.
 */
import { BoundedQueue, TIMER_MS_MAX, within } from '../../kernel/std/async.js';
import { newJid } from '../../kernel/std/time.js';
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

  /** Each answer as it comes, then each missing minion. @throws the signal's reason when it is aborted */
  async *answers(jid: string, minions: readonly string[], options: WaitOptions): AsyncGenerator<Answer> {
    const wait: Wait = { jid, open: new Map(), question: undefined, nextMs: Infinity, options };
    for (const id of minions) giveTime(wait, id);
    const seen = new Set<string>();
    while (wait.open.size > 0) {
      for (let event = this.#queue.shift(); event !== undefined; event = this.#queue.shift()) {
        const id = String(event.data['id']);
        if (seen.has(id)) continue;
        seen.add(id);
        wait.open.delete(id);
        yield { kind: 'returned', id, load: event.data };
      }
      options.signal.throwIfAborted();
      yield* this.#missing(wait);
      if (wait.open.size > 0 && this.#queue.size === 0) await this.#pause(wait);
    }
  }

  /** Hears the answer to a question, and asks those whose time is over. */
  *#missing(wait: Wait): Generator<Answer> {
    const { question, open } = wait;
    if (question?.answered !== undefined) {
      wait.question = undefined;
      yield* this.#judge(question, wait);
    }
    if (wait.question !== undefined || wait.nextMs > Date.now()) return;
    const asked: string[] = [];
    for (const id of silentOf(wait)) {
      if (this.#parts.isAccepted(id)) asked.push(id);
      else {
        open.delete(id);
        yield { kind: 'missing', id, why: this.#why(id) };
      }
    }
    if (asked.length > 0) wait.question = this.#ask(wait.jid, asked, wait.options);
  }

  /** Who still works gets more time; the others are missing. */
  *#judge({ ids, answered }: Question, wait: Wait): Generator<Answer> {
    for (const id of ids) {
      if (!wait.open.has(id)) continue;
      if (answered?.has(id) === true) giveTime(wait, id);
      else {
        wait.open.delete(id);
        yield { kind: 'missing', id, why: this.#why(id) };
      }
    }
  }

  #ask(jid: string, ids: readonly string[], options: WaitOptions): Question {
    const question: Question = { ids, answered: undefined, wake: () => undefined };
    // A question that cannot be published is as one that nobody answers.
    void this.#whoStillRuns(jid, ids, options).catch(() => new Set<string>()).then((running) => {
      question.answered = running;
      question.wake();
    });
    return question;
  }

  /** Until an event, the answer to a question, the end of the time, or the end of the wait. */
  #pause({ question, nextMs, options: { signal } }: Wait): Promise<void> {
    return new Promise((resolve) => {
      const done = (): void => {
        clearTimeout(timer);
        signal.removeEventListener('abort', done);
        resolve();
      };
      const ms = question === undefined ? nextMs - Date.now() : ASK_AGAIN_MS;
      const timer = setTimeout(done, Math.min(Math.max(1, ms), TIMER_MS_MAX));
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
    const questionJid = newJid();
    const order: JobOrder = {
      fun: 'saltutil.find_job', arg: [jid], tgt: [...ids], tgtType: 'list', ret: '', user: options.user, jid: questionJid, ephemeral: true,
    };
    const running = new Set<string>();
    const left = new Set(ids);
    const queue = new BoundedQueue<BusEvent>(ids.length * 4);
    // Subscribed before the question is sent.
    using _ = this.#parts.bus.subscribe(`salt/job/${questionJid}/ret/`, (event) => void queue.push(event));
    const published = await this.#parts.publish(order);
    if (published.kind !== 'published') return running;
    const until = Date.now() + options.gatherTimeoutMs;
    const answers = queue[Symbol.asyncIterator]();
    while (left.size > 0) {
      const next = await within(answers.next(), Math.max(0, until - Date.now()), undefined);
      if (next === undefined || next.done === true) break;
      const { data } = next.value;
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

/** The state of one wait. */
interface Wait {
  readonly jid: string;
  /** Until when each minion that is still expected has time; unix milliseconds. */
  readonly open: Map<string, number>;
  readonly options: WaitOptions;
  question: Question | undefined;
  /** The earliest end of a time, or earlier. */
  nextMs: number;
}

function giveTime(wait: Wait, id: string): void {
  const untilMs = Date.now() + wait.options.timeoutMs;
  wait.open.set(id, untilMs);
  wait.nextMs = Math.min(wait.nextMs, untilMs);
}

/** Those whose time is over; finds out when the next time is over. */
function silentOf(wait: Wait): string[] {
  const now = Date.now();
  const silent: string[] = [];
  wait.nextMs = Infinity;
  for (const [id, untilMs] of wait.open) {
    if (untilMs <= now) silent.push(id);
    else wait.nextMs = Math.min(wait.nextMs, untilMs);
  }
  return silent;
}
