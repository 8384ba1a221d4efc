import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatFixed, parseFloatText, roundFloat } from '../../../../src/kernel/std/python-number.js';

test('formatFixed() rounds an exact half to the even digit', () => {
  assert.equal(formatFixed(0.0625, 3), '0.062');
  assert.equal(formatFixed(0.1875, 3), '0.188');
  assert.equal(formatFixed(3.125, 2), '3.12');
  assert.equal(formatFixed(2.5, 0), '2');
  assert.equal(formatFixed(3.5, 0), '4');
});

test('formatFixed() rounds what is next to a half to the nearest', () => {
  // 2.675 is a little less than it looks, 1.005 too.
  assert.equal(formatFixed(2.675, 2), '2.67');
  assert.equal(formatFixed(1.005, 2), '1.00');
  assert.equal(formatFixed(-1.5, 3), '-1.500');
  assert.equal(formatFixed(0.1, 3), '0.100');
});

test('formatFixed() spells what is no number as Python does', () => {
  assert.deepEqual([NaN, Infinity, -Infinity].map((value) => formatFixed(value, 3)), ['nan', 'inf', '-inf']);
});

test('roundFloat() gives the number of the rounded digits', () => {
  assert.equal(roundFloat(85.7142857, 2), 85.71);
  assert.equal(roundFloat(Infinity, 2), Infinity);
});

test('parseFloatText() reads what float() reads', () => {
  assert.equal(parseFloatText(' 8.2\n'), 8.2);
  assert.equal(parseFloatText('1_000.5e1'), 10005);
  assert.equal(parseFloatText('.5'), 0.5);
  assert.equal(parseFloatText('-Infinity'), -Infinity);
  assert.ok(Number.isNaN(parseFloatText('nan')));
  for (const wrong of ['', '8.2 ms', '0x10', '1__0', '.', 'e5']) assert.equal(parseFloatText(wrong), undefined, wrong);
});
