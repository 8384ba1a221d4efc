import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { PlainMap, Value } from '../../../../src/kernel/std/value.js';
import config from '../../../../src/plugins/runners/config.js';
import doc from '../../../../src/plugins/runners/doc.js';
import error from '../../../../src/plugins/runners/error.js';
import event from '../../../../src/plugins/runners/event.js';
import match from '../../../../src/plugins/runners/match.js';
import queue from '../../../../src/plugins/runners/queue.js';
import { benchOf } from '../bench.js';
import { shownPort } from './shown.js';

test('config.get reads options, also inside others', async () => {
  const { call } = benchOf(config, { opts: { publish_port: 4505, file_roots: { base: ['/srv/salt'] } } });
  assert.equal(await call('get', ['publish_port']), 4505);
  assert.deepEqual(await call('get', ['file_roots:base']), ['/srv/salt']);
  assert.deepEqual(await call('get', ['file_roots,base'], { delimiter: ',' }), ['/srv/salt']);
  assert.equal(await call('get', ['no_such']), '');
  assert.equal(await call('get', ['no_such', 7]), 7);
});

test('error.error raises what is named', async () => {
  const { call } = benchOf(error);
  assert.deepEqual(await call('error'), {});
  for (const [name, className] of [
    ['Exception', 'Exception'], ['', 'Exception'], ['KeyError', 'KeyError'], ['SaltInvocationError', 'salt.exceptions.SaltInvocationError'],
    ['TimeoutError', 'salt.exceptions.TimeoutError'], ['NoSuchThing', 'salt.exceptions.SaltException'],
  ] as const) {
    await assert.rejects(call('error', [], { name, message: 'oops' }), { className, message: className === 'KeyError' ? "'oops'" : 'oops' });
  }
});

test('event.send fires a tag as it is', async () => {
  const fired: [string, Value][] = [];
  const { call } = benchOf(event, { ports: { events: { fireMaster: async (tag, data) => { fired.push([tag, data]); return true; } } } });
  assert.equal(await call('send', ['a/b', { n: 1 }]), true);
  assert.equal(await call('send', ['a/c']), true);
  assert.deepEqual(fired, [['a/b', { n: 1 }], ['a/c', {}]]);
});

test('doc.* gather documentation', async () => {
  const answers = [{ id: 'web1', answered: true, ret: { 'test.ping': 'old' }, retcode: 0, out: undefined },
    { id: 'web2', answered: true, ret: { 'test.ping': 'new' }, retcode: 0, out: undefined }];
  const catalog = { functions: async (kind: string) => [`${kind}.one`], doc: async (_kind: string, name: string) => `about ${name}` };
  const asked: Value[] = [];
  const { call } = benchOf(doc, { opts: { timeout: 3 }, ports: { catalog, local: { async *returns(job) { asked.push({ ...job } as PlainMap); yield* answers; } } } });
  assert.deepEqual(await call('runner'), { 'runners.one': 'about runners.one' });
  assert.deepEqual(await call('wheel'), { 'wheel.one': 'about wheel.one' });
  assert.deepEqual(await call('execution'), { 'test.ping': 'new' });
  assert.deepEqual(asked, [{ tgt: '*', fun: 'sys.doc', timeoutMs: 3000 }]);
  await assert.rejects(benchOf(doc, { ports: { local: { async *returns() {} } } }).call('execution'), { className: 'KeyError' });
});

test('match.compound_matches gives the id or False', async () => {
  const surely = async (expr: Value): Promise<string[]> => {
    if (expr === 'broken(') throw new Error('no expression');
    return ['web1'];
  };
  const { call } = benchOf(match, { ports: { match: { surely } } });
  assert.deepEqual(await call('compound_matches', ['G@a:b', 'web1']), { res: 'web1' });
  assert.deepEqual(await call('compound_matches', ['G@a:b', 'db1']), { res: false });
  assert.deepEqual(await call('compound_matches', ['broken(', 'web1']), { res: false });
  const off = benchOf(match, { opts: { minion_data_cache: false }, ports: { match: { surely } } });
  assert.deepEqual(await off.call('compound_matches', ['G@a:b', 'web1']), { res: false });
});

test('queue.* name the backend that is missing', async () => {
  const shown = shownPort();
  const { call } = benchOf(queue, { opts: { runner_queue: { backend: 'mine' } }, ports: { runner: shown.runner } });
  for (const [fun, args] of [['list_queues', []], ['list_length', ['q']], ['list_items', ['q']], ['pop', ['q']], ['insert', ['q', 'x']], ['delete', ['q', 'x']]] as const) {
    await assert.rejects(call(fun, args), { code: 'job.invocation', message: `Function "sqlite.${fun}" is not available` });
  }
  await assert.rejects(call('insert_runner', ['test.arg']), { message: 'Function "mine.insert" is not available' });
  assert.equal(await call('process_queue', ['q'], { backend: 'other' }), false);
  await assert.rejects(call('process_runner'), { className: 'TypeError' });
  assert.deepEqual(shown.told, [{ errors: 'Function "other.pop" is not available' }, { errors: 'Function "mine.pop" is not available' }]);
});
