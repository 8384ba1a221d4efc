/** A delivery record for tests of what waits: everybody had the job published long ago, unless told otherwise. */
import type { Delivery, DeliveryNews } from '../../src/master/jobs/delivery.js';
import type { WaitParts } from '../../src/master/jobs/wait.js';

export function recordOf(known: Readonly<Record<string, Delivery>> = {}) {
  const noted: { id: string; news: DeliveryNews }[] = [];
  const listeners = new Set<(id: string, delivery: Delivery) => void>();
  const deliveries: WaitParts['deliveries'] = {
    of: (_jid, id) => known[id] ?? { state: 'published', atMs: 1000 },
    note: (_jid, id, news) => noted.push({ id, news }) > 0,
    watch: (_jid, heard) => {
      listeners.add(heard);
      return { [Symbol.dispose]: () => void listeners.delete(heard) };
    },
  };
  const hear = (id: string, delivery: Delivery): void => {
    for (const heard of listeners) heard(id, delivery);
  };
  return { noted, deliveries, hear };
}
