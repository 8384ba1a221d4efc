/**
 * The same faults between tsalt and real Salt. Between a real minion and our master only what that minion does is lost: it sends a
 * return a few times and gives up, so a master that is away for longer loses it. What our master acknowledged stays.
 */
import assert from 'node:assert/strict';
import { sleep } from '../../src/kernel/std/async.js';
import { MasterHost } from '../support/fleet/master.js';
import { MinionHost } from '../support/fleet/minion.js';
import { skipWithoutSalt } from '../support/fleet/salt-venv.js';
import { Site } from '../support/fleet/site.js';
import { until } from '../support/fleet/until.js';
import { FaultFleet, keptReturns, randomPause } from '../support/faults/fault-fleet.js';
import { markingJob, History, valueOf } from '../support/faults/history.js';
import { newJid } from '../../src/kernel/std/time.js';

const site = new Site(skipWithoutSalt);
let fleet: FaultFleet;

site.setUp('a real minion on our master, behind a proxy', async () => {
  fleet = await FaultFleet.start(site, { ids: ['real'], minionKind: 'salt', minion: { request_channel_timeout: 10, request_channel_tries: 6 } });
});

async function during(seconds: number, begin: () => void): Promise<void> {
  const asked = Array.from({ length: 5 }, async () => {
    await randomPause(fleet.random, seconds * 1000);
    await fleet.ask(['real'], fleet.random.below(10) / 10, 5000 + seconds * 1000);
  });
  await randomPause(fleet.random, 500);
  begin();
  await sleep(seconds * 1000, undefined, true);
  for (const proxy of [fleet.requests, fleet.publications]) proxy.heal();
  await Promise.all(asked);
  await fleet.master.allAnswer('real');
}

site.test('a partition between a real minion and our master', async () => {
  await during(3, () => {
    fleet.requests.partition();
    fleet.publications.partition();
  });
  await fleet.assertKept();
});

site.test('connections of a real minion break while our master answers', async () => {
  await during(2, () => {
    fleet.requests.cut();
    fleet.publications.cut();
  });
  await fleet.assertKept();
});

site.test('our minion keeps its returns while a real master is away, and they come once', async () => {
  await Promise.all(fleet.minions.map((minion) => minion.stop()));
  const master = await MasterHost.prepare(site, 'salt', 'real-master', {});
  await master.start();
  const bus = await master.hear();
  const minion = new MinionHost(site, 'tsalt', 'ours', master, { request_channel_timeout: 4, request_channel_tries: 1, auth_timeout: 3 });
  minion.launch = { env: { FAULTS_ID: 'ours', FAULTS_MARKS: minion.path('marks') } };
  minion.start();
  await master.accept('ours');
  await bus.heard('salt/minion/ours/start');
  const history = new History(`${site.dir}/peer.jsonl`);
  // Real Salt takes no job id from us: each job has a label of ours, and gets an id.
  const labels = [newJid(), newJid(), newJid()];
  const jids: string[] = [];
  for (const label of labels) {
    const done = await master.salt('salt', '--async', 'ours', 'cmd.run', markingJob(label, 8), 'python_shell=True');
    jids.push(/job ID: (\d+)/.exec(done.stdout)?.[1] ?? assert.fail(done.stderr + done.stdout));
  }
  await until('the jobs run', () => {
    history.takeMarks(minion.path('marks'), 'ours');
    return history.count('started') === jids.length;
  });
  master.process.kill();
  await until('the returns wait on disk', () => keptReturns(minion) === jids.length);
  await master.start();
  await until('nothing waits any more', () => keptReturns(minion) === 0, 90_000);
  history.takeMarks(minion.path('marks'), 'ours');
  assert.deepEqual([history.count('started'), history.count('done')], [jids.length, jids.length], 'each ran once');
  for (const [at, jid] of jids.entries()) {
    const found = await master.salt('salt-run', 'jobs.lookup_jid', jid, '--out=json');
    assert.deepEqual(JSON.parse(found.stdout), { ours: valueOf(labels[at] ?? '', 'ours') });
  }
});
