/** Minion and master lose each other, by restarts, crashes and new keys; nothing is lost and nothing runs twice. */
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { newJid } from '../../src/kernel/std/time.js';
import type { Hearing } from '../support/fleet/events.js';
import type { MasterHost } from '../support/fleet/master.js';
import { MinionHost } from '../support/fleet/minion.js';
import { Site } from '../support/fleet/site.js';
import { until } from '../support/fleet/until.js';
import { startFleet } from './kit/fleet.js';

const site = new Site();
let master: MasterHost;
let minion: MinionHost;
let bus: Hearing;

site.setUp('a master and a minion start', async () => {
  const fleet = await startFleet(site, ['one', 'other']);
  ({ master, bus } = fleet);
  [minion] = fleet.minions as [MinionHost, MinionHost];
});

const kept = (): string[] => readdirSync(minion.path('cache/outbox')).filter((name) => name.endsWith('.p'));

/** Starts the master while the minion stands still, so that no event is missed. */
async function startMasterListening(): Promise<void> {
  minion.process.signal('SIGSTOP');
  try {
    await master.start();
    bus = await master.hear();
  } finally {
    minion.process.signal('SIGCONT');
  }
}

site.test('the master is restarted: the minion finds back by itself', async () => {
  const { pid } = minion.process;
  for (let round = 0; round < 2; round += 1) {
    assert.equal(await master.stop(), 0);
    await startMasterListening();
    await master.allAnswer('one');
  }
  assert.equal(minion.process.pid, pid);
  assert.equal(minion.exitCode, undefined);
});

site.test('the master is killed during jobs: their returns wait on disk and are delivered once each', async () => {
  const ran = join(site.dir, 'ran');
  const jids = Array.from({ length: 8 }, () => newJid());
  const asked = jids.map((jid) => master.job({ tgt: 'one', fun: 'cmd.run', arg: [`echo ${jid} >> ${ran}; sleep 1.5; echo ${jid}`], kwarg: { python_shell: true }, jid }));
  const all = Promise.allSettled(asked);
  await until('all jobs run', () => existsSync(ran) && readFileSync(ran, 'utf8').trim().split('\n').length === jids.length);
  master.process.kill();
  await all;
  await until('all returns wait', () => kept().length === jids.length, 15_000);
  await startMasterListening();
  await until('nothing waits any more', () => kept().length === 0, 20_000);
  for (const jid of jids) {
    await bus.heard(`salt/job/${jid}/ret/one`);
    const found = await master.tsalt('tsalt-run', 'jobs.lookup_jid', jid, '--out=json');
    assert.deepEqual(JSON.parse(found.stdout), { one: jid }, JSON.stringify(found));
  }
  assert.deepEqual(readFileSync(ran, 'utf8').trim().split('\n').sort(), [...jids].sort());
  for (const jid of jids) assert.equal(bus.events.filter(({ tag }) => tag === `salt/job/${jid}/ret/one`).length, 1);
});

site.test('the minion is killed while a return waits: its next life delivers it', async () => {
  const jid = newJid();
  const asked = master.job({ tgt: 'one', fun: 'test.sleep', arg: [1], jid }).catch(() => undefined);
  await bus.heard(`salt/job/${jid}/new`);
  master.process.kill();
  await asked;
  await until('the return waits', () => kept().length === 1, 10_000);
  minion.process.kill();
  await minion.ended();
  await master.start();
  bus = await master.hear();
  minion.start();
  await bus.heard(`salt/job/${jid}/ret/one`);
  await until('nothing waits any more', () => kept().length === 0);
  await master.allAnswer('one');
});

site.test('the minion is killed during a job: it comes back and reports the job as interrupted', async () => {
  const jid = newJid();
  const asked = master.job({ tgt: 'one', fun: 'test.sleep', arg: [300], jid, timeoutMs: 20_000 });
  await bus.heard(`salt/job/${jid}/new`);
  minion.process.kill();
  await minion.ended();
  minion.start();
  const { loads, missing } = await asked;
  assert.deepEqual([missing, loads['one']?.['success'], loads['one']?.['retcode']], [[], false, 1]);
  assert.equal(loads['one']?.['return'], 'ERROR: interrupted: the minion ended while the job ran');
  await master.allAnswer('one');
  assert.deepEqual(await master.call('one', 'saltutil.running'), []);
});

site.test('the session key is changed by the file of Salt\'s programs', async () => {
  bus.clear();
  writeFileSync(master.path('cache/.dfn'), 'x', { mode: 0o400 });
  await bus.heard('key', ({ data }) => data['rotate_aes_key'] === true, 10_000);
  assert.ok(!existsSync(master.path('cache/.dfn')));
  await master.allAnswer('one');
});

site.test('the session of a minion is gone from the disk of the master', async () => {
  await master.stop();
  rmSync(master.path('cache/sessions'), { recursive: true });
  await startMasterListening();
  await master.allAnswer('one');
});

site.test('the key is deleted while the minion runs: it is pending again, and works once accepted', async () => {
  const done = await master.tsalt('tsalt-key', '-y', '-d', 'one');
  assert.equal(done.code, 0, done.stderr);
  assert.deepEqual(master.keys('minions'), ['other']);
  // It notices at the next publication, which it cannot open, as a real minion does.
  await master.allAnswer('other');
  assert.deepEqual((await master.job({ tgt: '*', fun: 'test.ping' })).returns, { other: true });
  await until('the pending key', () => master.keys('minions_pre').includes('one'), 30_000);
  assert.equal(minion.exitCode, undefined);
  await until('a word about it', () => /WARNING.*(pending|not.*accepted|accept)/i.test(minion.log()));
  const accepted = await master.tsalt('tsalt-key', '-y', '-a', 'one');
  assert.equal(accepted.code, 0, accepted.stderr);
  await master.allAnswer('one');
});

site.test('a new minion waits for acceptance, asks every acceptance_wait_time, and goes on', async () => {
  const two = new MinionHost(site, 'tsalt', 'two', master, { acceptance_wait_time: 1, log_level_logfile: 'info' });
  two.start();
  await bus.heard('salt/auth', ({ data }) => data['id'] === 'two' && data['act'] === 'pend');
  await until('it asks again', () => bus.events.filter(({ tag, data }) => tag === 'salt/auth' && data['id'] === 'two').length >= 3, 10_000);
  await master.tsalt('tsalt-key', '-y', '-a', 'two');
  await bus.heard('salt/minion/two/start');
  await master.allAnswer('one', 'two');
  assert.equal(await two.stop(), 0);
});

site.test('a rejected minion ends with code 77 and says what to do', async () => {
  const three = new MinionHost(site, 'tsalt', 'three', master);
  three.start();
  await until('the pending key', () => master.keys('minions_pre').includes('three'));
  assert.equal((await master.tsalt('tsalt-key', '-y', '-r', 'three')).code, 0);
  assert.equal(await three.ended(), 77);
  assert.match(three.log(), /ERROR.*tsalt-key -a three/);
});

site.test('another master on the same address is not trusted: the minion ends with a sentence', async () => {
  assert.equal(await minion.stop(), 0);
  await master.stop();
  for (const name of readdirSync(master.path('pki')).filter((file) => /\.(pem|pub)$/.test(file))) rmSync(master.path('pki', name));
  await master.start();
  minion.start();
  assert.equal(await minion.ended(), 1);
  assert.match(minion.log(), /ERROR.*minion_master\.pub/);
  rmSync(minion.path('pki/minion_master.pub'));
  minion.start();
  await master.allAnswer('one');
});
