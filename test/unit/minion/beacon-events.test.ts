import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BeaconEvents } from '../../../src/minion/beacon-events.js';
import type { PlainMap } from '../../../src/kernel/std/value.js';
import { until } from '../../support/fleet/until.js';
import { listeningLog } from '../../support/module-host.js';

function bench() {
  const log = listeningLog();
  const sent: PlainMap[][] = [];
  const made = { sent, log, isAway: false, now: 0 };
  const events = new BeaconEvents({
    log, steadyNow: () => made.now, send: (batch) => {
      if (made.isAway) return Promise.reject(new Error('away'));
      sent.push([...batch]);
      return Promise.resolve();
    },
  });
  return Object.assign(made, { events });
}
const numbered = (from: number, count: number): PlainMap[] => Array.from({ length: count }, (_, at) => ({ n: from + at }));

test('events go out in their order, what comes meanwhile together', async () => {
  const made = bench();
  using events = made.events;
  events.put(numbered(0, 1));
  events.put(numbered(1, 2));
  await until('all', () => made.sent.flat().length === 3);
  assert.deepEqual(made.sent, [[{ n: 0 }], [{ n: 1 }, { n: 2 }]]);
});

test('while the master is away the newest thousand wait; the loss is counted', async () => {
  const made = bench();
  using events = made.events;
  made.isAway = true;
  events.put(numbered(0, 700));
  events.put(numbered(700, 700));
  made.isAway = false;
  await until('the rest', () => made.sent.flat().length === 1000);
  assert.deepEqual([made.sent[0]?.[0], made.sent.flat().at(-1)], [{ n: 400 }, { n: 1399 }]);
  assert.ok(made.sent.every(({ length }) => length <= 200));
  await until('the count', () => made.log.lines.some(({ text, fields }) => text === 'events of beacons were dropped while the master was away' && fields['events'] === 400));
});

test('what is older than five minutes says nothing about now', async () => {
  const made = bench();
  using events = made.events;
  made.isAway = true;
  events.put(numbered(0, 1));
  made.now = 301_000;
  events.put(numbered(1, 1));
  made.isAway = false;
  await until('the new one', () => made.sent.length > 0);
  assert.deepEqual(made.sent, [[{ n: 1 }]]);
});
