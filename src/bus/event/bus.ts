/**
 * The in-process event bus of a host: fans events out to listeners in this process and to the local sockets.
 * Refuses to know: what tags mean. Start at `EventBus.fire`.
 */
import { BoundedQueue } from '../../kernel/std/async.js';
import { stampNow } from '../../kernel/std/time.js';
import type { PlainMap } from '../../kernel/std/value.js';

export interface BusEvent {
  readonly tag: string;
  /** Always has `_stamp`. */
  readonly data: PlainMap;
  /** Id of the job, run or reaction that fired it, when that is known and does not stand in the tag. */
  readonly cause?: string | undefined;
}

export interface Listener extends AsyncIterable<BusEvent>, Disposable {
  /** Events this listener did not get because it was too slow. */
  readonly lost: number;
}

type Subscriber = (event: BusEvent) => void;

interface Subscription {
  readonly prefix: string;
  readonly deliver: Subscriber;
}

/** Events a listener may be behind before it loses some. */
export const LISTENER_EVENTS_MAX = 10_000;

export class EventBus {
  readonly #subscriptions = new Set<Subscription>();
  readonly #onError: (error: unknown, tag: string) => void;
  #fired = 0;
  #lost = 0;

  /** `onError` hears of a subscriber that threw; the other subscribers get the event all the same. */
  constructor(onError: (error: unknown, tag: string) => void) {
    this.#onError = onError;
  }

  get counters(): { fired: number; lost: number; listeners: number } {
    return { fired: this.#fired, lost: this.#lost, listeners: this.#subscriptions.size };
  }

  /** Sends an event to all listeners whose prefix fits. `_stamp` is added when the data has none. */
  fire(tag: string, data: PlainMap, cause?: string): BusEvent {
    const event: BusEvent = { tag, data: '_stamp' in data ? data : { ...data, _stamp: stampNow() }, ...(cause === undefined ? {} : { cause }) };
    this.#fired += 1;
    for (const { prefix, deliver } of this.#subscriptions) {
      if (!tag.startsWith(prefix)) continue;
      try {
        deliver(event);
      } catch (error) {
        this.#onError(error, tag);
      }
    }
    return event;
  }

  /** Calls `deliver` for each event whose tag begins with `prefix`, in the moment it is fired; keep it short. */
  subscribe(prefix: string, deliver: Subscriber): Disposable {
    const subscription = { prefix, deliver };
    this.#subscriptions.add(subscription);
    return { [Symbol.dispose]: () => void this.#subscriptions.delete(subscription) };
  }

  /** A queue of events of its own: a slow reader loses its own events, counted, never those of others. */
  listen(prefix: string, limit = LISTENER_EVENTS_MAX): Listener {
    const queue = new BoundedQueue<BusEvent>(limit);
    const subscription = this.subscribe(prefix, (event) => {
      if (!queue.push(event)) this.#lost += 1;
    });
    return {
      get lost() {
        return queue.lost;
      },
      [Symbol.asyncIterator]: () => queue[Symbol.asyncIterator](),
      [Symbol.dispose]: () => {
        subscription[Symbol.dispose]();
        queue.close();
      },
    };
  }
}
