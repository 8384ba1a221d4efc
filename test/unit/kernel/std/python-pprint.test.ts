import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pformat } from '../../../../src/kernel/std/python-pprint.js';
import { setOf, tupleOf } from '../../../../src/kernel/std/sequences.js';
import { mapFrom } from '../../../../src/kernel/std/value.js';

// Source: observed, pprint.pformat of Python 3.11.
const three = { key0: ['value', 'value', 'value'], key1: ['value', 'value', 'value'], key2: ['value', 'value', 'value'] };

test('pformat() sorts keys and keeps on one line what fits', () => {
  assert.equal(pformat({ b: 1, a: [1, 2] }), "{'a': [1, 2], 'b': 1}");
});

test('pformat() orders keys that cannot be compared by the name of their type', () => {
  assert.equal(pformat(mapFrom([['b', 1], [tupleOf([1]), 2], [3, 4], [null, 5]])), "{None: 5, 3: 4, 'b': 1, (1,): 2}");
});

test('pformat() breaks a wide map, with any indent', () => {
  const lines = (start: string, blanks: string) =>
    `{${start}'key0': ['value', 'value', 'value'],\n${blanks}'key1': ['value', 'value', 'value'],\n${blanks}'key2': ['value', 'value', 'value']}`;
  assert.equal(pformat(three), lines('', ' '));
  assert.equal(pformat(three, 4), lines('   ', '    '));
});

test('pformat() puts brackets around the parts of a bare text only', () => {
  assert.equal(pformat('word '.repeat(20)), `('${'word '.repeat(15)}'\n '${'word '.repeat(5)}')`);
  assert.equal(pformat([`line one\nline two ${'x'.repeat(70)}`]), `['line one\\n'\n 'line two '\n '${'x'.repeat(70)}']`);
});

test('pformat() breaks bytes at every fourth', () => {
  assert.equal(pformat(Buffer.from('0123456789'.repeat(9))),
    "(b'0123456789012345678901234567890123456789012345678901234567890123456789012345'\n b'67890123456789')");
  const half = (count: number) => `b'${'\\xff'.repeat(count)}'`;
  assert.equal(pformat({ k: Buffer.alloc(30, 255) }), `{'k': ${half(16)}\n      ${half(14)}}`);
});

test('pformat() leaves what cannot be broken as it is', () => {
  const wide = 'x'.repeat(90);
  assert.equal(pformat(tupleOf([wide])), `('${wide}',)`);
  assert.equal(pformat({ [wide]: '' }), `{'${wide}': ''}`);
  assert.equal(pformat({ [wide]: setOf([]) }), `{'${wide}': set()}`);
});
