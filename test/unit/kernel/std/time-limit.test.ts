import assert from 'node:assert/strict';
import { test } from 'node:test';
import { TimeLimitError, withinTime } from '../../../../src/kernel/std/time-limit.js';

test('withinTime() gives what the work gives', () => {
  assert.equal(withinTime(1000, () => 7), 7);
});

test('withinTime() passes on what the work throws', () => {
  assert.throws(() => withinTime(1000, () => { throw new RangeError('mine'); }), { name: 'RangeError', message: 'mine' });
});

test('withinTime() stops a search that would take years', () => {
  assert.throws(() => withinTime(30, () => /^(a+)+$/.test(`${'a'.repeat(60)}b`)), TimeLimitError);
});

test('withinTime() works again after it stopped something', () => {
  assert.throws(() => withinTime(20, () => { for (;;); }), TimeLimitError);
  assert.equal(withinTime(1000, () => withinTime(500, () => 'inner')), 'inner');
});
