/** A program listens to the bus and stops reading, while jobs run: it loses its own events, nobody else's, and no memory of the master. */
import assert from 'node:assert/strict';
import { createConnection } from 'node:net';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { pushEvents } from '../../src/bus/event/local-client.js';
import { Site } from '../support/fleet/site.js';
import { counter } from '../support/fleet/stats.js';
import { until } from '../support/fleet/until.js';
import { FaultFleet } from '../support/faults/fault-fleet.js';

const site = new Site();
let fleet: FaultFleet;
const GROWTH_MB_MAX = 100;

site.setUp('a master with a small buffer for each listener, minions and a crowd', async () => {
  fleet = await FaultFleet.start(site, { ids: ['m1'], crowd: 5, master: { ipc_write_buffer: 1_000_000 } });
});

const residentMb = (): number => Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${fleet.master.process.pid}/status`, 'utf8'))?.[1] ?? 0) / 1024;

site.test('three listeners stop reading while jobs and many events go by', async () => {
  const before = residentMb();
  const slow = await Promise.all([1, 2, 3].map(async () => {
    const socket = createConnection(fleet.master.bus.publish);
    socket.on('error', () => undefined);
    await once(socket, 'connect');
    return socket.pause();
  }));
  fleet.history.fault('three listeners stand still');
  const jobs = Promise.all(Array.from({ length: 20 }, (_none, at) => fleet.ask(fleet.ids, at / 20, 10_000)));
  for (let round = 0; round < 40; round += 1) {
    // The listener that reads must be able to follow.
    if (round > 0) await fleet.hearing.heard(`load/${round - 1}/9`);
    await pushEvents(fleet.master.bus.pull, Array.from({ length: 10 }, (_none, at) => ({ tag: `load/${round}/${at}`, data: { text: 'x'.repeat(20_000) } })));
  }
  await jobs;
  // 8 MB for each of them, of which a megabyte waits in the master and the rest of what it has not lost in the kernel.
  await until('what they lose is counted', async () => (await counter(fleet.master, 'local_sockets', 'lost')) > 0);
  await fleet.hearing.heard('load/39/9');
  assert.equal(fleet.hearing.events.filter(({ tag }) => tag.startsWith('load/')).length, 400, 'a listener that reads gets all of them');
  assert.ok(residentMb() - before < GROWTH_MB_MAX, `the master grew by ${residentMb() - before} MB`);
  for (const socket of slow) socket.destroy();
  await fleet.assertKept();
});
