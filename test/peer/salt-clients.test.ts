/** Programs of real Salt on the host of our master: `salt`, `salt-key`, `salt-run`, `salt-call`, and its event library. */
import assert from 'node:assert/strict';
import { pushEvents } from '../../src/bus/event/local-client.js';
import type { PlainMap } from '../../src/kernel/std/value.js';
import type { Hearing } from '../support/fleet/events.js';
import { MasterHost } from '../support/fleet/master.js';
import { enrol, MinionHost } from '../support/fleet/minion.js';
import { runCommand } from '../support/fleet/program.js';
import { saltProgram, skipWithoutSalt } from '../support/fleet/salt-venv.js';
import { Site } from '../support/fleet/site.js';
import { until } from '../support/fleet/until.js';

const site = new Site(skipWithoutSalt);
let master: MasterHost;
let bus: Hearing;
/** Runs no daemon: `salt-call` signs in for itself. */
let caller: MinionHost;

/** Says what it hears below a tag, and fires an event when it is ready. */
const LISTENER = `
import json, sys, salt.config, salt.utils.event
opts = salt.config.client_config(sys.argv[1])
with salt.utils.event.get_event("master", sock_dir=opts["sock_dir"], opts=opts, listen=True) as bus:
    bus.connect_pub()
    assert bus.fire_event({"ready": [1, "x", None, 1.5, {"a": True}]}, "from/python", timeout=10000)
    event = bus.get_event(wait=30, tag="to/python", full=True)
    json.dump(event, sys.stdout, default=str)
`;

site.setUp('our master with two minions of ours', async () => {
  master = await MasterHost.prepare(site, 'tsalt', 'master', { nodegroups: { webs: 'web*' } });
  master.serve('pillar/top.sls', 'base:\n  "*":\n    - one\n');
  master.serve('pillar/one.sls', 'word: yes it is\n');
  master.serve('salt/one.sls', 'nothing:\n  test.nop: []\n');
  master.serve('salt/file', 'content\n');
  await master.start();
  bus = await master.hear();
  await enrol(master, bus, [new MinionHost(site, 'tsalt', 'web1', master, { grains: { role: 'db' } }), new MinionHost(site, 'tsalt', 'red', master)]);
  caller = new MinionHost(site, 'salt', 'caller', master);
});

site.test('salt asks our minions by every kind of target', async () => {
  for (const [words, wanted] of [
    [['*'], ['red', 'web1']], [['-L', 'red,web1'], ['red', 'web1']], [['-E', 'r.d'], ['red']], [['-G', 'role:db'], ['web1']],
    [['-C', 'G@role:db or red'], ['red', 'web1']], [['-N', 'webs'], ['web1']], [['-I', 'word:yes*'], ['red', 'web1']],
  ] as const) {
    const { stdout, stderr } = await master.salt('salt', ...words, '--out=json', '--static', 'test.ping');
    assert.deepEqual(JSON.parse(stdout), Object.fromEntries(wanted.map((id) => [id, true])), `${words.join(' ')}: ${stderr}`);
  }
});

site.test('salt prints answers as they come, with arguments and errors', async () => {
  assert.equal((await master.salt('salt', 'red', 'test.echo', 'a b')).stdout, 'red:\n    a b\n');
  const missing = await master.salt('salt', 'red', 'no.such');
  assert.deepEqual([missing.stdout, missing.code], ["red:\n    'no.such' is not available.\n", 1]);
  assert.equal((await master.salt('salt', 'none', 'test.ping')).stdout, 'No minions matched the target. No command was sent, no jid was assigned.\n');
  assert.match((await master.salt('salt', '--async', 'red', 'test.ping')).stdout, /^Executed command with job ID: \d{20}\n$/);
});

site.test('salt-key lists, accepts and deletes keys of our master, and our bus hears it', async () => {
  caller.start();
  await until('the pending key', () => master.keys('minions_pre').includes('caller'));
  await caller.stop();
  const list = await master.salt('salt-key', '-L', '--out=json');
  assert.deepEqual(JSON.parse(list.stdout), { minions: ['red', 'web1'], minions_pre: ['caller'], minions_denied: [], minions_rejected: [] });
  assert.equal((await master.salt('salt-key', '-y', '-a', 'caller')).code, 0);
  assert.deepEqual(master.keys('minions'), ['caller', 'red', 'web1']);
  const { data } = await bus.heard('salt/key', (event) => event.data['id'] === 'caller');
  assert.deepEqual([data['act'], data['result']], ['accepted', true]);
});

site.test('salt-call runs as a minion of our master: pillar, files, states, events', async () => {
  const call = async (...words: readonly string[]): Promise<unknown> => {
    const { stdout, stderr } = await caller.callProgram('--out=json', ...words);
    return (JSON.parse(stdout || `{"local": ${JSON.stringify(stderr)}}`) as PlainMap)['local'];
  };
  assert.equal(await call('test.ping'), true);
  await bus.heard('salt/job/*/ret/caller', (event) => event.data['fun'] === 'test.ping');
  assert.deepEqual(await call('pillar.items', 'unmask=True'), { word: 'yes it is' });
  assert.equal(await call('cp.get_file_str', 'salt://file'), 'content\n');
  const states = await call('state.apply', 'one') as PlainMap;
  assert.deepEqual(Object.values(states).map((state) => (state as PlainMap)['result']), [true]);
  assert.equal(await call('event.send', 'called/tag', '{a: 1}'), true);
  await bus.heard('called/tag');
  assert.deepEqual(await call('publish.publish', 'red', 'test.ping'), {});
});

site.test('what salt-call returned is in the job store', async () => {
  const { data } = await bus.heard('salt/job/*/ret/caller', (event) => event.data['fun'] === 'test.ping');
  const { stdout } = await master.tsalt('tsalt-run', '--out=json', 'jobs.lookup_jid', String(data['jid']));
  assert.deepEqual(JSON.parse(stdout), { caller: true });
});

site.test('salt-run runs runners that ask our master and our minions', async () => {
  const up = await master.salt('salt-run', '--out=json', 'manage.up');
  assert.deepEqual(JSON.parse(up.stdout), ['red', 'web1'], up.stderr);
  const arg = await master.salt('salt-run', '--out=json', 'test.arg', 'x');
  assert.deepEqual((JSON.parse(arg.stdout) as PlainMap)['args'], ['x']);
  await bus.heard('salt/run/*/ret', (event) => event.data['fun'] === 'runner.test.arg');
  const accepted = await master.salt('salt-run', '--out=json', 'event.send', 'run/tag', '{a: 1}');
  assert.equal(JSON.parse(accepted.stdout), true);
  assert.equal((await bus.heard('run/tag')).data['a'], 1);
});

site.test('the event library of Salt fires on our bus and hears it', async () => {
  bus.clear();
  const listening = runCommand([saltProgram('python'), '-c', LISTENER, master.path('conf/master')]);
  const { data } = await bus.heard('from/python');
  assert.deepEqual(data['ready'], [1, 'x', null, 1.5, { a: true }]);
  assert.ok(await pushEvents(master.bus.pull, [{ tag: 'to/python', data: { text: 'ü', list: [1, 2.5, null] } }]));
  const { stdout, stderr } = await listening;
  const heard = JSON.parse(stdout || 'null') as { tag: string; data: PlainMap } | null;
  assert.deepEqual([heard?.tag, heard?.data['text'], heard?.data['list']], ['to/python', 'ü', [1, 2.5, null]], stderr);
});

site.test('files that salt needed for its jobs go when our master ends', async () => {
  // salt-run keeps jobs of its own there: those stay.
  const jobs = async (): Promise<string> => (await runCommand(['grep', '-rl', 'test.echo', master.path('cache/jobs')])).stdout;
  assert.notEqual(await jobs(), '');
  await master.stop();
  assert.equal(await jobs(), '');
});
