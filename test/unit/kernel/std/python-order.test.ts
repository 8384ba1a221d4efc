import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compareText, sortValues } from '../../../../src/kernel/std/python-order.js';
import { Float } from '../../../../src/kernel/std/value.js';

test('compareText() orders by code points, where UTF-16 would not', () => {
  assert.ok(compareText('\uffff', '\u{10000}') < 0);
  assert.ok(compareText('a', 'B') > 0);
  assert.ok(compareText('a', 'ab') < 0);
  assert.equal(compareText('é', 'é'), 0);
});

test('sortValues() orders numbers of all kinds together', () => {
  assert.deepEqual(sortValues([10, 2n, true, new Float(1.5), -3]), [-3, true, new Float(1.5), 2n, 10]);
});

test('sortValues() orders lists item by item and bytes by value', () => {
  assert.deepEqual(sortValues([['b'], ['a', 2], ['a', 1], ['a']]), [['a'], ['a', 1], ['a', 2], ['b']]);
  assert.deepEqual(sortValues([Buffer.from([2]), Buffer.from([1])]), [Buffer.from([1]), Buffer.from([2])]);
});

test('sortValues() gives nothing where Python raises TypeError', () => {
  assert.equal(sortValues(['a', 1]), undefined);
  assert.equal(sortValues([null, null]), undefined);
  assert.deepEqual(sortValues([null]), [null]);
});
