/** Packets are really lost between a minion and its master, without a word to either: both ways, and one way only. */
import assert from 'node:assert/strict';
import { sleep } from '../../src/kernel/std/async.js';
import { MasterHost } from '../support/fleet/master.js';
import { MinionHost, enrol } from '../support/fleet/minion.js';
import { Site } from '../support/fleet/site.js';
import { FaultFleet, randomPause } from '../support/faults/fault-fleet.js';
import { Namespace, skipWithoutNamespaces } from '../support/faults/namespace.js';
import { isWhole, scaled } from '../support/faults/scale.js';

const skip = await skipWithoutNamespaces();
if (skip !== false) process.stdout.write(`faults: ${skip}\n`);
const site = new Site();
let fleet: FaultFleet;
let space: Namespace;
const SECONDS = scaled(4, 60);

site.test('a minion in a network of its own', async () => {
  space = site.own(Namespace.make());
  const master = await MasterHost.prepare(site, 'tsalt', 'master', { interface: '0.0.0.0', timeout: 30 });
  const minion = new MinionHost(site, 'tsalt', 'm1', master, {
    master: space.hostAddress, request_channel_timeout: 4, request_channel_tries: 1, auth_timeout: 3, publish_port: master.publishPort, recon_max: 500,
  });
  minion.launch = { ...space.launch, env: { FAULTS_ID: 'm1', FAULTS_MARKS: minion.path('marks') } };
  fleet = await FaultFleet.around(site, master, [minion]);
  await enrol(master, fleet.hearing, [minion]);
  await master.allAnswer('m1');
}, { skip });

for (const ways of [['leaving', 'coming'], ['leaving'], ['coming']] as const) {
  site.test(`all packets are lost for a while: ${ways.join(' and ')}`, async () => {
    const asked = Array.from({ length: 8 }, async () => {
      await randomPause(fleet.random, SECONDS * 1000);
      await fleet.ask(['m1'], fleet.random.below(15) / 10, 3000 + SECONDS * 1000);
    });
    await randomPause(fleet.random, 500);
    fleet.history.fault(`lost: ${ways.join(' and ')}`);
    space.lose(...ways);
    await sleep(SECONDS * 1000, undefined, true);
    space.heal();
    await Promise.all(asked);
    await fleet.master.allAnswer('m1');
    await fleet.assertKept(isWhole ? 180_000 : 90_000);
    assert.equal(fleet.minions[0]?.exitCode, undefined);
  }, { skip });
}
