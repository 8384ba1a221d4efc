/** Our minions on a real master, asked with the real command line. */
import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { PlainMap } from '../../src/kernel/std/value.js';
import type { Hearing } from '../support/fleet/events.js';
import { MasterHost } from '../support/fleet/master.js';
import { enrol, MinionHost } from '../support/fleet/minion.js';
import { repository, skipWithoutSalt } from '../support/fleet/salt-venv.js';
import { Site } from '../support/fleet/site.js';
import { until } from '../support/fleet/until.js';

const site = new Site(skipWithoutSalt);
const BIG = randomBytes(3_500_000);
const sha256 = (data: Uint8Array): string => createHash('sha256').update(data).digest('hex');
let master: MasterHost;
let bus: Hearing;
let red: MinionHost;
const ids = ['red', 'web1'];

site.setUp('two of our minions are pending on a real master, are accepted and start', async () => {
  master = await MasterHost.prepare(site, 'salt', 'master', { file_recv: true, nodegroups: { webs: 'web*' } });
  master.serve('pillar/top.sls', 'base:\n  "*":\n    - common\n  "web*":\n    - web\n');
  master.serve('pillar/common.sls', '{% set word = "yes" %}common: {{ word }} {{ grains["id"] }}\nlist: [1, 2.5, true, null, "ü"]\n');
  master.serve('pillar/web.sls', 'role: frontend\n');
  master.serve('salt/small.txt', 'small\n');
  master.serve('salt/empty', '');
  master.serve('salt/sub/big.bin', BIG);
  await master.start();
  bus = await master.hear();
  red = new MinionHost(site, 'tsalt', 'red', master, { grains: { colour: 'red', tags: ['a', 'b'], site: { dc: 'lab' } } });
  await enrol(master, bus, [red, new MinionHost(site, 'tsalt', 'web1', master)]);
  assert.deepEqual(master.keys('minions'), ids);
});

/** Words of the target, who answers. */
const TARGETS: readonly (readonly [readonly string[], readonly string[]])[] = [
  [['*'], ids],
  [['r?d'], ['red']],
  [['-L', 'red,web1'], ids],
  [['-E', '(red|db\\d)'], ['red']],
  [['-G', 'colour:r*'], ['red']],
  [['-G', 'site:dc:lab'], ['red']],
  [['-P', 'colour:(red|blue)$'], ['red']],
  [['-I', 'role:front*'], ['web1']],
  [['-J', 'role:front(end|x)'], ['web1']],
  [['-S', '127.0.0.0/8'], ids],
  [['-C', 'G@tags:b or ( web* and not L@red )'], ids],
  [['-N', 'webs'], ['web1']],
];
site.test('targets of every kind', async () => {
  for (const [words, wanted] of TARGETS) {
    assert.deepEqual(await master.command(...words, 'test.ping'), Object.fromEntries(wanted.map((id) => [id, true])), words.join(' '));
  }
});

site.test('a job has the events of one', async () => {
  bus.clear();
  await master.command('red', 'test.echo', 'hi');
  const { data } = await bus.heard('salt/job/*/ret/red', (event) => event.data['fun'] === 'test.echo');
  assert.deepEqual(
    [data['cmd'], data['id'], data['fun'], data['fun_args'], data['return'], data['success'], data['retcode']],
    ['_return', 'red', 'test.echo', ['hi'], 'hi', true, 0],
  );
});

site.test('values, errors and several functions come back', async () => {
  const arg = (await master.command('red', 'test.arg', '{a: [1, 2.5, null, ü]}', 'key=true'))['red'] as { args: unknown; kwargs: PlainMap };
  assert.deepEqual([arg.args, arg.kwargs['key']], [[{ a: [1, 2.5, null, 'ü'] }], true]);
  assert.deepEqual(await master.command('red', 'cmd.run', 'echo $((6*7))', 'python_shell=True'), { red: '42' });
  assert.deepEqual(await master.command('red', 'cmd.retcode', 'exit 3', 'python_shell=True'), { red: 3 });
  assert.deepEqual(await master.command('red', 'no.such'), { red: "'no.such' is not available." });
  assert.deepEqual(await master.command('red', 'test.ping,test.echo', ',', 'hi'), { red: { 'test.ping': true, 'test.echo': 'hi' } });
});

site.test('a failing job gives the command line its exit code', async () => {
  const { code, stdout } = await master.salt('salt', 'red', 'test.retcode', '7');
  assert.deepEqual([code, stdout], [1, 'red:\n    True\n']);
});

site.test('files come through, with their hashes', async () => {
  for (const [name, content] of [['small.txt', Buffer.from('small\n')], ['empty', Buffer.alloc(0)], ['sub/big.bin', BIG]] as const) {
    for (const more of [[], ['gzip=5']]) {
      const dest = red.path(`got-${more.length}-${name.replace('/', '-')}`);
      assert.deepEqual(await master.command('red', 'cp.get_file', `salt://${name}`, dest, ...more), { red: dest });
      assert.equal(sha256(readFileSync(dest)), sha256(content));
    }
  }
  assert.deepEqual(await master.command('red', 'cp.hash_file', 'salt://sub/big.bin'), { red: { hash_type: 'sha256', hsum: sha256(BIG) } });
  assert.deepEqual(await master.command('red', 'cp.list_master'), { red: ['empty', 'small.txt', 'sub/big.bin'] });
  assert.deepEqual(await master.command('red', 'cp.cache_file', 'salt://small.txt'), { red: red.path('cache/files/base/small.txt') });
});

site.test('cp.push brings a large file to the master', async () => {
  writeFileSync(red.path('up.bin'), BIG);
  assert.deepEqual(await master.command('red', 'cp.push', red.path('up.bin')), { red: true });
  assert.equal(sha256(readFileSync(master.path('cache/minions/red/files', red.path('up.bin')))), sha256(BIG));
});

site.test('the pillar that the real master compiled arrives, also anew', async () => {
  assert.deepEqual(await master.command('*', 'pillar.items', 'unmask=True'), {
    red: { common: 'yes red', list: [1, 2.5, true, null, 'ü'] }, web1: { common: 'yes web1', list: [1, 2.5, true, null, 'ü'], role: 'frontend' },
  });
  master.serve('pillar/web.sls', 'role: backend\n');
  assert.deepEqual(await master.command('web1', 'saltutil.refresh_pillar', 'wait=True'), { web1: true });
  assert.deepEqual(await master.command('web1', 'pillar.get', 'role', 'unmask=True'), { web1: 'backend' });
});

site.test('event.send is heard on the bus of the real master', async () => {
  assert.deepEqual(await master.command('red', 'event.send', 'my/tag', '{a: [1, x]}'), { red: true });
  const { data } = await bus.heard('my/tag');
  assert.deepEqual([data['id'], data['cmd'], data['tag'], (data['data'] as PlainMap)['a']], ['red', '_minion_event', 'my/tag', [1, 'x']]);
});

site.test('grains, and one that is set', async () => {
  assert.deepEqual(await master.command('red', 'grains.get', 'site:dc'), { red: 'lab' });
  assert.deepEqual(await master.command('red', 'grains.setval', 'rack', 'r9'), { red: { rack: 'r9' } });
  await until('the new grain on the master', async () => 'red' in await master.command('-G', 'rack:r9', 'grains.get', 'rack'));
});

site.test('find_job sees a running job, kill_job ends it', async () => {
  bus.clear();
  const started = master.salt('salt', '-t', '1', 'red', 'test.sleep', '60');
  const { data } = await bus.heard('salt/job/*/new', (event) => event.data['fun'] === 'test.sleep');
  const jid = String(data['jid']);
  const found = (await master.command('red', 'saltutil.find_job', jid))['red'] as PlainMap;
  assert.deepEqual([found['fun'], found['jid'], found['tgt']], ['test.sleep', jid, 'red']);
  assert.match(String((await master.command('red', 'saltutil.kill_job', jid))['red']), new RegExp(`Signal 9 sent to job ${jid} at pid \\d+`));
  assert.deepEqual((await master.command('red', 'saltutil.running'))['red'], []);
  await started;
});

site.test('the real master starts again under its minions', async () => {
  await master.stop();
  await master.start();
  bus = await master.hear();
  await answered(...ids);
});

site.test('a lost session, a minion that started again', async () => {
  rmSync(master.path('cache/sessions/red'));
  await answered('red');
  await red.stop();
  bus.clear();
  red.start();
  await bus.heard('salt/minion/red/start');
  await answered('red');
});

site.test('a deleted key shuts out our minion until it is accepted again; a rejected one ends it', async () => {
  // This also has the AES key rotated.
  await master.salt('salt-key', '-y', '-d', 'red');
  await bus.heard('key');
  assert.deepEqual(await master.command('*', 'test.ping'), { web1: true });
  await until('the pending key', () => master.keys('minions_pre').includes('red'));
  await master.salt('salt-key', '-y', '-a', 'red');
  await answered('red');
  await red.stop();
  await master.salt('salt-key', '-y', '--include-accepted', '-r', 'red');
  red.start();
  assert.equal(await red.ended(), 77);
});

/** A job that is published before a minion subscribed again is lost; so it is asked again. */
async function answered(...wanted: readonly string[]): Promise<void> {
  await until(`answers of ${wanted.join(', ')}`, async () => {
    // A real master that has just been started may time out: its program then prints no JSON.
    const answers = await master.command('-t', '2', '-L', wanted.join(','), 'test.ping').catch((error: Error): PlainMap => ({ error: error.message }));
    return wanted.every((id) => answers[id] === true);
  });
}

site.test('a real master hears nothing of jobs that last but their returns', async () => {
  bus.clear();
  assert.deepEqual(await master.command('-t', '1', 'web1', 'test.sleep', '4'), { web1: true });
  await bus.heard('salt/job/*/ret/web1', ({ data }) => data['fun'] === 'test.sleep');
  assert.deepEqual(bus.events.filter(({ tag, data }) => JSON.stringify([tag, data]).includes('tsalt')), []);
  assert.doesNotMatch(master.log(), /tsalt/);
});

site.test('tsalt-swarm plays minions of a real master: they sign in, answer jobs, ask for pillar and fire events', async () => {
  const played = ['play1', 'play2', 'play3'];
  const output = master.path('log/swarm');
  const swarm = site.start({
    name: 'tsalt-swarm', outputFile: output,
    argv: [process.execPath, join(repository, 'bin/tsalt-swarm'), '--ret-port', String(master.requestPort), '-n', '3', '--prefix', 'play', '--pillars', '5', '--events', '5', '--out', 'json'],
  });
  await master.accept(...played);
  await until('all are connected', () => readFileSync(output, 'utf8').includes('all 3 are connected'));
  assert.deepEqual(await master.command('play*', 'test.echo', 'hello'), Object.fromEntries(played.map((id) => [id, 'hello'])));
  await bus.heard('swarm/play2');
  swarm.signal('SIGINT');
  assert.equal(await swarm.ended(), 0);
  const summary = JSON.parse(/^\{[^]*^\}/m.exec(readFileSync(output, 'utf8'))?.[0] ?? 'null') as Readonly<Record<string, { count: number; errors: unknown }>>;
  for (const kind of ['sign_ins', 'answers', 'pillars', 'events']) {
    assert.ok((summary[kind]?.count ?? 0) > 0, kind);
    assert.deepEqual(summary[kind]?.errors, {}, kind);
  }
});
