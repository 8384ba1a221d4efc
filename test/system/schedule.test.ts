/** The scheduler of a running minion: changed by jobs and by a command on its own machine, kept over a restart, from the pillar too. */
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isPlainMap, type PlainMap } from '../../src/kernel/std/value.js';
import type { Hearing } from '../support/fleet/events.js';
import { MasterHost } from '../support/fleet/master.js';
import { enrol, MinionHost } from '../support/fleet/minion.js';
import { runCommand } from '../support/fleet/program.js';
import { repository } from '../support/fleet/salt-venv.js';
import { Site } from '../support/fleet/site.js';

const site = new Site();
let master: MasterHost;
let minion: MinionHost;
let hearing: Hearing;

site.setUp('a master and a minion with a job in its pillar', async () => {
  master = await MasterHost.prepare(site, 'tsalt', 'm');
  site.write('m/srv/pillar/top.sls', "base:\n  '*':\n    - jobs\n");
  site.write('m/srv/pillar/jobs.sls', 'schedule:\n  from pillar:\n    function: test.echo\n    args: [of the pillar]\n    seconds: 2\n');
  await master.start();
  hearing = await master.hear();
  minion = new MinionHost(site, 'tsalt', 'web1', master);
  await enrol(master, hearing, [minion]);
  await master.allAnswer('web1');
});

const ran = (name: string) => hearing.heard('salt/job/*/ret/web1', ({ data }) => data['schedule'] === name);
const call = async (...words: string[]): Promise<PlainMap> => {
  const { stdout, stderr } = await runCommand([process.execPath, join(repository, 'bin/tsalt-call'), '-c', minion.configDir, '--out=json', ...words]);
  const { local } = JSON.parse(stdout === '' ? `{"local": ${JSON.stringify(stderr)}}` : stdout) as PlainMap;
  return isPlainMap(local ?? null) ? local as PlainMap : { local: local ?? null };
};

site.test('jobs of the pillar run again and again, and are kept as jobs by the master', async () => {
  const { data } = await ran('from pillar');
  assert.deepEqual([data['fun'], data['fun_args'], data['return'], data['success']], ['test.echo', ['of the pillar'], 'of the pillar', true]);
  hearing.clear();
  await ran('from pillar');
  assert.match(JSON.stringify(await master.job({ tgt: ['web1'], tgtType: 'list', fun: 'schedule.job_status', arg: ['from pillar'] })), /_next_fire_time/);
});

site.test('a command on the machine of the minion changes what the minion runs', async () => {
  assert.deepEqual(await call('--local', 'schedule.add', 'by call', 'function=test.ping', 'seconds=1'), { comment: 'Added job: by call to schedule.', result: true, changes: { 'by call': 'added' } });
  await ran('by call');
  const kept = join(minion.configDir, 'minion.d/_schedule.conf');
  assert.match(readFileSync(kept, 'utf8'), /by call/);
  assert.equal((await call('--local', 'schedule.delete', 'by call'))['result'], true);
  hearing.clear();
  assert.ok(!readFileSync(kept, 'utf8').includes('by call'));
});

site.test('what is to be told and not kept is heard under the word of Salt', async () => {
  await master.call('web1', 'schedule.add', ['told'], { function: 'test.echo', job_args: ['only told'], seconds: 3600, return_job: 'nocache' });
  const { data } = await hearing.heard('salt/job/nocache/ret/web1');
  assert.deepEqual([data['jid'], data['schedule'], data['return'], data['success']], ['nocache', 'told', 'only told', true]);
  assert.doesNotMatch(master.log(), /return in quarantine/);
});

site.test('what was added is there after a restart of the minion; a failure says why', async () => {
  await master.call('web1', 'schedule.add', ['fails'], { function: 'test.exception', job_args: ['on purpose'], seconds: 3600 });
  const { data } = await ran('fails');
  assert.equal(data['success'], false);
  assert.match(String(data['return']), /on purpose/);
  await minion.stop();
  hearing.clear();
  minion.start();
  await master.allAnswer('web1');
  assert.ok(isPlainMap(await master.call('web1', 'schedule.is_enabled', ['fails'])));
  await ran('fails');
});

site.test('without a minion the command changes the file alone', async () => {
  await minion.stop();
  assert.equal((await call('--local', 'schedule.delete', 'fails'))['result'], true);
  assert.ok(existsSync(join(minion.configDir, 'minion.d/_schedule.conf')));
  assert.match(JSON.stringify(await call('--local', 'schedule.list', 'return_yaml=False')), /^(?!.*fails)/);
});
