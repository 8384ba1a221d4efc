import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setOf } from '../../../../src/kernel/std/sequences.js';
import { DateTime, Extension, Float, mapFrom, type Value } from '../../../../src/kernel/std/value.js';
import json from '../../../../src/plugins/output/json.js';

const line = (value: Value) => json.output(value, { output_indent: null }, {});

test('json keeps floats and large integers apart', () => {
  assert.equal(line([1, new Float(1), 12345678901234567890n, 1e-7, NaN, -Infinity]),
    '[1, 1.0, 12345678901234567890, 1e-07, NaN, -Infinity]');
});

test('json makes text of keys that are numbers, None or truth', () => {
  assert.equal(line(mapFrom([[1, 'a'], [new Float(2), 'b'], [null, 'c'], [true, 'd']])), '{"1": "a", "2.0": "b", "null": "c", "true": "d"}');
});

test('json shows what it cannot carry as Python writes it', () => {
  assert.equal(line([Buffer.from([255]), setOf(['a']), new DateTime('20260102T03:04:00.000000')]),
    '["b\'\\\\xff\'", "{\'a\'}", "datetime.datetime(2026, 1, 2, 3, 4)"]');
  assert.equal(line(new Extension(5, Buffer.from('x'))), '[5, "b\'x\'"]');
});

test('json leaves text that is not ASCII alone, lone surrogates too', () => {
  assert.equal(line('é\u{1f600}\udc80\u007f\u0001\b'), '"é\u{1f600}\udc80\u007f\\u0001\\b"');
});

test('json is empty when a key cannot be text', () => {
  assert.equal(line(mapFrom([[Buffer.from('k'), 1]])), '{}');
});

test('json sorts keys when it is to be pretty, and is empty when it cannot', () => {
  assert.equal(json.output({ b: 1, a: [] }, { output_indent: 'pretty' }, {}), '{\n    "a": [],\n    "b": 1\n}');
  assert.equal(json.output(mapFrom([['b', 1], [1, 2]]), { output_indent: 'pretty' }, {}), '{}');
});
