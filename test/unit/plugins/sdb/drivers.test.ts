import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { decodeBus, encodeBus } from '../../../../src/bus/codec/codec.js';
import { createSys } from '../../../../src/kernel/sys/sys.js';
import type { PlainMap, Value } from '../../../../src/kernel/std/value.js';
import { neverAborted, testHost } from '../../../support/module-host.js';

const root = mkdtempSync(join(tmpdir(), 'sdb-'));
after(() => rmSync(root, { recursive: true, force: true }));
writeFileSync(join(root, 'one.yaml'), 'a:\n  b: 1\n  list: [1]\nfirst: x\n');
writeFileSync(join(root, 'two.yaml'), 'a:\n  c: 2\n  list: [2]\n');

const opts: PlainMap = {
  cachedir: join(root, 'cache'),
  files: { driver: 'yaml', files: [join(root, 'one.yaml'), join(root, 'gone.yaml'), join(root, 'two.yaml')] },
  joined: { driver: 'yaml', files: [join(root, 'one.yaml'), join(root, 'two.yaml')], merge: { merge_lists: true } },
  osenv: { driver: 'env' },
  db: { driver: 'sqlite3', database: join(root, 'values.db') },
  kept: { driver: 'cache', bank: 'sdb/own' },
  unknown: { driver: 'nothing_like_it' },
  nodriver: { a: 1 },
};

async function call(fun: string, args: readonly Value[], kwargs: PlainMap = {}): Promise<Value> {
  const host = await testHost({ opts, sys: createSys(), pillar: () => ({ frompillar: { driver: 'env' } }), ports: { pack: { pack: encodeBus, unpack: decodeBus } } });
  return host.session({ signal: neverAborted() }).call(fun, args, kwargs);
}

test('yaml: a path into the merged files', async () => {
  assert.equal(await call('sdb.get', ['sdb://files/a:b']), 1);
  assert.equal(await call('sdb.get', ['sdb://files/a:c']), 2);
  assert.deepEqual(await call('sdb.get', ['sdb://files/a:list']), [2]);
  assert.deepEqual(await call('sdb.get', ['sdb://joined/a:list']), [1, 2]);
  assert.equal(await call('sdb.get', ['sdb://files/none']), null);
  await assert.rejects(call('sdb.set', ['sdb://files/a', 1]), { className: 'salt.exceptions.NotImplemented' });
});

test('env: a variable that is there stays', async () => {
  const name = `TSALT_SDB_${process.pid}`;
  assert.equal(await call('sdb.get', [`sdb://osenv/${name}`]), null);
  const host = await testHost({ opts, sys: createSys() });
  assert.equal(await host.sdb.set(`sdb://osenv/${name}`, 'one'), 'one');
  assert.equal(await host.sdb.set(`sdb://osenv/${name}`, 'two'), 'one');
  assert.equal(await host.sdb.get(`sdb://osenv/${name}`, false), 'one');
});

for (const profile of ['db', 'kept']) {
  test(`${profile}: values are kept, replaced and removed`, async () => {
    const uri = `sdb://${profile}/a/key`;
    assert.equal(await call('sdb.get', [uri]), null);
    await call('sdb.set', [uri, { deep: [1, 'ä', null] }]);
    assert.deepEqual(await call('sdb.get', [uri]), { deep: [1, 'ä', null] });
    await call('sdb.set', [uri, 'new']);
    assert.equal(await call('sdb.get', [uri]), 'new');
    assert.equal(await call('sdb.delete', [uri]), true);
    assert.equal(await call('sdb.get', [uri]), null);
  });
}

test('secrets are readable by their owner alone', async () => {
  await call('sdb.set', ['sdb://db/secret', 'x']);
  await call('sdb.set', ['sdb://kept/secret', 'x']);
  for (const path of ['values.db', 'cache/sdb/own/secret.p']) assert.equal(statSync(join(root, path)).mode & 0o077, 0, path);
});

test('cache: a key never leads out of its bank', async () => {
  await assert.rejects(call('sdb.set', ['sdb://kept/../../x', 1]), { code: 'sys.unsafe_path' });
  await assert.rejects(call('sdb.get', ['sdb://kept/x?bank=../..']), { code: 'sys.unsafe_path' });
});

test('get_or_set_hash makes a value once', async () => {
  const first = await call('sdb.get_or_set_hash', ['sdb://db/hash', 12, 'ab']);
  assert.match(String(first), /^[ab]{12}$/);
  assert.equal(await call('sdb.get_or_set_hash', ['sdb://db/hash']), first);
  assert.equal(String(await call('sdb.get_or_set_hash', ['sdb://db/other'])).length, 8);
  assert.equal(await call('sdb.get_or_set_hash', ['no address']), false);
});

test('what is no address of a store', async () => {
  for (const uri of ['plain', 'sdb://db', 'sdb://db/', 'sdb://nobody/x', 'sdb://nodriver/x']) {
    assert.equal(await call('sdb.get', [uri]), uri);
    assert.equal(await call('sdb.set', [uri, 1]), false);
    assert.equal(await call('sdb.delete', [uri]), false);
  }
  assert.equal(await call('sdb.get', [7]), 7);
  await assert.rejects(call('sdb.get', ['plain'], { strict: true }), { message: 'SDB uri must start with "sdb://"' });
  await assert.rejects(call('sdb.get', ['sdb://db/'], { strict: true }), { message: 'SDB uri must have a profile name as a first part of the uri before the /' });
  await assert.rejects(call('sdb.get', ['sdb://nobody/x'], { strict: true }), { message: 'SDB profile "nobody" wasnt found in the minion configuration' });
  await assert.rejects(call('sdb.get', ['sdb://unknown/x']), { className: 'KeyError', message: "'nothing_like_it.get'" });
  await assert.rejects(call('sdb.delete', ['sdb://osenv/x']), { className: 'KeyError', message: "'env.delete'" });
});

test('a profile in the pillar counts', async () => {
  assert.equal(await call('sdb.get', ['sdb://frompillar/HOME']), process.env['HOME'] ?? null);
});
