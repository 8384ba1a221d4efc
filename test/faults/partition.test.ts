/** The network goes silent, in both directions or one, breaks, or forgets its connections, while jobs run. */
import assert from 'node:assert/strict';
import type { Direction } from '../support/faults/tcp-proxy.js';
import { sleep } from '../../src/kernel/std/async.js';
import { Site } from '../support/fleet/site.js';
import { FaultFleet, randomPause } from '../support/faults/fault-fleet.js';
import { isWhole, scaled } from '../support/faults/scale.js';

const site = new Site();
let fleet: FaultFleet;
const JOBS = scaled(12, 30);
const SHORT_SECONDS = 1;
/** Longer than every wait of the minion's requests (4 s in these tests), and of the heartbeat (30 s) when whole. */
const LONG_SECONDS = scaled(6, 60);

site.setUp('a master, minions and a crowd behind a proxy', async () => {
  fleet = await FaultFleet.start(site, { ids: ['m1', 'm2'], crowd: scaled(5, 20) });
});

/** Asks for jobs at random times before and during a fault, and ends it. */
async function during(title: string, seconds: number, begin: () => void): Promise<void> {
  const { random, ids } = fleet;
  const asked = Array.from({ length: JOBS }, async () => {
    await randomPause(random, seconds * 1000);
    await fleet.ask(ids, random.below(20) / 10, 3000 + seconds * 1000);
  });
  await randomPause(random, 500);
  fleet.history.fault(title);
  begin();
  await sleep(seconds * 1000, undefined, true);
  for (const proxy of [fleet.requests, fleet.publications]) proxy.heal();
  fleet.history.fault('healed');
  await Promise.all(asked);
  await fleet.master.allAnswer(...fleet.minions.map(({ id }) => id));
}

const WAYS: readonly (readonly [string, readonly Direction[]])[] = [['both ways', []], ['to the master', ['to_server']], ['to the minions', ['to_client']]];
for (const seconds of [SHORT_SECONDS, LONG_SECONDS]) {
  for (const [name, ways] of WAYS) {
    site.test(`a partition of ${seconds} s, ${name}`, async () => {
      await during(`partition ${name}`, seconds, () => {
        fleet.requests.partition(...ways);
        fleet.publications.partition(...ways);
      });
      await fleet.assertKept(isWhole ? 120_000 : undefined);
    });
  }
}

site.test('only the request port is silent: returns wait, and come', async () => {
  await during('request port silent', LONG_SECONDS, () => fleet.requests.partition());
  await fleet.assertKept();
});

site.test('connections break again and again', async () => {
  const cutting = setInterval(() => {
    fleet.requests.cutSome();
    fleet.publications.cutSome();
  }, 150);
  try {
    await during('cuts', 3, () => undefined);
  } finally {
    clearInterval(cutting);
  }
  assert.ok(fleet.requests.counters.cut > 5, String(fleet.requests.counters.cut));
  await fleet.assertKept();
});

site.test('a slow network of changing speed', async () => {
  await during('delay', 4, () => {
    fleet.requests.delay(200, 400);
    fleet.publications.delay(200, 400);
  });
  await fleet.assertKept();
});

site.test('connections of the request port that stay open and carry nothing any more', async () => {
  await during('frozen requests', 3, () => fleet.requests.freeze());
  await fleet.assertKept();
});

site.test('new connections are refused for a while', async () => {
  await during('refused', 3, () => {
    for (const proxy of [fleet.requests, fleet.publications]) {
      proxy.cut();
      proxy.refuse();
    }
  });
  await fleet.assertKept();
});
