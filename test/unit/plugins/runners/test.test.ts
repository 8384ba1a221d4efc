import assert from 'node:assert/strict';
import { test } from 'node:test';
import runner from '../../../../src/plugins/runners/test.js';
import { benchOf } from '../bench.js';
import { shownPort } from './shown.js';
import { tupleOf } from '../../../../src/kernel/std/sequences.js';

const bench = () => {
  const shown = shownPort();
  return { ...shown, ...benchOf(runner, { opts: { publish_port: 4505 }, ports: { runner: shown.runner } }) };
};

test('test.arg leaves out private keywords, test.raw_arg keeps them', async () => {
  const { call } = bench();
  assert.deepEqual(await call('arg', [1, 'two'], { three: 3, __bar: 'baz' }), { args: tupleOf([1, 'two']), kwargs: { three: 3 } });
  assert.deepEqual(await call('raw_arg', [1], { __bar: 'baz' }), { args: tupleOf([1]), kwargs: { __bar: 'baz' } });
});

test('test.metasyntactic knows two countries', async () => {
  const { call } = bench();
  assert.deepEqual(await call('metasyntactic', [], { locality: 'uk' }), ['wibble', 'wobble', 'wubble', 'flob']);
  assert.equal((await call('metasyntactic') as string[]).length, 14);
  assert.equal(await call('metasyntactic', ['toString']), null);
});

test('test.stdout_print and test.sleep print before they answer', async () => {
  const { call, printed } = bench();
  assert.equal(await call('stdout_print'), 'bar');
  const before = Date.now();
  assert.equal(await call('sleep', [0.05]), true);
  assert.ok(Date.now() - before >= 45);
  assert.deepEqual(printed, ['foo', '0.05']);
});

test('test.stream tells of 99 steps', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const { call, told } = bench();
  const done = call('stream');
  for (let step = 0; step < 99; step += 1) {
    await new Promise((resolve) => setImmediate(resolve));
    t.mock.timers.tick(100);
  }
  assert.equal(await done, true);
  assert.deepEqual([told.length, told[0], told.at(-1)], [99, { message: 'Runner is 1% done' }, { message: 'Runner is 99% done' }]);
});

test('test.get_opts gives the configuration', async () => assert.deepEqual(await bench().call('get_opts'), { publish_port: 4505 }));
