import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readdir, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import saltutil from '../../../../src/plugins/modules/saltutil.js';
import type { LocalJob, LocalReturn, MasterSideCall } from '../../../../src/kernel/contract/ports.js';
import type { PlainMap } from '../../../../src/kernel/std/value.js';
import { benchOf, type Setup } from '../bench.js';

const OWN = '20260101000000000009';
const OTHER = '20260101000000000001';
const jobs: PlainMap[] = [
  { pid: 1000, fun: 'test.sleep', arg: [6], tgt: 'web1', jid: OTHER, ret: '', tgt_type: 'glob', user: 'root' },
  { pid: 1001, fun: 'saltutil.running', arg: [], tgt: 'web1', jid: OWN, ret: '', tgt_type: 'glob', user: 'root' },
];

function jobsBench() {
  const sent: [string, number][] = [];
  const bench = benchOf(saltutil, {
    job: { jid: OWN },
    opts: { cachedir: '/nowhere' },
    ports: {
      jobs: {
        running: () => jobs,
        signal: async (jid, signal) => {
          sent.push([jid, Number(signal)]);
          return `Signal ${Number(signal)} sent to job ${jid} at pid 1000`;
        },
        queued: async () => [{ jid: 'q1', fun: 'state.apply', pid: 0, queued: true, queue_type: 'state_queue' }],
        keptReturn: async (jid) => (jid === OTHER ? { return: true, fun: 'test.ping' } : undefined),
      },
    },
  });
  return { ...bench, sent };
}

test('saltutil.running leaves out the job that asks', async () => {
  assert.deepEqual(await jobsBench().call('running'), [jobs[0]]);
});

test('saltutil.is_running takes patterns', async () => {
  const { call } = jobsBench();
  assert.deepEqual(await call('is_running', ['test.*']), [jobs[0]]);
  assert.deepEqual(await call('is_running', ['state.*']), []);
});

test('saltutil.find_job finds running and waiting jobs', async () => {
  const { call } = jobsBench();
  assert.deepEqual(await call('find_job', [OTHER]), jobs[0]);
  assert.deepEqual(await call('find_job', ['q1']), { jid: 'q1', fun: 'state.apply', pid: 0, queued: true, queue_type: 'state_queue' });
  assert.deepEqual(await call('find_job', ['20260102030405678901']), {});
});

test('saltutil signals one job or all others', async () => {
  const { call, sent } = jobsBench();
  assert.equal(await call('kill_job', [OTHER]), `Signal 9 sent to job ${OTHER} at pid 1000`);
  assert.equal(await call('term_job', [OTHER]), `Signal 15 sent to job ${OTHER} at pid 1000`);
  assert.equal(await call('signal_job', [OTHER, '10']), `Signal 10 sent to job ${OTHER} at pid 1000`);
  assert.deepEqual(await call('kill_all_jobs'), [`Signal 9 sent to job ${OTHER} at pid 1000`]);
  assert.deepEqual(await call('term_all_jobs'), [`Signal 15 sent to job ${OTHER} at pid 1000`]);
  assert.equal(await call('kill_job', ['20260102030405678901']), '');
  assert.equal(await call('kill_job', [OWN]), '');
  assert.deepEqual(sent, [[OTHER, 9], [OTHER, 15], [OTHER, 10], [OTHER, 9], [OTHER, 15]]);
});

test('saltutil.find_cached_job gives the kept return or says why there is none', async () => {
  const { call } = jobsBench();
  assert.deepEqual(await call('find_cached_job', [OTHER]), { return: true, fun: 'test.ping' });
  assert.equal(await call('find_cached_job', ['1']), 'Local jobs cache directory not found; you may need to enable cache_jobs on this minion');
  const keeping = benchOf(saltutil, { opts: { cachedir: '/c', cache_jobs: true }, ports: { jobs: { running: () => [] } } });
  assert.equal(await keeping.call('find_cached_job', ['1']), 'Local jobs cache directory /c/minion_jobs/1 not found');
});

interface Synced { kind: string; envs: readonly string[]; only?: readonly string[]; without?: readonly string[] }

function syncBench(opts: PlainMap = {}, topEnvs: string[] = []) {
  const synced: Synced[] = [];
  const done: string[] = [];
  const setup: Setup = {
    opts: { cachedir: '/nowhere', file_client: 'remote', extmod_whitelist: {}, extmod_blacklist: {}, ...opts },
    functions: { 'event.fire': (args) => { done.push(`fire ${String(args[1])}`); return true; } },
    ports: {
      refresh: {
        topEnvs: async () => topEnvs,
        syncKind: async (kind, envs, names = {}) => { synced.push({ kind, envs, ...names }); return [`${kind}.demo`]; },
        modules: async () => { done.push('modules'); return true; },
        grains: async () => { done.push('grains'); return true; },
        pillar: async (options) => { done.push(`pillar ${String(options?.cleanCache)}`); return true; },
      },
    },
  };
  return { ...benchOf(saltutil, setup), synced, done };
}

test('saltutil.sync_modules copies and refreshes modules', async () => {
  const { call, synced, done } = syncBench();
  assert.deepEqual(await call('sync_modules'), ['modules.demo']);
  assert.deepEqual(synced, [{ kind: 'modules', envs: ['base'] }]);
  assert.deepEqual(done, ['modules']);
});

test('saltutil.sync_* takes environments and lists of names', async () => {
  const { call, synced } = syncBench({ extmod_blacklist: { modules: ['bad'] } }, ['base', 'dev']);
  await call('sync_modules', [], { extmod_whitelist: 'a,b' });
  await call('sync_modules', ['x,y'], { extmod_whitelist: { states: ['c'] } });
  await call('sync_states', [['z']], { extmod_whitelist: { states: ['c'] }, extmod_blacklist: 'd' });
  assert.deepEqual(synced, [
    { kind: 'modules', envs: ['base', 'dev'], only: ['a', 'b'], without: ['bad'] },
    { kind: 'modules', envs: ['x', 'y'], without: ['bad'] },
    { kind: 'states', envs: ['z'], only: ['c'], without: ['d'] },
  ]);
});

test('each kind is refreshed in its own way', async () => {
  const { call, done, synced } = syncBench();
  for (const fun of ['sync_grains', 'sync_beacons', 'sync_resources', 'sync_sdb', 'sync_engines', 'sync_outputters', 'sync_proxymodules']) await call(fun);
  assert.deepEqual(done, ['pillar false', 'fire beacons_refresh', 'fire resource_refresh', 'modules']);
  assert.deepEqual(synced.map(({ kind }) => kind), ['grains', 'beacons', 'resources', 'sdb', 'engines', 'output', 'proxy']);
});

/** Order and kinds: observed, Salt 3008.3. */
const ORDER = [
  'clouds', 'beacons', 'modules', 'states', 'sdb', 'grains', 'renderers', 'returners', 'output', 'utils', 'log_handlers',
  'executors', 'proxymodules', 'engines', 'thorium', 'serializers', 'matchers', 'resources',
];

test('saltutil.sync_all names every kind in order and refreshes the pillar once', async () => {
  const { call, done } = syncBench();
  assert.deepEqual(Object.keys(await call('sync_all') as PlainMap), ORDER);
  assert.deepEqual(done, ['pillar false']);
  const alone = syncBench({ file_client: 'local' });
  assert.deepEqual(Object.keys(await alone.call('sync_all', [], { refresh: false }) as PlainMap), ['tops', ...ORDER, 'pillar', 'wrapper']);
  assert.deepEqual(alone.done, []);
});

test('pillar, tops and wrapper are for masterless minions', async () => {
  const { call } = syncBench();
  await assert.rejects(call('sync_pillar'), { message: 'Pillar modules can only be synced to masterless minions' });
  await assert.rejects(call('sync_tops'), { message: 'Master top modules can only be synced to masterless minions' });
  await assert.rejects(call('sync_wrapper'), { message: 'Wrapper modules can only be synced to masterless minions' });
});

test('saltutil.refresh_* reach the parts of the program', async () => {
  const { call, done } = syncBench();
  assert.equal(await call('refresh_pillar'), true);
  assert.equal(await call('pillar_refresh', [], { wait: true, clean_cache: false }), true);
  assert.equal(await call('refresh_modules', [], { async: false }), true);
  assert.equal(await call('refresh_grains'), true);
  assert.equal(await call('refresh_grains', [], { refresh_pillar: false }), true);
  assert.equal(await call('refresh_matchers'), true);
  assert.deepEqual(done, ['pillar true', 'pillar false', 'modules', 'grains', 'pillar false', 'grains', 'modules', 'fire matchers_refresh']);
  await assert.rejects(call('refresh_grains', [], { foo: 1 }), { message: 'The following keyword arguments are not valid: foo=1' });
});

async function cacheFolder(t: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'tsalt-saltutil-'));
  t.after(() => rm(folder, { recursive: true }));
  return folder;
}

test('saltutil.clear_cache removes files, keeps folders, follows no links', async (t) => {
  const outside = await cacheFolder(t);
  const cachedir = await cacheFolder(t);
  await writeFile(join(outside, 'keep'), '');
  await mkdir(join(cachedir, 'a/b'), { recursive: true });
  await writeFile(join(cachedir, 'a/b/file'), '');
  await symlink(outside, join(cachedir, 'a/link'));
  assert.equal(await benchOf(saltutil, { opts: { cachedir } }).call('clear_cache'), true);
  assert.deepEqual(await readdir(join(cachedir, 'a/b')), []);
  assert.deepEqual(await readdir(outside), ['keep']);
});

test('saltutil.clear_job_cache removes old jobs only', async (t) => {
  const cachedir = await cacheFolder(t);
  for (const job of ['old', 'new']) await mkdir(join(cachedir, 'minion_jobs', job), { recursive: true });
  const hoursAgo = (hours: number): Date => new Date(Date.now() - hours * 3_600_000);
  await utimes(join(cachedir, 'minion_jobs/old'), hoursAgo(13), hoursAgo(13));
  const { call } = benchOf(saltutil, { opts: { cachedir } });
  assert.equal(await call('clear_job_cache'), true);
  assert.deepEqual((await readdir(join(cachedir, 'minion_jobs'))).sort(), ['new', 'old']);
  assert.equal(await call('clear_job_cache', [12]), true);
  assert.deepEqual(await readdir(join(cachedir, 'minion_jobs')), ['new']);
});

test('saltutil.list_extmods names modules by kind', async (t) => {
  const cachedir = await cacheFolder(t);
  const { call } = benchOf(saltutil, { opts: { cachedir } });
  assert.deepEqual(await call('list_extmods'), {});
  await mkdir(join(cachedir, 'extmods/modules/sub'), { recursive: true });
  await mkdir(join(cachedir, 'extmods/grains'), { recursive: true });
  for (const file of ['demo.js', 'demo.py', 'sub/deep.ts']) await writeFile(join(cachedir, 'extmods/modules', file), '');
  assert.deepEqual(await call('list_extmods'), { grains: [], modules: ['demo', 'deep'] });
});

test('saltutil.cmd gives answers as Salt\'s client does', async () => {
  const asked: LocalJob[] = [];
  const answers: LocalReturn[] = [
    { id: 'web1', answered: true, ret: true, retcode: 0, out: undefined, jid: 'J' },
    { id: 'web2', answered: true, ret: {}, retcode: 2, out: 'highstate', jid: 'J' },
    { id: 'ghost', answered: false, ret: '', retcode: 1, out: undefined },
  ];
  const { call } = benchOf(saltutil, {
    ports: { local: { async *returns(job) { asked.push(job); yield* answers; } } },
  });
  assert.deepEqual(await call('cmd', ['web*', 'test.ping'], { timeout: 3, kwarg: { a: 1 } }), {
    web1: { ret: true, retcode: 0, jid: 'J' }, web2: { ret: {}, out: 'highstate', retcode: 2, jid: 'J' }, ghost: { failed: true },
  });
  assert.deepEqual(asked, [{ tgt: 'web*', tgt_type: 'glob', fun: 'test.ping', ret: '', arg: [], kwarg: { a: 1 }, timeoutMs: 3000 }]);
  assert.deepEqual(await call('cmd_iter', ['*', 'test.ping'], { batch: '25%' }), {
    web1: { out: 'highstate', ret: true }, web2: { out: 'highstate', ret: {} }, ghost: { out: 'highstate', ret: '' },
  });
  await assert.rejects(call('cmd', ['*', 'test.ping'], { ssh: true }), /salt-ssh/);
});

test('saltutil.runner and saltutil.wheel split facts from arguments', async () => {
  const calls: MasterSideCall[] = [];
  const take = async (made: MasterSideCall) => { calls.push(made); return 'done'; };
  const { call } = benchOf(saltutil, { ports: { masterSide: { runner: take, wheel: take } } });
  assert.equal(await call('runner', ['jobs.list_jobs', ['a']], { kwarg: { x: 1 }, y: 2, __pub_user: 'kim', __env__: 'dev', __orchestration_jid__: 'J' }), 'done');
  assert.equal(await call('wheel', ['key.list', 'accepted'], { match: 'x', __pub_fun: 'saltutil.wheel' }), 'done');
  assert.deepEqual(calls, [
    { name: 'jobs.list_jobs', arg: ['a'], kwarg: { x: 1, y: 2 }, user: 'kim', full: false, saltenv: 'dev', jid: 'J' },
    { name: 'key.list', arg: ['accepted'], kwarg: { match: 'x' }, user: 'UNKNOWN', full: true, saltenv: 'base' },
  ]);
});

test('saltutil answers what cannot be done here', async () => {
  const { call } = benchOf(saltutil, { ports: { refresh: { revokeAuth: async (options) => options?.preserveMinionCache === true } } });
  assert.deepEqual(await call('update'), { _error: 'Esky not available as import' });
  assert.equal(await call('revoke_auth', [true]), true);
  await assert.rejects(call('regen_keys'), /no keys/);
});
