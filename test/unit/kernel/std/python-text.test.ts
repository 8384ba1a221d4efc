import assert from 'node:assert/strict';
import { test } from 'node:test';
import { repr, reprFloat, str } from '../../../../src/kernel/std/python-text.js';
import { setOf, tupleOf } from '../../../../src/kernel/std/sequences.js';
import { DateTime, Extension, Float, mapFrom, type Value } from '../../../../src/kernel/std/value.js';

// Source: observed, Python 3.11.
const REPR: readonly (readonly [Value, string])[] = [
  [null, 'None'],
  [true, 'True'],
  [42, '42'],
  [12345678901234567890n, '12345678901234567890'],
  [new Float(1), '1.0'],
  ['plain', "'plain'"],
  ["it's", '"it\'s"'],
  [`it's "both"`, `'it\\'s "both"'`],
  ['say "x"', `'say "x"'`],
  ['a\\b\n\r\t\0\x7f\x1b', "'a\\\\b\\n\\r\\t\\x00\\x7f\\x1b'"],
  ['\x85\xa0\xad\xe9', "'\\x85\\xa0\\xadé'"],
  ['\u200b\u2028\ufeff日\u{1f600}', "'\\u200b\\u2028\\ufeff日\u{1f600}'"],
  ['\udc80x', "'\\udc80x'"],
  ['\u{e0001}\u{10ffff}', "'\\U000e0001\\U0010ffff'"],
  // U+1FACF came with Unicode 17, U+1FA77 with 15: both are unknown to Python 3.11.
  ['\u{1fa77}\u{1facf}', "'\\U0001fa77\\U0001facf'"],
  [Buffer.from([0, 9, 10, 13, 39, 92, 65, 255]), 'b"\\x00\\t\\n\\r\'\\\\A\\xff"'],
  [Buffer.from(`'"`), `b'\\'"'`],
  [[1, ['a', {}], []], "[1, ['a', {}], []]"],
  [{ a: [null], "b'": false }, `{'a': [None], "b'": False}`],
  [mapFrom([[2, 'b'], ['10', null]]), "{2: 'b', '10': None}"],
  [tupleOf(['a']), "('a',)"],
  [tupleOf([1, 2]), '(1, 2)'],
  [tupleOf([]), '()'],
  [setOf([1, 2]), '{1, 2}'],
  [setOf([]), 'set()'],
  [new DateTime('20260102T03:04:05.000006'), 'datetime.datetime(2026, 1, 2, 3, 4, 5, 6)'],
  [new DateTime('20260102T03:04:00.000000'), 'datetime.datetime(2026, 1, 2, 3, 4)'],
  [new Extension(5, Buffer.from('x')), "ExtType(code=5, data=b'x')"],
];

for (const [value, wanted] of REPR) {
  test(`repr() gives ${wanted}`, () => assert.equal(repr(value), wanted));
}

const FLOATS: readonly (readonly [number, string])[] = [
  [0, '0.0'], [-0, '-0.0'], [1, '1.0'], [-1.5, '-1.5'], [0.1, '0.1'], [100, '100.0'], [1e15, '1000000000000000.0'],
  [1e16, '1e+16'], [1.5e16, '1.5e+16'], [1.2345678901234567e20, '1.2345678901234567e+20'], [1e22, '1e+22'],
  [1e100, '1e+100'], [0.0001, '0.0001'], [0.00001, '1e-05'], [1.25e-7, '1.25e-07'], [5e-324, '5e-324'],
  [123456.789, '123456.789'], [2 ** 53, '9007199254740992.0'], [NaN, 'nan'], [Infinity, 'inf'], [-Infinity, '-inf'],
];

for (const [value, wanted] of FLOATS) {
  test(`reprFloat() gives ${wanted}`, () => assert.equal(reprFloat(value), wanted));
}

test('str() leaves text as it is and shows dates with a blank', () => {
  assert.equal(str("it's\n"), "it's\n");
  assert.equal(str(['a']), "['a']");
  assert.equal(str(new DateTime('20260102T03:04:05.000006')), '2026-01-02 03:04:05.000006');
  assert.equal(str(new DateTime('20260102T03:04:05.000000')), '2026-01-02 03:04:05');
});
