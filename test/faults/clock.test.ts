/** A clock is set back or forward an hour while jobs run: on the master, and on a minion. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { Site } from '../support/fleet/site.js';
import { FaultFleet, randomPause } from '../support/faults/fault-fleet.js';
import { skipWithoutFaketime, WallClock } from '../support/faults/wall-clock.js';

const site = new Site();
if (skipWithoutFaketime !== false) process.stdout.write(`faults: ${skipWithoutFaketime}\n`);
const skip = skipWithoutFaketime;
const HOUR = 3600;
let fleet: FaultFleet;
let masterClock: WallClock;
let minionClock: WallClock;

site.test('a master and a minion with clocks of their own', async () => {
  masterClock = new WallClock(join(site.dir, 'master.clock'));
  minionClock = new WallClock(join(site.dir, 'm1.clock'));
  fleet = await FaultFleet.start(site, {
    ids: ['m1', 'm2'], crowd: 3, masterLaunch: masterClock.launch, minionLaunch: (id) => (id === 'm1' ? minionClock.launch : {}),
    master: { presence_events: true },
  });
}, { skip });

async function jobsAround(change: () => void): Promise<void> {
  const { random, ids } = fleet;
  const asked = Array.from({ length: 10 }, async () => {
    await randomPause(random, 2000);
    await fleet.ask(ids, random.below(15) / 10, 5000);
  });
  await randomPause(random, 2000);
  change();
  await Promise.all(asked);
  await fleet.assertKept();
}

for (const [name, clock] of [['the master', () => masterClock], ['a minion', () => minionClock]] as const) {
  for (const [how, offset] of [['back an hour', -HOUR], ['right again', 0], ['forward an hour', HOUR], ['right once more', 0]] as const) {
    site.test(`the clock of ${name} is set ${how}`, async () => {
      await jobsAround(() => {
        fleet.history.fault(`clock of ${name} ${how}`);
        clock().set(offset);
      });
    }, { skip });
  }
}

site.test('who waits for a silent minion does not wait an hour when the clock is set back', async () => {
  const [minion] = fleet.minions;
  assert.ok(minion !== undefined);
  minion.process.signal('SIGSTOP');
  try {
    const before = performance.now();
    const answers = fleet.master.job({ tgt: ['m1', 'm2'], tgtType: 'list', fun: 'test.ping', timeoutMs: 2000 });
    setTimeout(() => masterClock.set(-HOUR), 500);
    const { missing, returns } = await answers;
    assert.deepEqual([missing, returns], [['m1'], { m2: true }]);
    assert.ok(performance.now() - before < 30_000);
  } finally {
    minion.process.signal('SIGCONT');
    masterClock.set(0);
  }
}, { skip });
