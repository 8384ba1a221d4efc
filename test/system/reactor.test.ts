/** Events lead to reactions on a running master; what led to what is kept and shown. */
import assert from 'node:assert/strict';
import { pushEvents } from '../../src/bus/event/local-client.js';
import type { PlainMap } from '../../src/kernel/std/value.js';
import type { Hearing } from '../support/fleet/events.js';
import { MasterHost } from '../support/fleet/master.js';
import { enrol, MinionHost } from '../support/fleet/minion.js';
import { Site } from '../support/fleet/site.js';

const site = new Site();
let master: MasterHost;
let web: MinionHost;
let hearing: Hearing;

const FILES: Readonly<Record<string, string>> = {
  'ping.sls': "{% if data['id'].startswith('web') %}\nping back:\n  local.test.echo:\n    - tgt: {{ data['id'] }}\n    - arg: [back]\n{% endif %}\n",
  'runner.sls': 'tell:\n  runner.event.send:\n    - args:\n      - tag: told/{{ tag }}\n      - data: {{ data | json }}\n',
  'bad.sls': 'fine:\n  local.test.ping:\n    - tgt: {{ data.nothing.at.all }}\n',
  'endless.sls': '{% for a in range(100000) %}{% for b in range(100000) %}{% endfor %}{% endfor %}\n',
  'loop.sls': "again:\n  local.event.send:\n    - tgt: web1\n    - args:\n      - tag: my/loop\n      - data: {n: 1}\n",
};

site.setUp('a master that reacts, and a minion', async () => {
  master = await MasterHost.prepare(site, 'tsalt', 'm', {
    reactor: [
      { 'my/ping/*': ['salt://reactor/ping.sls'] }, { 'my/runner': [`${site.dir}/m/srv/salt/reactor/runner.sls`] }, { 'my/bad': ['salt://reactor/bad.sls', `${site.dir}/m/srv/salt/reactor/run*.sls`] },
      { 'my/endless': ['salt://reactor/endless.sls'] }, { 'my/loop': ['salt://reactor/loop.sls'] },
    ],
    schedule: { tell: { function: 'event.send', args: ['scheduled/tell', { by: 'the clock' }], seconds: 2 }, bad: { function: 'no.such', seconds: 3600 } },
  });
  for (const [name, text] of Object.entries(FILES)) site.write(`m/srv/salt/reactor/${name}`, text);
  await master.start();
  hearing = await master.hear();
  web = new MinionHost(site, 'tsalt', 'web1', master);
  await enrol(master, hearing, [web]);
  await master.allAnswer('web1');
});

const firstOf = (happening: PlainMap | undefined): PlainMap | undefined => (happening?.['led_to'] as PlainMap[] | undefined)?.[0];
const fire = (tag: string, data: PlainMap = {}) => pushEvents(master.bus.pull, [{ tag, data }]);
const json = async (...words: string[]): Promise<unknown> => JSON.parse((await master.tsalt('tsalt-run', ...words, '--out=json')).stdout) as unknown;

site.test('an event of a minion leads to a job, and the chain is shown from its first cause to the returns', async () => {
  hearing.clear();
  await master.call('web1', 'event.send', ['my/ping/x', { n: 1 }]);
  const { data } = await hearing.heard('salt/job/*/ret/web1', ({ data: given }) => given['fun'] === 'test.echo');
  const tree = await json('event.trace', String(data['jid'])) as PlainMap;
  assert.deepEqual([tree['kind'], tree['what']], ['job', 'event.send on web1']);
  const event = firstOf(tree);
  assert.deepEqual([event?.['kind'], event?.['what'], event?.['minion']], ['event', 'my/ping/x', 'web1']);
  const reaction = firstOf(event);
  assert.deepEqual([reaction?.['kind'], reaction?.['what']], ['reaction', 'salt://reactor/ping.sls:2 (ping back)']);
  const job = firstOf(reaction);
  assert.deepEqual([job?.['what'], job?.['id'], job?.['returns']], ['test.echo on web1', data['jid'], { web1: { success: true, retcode: 0 } }]);
  const { stdout } = await master.tsalt('tsalt-run', 'event.trace', String(data['jid']));
  assert.match(stdout, /^job event\.send on web1 {2}\[.*\n├─ return of web1: done\n└─ event my\/ping\/x from web1 .*\n {3}└─ reaction salt:\/\/reactor\/ping\.sls:2 \(ping back\) .*\n {6}└─ job test\.echo on web1 .*\n {9}└─ return of web1: done\n$/);
});

site.test('a reaction that does not apply does nothing; a runner runs as the user Reactor', async () => {
  hearing.clear();
  await fire('my/ping/y', { id: 'db1' });
  await fire('my/runner', { n: 7 });
  const { data } = await hearing.heard('told/my/runner');
  assert.equal(data['n'], 7);
  assert.ok(hearing.events.some(({ tag, data: given }) => tag.startsWith('salt/run/') && given['user'] === 'Reactor' && given['fun'] === 'runner.event.send'));
  assert.ok(!hearing.events.some(({ tag, data: given }) => tag.startsWith('salt/job/') && given['fun'] === 'test.echo'));
});

site.test('a file that cannot be rendered is seen with its line; the other file reacts', async () => {
  hearing.clear();
  await fire('my/bad', { n: 1 });
  const { data } = await hearing.heard('tsalt/reactor/failed');
  assert.equal(data['reaction'], 'salt://reactor/bad.sls');
  assert.match(String(data['error']), /Jinja variable 'dict object' has no attribute 'nothing'; line 3/);
  await hearing.heard('told/my/bad');
  assert.match(master.log(), /reaction failed[^]*bad\.sls/);
});

site.test('a template without end holds up neither jobs nor other reactions, and is ended', async () => {
  hearing.clear();
  await fire('my/endless');
  await fire('my/runner', { n: 8 });
  await hearing.heard('told/my/runner');
  assert.deepEqual(await master.call('web1', 'test.ping'), true);
  const { data } = await hearing.heard('tsalt/reactor/failed');
  assert.equal(data['reaction'], 'salt://reactor/endless.sls');
});

site.test('a reaction that causes its own event is stopped, with an event that says so', async () => {
  hearing.clear();
  await fire('my/loop');
  const { data } = await hearing.heard('tsalt/reactor/loop');
  assert.equal(data['reactions'], 20);
  const before = hearing.events.filter(({ tag }) => tag === 'my/loop').length;
  assert.equal(before, 21);
});

site.test('the runner reactor changes what is reacted to, and whether', async () => {
  assert.equal((await json('reactor.list') as unknown[]).length, 5);
  assert.deepEqual(await json('reactor.add', 'my/new', 'salt://reactor/runner.sls'), { status: true, comment: 'Reactor added.' });
  hearing.clear();
  await fire('my/new');
  await hearing.heard('told/my/new');
  assert.deepEqual(await json('reactor.delete', 'my/new'), { status: true, comment: 'Reactor deleted.' });
  assert.equal(await json('reactor.set_leader', 'False'), false);
  hearing.clear();
  await fire('my/runner');
  assert.equal(await json('reactor.set_leader', 'True'), true);
  assert.equal(await json('reactor.is_leader'), true);
  assert.ok(!hearing.events.some(({ tag }) => tag === 'told/my/runner'));
});

site.test('runners run at their times; one that fails is in the log', async () => {
  hearing.clear();
  const { data: first } = await hearing.heard('scheduled/tell');
  hearing.clear();
  const { data: second } = await hearing.heard('scheduled/tell');
  assert.deepEqual([first['by'], second['by']], ['the clock', 'the clock']);
  assert.notEqual(first['_stamp'], second['_stamp'], 'each has its own time');
  assert.match(master.log(), /scheduled runner failed: .*no\.such.* job=bad/);
});

site.test('what nobody knows is said so', async () => {
  const { stderr, stdout, code } = await master.tsalt('tsalt-run', 'event.trace', 'nobody');
  assert.match(`${stdout}${stderr}`, /Nothing is known of 'nobody'/);
  assert.equal(code, 1);
});
