/**
 * Every event from now on, one after the other, until a signal. A reader that is too slow loses events, counted by the bus; it hears how many
 * by an event `tsalt/event/lost`.
 */
import { stampNow } from '../../kernel/std/time.js';
import type { BusEvent, EventBus } from './bus.js';
import { LOST_TAG } from './subscribers.js';

export async function* hearAll(bus: EventBus, signal: AbortSignal): AsyncGenerator<BusEvent> {
  using listener = bus.listen('');
  const end = (): void => listener[Symbol.dispose]();
  signal.addEventListener('abort', end, { once: true });
  let told = 0;
  try {
    if (signal.aborted) return;
    for await (const event of listener) {
      const { lost } = listener;
      if (lost > told) yield { tag: LOST_TAG, data: { lost: lost - told, _stamp: stampNow() } };
      told = lost;
      yield event;
    }
  } finally {
    signal.removeEventListener('abort', end);
  }
}
