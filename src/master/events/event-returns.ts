/**
 * Hands the events of the bus to returners (`event_return`): those that the lists let through, gathered as the options say.
 *
 * Source: read, Salt 3008.3 `EventReturn`. Differs: without a queue, events of a moment go in one call; what a returner does not take waits
 * on disk; the longest time of gathering also ends when no event comes.
 */
import type { BusEvent, EventBus } from '../../bus/event/bus.js';
import type { ReturnerQueues } from '../../bus/returners/returner-queue.js';
import type { Logger } from '../../kernel/contract/log.js';
import { fnmatch } from '../../kernel/std/fnmatch.js';
import type { PlainMap, Value } from '../../kernel/std/value.js';

export interface EventReturnsParts {
  readonly bus: EventBus;
  readonly queues: ReturnerQueues;
  readonly opts: Readonly<PlainMap>;
  readonly log: Logger;
}

/** Without a queue events are gathered so long. */
const MOMENT_MS = 50;
/** With a queue but no time of its own, so that the last events of a quiet day are not kept for ever. */
const GATHER_MS_MAX = 60_000;
const EVENTS_AT_ONCE = 1000;

export class EventReturns implements AsyncDisposable {
  readonly #parts: EventReturnsParts;
  readonly #names: readonly string[];
  readonly #atOnce: number;
  readonly #waitMs: number;
  readonly #subscription: Disposable | undefined;
  #events: PlainMap[] = [];
  #timer: NodeJS.Timeout | undefined;
  #handing: Promise<void> = Promise.resolve();

  constructor(parts: EventReturnsParts) {
    const { opts } = parts;
    this.#parts = parts;
    this.#names = textsOf(opts['event_return']);
    const queue = Number(opts['event_return_queue'] ?? 0);
    const seconds = Number(opts['event_return_queue_max_seconds'] ?? 0);
    this.#atOnce = Math.min(EVENTS_AT_ONCE, queue > 0 ? queue : EVENTS_AT_ONCE);
    this.#waitMs = queue <= 1 ? MOMENT_MS : seconds > 0 ? seconds * 1000 : GATHER_MS_MAX;
    const allow = textsOf(opts['event_return_whitelist']);
    const deny = textsOf(opts['event_return_blacklist']);
    this.#subscription = this.#names.length === 0 ? undefined : parts.bus.subscribe('', (event) => {
      if (isWanted(event.tag, allow, deny)) this.#take(event);
    });
  }

  /** Opens the returners, so that one that is missing is said at the start. */
  async check(): Promise<void> {
    for (const name of this.#names) {
      const queue = await this.#parts.queues.of(name);
      if (queue !== undefined && !queue.returner.has('eventReturn')) this.#parts.log.error({ returner: name }, 'returner takes no events: they are not stored there');
    }
  }

  #take({ tag, data }: BusEvent): void {
    this.#events.push({ tag, data });
    if (this.#events.length >= this.#atOnce) this.#flush();
    else this.#timer ??= setTimeout(() => this.#flush(), this.#waitMs);
  }

  #flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const events = this.#events;
    this.#events = [];
    if (events.length > 0) this.#handing = this.#handing.then(() => this.#hand(events)).catch((err: unknown) => this.#parts.log.error({ err }, 'events not handed over'));
  }

  async #hand(events: PlainMap[]): Promise<void> {
    for (const name of this.#names) (await this.#parts.queues.of(name))?.put('eventReturn', events);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#subscription?.[Symbol.dispose]();
    this.#flush();
    await this.#handing;
  }
}

/** First the list that lets through, then the one that keeps out. */
function isWanted(tag: string, allow: readonly string[], deny: readonly string[]): boolean {
  return (allow.length === 0 || allow.some((pattern) => fnmatch(tag, pattern))) && !deny.some((pattern) => fnmatch(tag, pattern));
}

const textsOf = (value: Value | undefined): string[] => (Array.isArray(value) ? value.map(String) : typeof value === 'string' && value !== '' ? [value] : []);
