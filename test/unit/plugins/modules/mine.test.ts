import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CommandExecutionError } from '../../../../src/kernel/contract/errors.js';
import type { PlainMap, Value } from '../../../../src/kernel/std/value.js';
import mine from '../../../../src/plugins/modules/mine.js';
import { benchOf, type Bench } from '../bench.js';

const FUNCTIONS: PlainMap = {
  'test.ping': [], al: { mine_function: 'test.arg', x: 1, allow_tgt: 'a*' }, al2: [{ mine_function: 'test.arg' }, 5, { k: 2 }], 'nope.x': [],
};

const executed = {
  'test.ping': () => true,
  'test.true': () => true,
  'test.arg': (args: readonly Value[], kwargs: PlainMap) => ({ args, kwargs }),
  'test.exception': () => { throw new CommandExecutionError('on purpose'); },
};

interface Sent { readonly bench: Bench; readonly loads: PlainMap[] }

/** A minion with a master that answers `answer` to everything. */
function connected(answer: Value = true, functions: Value = FUNCTIONS): Sent {
  const loads: PlainMap[] = [];
  const bench = benchOf(mine, {
    functions: { ...executed, 'config.merge': () => functions },
    ports: { master: { request: async ({ _stamp, ...load }) => { loads.push(load); return answer; } } },
  });
  return { bench, loads };
}

/** A minion without a master, its data store in memory. */
function masterless(): { bench: Bench; store: Map<Value, Value> } {
  const store = new Map<Value, Value>();
  const bench = benchOf(mine, {
    opts: { file_client: 'local' },
    functions: {
      ...executed, 'config.merge': () => FUNCTIONS, 'match.glob': ([tgt]) => tgt === '*',
      'data.get': ([key]) => store.get(key ?? null) ?? null,
      'data.update': ([key, value]) => { store.set(key ?? null, value ?? null); return true; },
    },
  });
  return { bench, store };
}

test('mine.send runs a function and sends its value under a name', async () => {
  const { bench, loads } = connected();
  assert.equal(await bench.call('send', ['test.ping']), true);
  assert.equal(await bench.call('send', ['al', 'a1', { m: 2 }], { mine_function: 'test.arg', z: 1 }), true);
  assert.deepEqual(loads, [
    { cmd: '_mine', data: { 'test.ping': true }, clear: false, id: 'web1' },
    { cmd: '_mine', data: { al: { args: ['a1'], kwargs: { m: 2, z: 1 } } }, clear: false, id: 'web1' },
  ]);
});

test('mine.send says who may read, and False for a function that fails', async () => {
  const { bench, loads } = connected();
  await bench.call('send', ['gg'], { mine_function: 'test.true', allow_tgt: 'x', allow_tgt_type: 'list' });
  assert.deepEqual(loads[0]?.['data'], { gg: { __data__: true, __saltmine_acl__: 1, allow_tgt: 'x', allow_tgt_type: 'list' } });
  assert.equal(await bench.call('send', ['test.exception']), false);
  assert.equal(loads.length, 1);
  assert.deepEqual(bench.logged, ['error function of the mine failed']);
});

test('mine.update runs the configured functions that are there', async () => {
  const { bench, loads } = connected();
  assert.equal(await bench.call('update'), true);
  assert.deepEqual(loads[0], {
    cmd: '_mine', clear: false, id: 'web1', data: {
      'test.ping': true, al: { __data__: { args: [], kwargs: { x: 1 } }, __saltmine_acl__: 1, allow_tgt: 'a*' }, al2: { args: [5], kwargs: { k: 2 } },
    },
  });
  assert.deepEqual(bench.logged, ['error function of the mine not available']);
});

test('mine.update takes functions as list or mapping, and nothing else', async () => {
  const { bench, loads } = connected();
  assert.equal(await bench.call('update', [true, ['test.ping', 'test.exception']]), true);
  assert.deepEqual(loads[0], { cmd: '_mine', data: { 'test.ping': true }, clear: true, id: 'web1' });
  assert.equal(await bench.call('update', [], { mine_functions: 'test.ping' }), null);
  assert.equal(await connected(true, {}).bench.call('update'), null);
  await assert.rejects(connected(true, ['test.ping']).bench.call('update'), { className: 'AttributeError', message: "'list' object has no attribute 'items'" });
});

test('mine.get asks the master and may leave us out', async () => {
  const { bench, loads } = connected({ web1: 1, web2: 2 });
  assert.deepEqual(await bench.call('get', ['*', 'test.ping']), { web1: 1, web2: 2 });
  assert.deepEqual(await bench.call('get', ['*', 'test.ping', 'glob', true]), { web2: 2 });
  assert.deepEqual(loads[0], { cmd: '_mine_get', id: 'web1', tgt: '*', fun: 'test.ping', tgt_type: 'glob' });
});

test('mine.delete and mine.flush tell the master', async () => {
  const { bench, loads } = connected();
  assert.equal(await bench.call('delete', ['test.ping']), true);
  assert.equal(await bench.call('flush'), true);
  assert.deepEqual(loads, [{ cmd: '_mine_delete', fun: 'test.ping', id: 'web1' }, { cmd: '_mine_flush', id: 'web1' }]);
});

test('mine.valid shows what would run', async () => {
  assert.deepEqual(await connected().bench.call('valid'), { 'test.ping': [], al: { 'test.arg': [{ x: 1 }] }, al2: { 'test.arg': [5, { k: 2 }] } });
  assert.equal(await connected(true, {}).bench.call('valid'), null);
});

test('a minion without a master keeps its mine in the data store', async () => {
  const { bench, store } = masterless();
  assert.deepEqual(await bench.call('get', ['*', 'al']), {});
  await bench.call('send', ['al', 'a1'], { mine_function: 'test.arg', allow_tgt: 'zz' });
  await bench.call('send', ['test.ping']);
  const value = { args: ['a1'], kwargs: {} };
  assert.deepEqual(await bench.call('get', ['*', 'al']), { web1: value });
  assert.deepEqual(await bench.call('get', ['*', 'al,zz']), { al: { web1: value } });
  assert.deepEqual(await bench.call('get', ['*', ['al']]), { al: { web1: value } });
  assert.deepEqual(await bench.call('get', ['no', 'al']), {});
  await assert.rejects(bench.call('get', ['*', 'al', 'nodegroup']), { className: 'KeyError', message: "'nodegroup'" });
  await assert.rejects(bench.call('get', ['*', 'test.ping']), { className: 'TypeError', message: "argument of type 'bool' is not iterable" });
  assert.equal(await bench.call('delete', ['al']), true);
  assert.deepEqual(store.get('mine_cache'), { 'test.ping': true });
  await bench.call('flush');
  assert.deepEqual(store.get('mine_cache'), {});
});

test('mine.get_docker gathers the addresses of containers by image and port', async () => {
  const host = { interfaces: { eth0: { inet: [{ address: '10.0.0.5' }] }, docker0: { inet: [{ address: '172.17.0.1' }] }, down: {} } };
  const container = {
    Info: { Id: 'c1' }, Image: 'img', Ports: [
      { IP: '0.0.0.0', PrivatePort: 80, PublicPort: 8080 }, { IP: '127.0.0.1', PrivatePort: 80, PublicPort: 81 }, { PrivatePort: 443 },
    ],
  };
  const { bench, loads } = connected({ web1: { host, c1: container } });
  assert.deepEqual(await bench.call('get_docker'), { img: { ipv4: new Map([[80, ['10.0.0.5:8080', '172.17.0.1:8080', '127.0.0.1:81']]]) } });
  assert.deepEqual(await bench.call('get_docker', ['eth0']), { img: { ipv4: new Map([[80, ['10.0.0.5:8080', '127.0.0.1:81']]]) } });
  assert.deepEqual(await bench.call('get_docker', [null, '172.17.0.0/16', true]), {
    img: { ipv4: new Map([[80, [['172.17.0.1:8080', 'c1'], ['127.0.0.1:81', 'c1']]]]) },
  });
  assert.equal(loads[0]?.['fun'], 'docker.ps');
  await assert.rejects(connected({ web1: { c1: container } }).bench.call('get_docker'), { className: 'KeyError', message: "'host'" });
});
