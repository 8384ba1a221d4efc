/** The example `srv/orch/deploy.sls`: database before application before load balancer, and a stop at the first failure. */
import assert from 'node:assert/strict';
import { cpSync } from 'node:fs';
import { join } from 'node:path';
import type { PlainMap } from '../../src/kernel/std/value.js';
import type { Hearing } from '../support/fleet/events.js';
import { MasterHost } from '../support/fleet/master.js';
import { enrol, MinionHost } from '../support/fleet/minion.js';
import { repository } from '../support/fleet/salt-venv.js';
import { Site } from '../support/fleet/site.js';

const site = new Site();
let master: MasterHost;
let hearing: Hearing;
const ROLES = ['database', 'application', 'balancer'];

site.setUp('a master that serves the examples, and a minion for each role', async () => {
  master = await MasterHost.prepare(site, 'tsalt', 'm', { id: 'hub' });
  for (const folder of ['salt', 'orch']) cpSync(join(repository, 'srv', folder), master.path('srv/salt'), { recursive: true });
  await master.start();
  hearing = await master.hear();
  await enrol(master, hearing, ROLES.map((role) => new MinionHost(site, 'tsalt', role, master, { grains: { role } })));
  await master.allAnswer(...ROLES);
});

const deploy = (...words: string[]) => master.tsalt('tsalt-run', 'state.orchestrate', 'deploy', ...words);

/** Who returned a state run, in the order of events. */
const returned = (): string[] => hearing.events.filter(({ tag, data }) => /^salt\/job\/.*\/ret\//.test(tag) && data['fun'] === 'state.sls').map(({ data }) => String(data['id']));

site.test('the steps come in their order, and the run says what came of each', async () => {
  hearing.clear();
  const { code, stdout } = await deploy('pillar={"version": "1.2"}', '--out=json');
  assert.equal(code, 0, stdout);
  await hearing.heard('demo/deployed', ({ data }) => data['version'] === '1.2');
  assert.deepEqual(returned(), ROLES);
  const { data, retcode } = JSON.parse(stdout) as { data: Record<string, Record<string, PlainMap>>; retcode: number };
  assert.equal(retcode, 0);
  assert.deepEqual(Object.values(data['hub'] ?? {}).map((row) => [row['__id__'], row['result']]), ['database', 'application', 'load balancer', 'tell everybody'].map((id) => [id, true]));
});

site.test('what the run asked for is told by event.trace', async () => {
  const { data } = await hearing.heard('salt/run/*/ret', ({ data: given }) => given['fun'] === 'runner.state.orchestrate');
  const tree = JSON.parse((await master.tsalt('tsalt-run', 'event.trace', String(data['jid']), '--out=json')).stdout) as PlainMap;
  assert.equal(tree['what'], 'runner.state.orchestrate');
  assert.deepEqual((tree['led_to'] as PlainMap[]).map(({ kind, what }) => [kind, what]), [
    ...ROLES.map((role) => ['job', `state.sls on G@role:${role}`]), ['run', 'runner.event.send'],
  ]);
});

site.test('the first failure stops it, is shown with the minion, and is the exit code', async () => {
  await master.call('application', 'grains.setval', ['fails', true]);
  hearing.clear();
  const { code, stdout, stderr } = await deploy();
  assert.equal(code, 1);
  assert.deepEqual(returned(), ['database', 'application']);
  assert.match(stdout, /Run failed on minions: application/);
  assert.match(stdout, /One or more requisite failed: deploy\.application/);
  assert.match(stderr, /\[ERROR {3}\] /);
  assert.ok(!hearing.events.some(({ tag }) => tag === 'demo/deployed'));
});

site.test('a test run changes nothing and says what would be done', async () => {
  await master.call('application', 'grains.delval', ['fails']);
  hearing.clear();
  const { code, stdout } = await deploy('test=True');
  assert.equal(code, 0, stdout);
  assert.match(stdout, /Runner function 'event\.send' would be executed\./);
  assert.ok(!hearing.events.some(({ tag }) => tag === 'demo/deployed'));
});
