import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { decodeBus, encodeBus } from '../../../../src/bus/codec/codec.js';
import { KnownStore } from '../../../../src/master/known/known-store.js';

let root = '';
before(() => {
  root = mkdtempSync(join(tmpdir(), 'tsalt-known-'));
});
after(() => rmSync(root, { recursive: true }));
let number = 0;
const newDir = (): string => join(root, String((number += 1)));
const newStore = (dir: string): KnownStore => new KnownStore(dir, (error) => assert.fail(error as Error));

test('what was set is there at once, and on disk in Salt\'s layout soon', async () => {
  const dir = newDir();
  {
    await using store = newStore(dir);
    store.setNow('grains', 'web1', { os: 'Debian' });
    store.setNow('grains', 'web1', { os: 'Ubuntu' });
    assert.deepEqual([store.mapNow('grains', 'web1'), await store.list('grains'), await store.contains('grains', 'web1')], [{ os: 'Ubuntu' }, ['web1'], true]);
  }
  const path = join(dir, 'grains', 'web1.p');
  assert.deepEqual(decodeBus(readFileSync(path)), { os: 'Ubuntu' });
  assert.equal(statSync(path).mode & 0o777, 0o600);
  assert.deepEqual(await newStore(dir).get('grains', 'web1'), { os: 'Ubuntu' }, 'a later life finds it');
});

test('what is not there is nothing, and stays so until it is set', async () => {
  await using store = newStore(newDir());
  assert.deepEqual([store.getNow('mine', 'web1'), await store.list('mine'), await store.contains('mine')], [undefined, [], false]);
  await store.set('mine', 'web1', []);
  assert.deepEqual([store.getNow('mine', 'web1'), store.mapNow('mine', 'web1'), await store.contains('mine')], [[], undefined, true]);
});

test('flush() forgets one key or a whole bank, on disk too; what is set afterwards stays', async () => {
  const dir = newDir();
  {
    await using store = newStore(dir);
    for (const id of ['web1', 'web2', 'web3']) store.setNow('grains', id, { id });
    await store.flush('grains', 'web1');
    assert.deepEqual([store.getNow('grains', 'web1'), await store.list('grains')], [undefined, ['web2', 'web3']]);
    await store.flush('grains');
    assert.deepEqual(await store.list('grains'), []);
    store.setNow('grains', 'web1', { again: true });
  }
  assert.deepEqual(await newStore(dir).list('grains'), ['web1']);
});

test('a file that another program changed is read after reread(), never over what waits to be written', async () => {
  const dir = newDir();
  await using store = newStore(dir);
  mkdirSync(join(dir, 'mine'), { recursive: true });
  writeFileSync(join(dir, 'mine', 'web1.p'), encodeBus({ by: 'file' }));
  assert.deepEqual(store.getNow('mine', 'web1'), { by: 'file' });
  writeFileSync(join(dir, 'mine', 'web1.p'), encodeBus({ by: 'other program' }));
  assert.deepEqual(store.getNow('mine', 'web1'), { by: 'file' });
  store.reread('web1');
  assert.deepEqual(store.getNow('mine', 'web1'), { by: 'other program' });
  store.setNow('mine', 'web1', { by: 'minion' });
  store.reread('web1');
  assert.deepEqual(store.getNow('mine', 'web1'), { by: 'minion' });
});

test('a damaged file is told and is as good as none', () => {
  const dir = newDir();
  mkdirSync(join(dir, 'grains'), { recursive: true });
  writeFileSync(join(dir, 'grains', 'web1.p'), encodeBus({ os: 'Debian' }).subarray(0, 5));
  const told: string[] = [];
  const store = new KnownStore(dir, (_error, path) => told.push(path));
  assert.deepEqual([store.getNow('grains', 'web1'), store.getNow('grains', 'web1'), told], [undefined, undefined, [join(dir, 'grains', 'web1.p')]]);
});

test('names that would leave the cache are refused', () => {
  const store = newStore(newDir());
  for (const [bank, key] of [['..', 'a'], ['grains', '../a'], ['grains', ''], ['', 'a'], ['a/../..', 'b'], ['grains', 'a\0b']] as const) {
    assert.throws(() => store.getNow(bank, key), RangeError, `${bank} ${key}`);
    assert.throws(() => store.setNow(bank, key, 1), RangeError);
  }
});
