/** Every event from now on, one after the other, until a signal. A reader that is too slow loses events, counted by the bus. */
import type { BusEvent, EventBus } from './bus.js';

export async function* hearAll(bus: EventBus, signal: AbortSignal): AsyncGenerator<BusEvent> {
  using listener = bus.listen('');
  const end = (): void => listener[Symbol.dispose]();
  signal.addEventListener('abort', end, { once: true });
  try {
    if (!signal.aborted) yield* listener;
  } finally {
    signal.removeEventListener('abort', end);
  }
}
