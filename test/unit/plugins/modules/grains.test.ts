import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { Float, mapFrom, type PlainMap, type Value } from '../../../../src/kernel/std/value.js';
import { loadYaml } from '../../../../src/kernel/yaml/load.js';
import grains from '../../../../src/plugins/modules/grains.js';
import { benchOf } from '../bench.js';

const KNOWN: PlainMap = {
  role: 'web', site: { dc: 'lab', rack: 'r1' }, nums: [1, 2], n7: mapFrom([[7, 'seven']]), os_family: 'Debian', empty: null,
  host: 'vm', id: 'web1', serialnumber: '12345678', flag: true,
};

/** A masterless minion in a temporary folder; its grains are those of the file beside KNOWN. */
async function minion(t: TestContext, opts: PlainMap = { local: true }) {
  const folder = await mkdtemp(join(tmpdir(), 'tsalt-grains-'));
  t.after(() => rm(folder, { recursive: true }));
  const file = join(folder, 'grains');
  const known: PlainMap = { ...KNOWN };
  const refreshed: string[] = [];
  const bench = benchOf(grains, {
    opts: { conf_file: join(folder, 'minion'), ...opts },
    grains: known,
    functions: { 'saltutil.refresh_grains': (_args, kwargs) => { refreshed.push(JSON.stringify(kwargs)); return true; } },
    ports: {
      refresh: {
        grains: async () => {
          for (const key of Object.keys(known)) delete known[key];
          Object.assign(known, KNOWN, loadYaml(await readFile(file, 'utf8')));
          return true;
        },
      },
    },
  });
  await writeFile(join(folder, 'minion'), '');
  return { ...bench, file, refreshed };
}

test('grains.get, item, has_value and equals look along paths', async () => {
  const { call } = benchOf(grains, { grains: KNOWN });
  assert.equal(await call('get', ['site:rack']), 'r1');
  assert.equal(await call('get', ['no:such']), '');
  assert.equal(await call('get', ['no:such', 'dflt']), 'dflt');
  assert.equal(await call('get', ['site|dc'], { delimiter: '|' }), 'lab');
  assert.equal(await call('fetch', ['nums:0']), 1);
  assert.equal(await call('get', ['n7:7']), 'seven');
  assert.deepEqual(await call('item', ['role', 'site:dc', 'nope']), { role: 'web', 'site:dc': 'lab', nope: '' });
  assert.deepEqual(await call('item', ['nope'], { default: 'x' }), { nope: 'x' });
  assert.equal(await call('has_value', ['empty']), true);
  assert.equal(await call('has_value', ['nope']), false);
  assert.equal(await call('equals', ['nums', [1, 2]]), true);
  assert.equal(await call('equals', ['flag', 'True']), true);
  assert.equal(await call('equals', ['role', 'db']), false);
  assert.deepEqual(await call('ls'), Object.keys(KNOWN).sort());
});

test('grains.item and items hide who the minion is', async () => {
  const { call } = benchOf(grains, { grains: KNOWN });
  assert.deepEqual(await call('item', ['role', 'host', 'id', 'serialnumber'], { sanitize: true }), {
    role: 'web', host: 'MINION', id: 'MINION.DOMAINNAME', serialnumber: '123456XX',
  });
  assert.equal((await call('items', [], { sanitize: 'true' }) as PlainMap)['host'], 'MINION');
  assert.deepEqual(await call('items'), KNOWN);
});

/** Calls in a row on a fresh minion and their answers: recorded from Salt 3008.3, `salt-call --local`. */
const inARow: readonly (readonly [string, readonly Value[], PlainMap, Value])[] = [
  ['setval', ['a', 1], {}, { a: 1 }],
  ['setvals', [{ k1: 'v1', k2: [1, { x: 'é' }], k3: null, k4: true, k5: 'yes', k6: new Float(1) }], {}, { k1: 'v1', k2: [1, { x: 'é' }], k3: null, k4: true, k5: 'yes', k6: new Float(1) }],
  ['append', ['lst', 'one'], {}, { lst: ['one'] }],
  ['append', ['lst', 'one'], {}, 'The val one was already in the list lst'],
  ['append', ['lst', ['two', 'three']], {}, { lst: ['one', 'two', 'three'] }],
  ['append', ['a', 'x'], {}, 'The key a is not a valid list'],
  ['append', ['a', 'x'], { convert: true }, { a: [1, 'x'] }],
  ['append', ['n:sub:deep', 5], {}, { n: { sub: { deep: [5] } } }],
  ['append', ['n:sub:deep', 6], {}, { n: { sub: { deep: [5, 6] } } }],
  ['remove', ['lst', 'one'], {}, { lst: ['two', 'three'] }],
  ['remove', ['lst', 'nope'], {}, 'The val nope was not in the list lst'],
  ['remove', ['a2', 'nope'], {}, 'The val nope was not in the list a2'],
  ['remove', ['k1', 'nope'], {}, 'The key k1 is not a valid list'],
  ['remove', ['n:sub:deep', 5], {}, { n: { sub: { deep: [6] } } }],
  ['set', ['x:y:z', 5], {}, { comment: '', changes: { x: { y: { z: 5 } } }, result: true }],
  ['set', ['x:y:z', 5], {}, { comment: 'Grain is already set', changes: {}, result: true }],
  ['set', ['x:y', 5], {}, { comment: "The key 'x:y' exists but is a dict or a list. Use 'force=True' to overwrite.", changes: {}, result: false }],
  ['set', ['x:y', 5], { force: true }, { comment: '', changes: { x: { y: 5 } }, result: true }],
  ['set', ['s1', 'str'], {}, { comment: '', changes: { s1: 'str' }, result: true }],
  ['set', ['s1', { a: 1 }], {}, { comment: "The key 's1' exists and the given value is a dict or a list. Use 'force=True' to overwrite.", changes: {}, result: false }],
  ['set', ['s1:k', 'v'], {}, { comment: "The key 's1' value is 'str', which is different from the provided key 'k'. Use 'force=True' to overwrite.", changes: {}, result: false }],
  ['set', ['s1:k', 'v'], { force: true }, { comment: '', changes: { s1: { k: 'v' } }, result: true }],
  ['set', ['lst:foo', 'bar'], {}, { comment: '', changes: { lst: ['two', 'three', { foo: 'bar' }] }, result: true }],
  ['set', ['lst:two', 'bar'], {}, { comment: '', changes: { lst: [{ two: 'bar' }, 'three', { foo: 'bar' }] }, result: true }],
  ['delval', ['s1'], {}, { comment: "The key 's1' exists but is a dict or a list. Use 'force=True' to overwrite.", changes: {}, result: false }],
  ['delval', ['s1'], { force: true }, { comment: '', changes: { s1: null }, result: true }],
  ['delkey', ['lst'], {}, { comment: "The key 'lst' exists but is a dict or a list. Use 'force=True' to overwrite.", changes: {}, result: false }],
  ['delkey', ['lst'], { force: true }, { comment: '', changes: { lst: null }, result: true }],
  ['delkey', ['nonexist'], {}, { comment: '', changes: { nonexist: null }, result: true }],
  ['delval', ['k1'], {}, { comment: '', changes: { k1: null }, result: true }],
  ['set', ['nul'], {}, { comment: '', changes: { nul: '' }, result: true }],
];
const FILE_AFTERWARDS = `a:
- 1
- x
k1: null
k2:
- 1
- x: é
k3: null
k4: true
k5: 'yes'
k6: 1.0
n:
  sub:
    deep:
    - 6
nul: ''
s1: null
x:
  y: 5
`;

test('grains are set and kept as Salt does', async (t) => {
  const { call, file } = await minion(t);
  for (const [fun, args, kwargs, wanted] of inARow) {
    assert.deepEqual(await call(fun, args, kwargs), wanted, `${fun} ${JSON.stringify(args)} ${JSON.stringify(kwargs)}`);
  }
  assert.equal(await readFile(file, 'utf8'), FILE_AFTERWARDS);
});

test('grains.setval has the minion refresh, with or without pillar', async (t) => {
  const { call, refreshed } = await minion(t, {});
  await call('setval', ['a', 1]);
  await call('setval', ['a', 1], { refresh_pillar: false });
  assert.deepEqual(refreshed, ['{"refresh_pillar":true}', '{"refresh_pillar":false}']);
});

test('grains.setval removes on demand', async (t) => {
  const { call, file } = await minion(t);
  await call('setvals', [{ a: 1, b: 2 }]);
  assert.deepEqual(await call('setval', ['a', null], { destructive: true }), { a: null });
  assert.equal(await readFile(file, 'utf8'), 'b: 2\n');
});

test('grains.setval says when the file is no YAML, and starts anew when it is no mapping', async (t) => {
  const { call, file } = await minion(t);
  await writeFile(file, '{bad: [\n');
  assert.match(String(await call('setval', ['a', 1])), /^Unable to read existing grains file: while parsing a flow node\n[^]*grains", line 2, column 1$/);
  assert.equal(await readFile(file, 'utf8'), '{bad: [\n');
  await writeFile(file, 'text\n');
  assert.deepEqual(await call('setval', ['a', 1]), { a: 1 });
  assert.equal(await readFile(file, 'utf8'), 'a: 1\n');
  await assert.rejects(call('setvals', ['x']), { className: 'salt.exceptions.SaltException', message: 'setvals grains must be a dictionary.' });
});

test('grains set at the same time are all kept', async (t) => {
  const { call, file } = await minion(t, {});
  await Promise.all(['a', 'b', 'c', 'd'].map((key) => call('setval', [key, 1])));
  assert.equal(await readFile(file, 'utf8'), 'a: 1\nb: 1\nc: 1\nd: 1\n');
});

/** Recorded from Salt 3008.3. */
const choices: readonly (readonly [readonly Value[], PlainMap, Value])[] = [
  [[{ Debian: 1, default: 2 }], {}, 1],
  [[{ 'we*': 1, default: 2 }, 'role'], {}, 1],
  [[{ nope: 1 }, 'role'], {}, null],
  [[{ A: 'B', C: { D: { E: 'F', G: 'H' } } }, 'xxx', { D: { E: 'I' }, J: 'K' }, 'C'], {}, { D: { E: 'I', G: 'H' }, J: 'K' }],
  [[{ default: { A: { B: 'C' }, D: 'E' }, F: { A: { B: 'G' } }, H: { D: 'I' } }, 'xxx', { D: 'J' }, 'F', 'default'], {}, { A: { B: 'G' }, D: 'J' }],
  [[mapFrom([[1, 'one'], [2, 'two']]), 'nums'], {}, 'one'],
  [[{ a: 1 }, 'role'], { merge: { x: 1 } }, { x: 1 }],
  [[{ b: 1 }, 'role'], { base: 'b' }, 1],
];
for (const [args, kwargs, wanted] of choices) {
  test(`grains.filter_by chooses ${JSON.stringify(wanted)}`, async () => {
    assert.deepEqual(await benchOf(grains, { grains: KNOWN }).call('filter_by', args, kwargs), wanted);
  });
}

test('grains.filter_by refuses what cannot be merged', async () => {
  const { call } = benchOf(grains, { grains: KNOWN });
  await assert.rejects(call('filter_by', [{ web: 'x', b: { a: 1 } }, 'role'], { base: 'b' }), { message: 'filter_by default and look-up values must both be dictionaries.' });
  await assert.rejects(call('filter_by', [{ web: {} }, 'role'], { merge: 'foo' }), { message: 'filter_by merge argument must be a dictionary.' });
  await assert.rejects(call('filter_by', [{ web: 'x' }, 'role', { a: 1 }]), { className: 'TypeError', message: 'Cannot update using non-dict types in dictupdate.update()' });
  await assert.rejects(call('filter_by', ['text', 'role']), { className: 'AttributeError', message: "'str' object has no attribute 'get'" });
});
