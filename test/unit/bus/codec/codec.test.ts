import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { CodecError, decodeBus, decodeNetwork, encodeBus, encodeNetwork, textOrBytes } from '../../../../src/bus/codec/codec.js';
import { DateTime, Extension, Float, type Value } from '../../../../src/kernel/std/value.js';
import { anyValue, seeded } from './arbitrary.js';

const dialects = [
  { name: 'network', decode: decodeNetwork, encode: encodeNetwork },
  { name: 'bus', decode: decodeBus, encode: encodeBus },
] as const;

for (const { name, decode, encode } of dialects) {
  test(`the ${name} dialect gives every value back`, (context) => {
    fc.assert(fc.property(anyValue, (value) => assert.deepStrictEqual(decode(encode(value)), value)), seeded(context, 1000));
  });

  test(`the ${name} dialect refuses every truncation of every value`, (context) => {
    fc.assert(fc.property(anyValue, (value) => {
      const bytes = encode(value);
      const step = Math.ceil(bytes.length / 200);
      for (let length = 0; length < bytes.length; length += step) assert.throws(() => decode(bytes.subarray(0, length)), CodecError);
    }), seeded(context, 150));
  });

  test(`the ${name} dialect refuses bytes after a value`, (context) => {
    fc.assert(fc.property(anyValue, fc.uint8Array({ minLength: 1, maxLength: 5 }), (value, more) => {
      assert.throws(() => decode(Buffer.concat([encode(value), more])), { code: 'codec.trailing' });
    }), seeded(context, 200));
  });

  test(`the ${name} dialect reads random bytes or refuses them, and reads its own writing the same`, (context) => {
    const before = Object.getOwnPropertyNames(Object.prototype);
    const head = fc.constantFrom(0x81, 0x8f, 0x91, 0x9f, 0xa3, 0xc4, 0xc7, 0xd9, 0xdc, 0xdd, 0xde, 0xdf, 0xd4, 0xcb, 0xcf, 0xd3);
    const noise = fc.array(fc.oneof(head, fc.nat(255)), { maxLength: 80 }).map((list) => Buffer.from(list));
    fc.assert(fc.property(noise, (bytes) => {
      let value: Value;
      try {
        value = decode(bytes);
      } catch (error) {
        assert.ok(error instanceof CodecError, String(error));
        return;
      }
      const written = encode(value);
      assert.deepStrictEqual(encode(decode(written)), written);
    }), seeded(context, 20_000));
    assert.deepStrictEqual(Object.getOwnPropertyNames(Object.prototype), before);
  });

  test(`the ${name} dialect keeps messages larger than one buffer whole`, () => {
    const value = { numbers: Array.from({ length: 40_000 }, (_, at) => at * 3), text: 'ä'.repeat(70_000), texts: Array.from({ length: 9000 }, (_, at) => `name ${at}`) };
    assert.deepStrictEqual(decode(encode(value)), value);
    assert.deepStrictEqual(decode(encode({ a: 1 })), { a: 1 });
  });
}

const forms: readonly { title: string; value: Value; network: string; bus: string }[] = [
  { title: 'an empty map', value: {}, network: '80', bus: '80' },
  { title: 'text of 32 bytes', value: 'a'.repeat(32), network: `da0020${'61'.repeat(32)}`, bus: `d920${'61'.repeat(32)}` },
  { title: 'text of 16 characters that are 32 bytes', value: 'ä'.repeat(16), network: `da0020${'c3a4'.repeat(16)}`, bus: `d920${'c3a4'.repeat(16)}` },
  { title: 'bytes', value: Buffer.of(0xff), network: 'a1ff', bus: 'c401ff' },
  { title: 'a Uint8Array that is no Buffer', value: new Uint8Array([0xff, 1]), network: 'a2ff01', bus: 'c402ff01' },
  { title: 'a whole float', value: new Float(1), network: 'cb3ff0000000000000', bus: 'cb3ff0000000000000' },
  { title: 'minus zero', value: new Float(-0), network: 'cb8000000000000000', bus: 'cb8000000000000000' },
  { title: 'a whole number beyond 53 bits as float', value: 2 ** 60, network: 'cb43b0000000000000', bus: 'cb43b0000000000000' },
  { title: 'the largest safe integer', value: Number.MAX_SAFE_INTEGER, network: 'cf001fffffffffffff', bus: 'cf001fffffffffffff' },
  { title: 'the smallest safe integer', value: Number.MIN_SAFE_INTEGER, network: 'd3ffe0000000000001', bus: 'd3ffe0000000000001' },
  { title: 'a small bigint in the smallest form', value: 5n, network: '05', bus: '05' },
  { title: 'a bigint of 64 bits', value: 2n ** 64n - 1n, network: 'cfffffffffffffffff', bus: 'cfffffffffffffffff' },
  { title: 'a negative bigint of 64 bits', value: -(2n ** 63n), network: 'd38000000000000000', bus: 'd38000000000000000' },
  { title: 'a bigint beyond 64 bits as decimal text', value: 2n ** 64n, network: `b4${Buffer.from('18446744073709551616').toString('hex')}`, bus: `b4${Buffer.from('18446744073709551616').toString('hex')}` },
  { title: 'a negative bigint beyond 64 bits as decimal text', value: -(2n ** 63n) - 1n, network: `b4${Buffer.from('-9223372036854775809').toString('hex')}`, bus: `b4${Buffer.from('-9223372036854775809').toString('hex')}` },
  { title: 'an extension of one byte', value: new Extension(-1, Buffer.of(7)), network: 'd4ff07', bus: 'd4ff07' },
  { title: 'a date and time', value: new DateTime('20260102T03:04:05.678901'), network: `c7184e${Buffer.from('20260102T03:04:05.678901').toString('hex')}`, bus: `c7184e${Buffer.from('20260102T03:04:05.678901').toString('hex')}` },
  { title: 'an object without prototype', value: Object.assign(Object.create(null) as Record<string, Value>, { a: 1 }), network: '81a16101', bus: '81a16101' },
];
for (const { title, value, network, bus } of forms) {
  test(`encoding ${title}`, () => {
    assert.equal(encodeNetwork(value).toString('hex'), network);
    assert.equal(encodeBus(value).toString('hex'), bus);
  });
}

test('results do not share memory with later messages', () => {
  const first = encodeNetwork({ a: 'first' });
  const copy = Buffer.from(first);
  encodeNetwork({ b: 'second message', c: [1, 2, 3] });
  assert.deepStrictEqual(first, copy);
});

test('textOrBytes() gives text for UTF-8 and bytes otherwise', () => {
  assert.equal(textOrBytes(Buffer.from('ü')), 'ü');
  assert.deepStrictEqual(textOrBytes(Buffer.of(0xc3)), Buffer.of(0xc3));
});

test('siblings do not count as depth', () => {
  const value = { lists: Array.from({ length: 2000 }, () => []), maps: Array.from({ length: 2000 }, () => ({ a: {} })) };
  for (const { decode, encode } of dialects) assert.deepStrictEqual(decode(encode(value)), value);
});
