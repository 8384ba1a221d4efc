/**
 * The ports of our master with minions of both kinds, over version 6 of the protocol: who is idle stays connected as long as it gives signs of life,
 * who is frozen is not taken for connected, and all come back to a master that begins anew.
 */
import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { MasterHost } from '../support/fleet/master.js';
import { enrol, MinionHost } from '../support/fleet/minion.js';
import { skipWithoutSalt } from '../support/fleet/salt-venv.js';
import { Site } from '../support/fleet/site.js';
import { counter } from '../support/fleet/stats.js';
import { until } from '../support/fleet/until.js';

const site = new Site(skipWithoutSalt);
const HEARTBEAT_MS = 500;
const DEAD_MS = 2500;

let master: MasterHost;
let real: MinionHost;
let ours: MinionHost;
const connections = (): Promise<number> => counter(master, 'publications', 'connections');

site.setUp('our master on all addresses, a real minion and ours on version 6', async () => {
  master = await MasterHost.prepare(site, 'tsalt', 'm', {
    interface: '::', ipv6: true, zmq_heartbeat_ivl: HEARTBEAT_MS, zmq_heartbeat_timeout: DEAD_MS - HEARTBEAT_MS,
  });
  await master.start();
  real = new MinionHost(site, 'salt', 'real', master, { master: '::1', ipv6: true });
  ours = new MinionHost(site, 'tsalt', 'ours', master, { master: '::1', ipv6: true });
  await enrol(master, await master.hear(), [real, ours]);
  await master.allAnswer('ours', 'real');
});

site.test('both stay connected while they are idle, by their signs of life', async () => {
  const before = await counter(master, 'publications', 'silent');
  await sleep(2 * DEAD_MS);
  assert.equal(await connections(), 2);
  assert.equal(await counter(master, 'publications', 'silent'), before);
  assert.deepEqual((await master.job({ tgt: '*', fun: 'test.ping' })).returns, { ours: true, real: true });
});

site.test('one that is frozen loses its connections, and comes back', async () => {
  const paused = ours.process;
  process.kill(paused.pid, 'SIGSTOP');
  try {
    await until('it is given up', async () => (await connections()) === 1);
    assert.deepEqual((await master.job({ tgt: 'real', fun: 'test.ping' })).returns, { real: true });
  } finally {
    process.kill(paused.pid, 'SIGCONT');
  }
  await master.allAnswer('ours', 'real');
});

site.test('both come back to a master that begins anew, also when it is served by ZeroMQ, and when it is ours again', async () => {
  for (const server of ['zeromq', 'own']) {
    await master.stop();
    master.configure({ interface: '::', ipv6: true, transport_server: server });
    await master.start();
    await master.allAnswer('ours', 'real');
  }
});
