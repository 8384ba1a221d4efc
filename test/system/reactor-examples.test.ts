/** The examples of `srv/reactor`, from a key that nobody accepted to a state run and a notice that it failed. */
import assert from 'node:assert/strict';
import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { pushEvents } from '../../src/bus/event/local-client.js';
import type { PlainMap } from '../../src/kernel/std/value.js';
import type { Hearing } from '../support/fleet/events.js';
import { MasterHost } from '../support/fleet/master.js';
import { MinionHost } from '../support/fleet/minion.js';
import { repository } from '../support/fleet/salt-venv.js';
import { Site } from '../support/fleet/site.js';

const site = new Site();
let master: MasterHost;
let hearing: Hearing;

const example = (name: string): string => join(site.dir, 'm/srv/reactor', `${name}.sls`);

site.setUp('a master with the examples', async () => {
  master = await MasterHost.prepare(site, 'tsalt', 'm', {
    reactor: [
      { 'salt/auth': [example('accept-key')] }, { 'salt/minion/*/start': [example('highstate-on-start')] }, { 'salt/beacon/*/service/*': [example('heal-service')] },
      { 'salt/job/*/ret/*': [example('notify')] }, { 'demo/autoscale': [example('autoscale')] },
    ],
  });
  cpSync(join(repository, 'srv/reactor'), master.path('srv/reactor'), { recursive: true });
  for (const folder of ['salt', 'orch']) cpSync(join(repository, 'srv', folder), master.path('srv/salt'), { recursive: true });
  master.serve('top.sls', "base:\n  'web-*':\n    - demo.step\n");
  await master.start();
  hearing = await master.hear();
});

site.test('a minion of an expected name comes in by itself and gets its states; one of another name waits', async () => {
  for (const id of ['web-1', 'db-1']) new MinionHost(site, 'tsalt', id, master, { acceptance_wait_time: 1 }).start();
  const { data } = await hearing.heard('salt/job/*/ret/web-1', ({ data: given }) => given['fun'] === 'state.apply');
  assert.equal(data['success'], true);
  assert.deepEqual(master.keys('minions'), ['web-1']);
  assert.deepEqual(master.keys('minions_pre'), ['db-1']);
});

site.test('a run that fails is told', async () => {
  hearing.clear();
  await master.call('web-1', 'state.single', ['test.fail_without_changes', 'name=broken']);
  const { data } = await hearing.heard('demo/failed/web-1');
  assert.equal(data['fun'], 'state.single');
});

site.test('a stopped service is started; a running one is left alone', async () => {
  hearing.clear();
  const beacon = (running: boolean): PlainMap => ({ id: 'web-1', demo: { running } });
  await pushEvents(master.bus.pull, [true, false].map((running) => ({ tag: 'salt/beacon/web-1/service/demo', data: beacon(running) })));
  const { data } = await hearing.heard('salt/job/*/new', ({ data: given }) => given['fun'] === 'service.start');
  assert.deepEqual(data['arg'], [{ name: 'demo', __kwarg__: true }]);
  assert.equal(hearing.events.filter(({ tag, data: given }) => tag.endsWith('/new') && given['fun'] === 'service.start').length, 1);
});

site.test('an orchestration starts from a reaction', async () => {
  hearing.clear();
  await pushEvents(master.bus.pull, [{ tag: 'demo/autoscale', data: {} }]);
  const { data } = await hearing.heard('salt/run/*/ret', ({ data: given }) => given['fun'] === 'runner.state.orchestrate');
  assert.equal(data['user'], 'Reactor');
  assert.equal((data['return'] as PlainMap)['outputter'], 'highstate');
});
