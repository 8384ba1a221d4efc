/**
 * Waits for the answers of a job by the rule of Salt's command line: until `timeout` for all; then the silent ones are
 * asked whether they still work, and who does not is missing. Each minion is judged by itself: a slow one lengthens nobody else's wait.
 *
 * Source: wire-protocol section 9 "Waiting"; golden cli/salt-dead, events/find-job.
 */
import { BoundedQueue, TIMER_MS_MAX } from '../../kernel/std/async.js';
import { newJid, steadyUnixMs } from '../../kernel/std/time.js';
import { isNumber, isPlainMap, isTruthy, type PlainMap } from '../../kernel/std/value.js';
import type { BusEvent, EventBus } from '../../bus/event/bus.js';
import { CONNECTION_LOST, type Deliveries } from './deliveries.js';
import { isEnded, type Delivery, type DeliveryNews } from './delivery.js';
import type { JobOrder, JobPublished } from './publish-job.js';

/** What became of one minion's part. */
export type Answer =
  | { readonly kind: 'returned'; readonly id: string; readonly load: PlainMap }
  | { readonly kind: 'missing'; readonly id: string; readonly why: MissingReason };

/** Besides the answers, for who shows the progress: a minion took the job, or works on it. */
export interface Noted {
  readonly kind: 'noted';
  readonly id: string;
  readonly delivery: Delivery;
}

/**
 * `no_response`: connected as far as known, but silent. `not_running`: it says that it does not work on the job.
 * `not_connected`: no connection. `cancelled`: the job was killed there.
 */
export type MissingReason = 'no_response' | 'not_running' | 'not_connected' | 'cancelled';

export interface WaitParts {
  readonly bus: EventBus;
  readonly publish: (order: JobOrder) => Promise<JobPublished>;
  readonly isAccepted: (id: string) => boolean;
  /** Undefined when the master cannot tell. */
  readonly isConnected: (id: string) => boolean | undefined;
  /** Minions that are certainly not connected, and were before. */
  readonly gone: ReadonlyMap<string, number>;
  /** True when the minion is certainly not connected: it did not get the job, and cannot answer a question. */
  readonly isSurelyAway: (id: string) => boolean;
  readonly deliveries: Pick<Deliveries, 'note' | 'of' | 'watch'>;
}

export interface WaitOptions {
  readonly timeoutMs: number;
  readonly gatherTimeoutMs: number;
  readonly user: string;
  readonly signal: AbortSignal;
}

/** Answers that may wait for the reader. */
const ANSWERS_MAX = 1_000_000;
/** The return of a job that just ended may be overtaken by the answer that nothing runs any more. */
const UNDER_WAY_MS = 2000;
/** Who was not connected when the job was published is waited for so long when nobody else is: it may come back this moment. */
const AWAY_GRACE_MS = 1000;

type Heard = { readonly kind: 'return'; readonly event: BusEvent } | Noted;

/**
 * Listens for the returns of a job that is about to be published; iterate after it was. Dispose when done.
 */
export class ReturnWatch implements Disposable {
  readonly #queue = new BoundedQueue<Heard>(ANSWERS_MAX);
  readonly #subscriptions: readonly Disposable[];
  readonly #parts: WaitParts;

  constructor(parts: WaitParts, jid: string) {
    this.#parts = parts;
    this.#subscriptions = [
      parts.bus.subscribe(`salt/job/${jid}/ret/`, (event) => void this.#queue.push({ kind: 'return', event })),
      parts.deliveries.watch(jid, (id, delivery) => void this.#queue.push({ kind: 'noted', id, delivery })),
    ];
  }

  [Symbol.dispose](): void {
    for (const subscription of this.#subscriptions) subscription[Symbol.dispose]();
    this.#queue.close();
  }

  /** Each answer as it comes, and each missing minion when it is found missing. @throws the signal's reason when it is aborted */
  async *answers(jid: string, minions: readonly string[], options: WaitOptions): AsyncGenerator<Answer> {
    for await (const told of this.story(jid, minions, options)) if (told.kind !== 'noted') yield told;
  }

  /** The answers, with what minions tell of their work before. */
  async *story(jid: string, minions: readonly string[], options: WaitOptions): AsyncGenerator<Answer | Noted> {
    const away = new Set(minions.filter((id) => this.#isAway(jid, id)));
    const graceUntilMs = steadyUnixMs() + Math.min(AWAY_GRACE_MS, options.timeoutMs);
    const wait: Wait = { jid, open: new Map(), away, asked: new Map(), questions: new Set(), nextMs: Infinity, wake: () => undefined, options };
    try {
      for (const id of minions) giveTime(wait, id);
      const seen = new Set<string>();
      while (wait.open.size > 0) {
        for (let heard = this.#queue.shift(); heard !== undefined; heard = this.#queue.shift()) {
          const told = take(heard, wait, seen);
          if (told !== undefined) yield told;
        }
        options.signal.throwIfAborted();
        if (away.size > 0) this.#hurry(wait, graceUntilMs);
        yield* this.#judge(wait);
        if (wait.open.size > 0 && this.#queue.size === 0) await this.#pause(wait);
      }
    } finally {
      for (const question of wait.questions) question[Symbol.dispose]();
    }
  }

  /** Who took the job already may only have lost its connection since. */
  #isAway(jid: string, id: string): boolean {
    if (!this.#parts.isSurelyAway(id)) return false;
    const state = this.#parts.deliveries.of(jid, id)?.state;
    return state === undefined || state === 'published' || state === 'not_connected';
  }

  /** When nobody is open but those who were away when the job was published, their time is the grace; who is back by then is as all others. */
  #hurry(wait: Wait, graceUntilMs: number): void {
    if (wait.open.size > wait.away.size) return;
    const isOver = steadyUnixMs() >= graceUntilMs;
    for (const id of wait.away) {
      if (!isOver) wait.nextMs = Math.min(wait.nextMs, graceUntilMs);
      else if (this.#parts.isSurelyAway(id)) giveTime(wait, id, graceUntilMs);
      else wait.away.delete(id);
    }
  }

  /** Those whose time is over: who was not asked yet is asked, the others are missing. */
  *#judge(wait: Wait): Generator<Answer> {
    if (wait.nextMs > steadyUnixMs()) return;
    const ask: string[] = [];
    for (const id of overdue(wait)) {
      const question = wait.asked.get(id);
      if (question === undefined && this.#parts.isAccepted(id) && !this.#parts.gone.has(id) && !wait.away.has(id)) ask.push(id);
      else yield this.#missing(id, question?.idle.has(id) === true, wait);
    }
    for (const question of wait.questions) if (question.untilMs <= steadyUnixMs()) question[Symbol.dispose]();
    if (ask.length > 0) this.#ask(ask, wait);
  }

  #missing(id: string, isIdle: boolean, wait: Wait): Answer {
    close(wait, id);
    const before = this.#parts.deliveries.of(wait.jid, id);
    const isGone = this.#parts.isConnected(id) === false;
    const news = isGone ? absent(before, this.#parts.gone.get(id)) : isIdle ? { state: 'lost' as const, why: 'it does not work on the job' } : undefined;
    if (news !== undefined) this.#parts.deliveries.note(wait.jid, id, { ...news, atMs: Date.now() });
    return { kind: 'missing', id, why: isGone ? 'not_connected' : isIdle ? 'not_running' : 'no_response' };
  }

  /** One `find_job` for all that are silent now; answers are taken as they come. */
  #ask(ids: readonly string[], wait: Wait): void {
    const { jid, options } = wait;
    const questionJid = newJid();
    const order: JobOrder = {
      fun: 'saltutil.find_job', arg: [jid], tgt: [...ids], tgtType: 'list', ret: '', user: options.user, jid: questionJid, ephemeral: true,
    };
    const left = new Set(ids);
    const until = steadyUnixMs() + options.gatherTimeoutMs;
    // Subscribed before the question is sent.
    const subscription = this.#parts.bus.subscribe(`salt/job/${questionJid}/ret/`, ({ data }) => {
      const id = String(data['id']);
      if (!left.delete(id) || wait.asked.get(id) !== question) return;
      this.#answered(id, data['return'] ?? null, question, wait);
      if (left.size === 0) question[Symbol.dispose]();
      wait.wake();
    });
    const question: Question = {
      untilMs: until, idle: new Set(),
      [Symbol.dispose]: () => {
        subscription[Symbol.dispose]();
        wait.questions.delete(question);
      },
    };
    wait.questions.add(question);
    for (const id of ids) {
      wait.asked.set(id, question);
      giveTime(wait, id, until);
    }
    const giveUp = (): void => {
      for (const id of left) if (wait.open.has(id)) giveTime(wait, id, steadyUnixMs());
      wait.wake();
    };
    // A question that cannot be published is as one that nobody answers.
    this.#parts.publish(order).then(({ kind }) => kind === 'published' ? undefined : giveUp(), giveUp);
  }

  /** Who still works gets more time; who does not gets a moment for a return that is under way. */
  #answered(id: string, answer: unknown, question: Question, wait: Wait): void {
    const until = wait.open.get(id);
    if (until === undefined) return;
    if (isPlainMap(answer) && isTruthy(answer)) {
      wait.asked.delete(id);
      giveTime(wait, id);
      const pid = answer['pid'];
      this.#parts.deliveries.note(wait.jid, id, { state: 'running', atMs: Date.now(), ...(isNumber(pid) ? { pid: Number(pid) } : {}) });
    } else {
      question.idle.add(id);
      giveTime(wait, id, Math.min(until, steadyUnixMs() + UNDER_WAY_MS));
    }
  }

  /** Until something is heard, the next time is over, or the end of the wait. */
  #pause(wait: Wait): Promise<void> {
    const { signal } = wait.options;
    return new Promise((resolve) => {
      const done = (): void => {
        clearTimeout(timer);
        signal.removeEventListener('abort', done);
        resolve();
      };
      const timer = setTimeout(done, Math.min(Math.max(1, wait.nextMs - steadyUnixMs()), TIMER_MS_MAX));
      signal.addEventListener('abort', done, { once: true });
      wait.wake = done;
      this.#queue.onItem(done);
    });
  }
}

/** A round of `find_job`. */
interface Question extends Disposable {
  readonly untilMs: number;
  /** Who said that it does not work on the job. */
  readonly idle: Set<string>;
}

/** The state of one wait. */
interface Wait {
  readonly jid: string;
  /** Until when each minion that is still expected has time; unix milliseconds. */
  readonly open: Map<string, number>;
  /** Of those the ones that were not connected when the job was published, as far as they did not come back. */
  readonly away: Set<string>;
  /** The question that each is to answer. */
  readonly asked: Map<string, Question>;
  readonly questions: Set<Question>;
  readonly options: WaitOptions;
  /** The earliest end of a time, or earlier. */
  nextMs: number;
  wake: () => void;
}

function take(heard: Heard, wait: Wait, seen: Set<string>): Answer | Noted | undefined {
  if (heard.kind === 'noted') {
    // A killed job gives no return. Source: golden events/kill-job.
    const isCancelled = heard.delivery.state === 'cancelled' && close(wait, heard.id);
    return isCancelled ? { kind: 'missing', id: heard.id, why: 'cancelled' } : isEnded(heard.delivery) ? undefined : heard;
  }
  const { data } = heard.event;
  const id = String(data['id']);
  if (seen.has(id)) return undefined;
  seen.add(id);
  close(wait, id);
  return { kind: 'returned', id, load: data };
}

/** A minion that had the job lost its connection; one that went before the job came never had it. */
function absent(before: Delivery | undefined, goneSinceMs: number | undefined): Pick<DeliveryNews, 'state' | 'why'> {
  const hadIt = before !== undefined && (before.state !== 'published' || (goneSinceMs !== undefined && goneSinceMs > before.atMs));
  return hadIt ? { state: 'lost', why: CONNECTION_LOST } : { state: 'not_connected' };
}

/** False when it was closed before. */
function close(wait: Wait, id: string): boolean {
  wait.away.delete(id);
  return wait.open.delete(id);
}

function giveTime(wait: Wait, id: string, untilMs = steadyUnixMs() + wait.options.timeoutMs): void {
  wait.open.set(id, untilMs);
  wait.nextMs = Math.min(wait.nextMs, untilMs);
}

/** Those whose time is over; finds out when the next time is over. */
function overdue(wait: Wait): string[] {
  const now = steadyUnixMs();
  const over: string[] = [];
  wait.nextMs = Infinity;
  for (const [id, untilMs] of wait.open) {
    if (untilMs <= now) over.push(id);
    else wait.nextMs = Math.min(wait.nextMs, untilMs);
  }
  return over;
}
