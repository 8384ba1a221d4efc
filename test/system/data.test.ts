/** What a master gives to its minions and hears of them: pillar, files, mine, events, presence; and `tsalt-call`. */
import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { eventSocketHash } from '../../src/bus/crypto/digest.js';
import { pushEvents } from '../../src/bus/event/local-client.js';
import type { PlainMap, Value } from '../../src/kernel/std/value.js';
import type { Hearing } from '../support/fleet/events.js';
import type { MasterHost } from '../support/fleet/master.js';
import type { MinionHost } from '../support/fleet/minion.js';
import { Site } from '../support/fleet/site.js';
import { startFleet } from './kit/fleet.js';

const site = new Site();
const BIG = randomBytes(3_500_000);
const sha256 = (data: Uint8Array): string => createHash('sha256').update(data).digest('hex');
let master: MasterHost;
let web: MinionHost;
let db: MinionHost;
let bus: Hearing;

const PILLAR: Readonly<Record<string, string>> = {
  'top.sls': `
base:
  '*':
    - common
  'web*':
    - web
  'site:dc:lab':
    - match: grain
    - lab
  'web1 or ( G@site:dc:lab and not db1 )':
    - match: compound
    - chosen
  'db1,nobody':
    - match: list
    - listed
dev:
  'web1':
    - only_dev
`,
  'common.sls': 'common: everybody\nmerged: {a: 1, deep: {x: [1, 2.5, true, null], text: "ü"}}\n',
  'web.sls': 'role: frontend\nmerged: {b: 2, deep: {y: 1}}\ninclude:\n  - web_more\n',
  'web_more.sls': 'more: included\n',
  'lab.sls': 'lab: true\n',
  'chosen.sls': 'chosen: yes\n',
  'listed.sls': 'listed: here\n',
};

site.setUp('a master with data, and two minions, start', async () => {
  const file = (path: string, text: string | Uint8Array): string => site.write(join('master/srv', path), text);
  for (const [name, text] of Object.entries(PILLAR)) file(`pillar/${name}`, text);
  file('pillar-dev/only_dev.sls', 'dev: pillar\n');
  file('salt/small.txt', 'small\n');
  file('salt/empty', '');
  file('salt/sub/big.bin', BIG);
  file('salt/sub/übung.txt', 'ü\n');
  file('salt-dev/small.txt', 'small of dev\n');
  file('secret.txt', 'not served\n');
  const srv = join(site.dir, 'master/srv');
  const fleet = await startFleet(site, ['web1', 'db1'], {
    master: {
      presence_events: true, file_roots: { base: [join(srv, 'salt')], dev: [join(srv, 'salt-dev')] },
      pillar_roots: { base: [join(srv, 'pillar')], dev: [join(srv, 'pillar-dev')] },
    },
    minion: { grains: { site: { dc: 'lab' } }, mine_functions: { 'test.ping': [], 'grains.get': ['site:dc'] } },
  });
  ({ master, bus } = fleet);
  [web, db] = fleet.minions as [MinionHost, MinionHost];
});

site.test('pillar reaches whom the top file names, by glob, grain, compound and list', async () => {
  const common = { common: 'everybody', lab: true };
  const deep = { x: [1, 2.5, true, null], text: 'ü' };
  assert.deepEqual(plain(await master.call('db1', 'pillar.items', [], OPEN)), { ...common, listed: 'here', merged: { a: 1, deep } });
  assert.deepEqual(plain(await master.call('web1', 'pillar.items', [], OPEN)), {
    ...common, role: 'frontend', more: 'included', chosen: true, dev: 'pillar', merged: { a: 1, b: 2, deep: { ...deep, y: 1 } },
  });
});

/** Without it the values are asterisks. */
const OPEN = { unmask: true };

/** Floats as numbers. */
const plain = (value: Value): unknown => JSON.parse(JSON.stringify(value));

site.test('a changed pillar is seen after saltutil.refresh_pillar', async () => {
  master.serve('pillar/common.sls', 'common: changed\n');
  assert.equal(await master.call('db1', 'pillar.get', ['common'], OPEN), 'everybody');
  assert.deepEqual((await master.job({ tgt: '*', fun: 'saltutil.refresh_pillar', kwarg: { wait: true } })).returns, { db1: true, web1: true });
  assert.equal(await master.call('db1', 'pillar.get', ['common'], OPEN), 'changed');
  assert.deepEqual((await master.job({ tgt: 'I@common:changed and web1', tgtType: 'compound', fun: 'test.ping' })).returns, { web1: true });
});

site.test('a broken pillar file is told to its minions without its content, and to nobody else', async () => {
  master.serve('pillar/listed.sls', 'password: "s3cret\n');
  await master.job({ tgt: 'db1', fun: 'saltutil.refresh_pillar', kwarg: { wait: true } });
  const items = await master.call('db1', 'pillar.items', [], OPEN) as PlainMap;
  assert.match(JSON.stringify(items['_errors']), /listed/);
  assert.ok(!JSON.stringify(items).includes('s3cret'));
  assert.equal((await master.call('web1', 'pillar.items', [], OPEN) as PlainMap)['_errors'], undefined);
  master.serve('pillar/listed.sls', 'listed: here\n');
  await master.job({ tgt: 'db1', fun: 'saltutil.refresh_pillar', kwarg: { wait: true } });
  assert.equal(await master.call('db1', 'pillar.get', ['listed'], OPEN), 'here');
});

site.test('files of every size come over, with their environments', async () => {
  const to = (name: string): string => web.path(name);
  assert.equal(await master.call('web1', 'cp.get_file', ['salt://small.txt', to('small')]), to('small'));
  assert.equal(readFileSync(to('small'), 'utf8'), 'small\n');
  await master.call('web1', 'cp.get_file', ['salt://empty', to('empty')]);
  assert.equal(statSync(to('empty')).size, 0);
  await master.call('web1', 'cp.get_file', ['salt://sub/big.bin', to('big')]);
  assert.equal(sha256(readFileSync(to('big'))), sha256(BIG));
  await master.call('web1', 'cp.get_file', ['salt://sub/übung.txt', to('umlaut')]);
  assert.equal(readFileSync(to('umlaut'), 'utf8'), 'ü\n');
  assert.equal(await master.call('web1', 'cp.get_file_str', ['salt://small.txt'], { saltenv: 'dev' }), 'small of dev\n');
  assert.equal(await master.call('web1', 'cp.get_file_str', ['salt://small.txt?saltenv=dev']), 'small of dev\n');
  assert.deepEqual(await master.call('web1', 'cp.list_master'), ['empty', 'small.txt', 'sub/big.bin', 'sub/übung.txt']);
  assert.deepEqual(await master.call('web1', 'cp.list_master', ['dev']), ['small.txt']);
  assert.deepEqual(await master.call('web1', 'cp.hash_file', ['salt://sub/big.bin']), { hsum: sha256(BIG), hash_type: 'sha256' });
});

site.test('what is not there, or not served, is not given', async () => {
  for (const url of ['salt://none', 'salt://../secret.txt', 'salt://sub/../../secret.txt', 'salt:///etc/passwd', 'salt://%2e%2e/secret.txt']) {
    const got = await master.call('web1', 'cp.cache_file', [url]);
    assert.ok(got === false || got === '', `${url}: ${String(got)}`);
  }
});

site.test('the mine of each minion is on the master', async () => {
  const mine = async (): Promise<unknown> => JSON.parse((await master.tsalt('tsalt-run', 'cache.mine', '*', '--out=json')).stdout);
  const one = { 'test.ping': true, 'grains.get': 'lab' };
  assert.deepEqual(await mine(), { db1: one, web1: one });
});

site.test('sockets of the bus are closed to others', () => {
  const mode = (path: string): number => statSync(path).mode & 0o777;
  assert.equal(mode(master.bus.pull), 0o600);
  assert.equal(mode(master.bus.publish) & 0o007, 0);
  const hash = eventSocketHash('web1', 'sha256');
  for (const end of ['pub', 'pull']) assert.equal(mode(web.path('run', `minion_event_${hash}_${end}.ipc`)) & 0o077, 0, end);
  return Promise.resolve();
});

site.test('events of a minion and of programs beside it reach the master', async () => {
  assert.equal(await master.call('web1', 'event.send', ['my/own/tag', { a: [1, 'ü'] }]), true);
  const { data } = await bus.heard('my/own/tag');
  assert.deepEqual([data['id'], data['tag'], data['cmd'], (data['data'] as PlainMap)['a']], ['web1', 'my/own/tag', '_minion_event', [1, 'ü']]);
  const pull = web.path('run', `minion_event_${eventSocketHash('web1', 'sha256')}_pull.ipc`);
  await pushEvents(pull, [{ tag: 'fire_master', data: { tag: 'from/beside', data: { b: 1 } } }]);
  assert.equal((await bus.heard('from/beside')).data['id'], 'web1');
});

site.test('a refresh asked for on the local bus is done', async () => {
  master.serve('pillar/web_more.sls', 'more: again\n');
  const heard = await web.hear();
  await pushEvents(web.path('run', `minion_event_${eventSocketHash('web1', 'sha256')}_pull.ipc`), [{ tag: 'pillar_refresh', data: {} }]);
  await heard.heard('/salt/minion/minion_pillar_refresh_complete');
  assert.equal(await master.call('web1', 'pillar.get', ['more'], OPEN), 'again');
});

site.test('presence is told when a minion goes and comes', async () => {
  await bus.heard('salt/presence/present', ({ data }) => (data['present'] as string[]).includes('db1'));
  bus.clear();
  assert.equal(await db.stop(), 0);
  await bus.heard('salt/presence/change', ({ data }) => (data['lost'] as string[]).includes('db1'), 15_000);
  const present = await master.tsalt('tsalt-run', 'manage.present', '--out=json');
  assert.deepEqual(JSON.parse(present.stdout), ['web1']);
  db.start();
  await bus.heard('salt/presence/change', ({ data }) => (data['new'] as string[]).includes('db1'), 15_000);
  await master.allAnswer('db1');
});

async function callJson(minion: MinionHost, ...words: readonly string[]): Promise<Value> {
  const done = await minion.callProgram('--out=json', ...words);
  assert.equal(done.code, 0, JSON.stringify(done));
  return (JSON.parse(done.stdout) as { local: Value }).local;
}

site.test('tsalt-call works with the master of its minion', async () => {
  assert.equal(await callJson(web, 'test.ping'), true);
  assert.equal(await callJson(web, 'pillar.get', 'role', 'unmask=True'), 'frontend');
  assert.equal(await callJson(web, 'cp.get_file_str', 'salt://small.txt'), 'small\n');
  bus.clear();
  assert.equal(await callJson(web, 'event.send', 'called/tag', '{"x": 1}'), true);
  assert.equal(((await bus.heard('called/tag')).data['data'] as PlainMap)['x'], 1);
  assert.equal((await bus.heard('salt/job/*/ret/web1', ({ data }) => data['fun'] === 'event.send')).data['return'], true);
  assert.equal(await master.call('web1', 'test.ping'), true);
});

site.test('tsalt-call --local needs no master', async () => {
  assert.equal(await callJson(web, '--local', 'test.echo', 'text'), 'text');
  assert.equal(await callJson(web, '--local', '--id', 'other', 'grains.get', 'id'), 'other');
  const roots = join(site.dir, 'own');
  mkdirSync(join(roots, 'files/_modules'), { recursive: true });
  writeFileSync(join(roots, 'files/here.txt'), 'here\n');
  writeFileSync(join(roots, 'files/_modules/own.mjs'), 'export const word = () => "own";\n');
  const own = ['--local', '--file-root', join(roots, 'files')];
  assert.equal(await callJson(web, ...own, 'cp.get_file_str', 'salt://here.txt'), 'here\n');
  assert.deepEqual(await callJson(web, ...own, 'saltutil.sync_modules'), ['modules.own']);
  assert.equal(await callJson(web, '--local', 'own.word'), 'own');
  const extra = join(roots, 'extra/modules');
  mkdirSync(extra, { recursive: true });
  writeFileSync(join(extra, 'near.mjs'), 'export const word = () => "near";\n');
  assert.equal(await callJson(web, '--local', '-m', join(roots, 'extra'), 'near.word'), 'near');
});

site.test('tsalt-call --local compiles the pillar of --pillar-root', async () => {
  const root = join(site.dir, 'own-pillar');
  mkdirSync(root);
  writeFileSync(join(root, 'top.sls'), 'base:\n  "*":\n    - mine\n');
  writeFileSync(join(root, 'mine.sls'), 'own: pillar\n');
  assert.deepEqual(await callJson(web, '--local', '--pillar-root', root, 'pillar.items', 'unmask=True'), { own: 'pillar' });
});

site.test('tsalt-call tells by its exit code what happened', async () => {
  assert.equal((await web.callProgram('--local', 'no.such')).code, 255);
  assert.equal((await web.callProgram('--local', '--retcode-passthrough', 'cmd.run', 'exit 3', 'python_shell=True')).code, 3);
  assert.equal((await web.callProgram('--local', '--wrong')).code, 64);
});

site.test('tsalt-call without a master ends with a sentence', async () => {
  await master.stop();
  web.configure({ auth_timeout: 1, auth_tries: 1 });
  const done = await web.callProgram('test.ping');
  assert.notEqual(done.code, 0);
  assert.match(done.stderr, /\[ERROR {3}\]|\[CRITICAL\]/);
  assert.ok(!/^\s+at /m.test(done.stderr), done.stderr);
  assert.ok(existsSync(web.configDir));
});
