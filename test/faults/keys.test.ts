/** Keys change while jobs run: the key of publications, the sessions, and the key of a minion is deleted and accepted anew. */
import assert from 'node:assert/strict';
import { rmSync, writeFileSync } from 'node:fs';
import { Site } from '../support/fleet/site.js';
import { until } from '../support/fleet/until.js';
import { FaultFleet, randomPause } from '../support/faults/fault-fleet.js';
import { scaled } from '../support/faults/scale.js';

const site = new Site();
let fleet: FaultFleet;

site.setUp('a master whose sessions are short, minions and a crowd', async () => {
  fleet = await FaultFleet.start(site, { ids: ['m1', 'm2'], crowd: scaled(3, 20), master: { publish_session: 2, loop_interval: 1 } });
});

/** Asks for jobs at random times around a change. */
async function jobsAround(seconds: number, change: () => Promise<void>): Promise<void> {
  const { random, ids } = fleet;
  const asked = Array.from({ length: scaled(12, 50) }, async () => {
    await randomPause(random, seconds * 1000);
    await fleet.ask(ids, random.below(15) / 10, 4000);
  });
  await randomPause(random, 1000);
  await change();
  await Promise.all(asked);
}

site.test('the key of publications is changed again and again', async () => {
  await jobsAround(4, async () => {
    for (let round = 0; round < 3; round += 1) {
      writeFileSync(fleet.master.path('cache/.dfn'), 'x', { mode: 0o400 });
      fleet.history.fault('rotation asked for');
      await fleet.hearing.heard('key', ({ data }) => data['rotate_aes_key'] === true, 10_000);
      fleet.hearing.events.splice(fleet.hearing.events.findIndex(({ tag }) => tag === 'key'), 1, { tag: 'seen', data: {} });
    }
  });
  await fleet.assertKept();
});

site.test('the master forgets all sessions in the middle of jobs', async () => {
  await jobsAround(3, async () => {
    await fleet.killMaster();
    rmSync(fleet.master.path('cache/sessions'), { recursive: true });
    await fleet.startMaster();
  });
  await fleet.master.allAnswer('m1', 'm2');
  await fleet.assertKept();
});

site.test('the key of a minion is deleted in the middle of its jobs, and accepted anew: its returns come', async () => {
  const [minion] = fleet.minions;
  assert.ok(minion !== undefined);
  await Promise.all([1, 1.5, 2].map((seconds) => fleet.ask(['m1', 'm2'], seconds, 6000)));
  const done = await fleet.master.tsalt('tsalt-key', '-y', '-d', 'm1');
  assert.equal(done.code, 0, done.stderr);
  fleet.history.fault('key of m1 deleted');
  await until('the pending key', async () => {
    await fleet.master.job({ tgt: ['m2'], tgtType: 'list', fun: 'test.ping', timeoutMs: 2000 });
    return fleet.master.keys('minions_pre').includes('m1');
  });
  assert.equal(minion.exitCode, undefined);
  await fleet.master.accept('m1');
  await fleet.master.allAnswer('m1', 'm2');
  await fleet.assertKept();
});
