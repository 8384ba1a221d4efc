/** The events that one client sees, one after the other. A client that is too slow is cut off and comes back with its last event. */
import type { View } from '../door/master-door.js';
import type { Events, Feed } from './feed.js';
import { visibleTo } from './visible.js';

export interface StreamRequest {
  readonly view: View;
  /** Where the client was, as `Last-Event-ID` tells it. */
  readonly after?: string | undefined;
  /** Calls back when its token is no longer valid. */
  readonly watch: (end: () => void) => Disposable;
  readonly signal: AbortSignal;
}

/** `missed`: some events are no longer kept. `idle`: nothing happened for a while. */
export type Streamed = { readonly kind: 'events'; readonly events: Events } | { readonly kind: 'missed' } | { readonly kind: 'idle' };

const WAITING_MAX = 5000;
const WAITING_LETTERS_MAX = 16 * 1024 * 1024;
const IDLE_MS = 15_000;

export async function* streamOf(feed: Feed, { view, after, watch, signal }: StreamRequest): AsyncGenerator<Streamed> {
  let waiting: Events[] = [];
  let [count, letters] = [0, 0];
  let isBehind = false;
  let isEnded = false;
  let wake: (() => void) | undefined;
  const isVisible = visibleTo(view);
  const take = (events: Events): void => {
    const seen = events.filter(isVisible);
    if (isBehind || seen.length === 0) return;
    waiting.push(seen.length === events.length ? events : seen);
    count += seen.length;
    for (const { json } of seen) letters += json.length;
    isBehind = count > WAITING_MAX || letters > WAITING_LETTERS_MAX;
    wake?.();
  };
  using heard = feed.hear(take);
  const missed = after === undefined ? [] : missedBy(feed, after);
  if (missed === undefined) yield { kind: 'missed' };
  else take(missed);
  const end = (): void => {
    isEnded = true;
    wake?.();
  };
  using watched = watch(end);
  signal.addEventListener('abort', end);
  try {
    while (!signal.aborted && !isBehind && !isEnded) {
      const lists = waiting;
      [waiting, count, letters] = [[], 0, 0];
      if (lists.length > 0) {
        yield { kind: 'events', events: lists.length === 1 ? lists[0] ?? [] : lists.flat() };
        continue;
      }
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, IDLE_MS);
        wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
      wake = undefined;
      if (waiting.length === 0 && !isEnded) yield { kind: 'idle' };
    }
  } finally {
    signal.removeEventListener('abort', end);
    void [heard, watched];
  }
}

function missedBy(feed: Feed, after: string): Events | undefined {
  const [, life, at] = /^(\w{1,16})-(\d{1,15})$/.exec(after) ?? [];
  return life === feed.life ? feed.since(Number(at)) : undefined;
}
