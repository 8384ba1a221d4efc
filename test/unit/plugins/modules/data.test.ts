import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { decodeBus, encodeBus } from '../../../../src/bus/codec/codec.js';
import data from '../../../../src/plugins/modules/data.js';
import { benchOf, type Bench } from '../bench.js';

async function minion(t: TestContext): Promise<Bench & { readonly path: string }> {
  const cachedir = await mkdtemp(join(tmpdir(), 'tsalt-data-'));
  t.after(() => rm(cachedir, { recursive: true, force: true }));
  return { ...benchOf(data, { opts: { cachedir }, ports: { pack: { pack: encodeBus, unpack: decodeBus } } }), path: join(cachedir, 'datastore') };
}

test('data keeps values in a file that real Salt can read', async (t) => {
  const { call, path } = await minion(t);
  assert.deepEqual(await call('load'), {});
  assert.equal(await call('update', ['k', 1]), true);
  // Recorded from Salt 3008.3: {'k': 1}.
  assert.equal((await readFile(path)).toString('hex'), '81a16b01');
  assert.equal((await stat(path)).mode & 0o777, 0o600);
  await writeFile(path, Buffer.from('82a16b02a1789101', 'hex'));
  assert.deepEqual(await call('items'), { k: 2, x: [1] });
  assert.deepEqual([await call('keys'), await call('values')], [['k', 'x'], [2, [1]]]);
  assert.deepEqual([await call('has_key', ['k']), await call('has_key', ['q'])], [true, false]);
});

test('data.cas changes only what is as expected', async (t) => {
  const { call } = await minion(t);
  await call('update', ['k', 1]);
  assert.equal(await call('cas', ['k', 2, 1]), true);
  assert.equal(await call('cas', ['k', 3, 1]), false);
  assert.equal(await call('cas', ['q', 3, 1]), false);
  assert.deepEqual(await call('load'), { k: 2 });
});

test('data.get gives one value or several', async (t) => {
  const { call } = await minion(t);
  await call('dump', [{ k: 2, n: null }]);
  assert.equal(await call('get', ['k']), 2);
  assert.equal(await call('get', ['n', 'd']), null);
  assert.equal(await call('get', ['zz', 'd']), 'd');
  assert.deepEqual(await call('get', [['k', 'zz']]), [2]);
  assert.deepEqual(await call('get', [['k', 'zz'], 'd']), [2, 'd']);
  await assert.rejects(call('get', [5]), { className: 'TypeError', message: "'int' object is not iterable" });
});

test('data.pop takes a value out', async (t) => {
  const { call } = await minion(t);
  await call('update', ['k', 2]);
  assert.equal(await call('pop', ['k']), 2);
  assert.equal(await call('pop', ['k', 'dd']), 'dd');
  assert.deepEqual(await call('load'), {});
});

test('data.dump takes a mapping, also as a literal of Python', async (t) => {
  const { call } = await minion(t);
  assert.equal(await call('dump', ["{'eggs': 'spam', 'n': None}"]), true);
  assert.deepEqual(await call('load'), { eggs: 'spam', n: null });
  assert.equal(await call('dump', ['[1]']), false);
  await assert.rejects(call('dump', ['xx']), { className: 'ValueError', message: /^malformed node or string/ });
  await assert.rejects(call('dump', [5]), { className: 'ValueError', message: 'malformed node or string: 5' });
  assert.equal(await call('clear'), true);
  assert.equal(await call('clear'), true);
  assert.deepEqual(await call('load'), {});
});

test('a cache folder that is not there keeps nothing', async (t) => {
  const { ctx } = await minion(t);
  const bench = benchOf(data, { opts: { cachedir: join(String(ctx.opts['cachedir']), 'no') }, ports: { pack: { pack: encodeBus, unpack: decodeBus } } });
  assert.equal(await bench.call('dump', [{ a: 1 }]), false);
  assert.equal(await bench.call('update', ['a', 1]), true);
  assert.deepEqual(await bench.call('load'), {});
});
