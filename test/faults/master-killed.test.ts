/** `kill -9` of the master at random moments while a hundred jobs are on their way: nothing is lost, nothing comes twice. */
import { Site } from '../support/fleet/site.js';
import { FaultFleet, randomPause } from '../support/faults/fault-fleet.js';
import { scaled } from '../support/faults/scale.js';

const site = new Site();
let fleet: FaultFleet;
const MOMENTS = scaled(3, 30);
const JOBS = scaled(40, 100);
/** From the first publication to the kill, at most. */
const KILL_WITHIN_MS = 1500;

site.setUp('a master, minions and a crowd', async () => {
  fleet = await FaultFleet.start(site, {
    ids: scaled(3, 5) === 3 ? ['m1', 'm2', 'm3'] : ['m1', 'm2', 'm3', 'm4', 'm5'], crowd: scaled(20, 45), master: { log_level_logfile: 'info' },
  });
});

for (let moment = 1; moment <= MOMENTS; moment += 1) {
  site.test(`the master is killed with ${JOBS} jobs in flight, moment ${moment}`, async () => {
    const { random, ids } = fleet;
    const asked = Array.from({ length: JOBS }, async () => {
      await randomPause(random, KILL_WITHIN_MS);
      const tgt = ids.filter(() => random.below(ids.length) < 2);
      await fleet.ask(tgt.length === 0 ? [ids[0] ?? ''] : tgt, random.below(20) / 10);
    });
    await randomPause(random, KILL_WITHIN_MS);
    await fleet.killMaster();
    await Promise.all(asked);
    await randomPause(random, 1000);
    await fleet.startMaster();
    await fleet.assertKept();
  });
}
