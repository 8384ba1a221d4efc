import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decodeNetwork, encodeBus, encodeNetwork, EncodeError } from '../../../../src/bus/codec/codec.js';
import { Extension, type Value } from '../../../../src/kernel/std/value.js';

/** What a module written in JavaScript may hand in although the types forbid it. */
const foreign = (value: unknown): Value => value as Value;

const refused = [
  { title: 'undefined', value: foreign(undefined), path: '' },
  { title: 'undefined in a list in a map', value: foreign({ return: { a: [1, 2, 3, undefined] } }), path: 'return.a[3]' },
  { title: 'a hole in a list', value: foreign({ list: Array.from({ length: 2 }) }), path: 'list[0]' },
  { title: 'a function', value: foreign({ f: () => 1 }), path: 'f' },
  { title: 'a symbol', value: foreign([Symbol('x')]), path: '[0]' },
  { title: 'a Date', value: foreign({ when: new Date(0) }), path: 'when' },
  { title: 'an Error', value: foreign({ a: { 'b c': new Error('x') } }), path: 'a["b c"]' },
  { title: 'a Set', value: foreign({ s: new Set([1]) }), path: 's' },
  { title: 'an extension code out of range', value: { e: new Extension(300, Buffer.alloc(1)) }, path: 'e' },
  { title: 'a list as key', value: new Map<Value, Value>([[[1], 2]]), path: '["<key>"]' },
  { title: 'undefined under a key that is a number', value: foreign(new Map([[7, undefined]])), path: '7' },
] as const;
for (const { title, value, path } of refused) {
  test(`encoding refuses ${title} and names its place`, () => {
    for (const encode of [encodeNetwork, encodeBus]) {
      assert.throws(() => encode(value), (error) => error instanceof EncodeError && error.code === 'codec.unencodable' && error.path === path);
    }
  });
}

test('encoding refuses nesting beyond the limit, also without end', () => {
  const nested = (depth: number): Value => {
    let value: Value = 1;
    for (let at = 0; at < depth; at += 1) value = at % 2 === 0 ? [value] : { a: value };
    return value;
  };
  assert.doesNotThrow(() => encodeNetwork(nested(512)));
  assert.throws(() => encodeNetwork(nested(513)), { code: 'codec.too_deep' });
  assert.throws(() => encodeNetwork(nested(100_000), { depthMax: Infinity }), { code: 'codec.too_deep' });
  const circle: Value[] = [];
  circle.push(circle);
  assert.throws(() => encodeNetwork(circle), { code: 'codec.too_deep' });
});

test('encoding refuses more bytes than allowed', () => {
  assert.throws(() => encodeNetwork('x'.repeat(100), { bytesMax: 50 }), { code: 'codec.too_large' });
  assert.throws(() => encodeNetwork(Buffer.alloc(200_000), { bytesMax: 100_000 }), { code: 'codec.too_large' });
});

test('a refused value leaves nothing behind for the next', () => {
  assert.throws(() => encodeNetwork(foreign({ a: 'x'.repeat(70_000), b: undefined })));
  assert.deepStrictEqual(encodeNetwork({ a: 1 }).toString('hex'), '81a16101');
});

test('a value that encodes while it is encoded disturbs nothing', () => {
  const value = { before: 1, get inner(): Value { return encodeNetwork({ x: 'y' }).toString('hex'); }, after: 2 };
  assert.deepStrictEqual(decodeNetwork(encodeNetwork(value)), { before: 1, inner: '81a178a179', after: 2 });
});

test('data cannot choose how it is encoded', () => {
  const value = { constructor: { name: 'Date' }, toJSON: 'text' };
  assert.deepStrictEqual(decodeNetwork(encodeNetwork(value)), value);
});
