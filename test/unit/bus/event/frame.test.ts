import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CodecError, encodeBus } from '../../../../src/bus/codec/codec.js';
import { decodeEventBody, encodeEventBody, encodeEventFrame, encodePushFrame, readEventFrame } from '../../../../src/bus/event/frame.js';

const event = { tag: 'salt/job/1/ret/é', data: { text: 'ü', bytes: Buffer.from([255]), list: [1, null], _stamp: 'now' } };

test('a frame gives the event back; a pushed one has its length before it', () => {
  assert.deepEqual(readEventFrame(encodeEventFrame(event)), event);
  const pushed = encodePushFrame(event);
  assert.equal(pushed.readUInt32BE(), pushed.length - 4);
  assert.deepEqual(readEventFrame(pushed.subarray(4)), event);
});

test('newlines in the data do not end the tag', () => {
  const lines = { tag: 't', data: { a: 'x\n\ny' } };
  assert.deepEqual(decodeEventBody(encodeEventBody(lines)), lines);
});

test('what is no event is refused', () => {
  for (const body of [Buffer.from('tag'), Buffer.concat([Buffer.from('tag\n\n'), encodeBus('text')])]) assert.throws(() => decodeEventBody(body), TypeError);
  for (const frame of [encodeBus('text'), encodeBus({}), encodeBus({ body: 1 })]) assert.throws(() => readEventFrame(frame), TypeError);
  assert.throws(() => readEventFrame(Buffer.from([0xc1])), CodecError);
});

test('an event that is too large loses its large values, and keeps the small ones', () => {
  const large = { tag: 't', data: { a: 'x'.repeat(1000), b: 1, _stamp: 'now' } };
  assert.deepEqual(readEventFrame(encodeEventFrame(large, 500)).data, { a: 'VALUE_TRIMMED', b: 1, _stamp: 'now' });
  assert.deepEqual(readEventFrame(encodeEventFrame(large, 5000)), large);
});

test('a frame is what the encoder makes of its map, whatever its length', () => {
  for (const length of [0, 100, 180, 220, 255, 300, 65_400, 65_536, 70_000]) {
    const event = { tag: 'süß/tag', data: { text: 'x'.repeat(length), _stamp: 'now' } };
    assert.deepEqual(encodeEventFrame(event), encodeBus({ head: {}, body: encodeEventBody(event) }), String(length));
  }
});
