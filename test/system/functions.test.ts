/** The function service of `docs/containers.md`, end to end on a real Podman service: an event with a payload goes in, an event with the output comes back. */
import assert from 'node:assert/strict';
import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { DockerClient } from '../../src/kernel/sys/docker/client.js';
import type { PlainMap, Value } from '../../src/kernel/std/value.js';
import { pushEvents } from '../../src/bus/event/local-client.js';
import type { Hearing } from '../support/fleet/events.js';
import { MasterHost } from '../support/fleet/master.js';
import { enrol, MinionHost } from '../support/fleet/minion.js';
import { repository } from '../support/fleet/salt-venv.js';
import { Site } from '../support/fleet/site.js';
import { until } from '../support/fleet/until.js';
import { IMAGE, openPodman } from '../support/servers/podman.js';

const podman = await openPodman();
const site = new Site('skip' in podman ? podman.skip : false);
let master: MasterHost;
let hearing: Hearing;
if ('url' in podman) site.own(podman);

site.setUp('a master with the example, a minion that runs containers', async () => {
  assert.ok('url' in podman);
  await new DockerClient(podman.url).ask({
    method: 'POST', path: `/images/${IMAGE}/tag`, query: { repo: 'functions.local/tools', tag: '1' }, silenceMs: 60_000, signal: new AbortController().signal,
  });
  master = await MasterHost.prepare(site, 'tsalt', 'm', { reactor: [{ 'functions/call/*': [join(site.dir, 'm/srv/reactor/function.sls')] }] });
  for (const path of ['reactor/function.sls', 'salt/_modules/functions.mjs', 'pillar/functions.sls']) cpSync(join(repository, 'srv', path), master.path('srv', path), { recursive: true });
  master.serve('pillar/top.sls', "base:\n  '*':\n    - functions\n    - slow\n");
  master.serve('pillar/slow.sls', "functions:\n  slow:\n    image: functions.local/tools:1\n    command: [sleep, '600']\n    seconds: 600\n");
  await master.start();
  hearing = await master.hear();
  await enrol(master, hearing, [new MinionHost(site, 'tsalt', 'fn1', master, { grains: { role: 'functions' }, 'docker.url': podman.url })]);
  await master.allAnswer('fn1');
  assert.deepEqual(await master.call('fn1', 'saltutil.sync_modules'), ['modules.functions']);
});

let calls = 0;

/** Fires the event and waits for the one that answers it, and for the return of the job. */
async function asked(name: string, payload: Value): Promise<{ event: PlainMap; returned: PlainMap }> {
  calls += 1;
  const call = `call-${calls}`;
  await pushEvents(master.bus.pull, [{ tag: `functions/call/${name}`, data: { call, payload } }]);
  const { data } = await hearing.heard(`functions/*/${name}`, ({ data: given }) => (given['data'] as PlainMap | undefined)?.['call'] === call);
  const { data: returned } = await hearing.heard('salt/job/*/ret/fn1', ({ data: given }) => (given['return'] as PlainMap | null)?.['call'] === call);
  return { event: data, returned };
}

async function nothingIsLeft(): Promise<void> {
  assert.ok('url' in podman);
  assert.deepEqual(await podman.ask('/containers/json?all=1'), []);
}

site.test('an event runs a container with its payload; the output is an event and a return; the container is gone', async () => {
  const { event, returned } = await asked('count', { text: 'a b c' });
  assert.deepEqual(event['data'], { call: 'call-1', code: 0, stdout: `${'{"text":"a b c"}'.length}\n`, stderr: '' });
  assert.equal(event['id'], 'fn1');
  assert.deepEqual(returned['return'], event['data']);
  assert.equal(returned['success'], true);
  await nothingIsLeft();
});

site.test('a payload is data: neither a shell nor a template reads it', async () => {
  const payload = { '<<': 'x', "it's": '"; echo $(id) `id` {{ 7 * 7 }} {% raise %}', list: [1, null, true, '- a: b\n#c', 'ä€😀'], __kwarg__: true, deep: { '!!python/object': '*' } };
  const { event } = await asked('echo', payload);
  const answer = event['data'] as PlainMap;
  assert.equal(answer['code'], 0, JSON.stringify(answer));
  assert.deepEqual(JSON.parse(String(answer['stdout'])), payload);
});

site.test('what fails comes back with its exit code and its words', async () => {
  const { event, returned } = await asked('fail', {});
  assert.deepEqual([event['data'], returned['retcode'], returned['success']], [{ call: 'call-3', code: 3, stdout: '', stderr: 'no disk\n' }, 1, false]);
  assert.ok(hearing.events.some(({ tag }) => tag === 'functions/failed/fail'));
  await nothingIsLeft();
});

site.test('what takes too long is ended; what is too large, or has no such name, never begins', async () => {
  const { event } = await asked('sleep', null);
  assert.deepEqual(event['data'], { call: 'call-4', code: 137, stdout: '', stderr: '', error: 'ended after 1 seconds' });
  const { event: large } = await asked('echo', 'x'.repeat(64 * 1024));
  assert.deepEqual(large['data'], { call: 'call-5', code: null, error: 'the payload has more than 65536 bytes' });
  const { event: unknown } = await asked('constructor', {});
  assert.deepEqual(unknown['data'], { call: 'call-6', code: null, error: "there is no function 'constructor'" });
  await nothingIsLeft();
});

site.test('a job that is killed takes its container along', async () => {
  assert.ok('url' in podman);
  const { url } = podman;
  const running = (): Promise<unknown[]> => podman.ask('/containers/json').then((rows) => rows as unknown[]);
  await pushEvents(master.bus.pull, [{ tag: 'functions/call/slow', data: {} }]);
  const { data } = await hearing.heard('salt/job/*/new', ({ data: given }) => JSON.stringify(given['arg']).includes('slow'));
  await until(`a container at ${url}`, async () => (await running()).length === 1);
  await master.call('fn1', 'saltutil.kill_job', [String(data['jid'])]);
  await until('the end of the container', async () => (await running()).length === 0);
  await until('nothing left', async () => ((await podman.ask('/containers/json?all=1')) as unknown[]).length === 0);
});
