import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LiteralError, readLiteral } from '../../../../src/kernel/std/python-literal.js';
import { Float, type Value } from '../../../../src/kernel/std/value.js';

/** As Python 3.11 `ast.literal_eval` reads them. */
const READ: readonly (readonly [string, Value])[] = [
  ['None', null], [' True', true], ['-5', -5], ['1_000', 1000], ['0x1F', 31], ['0b11', 3], ['00', 0], ['1.', new Float(1)], ['.5', 0.5], ['-1.5e3', new Float(-1500)],
  ['12345678901234567890', 12345678901234567890n], ["'a\\n\\x41\\u00e4\\q'", 'a\nA\u00e4\\q'], ["'\\0\\1018'", '\0A8'], ['"a" \'b\'', 'ab'], ["'''x\ny'''", 'x\ny'],
  ['[1, [2], ]', [1, [2]]], ['()', []], ['(1)', 1], ['(1,)', [1]], ['{}', {}], ["{'a': {'b': None}, 'c': (1, 2)}", { a: { b: null }, c: [1, 2] }],
  ['{1, 2}', [1, 2]], ['{1: 2}', new Map([[1, 2]])],
];

for (const [text, value] of READ) test(`literal ${JSON.stringify(text)}`, () => assert.deepEqual(readLiteral(text), value));

for (const text of ['', 'xx', '[1', '[1 2]', '{1: 2, 3}', '{1, 2: 3}', "'a", '"a\nb"', '1 2', '01', '[,]', 'None()', '__import__', "'\\x4'", '0x', '.']) {
  test(`no literal: ${JSON.stringify(text)}`, () => assert.throws(() => readLiteral(text), LiteralError));
}

test('depth has a limit', () => assert.throws(() => readLiteral('['.repeat(5000)), LiteralError));
