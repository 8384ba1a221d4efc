import assert from 'node:assert/strict';
import { test } from 'node:test';
import { binaryFields, CodecError, decodeBus, decodeNetwork, encodeNetwork } from '../../../../src/bus/codec/codec.js';
import { DateTime, Extension, Float } from '../../../../src/kernel/std/value.js';

const hex = (text: string): Buffer => Buffer.from(text.replaceAll(' ', ''), 'hex');

const cases = [
  { title: 'raw that is UTF-8 as text', bytes: 'a2c3bc', network: 'ü', bus: 'ü' },
  { title: 'raw that is not UTF-8 as bytes', bytes: 'a2fffe', network: Buffer.of(0xff, 0xfe), bus: Buffer.of(0xff, 0xfe) },
  { title: 'bin that is UTF-8', bytes: 'c403616263', network: 'abc', bus: Buffer.from('abc') },
  { title: 'a replacement character that was sent as such', bytes: 'a3efbfbd', network: '\ufffd', bus: '\ufffd' },
  { title: 'a byte order mark', bytes: 'a4efbbbf61', network: '\ufeffa', bus: '\ufeffa' },
  { title: 'float32', bytes: 'ca3f800000', network: new Float(1), bus: new Float(1) },
  { title: 'float64 with a fraction', bytes: 'cb3ff8000000000000', network: 1.5, bus: 1.5 },
  { title: 'uint64 within 53 bits', bytes: 'cf001fffffffffffff', network: Number.MAX_SAFE_INTEGER, bus: Number.MAX_SAFE_INTEGER },
  { title: 'uint64 beyond 53 bits', bytes: 'cf0020000000000000', network: 2n ** 53n, bus: 2n ** 53n },
  { title: 'int64 within 53 bits', bytes: 'd3ffe0000000000001', network: Number.MIN_SAFE_INTEGER, bus: Number.MIN_SAFE_INTEGER },
  { title: 'int64 beyond 53 bits', bytes: 'd3ffe0000000000000', network: -(2n ** 53n), bus: -(2n ** 53n) },
  { title: 'int8, int16 and int32', bytes: '93d0dfd1ff00d280000000', network: [-33, -256, -2147483648], bus: [-33, -256, -2147483648] },
  { title: 'extension 78', bytes: `c7184e${Buffer.from('20260102T03:04:05.000006').toString('hex')}`, network: new DateTime('20260102T03:04:05.000006'), bus: new DateTime('20260102T03:04:05.000006') },
  { title: 'extension 78 that is no date', bytes: 'd54e6162', network: new Extension(78, Buffer.from('ab')), bus: new Extension(78, Buffer.from('ab')) },
  { title: 'another extension', bytes: 'd405aa', network: new Extension(5, Buffer.of(0xaa)), bus: new Extension(5, Buffer.of(0xaa)) },
  { title: 'the standard timestamp', bytes: 'd6ff6553f100', network: new Extension(-1, hex('6553f100')), bus: new Extension(-1, hex('6553f100')) },
  { title: 'equal keys: the last wins, at the place of the first', bytes: '83a16101a16202a16103', network: { a: 3, b: 2 }, bus: { a: 3, b: 2 } },
] as const;
for (const { title, bytes, network, bus } of cases) {
  test(`reading ${title}`, () => {
    assert.deepStrictEqual(decodeNetwork(hex(bytes)), network);
    assert.deepStrictEqual(decodeBus(hex(bytes)), bus);
  });
}

test('keys that a plain object would move or misread make a Map in the order of the message', () => {
  assert.deepStrictEqual(decodeNetwork(hex('82a16201a13102')), new Map([['b', 1], ['1', 2]]));
  assert.deepStrictEqual(decodeNetwork(hex('830102c003c204')), new Map<unknown, unknown>([[1, 2], [null, 3], [false, 4]]));
  assert.deepStrictEqual(decodeBus(hex('81c401ff05')), new Map([[Buffer.of(0xff), 5]]));
  assert.deepStrictEqual(Object.keys(decodeNetwork(hex('82a27a7a01a16102')) as object), ['zz', 'a']);
});

test('a key named __proto__ sets no prototype', () => {
  const value = decodeNetwork(hex('81a95f5f70726f746f5f5f81a561646d696ec3'));
  assert.deepStrictEqual(value, new Map([['__proto__', { admin: true }]]));
  assert.equal(({} as Record<string, unknown>)['admin'], undefined);
  assert.deepStrictEqual(decodeNetwork(encodeNetwork(value)), value);
});

test('keys named as members of Object are data', () => {
  const value = decodeNetwork(hex('82ab636f6e7374727563746f72 01 a8746f537472696e67 02'));
  assert.deepStrictEqual(value, { constructor: 1, toString: 2 });
});

const refused = [
  { title: 'nothing', bytes: '', code: 'codec.truncated' },
  { title: 'a text that ends early', bytes: 'a361', code: 'codec.truncated' },
  { title: 'a list of four thousand million elements', bytes: 'ddffffffff', code: 'codec.truncated' },
  { title: 'a map of four thousand million entries', bytes: 'dfffffffff', code: 'codec.truncated' },
  { title: 'a text of four thousand million bytes', bytes: 'dbffffffff', code: 'codec.truncated' },
  { title: 'an extension that ends early', bytes: 'd801aa', code: 'codec.truncated' },
  { title: 'the byte that begins nothing', bytes: 'c1', code: 'codec.malformed' },
  { title: 'a list as key', bytes: '81910101', code: 'codec.malformed' },
  { title: 'a map as key', bytes: '818001', code: 'codec.malformed' },
  { title: 'a second value', bytes: '0101', code: 'codec.trailing' },
] as const;
for (const { title, bytes, code } of refused) {
  test(`reading refuses ${title}`, () => {
    assert.throws(() => decodeNetwork(hex(bytes)), (error) => error instanceof CodecError && error.code === code);
    assert.throws(() => decodeBus(hex(bytes)), { code });
  });
}

test('reading refuses nesting beyond the limit and never overflows the stack', () => {
  const lists = (depth: number): Buffer => Buffer.concat([Buffer.alloc(depth, 0x91), Buffer.of(1)]);
  const maps = (depth: number): Buffer => Buffer.concat([Buffer.concat(Array.from({ length: depth }, () => hex('81a161'))), Buffer.of(1)]);
  for (const nested of [lists, maps]) {
    assert.doesNotThrow(() => decodeNetwork(nested(512)));
    assert.throws(() => decodeNetwork(nested(513)), { code: 'codec.too_deep' });
    assert.throws(() => decodeNetwork(nested(300_000)), { code: 'codec.too_deep' });
    assert.throws(() => decodeNetwork(nested(300_000), { depthMax: Infinity }), { code: 'codec.too_deep' });
    assert.throws(() => decodeNetwork(nested(3), { depthMax: 2 }), { code: 'codec.too_deep' });
  }
});

test('reading refuses more bytes or elements than allowed', () => {
  assert.throws(() => decodeNetwork(Buffer.alloc(11, 0x01), { bytesMax: 10 }), { code: 'codec.too_large' });
  const list = Buffer.concat([hex('dc0010'), Buffer.alloc(16, 0x80)]);
  assert.throws(() => decodeNetwork(list, { elementsMax: 15 }), { code: 'codec.too_large' });
  assert.equal((decodeNetwork(list, { elementsMax: 16 }) as unknown[]).length, 16);
});

test('a refused message leaves nothing behind for the next', () => {
  assert.throws(() => decodeNetwork(hex('93a161'), { depthMax: 1 }));
  assert.deepStrictEqual(decodeNetwork(hex('9191919101')), [[[[1]]]]);
});

test('named fields stay bytes at their place only', () => {
  const message = encodeNetwork({ load: { token: 'text', data: { token: 'x' } }, sig: 'also text', list: [{ sig: 'y' }], enc: 'aes' });
  const value = decodeNetwork(message, { binary: binaryFields('sig', 'load', 'load.token') });
  assert.deepStrictEqual(value, {
    load: { token: Buffer.from('text'), data: { token: 'x' } }, sig: Buffer.from('also text'), list: [{ sig: 'y' }], enc: 'aes',
  });
  assert.deepStrictEqual(decodeNetwork(encodeNetwork({ load: 'abc' }), { binary: binaryFields('load', 'load.token') }), { load: Buffer.from('abc') });
});

test('rawBytes keeps all raw data as bytes and makes text of keys', () => {
  const value = decodeNetwork(hex('82a16ba176c402fffe91a178'), { rawBytes: true });
  assert.deepStrictEqual(value, new Map<unknown, unknown>([['k', Buffer.from('v')], [Buffer.of(0xff, 0xfe), [Buffer.from('x')]]]));
});

test('a Uint8Array that is a part of a larger buffer is read alone', () => {
  const whole = new Uint8Array([0xff, 0xff, 0x92, 0x01, 0xa1, 0x61, 0xff]);
  assert.deepStrictEqual(decodeNetwork(whole.subarray(2, 6)), [1, 'a']);
});

test('errors tell places, never contents', () => {
  const secret = 'do-not-show-this';
  for (const bytes of [Buffer.concat([encodeNetwork({ password: secret }), Buffer.of(1)]), encodeNetwork({ password: secret }).subarray(0, -2)]) {
    assert.throws(() => decodeNetwork(bytes), (error) => error instanceof CodecError && !JSON.stringify([error.message, error.context]).includes(secret));
  }
});
