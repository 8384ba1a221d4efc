/** Three real minions and one of ours on our master: keys, jobs, targets, files, pillar, mine, events, states, restarts and rotations. */
import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { newJid } from '../../src/kernel/std/time.js';
import type { PlainMap } from '../../src/kernel/std/value.js';
import type { Hearing } from '../support/fleet/events.js';
import { MasterHost } from '../support/fleet/master.js';
import { enrol, MinionHost } from '../support/fleet/minion.js';
import { buildPackage, skipWithoutDpkg } from '../support/fleet/package.js';
import { Site } from '../support/fleet/site.js';
import { until } from '../support/fleet/until.js';

const site = new Site();
const BIG = randomBytes(3_500_000);
const sha256 = (data: Uint8Array): string => createHash('sha256').update(data).digest('hex');
let master: MasterHost;
let bus: Hearing;
let red: MinionHost;
let minions: MinionHost[];
const ids = ['db1', 'own', 'red', 'web1'];

site.setUp('three keys are pending, are accepted, and the minions start', async () => {
  master = await MasterHost.prepare(site, 'tsalt', 'master', {
    file_recv: true, nodegroups: { webs: 'web*', nested: 'N@webs or db1' }, presence_events: true,
    pillar_roots: { base: [`${site.dir}/master/srv/pillar`] },
  });
  master.serve('pillar/top.sls', 'base:\n  "*":\n    - common\n  "web*":\n    - web\n');
  master.serve('pillar/common.sls', 'common: yes it is\ndeep: {list: [1, 2.5, true, null], text: "ü"}\n');
  master.serve('pillar/web.sls', 'role: frontend\n');
  master.serve('salt/small.txt', 'small\n');
  master.serve('salt/empty', '');
  master.serve('salt/sub/big.bin', BIG);
  await master.start();
  bus = await master.hear();
  red = new MinionHost(site, 'salt', 'red', master, { grains: { colour: 'red', tags: ['a', 'b'] } });
  minions = [
    red, new MinionHost(site, 'salt', 'web1', master, { grains: { site: { dc: 'lab' } } }),
    new MinionHost(site, 'salt', 'db1', master),
    new MinionHost(site, 'tsalt', 'own', master, { grains: { colour: 'blue' } }),
  ];
  red.start();
  await bus.heard('salt/auth', ({ data }) => data['id'] === 'red' && data['act'] === 'pend');
  assert.deepEqual((await master.job({ tgt: '*', fun: 'test.ping' })).minions, []);
  const accepted = await master.tsalt('tsalt-key', '-y', '-a', 'red');
  assert.equal(accepted.code, 0, accepted.stderr);
  await bus.heard('salt/minion/red/start');
  await enrol(master, bus, minions.slice(1));
  assert.deepEqual(master.keys('minions'), ids);
});

site.test('test.ping is answered by all, with the events of a job', async () => {
  const { returns, jid } = await master.job({ tgt: '*', fun: 'test.ping' });
  assert.deepEqual(returns, { db1: true, own: true, red: true, web1: true });
  const { data } = await bus.heard(`salt/job/${jid}/ret/red`);
  assert.deepEqual({ fun: data['fun'], success: data['success'], retcode: data['retcode'], id: data['id'] }, { fun: 'test.ping', success: true, retcode: 0, id: 'red' });
});

/** Target, its type, who answers. */
const TARGETS: readonly (readonly [unknown, string, readonly string[]])[] = [
  ['*', 'glob', ids],
  ['[rw]*', 'glob', ['red', 'web1']],
  ['web[!2]', 'glob', ['web1']],
  [['db1', 'web1'], 'list', ['db1', 'web1']],
  ['db1,web1', 'list', ['db1', 'web1']],
  ['(red|db\\d)', 'pcre', ['db1', 'red']],
  ['colour:r*', 'grain', ['red']],
  ['tags:b', 'grain', ['red']],
  ['site:dc:lab', 'grain', ['web1']],
  ['colour:(red|blue)$', 'grain_pcre', ['own', 'red']],
  ['colour:b*', 'grain', ['own']],
  ['role:front*', 'pillar', ['web1']],
  ['role:front(end|x)', 'pillar_pcre', ['web1']],
  ['role:frontend', 'pillar_exact', ['web1']],
  ['127.0.0.1', 'ipcidr', ids],
  ['127.0.0.0/8', 'ipcidr', ids],
  ['G@colour:red or ( web* and not L@red,db1 )', 'compound', ['red', 'web1']],
  ['* and not I@role:frontend', 'compound', ['db1', 'own', 'red']],
  ['E@d.1 or P@colour:^r', 'compound', ['db1', 'red']],
];
for (const [tgt, type, wanted] of TARGETS) {
  site.test(`target ${type} ${JSON.stringify(tgt)}`, async () => {
    const { returns, minions: expected } = await master.job({ tgt: tgt as string, tgtType: type, fun: 'test.ping' });
    assert.deepEqual(Object.keys(returns).sort(), wanted);
    assert.deepEqual([...expected].sort(), wanted);
  });
}

for (const [words, wanted] of [[['-N', 'nested'], ['db1', 'web1']], [['-C', 'N@webs or db1'], ['db1', 'web1']], [['-N', 'webs'], ['web1']]] as const) {
  site.test(`target ${words.join(' ')} through tsalt, which writes groups out`, async () => {
    const { stdout, stderr } = await master.tsalt('tsalt', '--out=json', '--static', ...words, 'test.ping');
    assert.deepEqual(Object.keys(JSON.parse(stdout) as PlainMap).sort(), wanted, stderr);
  });
}

site.test('cmd.run gives output and cmd.retcode the exit code', async () => {
  assert.equal(await master.call('red', 'cmd.run', ['echo $((6*7))'], { python_shell: true }), '42');
  const { loads } = await master.job({ tgt: 'red', fun: 'cmd.run_all', arg: ['exit 3'], kwarg: { python_shell: true } });
  const { retcode, return: result } = loads['red'] ?? {};
  assert.deepEqual([retcode, (result as PlainMap)['retcode']], [3, 3]);
});

site.test('values of every kind come back as they went', async () => {
  const value = { text: 'ü\n', list: [1, -2, 1.5, true, null, ['x']], map: { a: 'a', big: 9007199254740991 }, empty: {} };
  assert.deepEqual(await master.call('red', 'test.echo', [value]), value);
});

site.test('a function that is missing, and one that fails, are returned as errors', async () => {
  const { loads } = await master.job({ tgt: 'red', fun: 'no.such' });
  assert.deepEqual([loads['red']?.['success'], loads['red']?.['retcode']], [false, 1]);
  const failed = await master.job({ tgt: 'red', fun: 'test.exception', kwarg: { message: 'oh no' } });
  assert.match(String(failed.returns['red']), /oh no/);
});

site.test('several functions in one job', async () => {
  const { returns } = await master.job({ tgt: 'red', fun: ['test.ping', 'test.echo'], arg: [[], ['hi']] });
  assert.deepEqual(returns, { red: { 'test.ping': true, 'test.echo': 'hi' } });
});

for (const [name, content] of [['small.txt', Buffer.from('small\n')], ['empty', Buffer.alloc(0)], ['sub/big.bin', BIG]] as const) {
  for (const gzip of [undefined, 5]) {
    site.test(`cp.get_file ${name}${gzip === undefined ? '' : ' with gzip'}`, async () => {
      const dest = red.path(`got-${gzip ?? 0}-${name.replace('/', '-')}`);
      assert.equal(await master.call('red', 'cp.get_file', [`salt://${name}`, dest], gzip === undefined ? undefined : { gzip }), dest);
      assert.equal(sha256(readFileSync(dest)), sha256(content));
    });
  }
}

site.test('cp.hash_file, cp.list_master, cp.list_master_dirs, cp.cache_file', async () => {
  assert.deepEqual(await master.call('red', 'cp.hash_file', ['salt://sub/big.bin']), { hash_type: 'sha256', hsum: sha256(BIG) });
  assert.deepEqual(await master.call('red', 'cp.list_master'), ['empty', 'small.txt', 'sub/big.bin']);
  assert.deepEqual(await master.call('red', 'cp.list_master_dirs'), ['sub']);
  assert.deepEqual(await master.call('red', 'cp.list_master', [], { prefix: 'sub' }), ['sub/big.bin']);
  assert.equal(await master.call('red', 'cp.cache_file', ['salt://small.txt']), red.path('cache/files/base/small.txt'));
  assert.equal(await master.call('red', 'cp.cache_file', ['salt://none']), false);
  assert.equal(await master.call('red', 'cp.get_file_str', ['salt://small.txt']), 'small\n');
});

site.test('cp.push brings a large file to the folder of its minion', async () => {
  writeFileSync(red.path('up.bin'), BIG);
  assert.equal(await master.call('red', 'cp.push', [red.path('up.bin')]), true);
  const path = master.path('cache/minions/red/files', red.path('up.bin'));
  assert.equal(sha256(readFileSync(path)), sha256(BIG));
});

for (const [id, ...options] of [['red'], ['red', '-n'], ['own'], ['own', '-n']] as const) {
  site.test(`tsalt-cp ${['-C', ...options, id].join(' ')} brings a folder, byte for byte`, async () => {
    const source = site.write('from/deep/a.txt', 'hello file\n').replace(/\/deep\/a\.txt$/, '');
    site.write('from/big.bin', BIG.subarray(0, 300_000));
    const to = `${site.dir}/to-${id}${options.join('')}`;
    const { stdout, stderr, code } = await master.tsalt('tsalt-cp', '-C', ...options, '--strict', '--out=json', id, source, `${to}/`);
    assert.equal(code, 0, stdout + stderr);
    assert.deepEqual(JSON.parse(stdout), { [id]: { [`${to}/from/big.bin`]: true, [`${to}/from/deep/a.txt`]: true } });
    assert.equal(readFileSync(`${to}/from/deep/a.txt`, 'utf8'), 'hello file\n');
    assert.equal(sha256(readFileSync(`${to}/from/big.bin`)), sha256(BIG.subarray(0, 300_000)));
  });
}

site.test('tsalt-cp brings a small text in one job', async () => {
  const source = site.write('note.txt', 'grüße\n');
  const { stdout } = await master.tsalt('tsalt-cp', '--out=json', 'red', source, `${site.dir}/red-note.txt`);
  assert.deepEqual(JSON.parse(stdout), { red: { [`${site.dir}/red-note.txt`]: true } });
  assert.equal(readFileSync(`${site.dir}/red-note.txt`, 'utf8'), 'grüße\n');
});

site.test('pillar.items, pillar.get and pillar.raw see the compiled pillar', async () => {
  const common = { common: 'yes it is', deep: { list: [1, 2.5, true, null], text: 'ü' } };
  const { returns } = await master.job({ tgt: '*', fun: 'pillar.items', kwarg: { unmask: true } });
  assert.deepEqual(returns, { db1: common, own: common, red: common, web1: { ...common, role: 'frontend' } });
  assert.equal(await master.call('web1', 'pillar.get', ['role'], { unmask: true }), 'frontend');
  assert.equal(await master.call('web1', 'pillar.get', ['deep:text'], { unmask: true }), 'ü');
});

site.test('saltutil.refresh_pillar brings what changed', async () => {
  master.serve('pillar/web.sls', 'role: backend\n');
  assert.equal(await master.call('web1', 'saltutil.refresh_pillar', [], { wait: true, timeout: 20 }), true);
  await until('the new pillar', async () => (await master.call('web1', 'pillar.get', ['role'], { unmask: true })) === 'backend');
});

site.test('mine.send, mine.get, mine.delete, mine.flush', async () => {
  assert.equal(await master.call('red', 'mine.send', ['colour'], { mine_function: 'grains.get', key: 'colour' }), true);
  assert.equal(await master.call('red', 'mine.send', ['test.ping']), true);
  assert.deepEqual(await master.call('db1', 'mine.get', ['*', 'colour']), { red: 'red' });
  assert.deepEqual(await master.call('db1', 'mine.get', ['red', ['colour', 'test.ping']]), { colour: { red: 'red' }, 'test.ping': { red: true } });
  assert.equal(await master.call('red', 'mine.delete', ['colour']), true);
  assert.deepEqual(await master.call('db1', 'mine.get', ['*', 'colour']), {});
  assert.equal(await master.call('red', 'mine.flush'), true);
  assert.deepEqual(await master.call('db1', 'mine.get', ['*', 'test.ping']), {});
});

site.test('event.send and event.fire_master arrive on the bus', async () => {
  assert.equal(await master.call('red', 'event.send', ['my/tag'], { data: { a: [1, 'x'] } }), true);
  const { data } = await bus.heard('my/tag');
  assert.deepEqual([data['id'], data['cmd'], data['tag'], (data['data'] as PlainMap)['a']], ['red', '_minion_event', 'my/tag', [1, 'x']]);
});

site.test('a minion cannot fire in the name of another, or of the master', async () => {
  await master.call('red', 'event.send', ['salt/minion/web1/start'], { data: {} });
  await master.call('red', 'event.send', ['salt/auth'], { data: { id: 'evil' } });
  await master.call('red', 'event.send', ['after/both']);
  await bus.heard('after/both');
  assert.ok(!bus.events.some(({ data }) => data['cmd'] === '_minion_event' && data['tag'] !== 'after/both' && /auth|web1\/start/.test(String(data['tag'])) && data['id'] === 'red'));
});

site.test('grains.items has the grains of the system and of the configuration', async () => {
  const grains = await master.call('red', 'grains.items') as PlainMap;
  assert.deepEqual([grains['id'], grains['colour'], grains['kernel'], grains['saltversion']], ['red', 'red', 'Linux', '3008.3']);
});

site.test('state.apply and state.highstate of our files run on the real minion', async () => {
  master.serve('salt/top.sls', 'base:\n  red:\n    - one\n');
  master.serve('salt/one.sls', `{{ sls }}-file:\n  file.managed:\n    - name: ${red.path('made')}\n    - source: salt://tpl.jinja\n    - template: jinja\n`);
  master.serve('salt/tpl.jinja', 'colour {{ grains["colour"] }} pillar {{ pillar["common"] }}\n');
  const applied = await master.job({ tgt: 'red', fun: 'state.apply', arg: ['one'], kwarg: { test: true } });
  assert.deepEqual(Object.values(applied.returns['red'] as PlainMap).map((state) => (state as PlainMap)['result']), [null]);
  const high = await master.job({ tgt: 'red', fun: 'state.highstate' });
  assert.deepEqual(Object.values(high.returns['red'] as PlainMap).map((state) => (state as PlainMap)['result']), [true]);
  assert.equal(readFileSync(red.path('made'), 'utf8'), 'colour red pillar yes it is\n');
  assert.equal(high.loads['red']?.['out'], 'highstate');
});

site.test('pkg.install and pkg.remove of a package', async () => {
  const deb = await buildPackage(site, 'tsalt-peer-probe', '1.5');
  try {
    // Packages whose triggers were pending may show up beside it.
    const installed = await master.call('red', 'pkg.install', [], { sources: [{ 'tsalt-peer-probe': deb }] }) as PlainMap;
    assert.deepEqual(installed['tsalt-peer-probe'], { old: '', new: '1.5' });
    assert.equal(await master.call('red', 'pkg.version', ['tsalt-peer-probe']), '1.5');
  } finally {
    assert.deepEqual(await master.call('red', 'pkg.remove', ['tsalt-peer-probe']), { 'tsalt-peer-probe': { old: '1.5', new: '' } });
  }
}, { skip: skipWithoutDpkg });

site.test('saltutil.sync_all brings modules of the master', async () => {
  master.serve('salt/_modules/mine_own.py', 'def hello(name="x"):\n    return "hello " + name\n');
  const synced = await master.call('red', 'saltutil.sync_all') as PlainMap;
  assert.deepEqual(synced['modules'], ['modules.mine_own']);
  assert.equal(await master.call('red', 'mine_own.hello', ['you']), 'hello you');
  rmSync(master.path('srv/salt/_modules'), { recursive: true });
});

site.test('find_job sees a running job, kill_job ends it', async () => {
  const started = master.job({ tgt: 'red', fun: 'test.sleep', arg: [60], timeoutMs: 1000 });
  const { data } = await bus.heard('salt/job/*/new', (event) => event.data['fun'] === 'test.sleep');
  const jid = String(data['jid']);
  const found = await until('the job in find_job', async () => {
    const answer = await master.call('red', 'saltutil.find_job', [jid]) as PlainMap;
    return Object.keys(answer).length > 0 && answer;
  });
  assert.deepEqual([found['fun'], found['jid'], found['tgt']], ['test.sleep', jid, 'red']);
  assert.match(String(await master.call('red', 'saltutil.kill_job', [jid])), new RegExp(`Signal 9 sent to job ${jid} at pid \\d+`));
  const ended = await started;
  assert.deepEqual(ended.missing.concat(Object.keys(ended.loads)), ['red']);
});

site.test('a job runs after the master started again, and with a new AES key', async () => {
  await master.stop();
  await master.start();
  bus = await master.hear();
  await master.allAnswer(...ids);
});

site.test('a rotated AES key (.dfn) is taken with the next job', async () => {
  writeFileSync(master.path('cache/.dfn'), '', { mode: 0o400 });
  await bus.heard('key');
  assert.equal(existsSync(master.path('cache/.dfn')), false);
  assert.deepEqual((await master.job({ tgt: '*', fun: 'test.ping' })).returns, { db1: true, own: true, red: true, web1: true });
});

site.test('a lost session is replaced', async () => {
  await master.stop();
  rmSync(master.path('cache/sessions/red'));
  await master.start();
  bus = await master.hear();
  await master.allAnswer('red');
  assert.equal(existsSync(master.path('cache/sessions/red')), true);
});

site.test('a minion that started again is back', async () => {
  await red.stop();
  bus.clear();
  red.start();
  await bus.heard('salt/minion/red/start');
  assert.equal(await master.call('red', 'test.ping'), true);
});

site.test('a deleted key shuts out its minion, until it is accepted again', async () => {
  const deleted = await master.tsalt('tsalt-key', '-y', '-d', 'red');
  assert.equal(deleted.code, 0, deleted.stderr);
  await bus.heard('salt/key', ({ data }) => data['act'] === 'delete' && data['id'] === 'red');
  const { returns, minions: expected } = await master.job({ tgt: '*', fun: 'test.ping' });
  assert.deepEqual([expected, Object.keys(returns).sort()], [['db1', 'own', 'web1'], ['db1', 'own', 'web1']]);
  // The job was sealed with a new key: the minion signs in and is pending.
  await until('the pending key', () => master.keys('minions_pre').includes('red'));
  renameSync(master.path('pki/minions_pre/red'), master.path('pki/minions/red'));
  await master.allAnswer('red');
});

site.test('a rejected key ends the minion', async () => {
  await red.stop();
  renameSync(master.path('pki/minions/red'), master.path('pki/minions_rejected/red'));
  red.start();
  await bus.heard('salt/auth', ({ data }) => data['act'] === 'reject' && data['id'] === 'red');
  await until('the words of the minion', () => /rejected/i.test(red.log()));
});

site.test('the delivery record of a real minion has what find_job and the connections tell, and its bus knows nothing of it', async () => {
  bus.clear();
  const jid = newJid();
  const answers = master.job({ tgt: 'L@web1,own', tgtType: 'compound', fun: 'test.sleep', arg: [7], jid, timeoutMs: 1000 });
  const record = async (): Promise<Record<string, PlainMap>> =>
    JSON.parse((await master.tsalt('tsalt-run', 'jobs.delivery', jid, '--out=json')).stdout) as Record<string, PlainMap>;
  const running = await until('both run', async () => {
    const found = await record();
    return found['web1']?.['state'] === 'running' && found['own']?.['since_ms'] !== undefined && found;
  });
  assert.equal(typeof running['web1']?.['pid'], 'number');
  assert.deepEqual((await answers).returns, { web1: true, own: true });
  assert.deepEqual(Object.values(await record()).map(({ state }) => state), ['returned', 'returned']);
  assert.deepEqual(bus.events.filter(({ tag }) => tag.startsWith('tsalt')), []);
});
