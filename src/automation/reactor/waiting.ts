/**
 * What waits for its turn in a reactor: events, and calls that they led to. Bounded by the number of each, and by the bytes of both together.
 * What comes when nothing waits is always taken, however large.
 */
import { isBytes, isList, isMap, mapEntries, type Value } from '../../kernel/std/value.js';

export interface WaitingBounds {
  /** Of events, and of calls. */
  readonly waitingMax: number;
  readonly waitingBytesMax: number;
}

export type WaitingKind = 'events' | 'calls';

/** What a value takes in memory beside its contents, at least. */
const VALUE_BYTES = 16;

export class Waiting {
  /** Now. */
  readonly counters = { events: 0, calls: 0, bytes: 0 };
  readonly #bounds: WaitingBounds;

  constructor(bounds: WaitingBounds) {
    this.#bounds = bounds;
  }

  /** Gives what leaves again, or undefined when there is no room. */
  enter(kind: WaitingKind, value: Value): { leave(): void } | undefined {
    const { counters } = this;
    const { waitingMax, waitingBytesMax } = this.#bounds;
    if (counters[kind] >= waitingMax) return undefined;
    const bytes = bytesOf(value);
    if (counters.bytes > 0 && counters.bytes + bytes > waitingBytesMax) return undefined;
    counters[kind] += 1;
    counters.bytes += bytes;
    return {
      leave: () => {
        counters[kind] -= 1;
        counters.bytes -= bytes;
      },
    };
  }

  /** What to say when there is no room. */
  get facts(): Readonly<Record<string, number>> {
    const { events, calls, bytes } = this.counters;
    return { waiting: events, waiting_calls: calls, waiting_bytes: bytes };
  }
}

/** About what a value takes: text and bytes by their length. */
export function bytesOf(value: Value): number {
  if (typeof value === 'string') return VALUE_BYTES + value.length;
  if (isBytes(value)) return VALUE_BYTES + value.length;
  let sum = VALUE_BYTES;
  if (isList(value)) for (const item of value) sum += bytesOf(item);
  else if (isMap(value)) for (const [key, item] of mapEntries(value)) sum += bytesOf(key) + bytesOf(item);
  return sum;
}
