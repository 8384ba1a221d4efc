/** `kill -9` of the master at random moments while a hundred jobs are on their way: nothing is lost, nothing comes twice. */
import assert from 'node:assert/strict';
import { sleep } from '../../src/kernel/std/async.js';
import { newJid } from '../../src/kernel/std/time.js';
import { enrol, MinionHost } from '../support/fleet/minion.js';
import { until } from '../support/fleet/until.js';
import { Site } from '../support/fleet/site.js';
import { FaultFleet, keptReturns, randomPause } from '../support/faults/fault-fleet.js';
import { scaled } from '../support/faults/scale.js';

const site = new Site();
let fleet: FaultFleet;
const MOMENTS = scaled(3, 30);
const JOBS = scaled(40, 100);
/** From the first publication to the kill, at most. */
const KILL_WITHIN_MS = 1500;
const BACK_WITHIN_MS = 20_000;

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

site.test('a return whose acknowledgement died with the master is sent again when the master is back, not a minute later', async () => {
  const { master } = fleet;
  // With Salt's own waits: a minute for a reply.
  const patient = new MinionHost(site, 'tsalt', 'patient', master);
  await enrol(master, fleet.hearing, [patient]);
  await master.allAnswer('patient');
  const jid = newJid();
  const asked = master.job({ tgt: ['patient'], tgtType: 'list', fun: 'test.sleep', arg: [4], jid }).catch(() => undefined);
  await until('the job runs', async () => JSON.stringify(await master.call('patient', 'saltutil.running')).includes(jid));
  await until('nothing else is on its way', () => keptReturns(patient) === 0);
  master.process.signal('SIGSTOP');
  await until('the return is on its way', () => keptReturns(patient) === 1);
  await sleep(500, undefined, true);
  await fleet.killMaster();
  await asked;
  await fleet.startMaster();
  await until('it is acknowledged', () => keptReturns(patient) === 0, BACK_WITHIN_MS);
  // It may have come before anybody listened: asked, not heard.
  assert.deepEqual(await fleet.runner('jobs.lookup_jid', jid), { patient: true });
});
