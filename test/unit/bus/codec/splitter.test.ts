import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { decodeBus, encodeBus, MapSplitter } from '../../../../src/bus/codec/codec.js';
import { anyValue, seeded } from './arbitrary.js';

test('MapSplitter finds every message, however the stream is cut', (context) => {
  const messages = fc.array(anyValue.map((value) => encodeBus({ head: {}, value })), { minLength: 1, maxLength: 6 });
  fc.assert(fc.property(messages, fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 1 }), (frames, sizes) => {
    const stream = Buffer.concat(frames);
    const splitter = new MapSplitter({ bytesMax: 1_000_000 });
    const found: Buffer[] = [];
    for (let at = 0, turn = 0; at < stream.length; turn += 1) {
      const size = sizes[turn % sizes.length] ?? 1;
      // A copy that is overwritten after: what the splitter keeps or gives must not depend on it.
      const chunk = Buffer.from(stream.subarray(at, at + size));
      found.push(...splitter.push(chunk).map((frame) => Buffer.from(frame)));
      chunk.fill(0xc1);
      at += size;
    }
    assert.deepStrictEqual(found, frames);
    assert.equal(splitter.pendingBytes, 0);
  }), seeded(context, 300));
});

test('MapSplitter keeps an unfinished message and gives it when it is whole', () => {
  const frame = encodeBus({ body: Buffer.alloc(300, 7) });
  const splitter = new MapSplitter({ bytesMax: 1000 });
  assert.deepStrictEqual(splitter.push(frame.subarray(0, 200)), []);
  assert.equal(splitter.pendingBytes, 200);
  const [found] = splitter.push(frame.subarray(200));
  assert.deepStrictEqual(decodeBus(found ?? Buffer.alloc(0)), { body: Buffer.alloc(300, 7) });
});

test('messages stay as they are when more comes', () => {
  const frames = [encodeBus({ a: 'first' }), encodeBus({ b: 'second' })];
  const splitter = new MapSplitter({ bytesMax: 1000 });
  splitter.push((frames[0] as Buffer).subarray(0, 2));
  const [first] = splitter.push((frames[0] as Buffer).subarray(2));
  splitter.push((frames[1] as Buffer).subarray(0, 5));
  assert.deepStrictEqual(first, frames[0]);
});

const refused = [
  { title: 'a message that announces too many bytes', bytes: '81a161c6ffffffff', code: 'codec.too_large' },
  { title: 'a message that announces too many entries', bytes: 'df00001000', code: 'codec.too_large' },
  { title: 'a message that is no map', bytes: '93', code: 'codec.malformed' },
  { title: 'a byte that begins nothing', bytes: '81a161c1', code: 'codec.malformed' },
] as const;
for (const { title, bytes, code } of refused) {
  test(`MapSplitter refuses ${title}`, () => {
    assert.throws(() => new MapSplitter({ bytesMax: 1000 }).push(Buffer.from(bytes, 'hex')), { code });
  });
}

test('MapSplitter refuses a message that grows too long without announcing it', () => {
  const splitter = new MapSplitter({ bytesMax: 100 });
  assert.throws(() => {
    splitter.push(Buffer.from('de0014', 'hex'));
    for (let at = 0; at < 30; at += 1) splitter.push(Buffer.from('a46e616d65a57661', 'hex'));
  }, { code: 'codec.too_large' });
});
