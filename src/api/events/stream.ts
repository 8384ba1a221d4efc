/** The events that one client sees, one after the other. A client that is too slow is cut off and comes back with its last event. */
import type { View } from '../door/master-door.js';
import type { Feed, FeedEvent } from './feed.js';
import { visibleTo } from './visible.js';

export interface StreamRequest {
  readonly view: View;
  /** Where the client was, as `Last-Event-ID` tells it. */
  readonly after?: string | undefined;
  /** Whether its token is still valid; asked now and then. */
  readonly isValid: () => Promise<boolean>;
  readonly signal: AbortSignal;
}

/** `missed`: some events are no longer kept. `idle`: nothing happened for a while. */
export type Streamed = { readonly kind: 'event'; readonly event: FeedEvent; readonly id: string } | { readonly kind: 'missed' } | { readonly kind: 'idle' };

const WAITING_MAX = 5000;
const WAITING_LETTERS_MAX = 16 * 1024 * 1024;
const LOOK_EACH_MS = 5000;

export async function* streamOf(feed: Feed, { view, after, isValid, signal }: StreamRequest): AsyncGenerator<Streamed> {
  const waiting: FeedEvent[] = [];
  let letters = 0;
  let isBehind = false;
  let wake: (() => void) | undefined;
  const isVisible = visibleTo(view);
  const take = (event: FeedEvent): void => {
    if (isBehind || !isVisible(event)) return;
    waiting.push(event);
    letters += event.json.length;
    isBehind = waiting.length > WAITING_MAX || letters > WAITING_LETTERS_MAX;
    wake?.();
  };
  using heard = feed.hear(take);
  const missed = after === undefined ? [] : missedBy(feed, after);
  if (missed === undefined) yield { kind: 'missed' };
  for (const event of missed ?? []) take(event);
  const stop = (): void => wake?.();
  signal.addEventListener('abort', stop);
  try {
    for (let lookedMs = performance.now(); !signal.aborted && !isBehind; ) {
      const event = waiting.shift();
      if (event !== undefined) {
        letters -= event.json.length;
        yield { kind: 'event', event, id: `${feed.life}-${event.at}` };
      } else {
        await new Promise<void>((resolve) => {
          const timer = setTimeout(resolve, LOOK_EACH_MS);
          wake = () => {
            clearTimeout(timer);
            resolve();
          };
        });
        wake = undefined;
        if (waiting.length === 0) yield { kind: 'idle' };
      }
      if (performance.now() - lookedMs < LOOK_EACH_MS) continue;
      lookedMs = performance.now();
      if (!await isValid()) return;
    }
  } finally {
    signal.removeEventListener('abort', stop);
    void heard;
  }
}

function missedBy(feed: Feed, after: string): readonly FeedEvent[] | undefined {
  const [, life, at] = /^(\w{1,16})-(\d{1,15})$/.exec(after) ?? [];
  return life === feed.life ? feed.since(Number(at)) : undefined;
}
