import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { LocalJob, LocalReturn } from '../../../../src/kernel/contract/ports.js';
import type { PlainMap, Value } from '../../../../src/kernel/std/value.js';
import manage from '../../../../src/plugins/runners/manage.js';
import { compareVersions } from '../../../../src/plugins/runners/manage/versions.js';
import { benchOf } from '../bench.js';

const answer = (id: string, ret: Value = true, retcode = 0): LocalReturn => ({ id, answered: true, ret, retcode, out: undefined });
const silent = (id: string): LocalReturn => ({ id, answered: false, ret: '', retcode: 1, out: undefined });

function bench(answers: readonly LocalReturn[], opts: PlainMap = { timeout: 7, gather_job_timeout: 12 }) {
  const asked: LocalJob[] = [];
  const deleted: unknown[] = [];
  return {
    asked,
    deleted,
    ...benchOf(manage, {
      opts,
      ports: {
        local: { async *returns(job) { asked.push(job); yield* answers; } },
        keys: {
          list: async () => ({ minions: ['db1', 'ghost1', 'web1', 'web2'], minions_pre: [], minions_rejected: [], minions_denied: [] }),
          connected: async () => ['web2', 'web1', 'db1'],
          addresses: async () => ({ web1: '192.0.2.1' }),
          act: async (...given) => { deleted.push(given); return {}; },
        },
        known: { get: async (_bank, id) => (id === 'web2' ? { ipv4: ['127.0.0.1', '192.0.2.2'] } : undefined) },
      },
    }),
  };
}

test('manage.status, up and down sort the answers of a ping', async () => {
  const { call, asked } = bench([answer('web1'), silent('ghost1'), answer('db1'), answer('web2', false, 1)]);
  assert.deepEqual(await call('status'), { up: ['db1', 'web1', 'web2'], down: ['ghost1'] });
  assert.deepEqual(await call('up', ['web*'], { timeout: 2 }), ['db1', 'web1', 'web2']);
  assert.deepEqual(await call('down', [], { tgt: 'x', tgt_type: 'list', gather_job_timeout: 3 }), ['ghost1']);
  assert.deepEqual(asked, [
    { tgt: '*', tgt_type: 'glob', fun: 'test.ping', timeoutMs: 7000, gatherTimeoutMs: 12000 },
    { tgt: 'web*', tgt_type: 'glob', fun: 'test.ping', timeoutMs: 2000, gatherTimeoutMs: 12000 },
    { tgt: 'x', tgt_type: 'list', fun: 'test.ping', timeoutMs: 7000, gatherTimeoutMs: 3000 },
  ]);
  assert.deepEqual(await bench([]).call('status'), { up: [], down: [] });
});

test('manage.down deletes keys on demand', async () => {
  const { call, deleted } = bench([silent('ghost1'), answer('web1')]);
  await call('down');
  assert.deepEqual(deleted, []);
  assert.deepEqual(await call('down', [], { removekeys: true }), ['ghost1']);
  assert.deepEqual(deleted, [['delete', ['ghost1'], ['minions', 'minions_pre', 'minions_rejected', 'minions_denied']]]);
});

for (const fun of ['list_state', 'present', 'joined', 'allowed', 'alived', 'reaped']) {
  test(`manage.${fun} lists the connected`, async () => {
    const { call } = bench([]);
    assert.deepEqual(await call(fun), ['db1', 'web1', 'web2']);
    assert.deepEqual(await call(fun, [['web1', 'ghost1']]), ['web1']);
    assert.deepEqual(await call(fun, [], { show_ip: true }), { db1: '', web1: '192.0.2.1', web2: '192.0.2.2' });
  });
}
for (const fun of ['list_not_state', 'not_present', 'not_joined', 'not_allowed', 'not_alived', 'not_reaped']) {
  test(`manage.${fun} lists accepted minions that are not connected`, async () => {
    const { call } = bench([]);
    assert.deepEqual(await call(fun), ['ghost1']);
    assert.deepEqual(await call(fun, [['web1']]), []);
  });
}

test('manage.versions groups by comparison and puts the master last', async () => {
  const { call } = bench([answer('web2', '3008.3'), answer('db1', '3007.1'), answer('web1', '3008.3'), silent('ghost1'), answer('n', '3009.0'), answer('bad', 'ERROR', 1)]);
  const compared = await call('versions') as PlainMap;
  assert.deepEqual(compared, {
    'Up to date': { web1: '3008.3', web2: '3008.3' }, 'Minion requires update': { db1: '3007.1' },
    'Minion offline': { bad: false, ghost1: false }, 'Minion newer than master': { n: '3009.0' }, Master: '3008.3',
  });
  assert.equal(Object.keys(compared).at(-1), 'Master');
});

test('compareVersions() orders versions as Salt does', () => {
  const rising = ['2019.2.0', '3006.1', '3006.10', '3007.0rc1', '3007.0', '3007.1', '3007.1+12.gabcdef', '3008.3'];
  for (const [at, version] of rising.entries()) {
    assert.equal(compareVersions(version, version), 0);
    for (const newer of rising.slice(at + 1)) {
      assert.equal(compareVersions(version, newer), -1, `${version} ${newer}`);
      assert.equal(compareVersions(newer, version), 1);
    }
  }
});

test('manage.key_regen removes every key file and says what to do', async (t) => {
  const pki = await mkdtemp(join(tmpdir(), 'tsalt-manage-'));
  t.after(() => rm(pki, { recursive: true }));
  await mkdir(join(pki, 'minions'));
  for (const file of ['master.pem', 'minions/web1']) await writeFile(join(pki, file), '');
  const { call, asked } = bench([answer('web1', null)], { pki_dir: pki, timeout: 5 });
  assert.match(String(await call('key_regen')), /^The minion and master keys have been deleted\. {2}Restart the Salt\nMaster within the next 60 seconds!!!\n\nWait/);
  assert.deepEqual(await readdir(pki, { recursive: true }), ['minions']);
  assert.equal(asked[0]?.fun, 'saltutil.regen_keys');
});

test('manage says what it cannot do', async () => {
  const { call } = bench([]);
  await assert.rejects(call('safe_accept', ['*']), /salt-ssh/);
  await assert.rejects(call('bootstrap', [], { hosts: 'h' }), /salt-ssh/);
  await assert.rejects(call('bootstrap_psexec'), /psexec/);
});
