/** `kill -9` of a minion: in jobs, and while its returns wait. */
import assert from 'node:assert/strict';
import type { MinionHost } from '../support/fleet/minion.js';
import { Site } from '../support/fleet/site.js';
import { until } from '../support/fleet/until.js';
import { FaultFleet, keptReturns, randomPause } from '../support/faults/fault-fleet.js';
import { scaled } from '../support/faults/scale.js';

const site = new Site();
let fleet: FaultFleet;
let minion: MinionHost;
const MOMENTS = scaled(3, 30);
const JOBS = 15;

site.setUp('a master and two minions', async () => {
  fleet = await FaultFleet.start(site, { ids: ['m1', 'm2'] });
  [minion] = fleet.minions as [MinionHost];
});

for (let moment = 1; moment <= MOMENTS; moment += 1) {
  site.test(`a minion is killed with ${JOBS} jobs in flight, moment ${moment}`, async () => {
    const { random } = fleet;
    const asked = Array.from({ length: JOBS }, async () => {
      await randomPause(random, 1000);
      await fleet.ask(['m1', 'm2'], random.below(15) / 10, 3000);
    });
    await randomPause(random, 1500);
    await fleet.killMinion(minion);
    await Promise.all(asked);
    minion.start();
    await fleet.master.allAnswer('m1');
    await fleet.assertKept();
  });
}

site.test('a minion is killed while its returns wait for a master that is away: each is delivered once', async () => {
  const jids = await Promise.all([2, 2.1, 2.2].map((seconds) => fleet.ask(['m1'], seconds)));
  await until('the jobs run', () => {
    fleet.takeMarks();
    return jids.every((jid) => fleet.history.facts.some((fact) => fact.what === 'started' && fact.jid === jid));
  });
  await fleet.killMaster();
  await until('the returns wait', () => keptReturns(minion) === 3);
  await fleet.killMinion(minion);
  assert.equal(keptReturns(minion), 3);
  minion.start();
  await fleet.startMaster();
  await fleet.master.allAnswer('m1');
  await fleet.assertKept();
});
