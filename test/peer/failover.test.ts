/** A minion with one master and another in reserve, across kinds: our minion on two real masters, a real minion on two of ours. */
import assert from 'node:assert/strict';
import { copyFileSync } from 'node:fs';
import type { PlainMap } from '../../src/kernel/std/value.js';
import { TcpProxy } from '../support/faults/tcp-proxy.js';
import type { Hearing } from '../support/fleet/events.js';
import { MasterHost } from '../support/fleet/master.js';
import { MinionHost } from '../support/fleet/minion.js';
import { skipWithoutSalt } from '../support/fleet/salt-venv.js';
import { Site } from '../support/fleet/site.js';
import { until } from '../support/fleet/until.js';

const site = new Site(skipWithoutSalt);
const WATCHED: PlainMap = { master_type: 'failover', auth_timeout: 2, auth_tries: 1, master_alive_interval: 2, retry_dns: 0, request_channel_timeout: 5 };

/** The minion began a conversation with that master and answers it; its process is the one that was started. */
async function isOn(minion: MinionHost, master: MasterHost, hearing: Hearing): Promise<void> {
  await hearing.heard(`salt/minion/${minion.id}/start`);
  if (master.kind === 'tsalt') await master.allAnswer(minion.id);
  // Its command line gives no JSON when nobody answered in time.
  else await until(`${minion.id} answers`, async () => (await master.salt('salt', minion.id, 'test.ping', '--out=txt')).stdout.includes(`${minion.id}: True`));
  assert.equal(minion.exitCode, undefined);
}

site.test('our minion on two real masters: one is cut off, comes back, and is killed', async () => {
  const [east, west] = [await MasterHost.prepare(site, 'salt', 'r-east', { auto_accept: true }), await MasterHost.prepare(site, 'salt', 'r-west', { auto_accept: true })];
  await Promise.all([east.start(), west.start()]);
  const hears = { east: await east.hear(), west: await west.hear() };
  const proxy = site.own(await TcpProxy.to(east.requestPort, 3));
  const mover = new MinionHost(site, 'tsalt', 'mover', east, {
    ...WATCHED, master: [`127.0.0.1:${proxy.port}`, `127.0.0.1:${west.requestPort}`], master_failback: true, master_failback_interval: 2,
  });
  mover.start();
  await isOn(mover, east, hears.east);
  hears.east.clear();
  proxy.partition();
  await isOn(mover, west, hears.west);
  hears.west.clear();
  proxy.heal();
  await isOn(mover, east, hears.east);
  east.process.kill();
  await isOn(mover, west, hears.west);
  west.process.kill();
  await until('nobody is left, which it says', () => /master not reached(?!: trying)/.test(mover.log()));
  assert.equal(mover.exitCode, undefined);
  assert.equal(await mover.stop(), 0);
});

site.test('a real minion on two of our masters: each is killed in turn', async () => {
  const east = await MasterHost.prepare(site, 'tsalt', 'o-east', { auto_accept: true });
  const west = east.neighbour('o-west', { auto_accept: true });
  await east.start();
  // A real minion demands the same key of all its masters.
  for (const name of ['master.pem', 'master.pub']) copyFileSync(east.path('pki', name), west.path('pki', name));
  await west.start();
  const hears = { east: await east.hear(), west: await west.hear() };
  const real = new MinionHost(site, 'salt', 'real', east, { ...WATCHED, master: [east.host, west.host], publish_port: east.publishPort });
  real.start();
  await isOn(real, east, hears.east);
  east.process.kill();
  await isOn(real, west, hears.west);
  await east.start();
  const again = await east.hear();
  west.process.kill();
  await isOn(real, east, again);
});
