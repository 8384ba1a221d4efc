/** Bytes change on the way, in frames of both ports and both directions: nothing false is believed, and nothing is lost once it ends. */
import assert from 'node:assert/strict';
import { sleep } from '../../src/kernel/std/async.js';
import { until } from '../support/fleet/until.js';
import { Site } from '../support/fleet/site.js';
import { FaultFleet, randomPause } from '../support/faults/fault-fleet.js';
import { scaled } from '../support/faults/scale.js';

const site = new Site();
let fleet: FaultFleet;
const SECONDS = scaled(4, 30);

site.setUp('a master, minions and a crowd behind a proxy', async () => {
  fleet = await FaultFleet.start(site, { ids: ['m1', 'm2'], crowd: scaled(4, 20) });
});

for (const port of ['requests', 'publications'] as const) {
  for (const direction of ['to_server', 'to_client'] as const) {
    site.test(`changed bytes ${direction} on the port of ${port}`, async () => {
      const { random, ids } = fleet;
      const proxy = fleet[port];
      const before = proxy.counters.corrupted;
      fleet.history.fault(`corrupt ${port} ${direction}`);
      // About one frame in three.
      proxy.corrupt(direction, 2000);
      const asked = Array.from({ length: scaled(10, 40) }, async () => {
        await randomPause(random, SECONDS * 1000);
        await fleet.ask(ids, random.below(10) / 10, 3000 + SECONDS * 1000);
      });
      await sleep(SECONDS * 1000, undefined, true);
      // Of the master to the publish port minions send a few bytes only: subscriptions and heartbeats.
      if (port === 'requests' || direction === 'to_client') {
        await until('a byte was changed', async () => {
          if (proxy.counters.corrupted === before) await fleet.ask(ids, 0, 3000);
          return proxy.counters.corrupted > before;
        });
      }
      proxy.heal();
      await Promise.all(asked);
      await fleet.master.allAnswer('m1', 'm2');
      await fleet.assertKept();
      for (const { id, exitCode } of fleet.minions) assert.equal(exitCode, undefined, `${id} ended`);
    });
  }
}
