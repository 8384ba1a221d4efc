import assert from 'node:assert/strict';
import { test } from 'node:test';
import { InvocationError } from '../../../../src/kernel/contract/errors.js';
import { Float, type Value } from '../../../../src/kernel/std/value.js';
import { advance, batchSize, isOver, newPlan, nextPlaceMs, retcodeOf, type BatchNews } from '../../../../src/master/jobs/batch-plan.js';

const plan = (size: number, more: { waitMs?: number; failhard?: boolean } = {}) =>
  newPlan(['a', 'b', 'c'], { size, waitMs: 0, failhard: false, nowMs: 0, ...more });
const done = (id: string, retcode: Value = 0): BatchNews => ({ kind: 'returned', id, ret: { ret: true, retcode } });

/** Source: read, Salt 3008.3 (get_batch_size). */
const SIZES: readonly [Value, number, number][] = [
  ['1', 10, 1], [3, 10, 3], ['0', 10, 1], ['-5', 10, 1], [' 1_0 ', 3, 10], ['50%', 3, 1], ['%50', 8, 4], ['1%', 3, 1], ['0%', 3, 1], ['-10%', 30, 1],
  ['100%', 3, 3], ['33.4%', 9, 3], ['150%', 4, 6],
];
for (const [spec, minions, size] of SIZES) {
  test(`${JSON.stringify(spec)} of ${minions} is ${size} at once`, () => assert.equal(batchSize(spec, minions), size));
}

test('other words are no batch size', () => {
  for (const spec of ['abc', '1.5', '', 'x%', '%', 'nan%', 'inf%']) {
    assert.throws(() => batchSize(spec, 3), (error) => error instanceof InvocationError
      && error.message === `Invalid batch specification '${spec}': must be an integer or percentage string like '10' or '25%'.`);
  }
  assert.throws(() => batchSize(null, 3), /Invalid batch specification None:/);
});

test('each place that becomes free is filled, in order', () => {
  const batch = plan(2);
  assert.deepEqual(advance(batch, [], 1), ['a', 'b']);
  assert.deepEqual(advance(batch, [], 2), []);
  assert.deepEqual(advance(batch, [done('b')], 3), ['c']);
  assert.deepEqual([...batch.active], [['a', 1], ['c', 3]]);
  assert.deepEqual(advance(batch, [done('a'), { kind: 'missing', id: 'c' }], 4), []);
  assert.ok(isOver(batch));
  assert.deepEqual([[...batch.done.keys()], [...batch.failed]], [['b', 'a'], [['c', 'timeout']]]);
});

test('news of minions that hold no place change nothing', () => {
  const batch = plan(1, { failhard: true });
  advance(batch, [], 1);
  assert.deepEqual(advance(batch, [done('b', 1), done('stranger', 1), { kind: 'missing', id: 'c' }], 2), []);
  assert.deepEqual([batch.done.size, batch.failed.size, batch.halted], [0, 0, undefined]);
  advance(batch, [done('a')], 3);
  advance(batch, [done('a', 1)], 4);
  assert.deepEqual(batch.done.get('a'), { ret: true, retcode: 0 }, 'the first return counts');
});

test('a place stays empty for the time to wait', () => {
  const batch = plan(1, { waitMs: 100 });
  advance(batch, [], 0);
  assert.equal(nextPlaceMs(batch), undefined, 'only the return of a helps');
  assert.deepEqual(advance(batch, [done('a')], 10), []);
  assert.equal(nextPlaceMs(batch), 110);
  assert.deepEqual(advance(batch, [], 109), []);
  assert.deepEqual(advance(batch, [], 110), ['b']);
  advance(batch, [done('b')], 120);
  advance(batch, [], 220);
  advance(batch, [done('c')], 230);
  assert.ok(isOver(batch), 'after the last nobody waits');
  assert.equal(nextPlaceMs(batch), undefined);
});

test('with failhard the first failure ends it, silence does not', () => {
  const batch = plan(1, { failhard: true });
  advance(batch, [], 0);
  assert.deepEqual(advance(batch, [{ kind: 'missing', id: 'a' }], 1), ['b']);
  assert.deepEqual(advance(batch, [done('b', 2)], 2), []);
  assert.deepEqual([batch.halted, isOver(batch), batch.pending], ['failhard', true, ['c']]);
});

test('without failhard failures are nothing special', () => {
  const batch = plan(1);
  advance(batch, [], 0);
  assert.deepEqual(advance(batch, [done('a', 1)], 1), ['b']);
});

test('one code of many: the largest', () => {
  assert.deepEqual([0, 3, '2', null, 'x', {}, { 'test.ping': 0, 'demo.setret': 3 }, new Float(1)].map(retcodeOf), [0, 3, 2, 0, 0, 0, 3, 1]);
});
