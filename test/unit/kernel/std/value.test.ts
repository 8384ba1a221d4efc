import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  DateTime, equalValues, Extension, Float, floatOf, isInteger, isMap, isNumber, isPlainKey, isPlainMap, isTruthy, mapEntries, mapFrom, mapGet,
  mapHas, mapKeys, mapSize, mapValues, mapWith, typeName, type Value,
} from '../../../../src/kernel/std/value.js';

test('a map is a plain object where every key keeps its place, else a Map', () => {
  assert.deepEqual(mapFrom([['b', 1], ['a', 2]]), { b: 1, a: 2 });
  for (const key of ['__proto__', '1', '4294967294', 7, null, true]) {
    const map = mapFrom([['b', 1], [key, 2]]);
    assert.ok(map instanceof Map, String(key));
    assert.deepEqual(mapKeys(map), ['b', key]);
  }
  for (const key of ['01', '-1', '1.5', '10000000000', 'constructor', '']) assert.ok(isPlainKey(key), key);
});

test('what a prototype has is not in a map', () => {
  for (const map of [mapFrom([]), mapFrom([[1, 1]])]) {
    assert.equal(mapGet(map, 'constructor'), undefined);
    assert.equal(mapHas(map, 'toString'), false);
  }
  const own = mapFrom([['constructor', 1]]);
  assert.deepEqual([mapGet(own, 'constructor'), mapHas(own, 'constructor'), mapSize(own)], [1, true, 1]);
});

test('both forms of a map are read alike', () => {
  for (const map of [mapFrom([['a', 1], ['b', 2]]), new Map<Value, Value>([['a', 1], ['b', 2]])]) {
    assert.deepEqual(mapEntries(map), [['a', 1], ['b', 2]]);
    assert.deepEqual([mapKeys(map), mapValues(map), mapSize(map), mapGet(map, 'b')], [['a', 'b'], [1, 2], 2, 2]);
  }
});

test('mapWith() keeps the place of a key and leaves the given map alone', () => {
  const map = mapFrom([['a', 1], ['b', 2]]);
  assert.deepEqual(mapEntries(mapWith(map, 'a', 3)), [['a', 3], ['b', 2]]);
  assert.deepEqual(mapEntries(mapWith(map, '1', 3)), [['a', 1], ['b', 2], ['1', 3]]);
  assert.deepEqual(map, { a: 1, b: 2 });
});

test('bytes, dates, floats and classes are no maps', () => {
  class Own {}
  for (const value of [Buffer.from('a'), new DateTime('x'), new Float(1), new Extension(1, Buffer.alloc(0)), [], null, 'a', new Own(), new Date()]) {
    assert.equal(isMap(value), false);
  }
  assert.equal(isPlainMap(new Map()), false);
  assert.equal(isMap(Object.create(null)), true);
});

test('ints and floats are told apart', () => {
  assert.ok(floatOf(1) instanceof Float && floatOf(1.5) === 1.5 && floatOf(Infinity) === Infinity);
  assert.deepEqual([1, 2n, 1.5, new Float(1), true, '1'].map(isInteger), [true, true, false, false, false, false]);
  assert.deepEqual([1, 2n, 1.5, new Float(1), true, '1'].map(isNumber), [true, true, true, true, false, false]);
  assert.equal(JSON.stringify({ a: new Float(2) }), '{"a":2}');
  assert.equal(String(new Float(2)), '2.0');
});

const truths: readonly (readonly [Value | undefined, boolean])[] = [
  [undefined, false], [null, false], [false, false], ['', false], [0, false], [0n, false], [new Float(0), false], [-0, false], [[], false], [{}, false],
  [new Map(), false], [Buffer.alloc(0), false], [NaN, true], ['0', true], [[null], true], [{ a: null }, true], [new Float(0.5), true], [Buffer.alloc(1), true],
  [new DateTime(''), true],
];
test('isTruthy() is Python\'s bool()', () => {
  for (const [value, wanted] of truths) assert.equal(isTruthy(value), wanted, typeName(value));
});

test('typeName() is Python\'s', () => {
  const values: Value[] = [null, true, 'a', 1, 1n, 1.5, new Float(1), Buffer.alloc(0), [], {}, new Map(), new DateTime(''), new Extension(1, Buffer.alloc(0))];
  assert.deepEqual(values.map(typeName), ['NoneType', 'bool', 'str', 'int', 'int', 'float', 'float', 'bytes', 'list', 'dict', 'dict', 'datetime', 'ExtType']);
});

const equal: readonly (readonly [Value, Value])[] = [
  [1, new Float(1)], [1, 1n], [NaN, NaN], [{ a: 1, b: [2] }, { b: [new Float(2)], a: 1 }], [mapFrom([[1, 'x']]), new Map([[1, 'x']])],
  [Buffer.from('a'), new Uint8Array([97])], [new DateTime('x'), new DateTime('x')],
];
const different: readonly (readonly [Value, Value])[] = [
  [1, true], [0, false], ['1', 1], [[], {}], [{ a: 1 }, { a: 1, b: 1 }], [{ a: 1 }, { b: 1 }], [null, false], [Buffer.from('a'), 'a'], [[1], [1, 2]],
  [new DateTime('x'), new DateTime('y')], [new Extension(1, Buffer.alloc(0)), new Extension(2, Buffer.alloc(0))], [{ a: 1 }, { toString: 1 }],
];
test('equalValues() is Python\'s ==, both ways', () => {
  for (const [a, b] of equal) assert.ok(equalValues(a, b) && equalValues(b, a), `${typeName(a)} ${typeName(b)}`);
  for (const [a, b] of different) assert.ok(!equalValues(a, b) && !equalValues(b, a), `${typeName(a)} ${typeName(b)}`);
});
