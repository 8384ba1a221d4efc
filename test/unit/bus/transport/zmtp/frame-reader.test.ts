import assert from 'node:assert/strict';
import { test } from 'node:test';
import { encodeFrame, encodeHead, encodeMessage, encodeReady, readCommand, readPing, readProperties } from '../../../../../src/bus/transport/zmtp/frames.js';
import { FrameReader } from '../../../../../src/bus/transport/zmtp/frame-reader.js';
import { checkGreeting, encodeGreeting } from '../../../../../src/bus/transport/zmtp/greeting.js';
import { ZmtpError, type ZmtpFault } from '../../../../../src/bus/transport/zmtp/zmtp-error.js';
import { command, GREETING, long, property, ready, short } from '../../../../support/zmtp-client.js';

const fault = (expected: ZmtpFault) => (error: unknown): boolean => error instanceof ZmtpError && error.fault === expected;

function reading(stopAfter = Infinity) {
  const frames: string[] = [];
  const begun: number[] = [];
  const reader: FrameReader = new FrameReader({
    begins: (_flags, bytes) => void begun.push(bytes),
    frame: (flags, body) => {
      frames.push(`${flags & 5}:${body.length < 20 ? body.toString('latin1') : body.length}`);
      if (frames.length % stopAfter === 0) reader.stop();
    },
  });
  return { reader, frames, begun };
}

test('greetings of the versions, written as the specification says', () => {
  assert.equal(encodeGreeting(1).toString('hex'), `ff00000000000000007f03014e554c4c${'00'.repeat(48)}`);
  for (let length = 0; length <= 64; length += 1) checkGreeting(GREETING.subarray(0, length));
  const changed = (at: number, byte: number): Buffer => Buffer.concat([GREETING.subarray(0, at), Buffer.of(byte), GREETING.subarray(at + 1)]);
  checkGreeting(changed(10, 4));
  for (const [bytes, expected] of [
    [Buffer.from('GET / HTTP/1.1'), 'no_greeting'], [changed(0, 1), 'no_greeting'], [Buffer.from('ff000000000000000100', 'hex'), 'old_version'],
    [changed(10, 1), 'old_version'], [changed(12, 0x50), 'mechanism'], [changed(16, 1), 'mechanism'],
  ] as const) assert.throws(() => checkGreeting(bytes), fault(expected), expected);
});

test('frames and commands have the bytes of the specification', () => {
  assert.equal(encodeFrame(1, Buffer.from('ab')).toString('hex'), '01026162');
  assert.equal(encodeFrame(0, Buffer.alloc(255)).subarray(0, 3).toString('hex'), '00ff00');
  assert.equal(encodeFrame(0, Buffer.alloc(256)).subarray(0, 9).toString('hex'), '020000000000000100');
  assert.equal(encodeHead(0, 2 ** 32 + 5).toString('hex'), '020000000100000005');
  assert.ok(encodeMessage([Buffer.alloc(0), Buffer.alloc(300)]).equals(Buffer.concat([short(1, Buffer.alloc(0)), long(0, 300n, Buffer.alloc(300))])));
  assert.ok(encodeReady('ROUTER').equals(ready('ROUTER')));
});

test('commands are read, broken ones refused', () => {
  assert.deepEqual(readCommand(Buffer.from('\x04PONGxy')), { name: 'PONG', data: Buffer.from('xy') });
  for (const body of ['', '\0', '\0x', '\x05PONG', '\xff']) assert.throws(() => readCommand(Buffer.from(body, 'latin1')), fault('bad_command'), JSON.stringify(body));
  const { ttlMs, pong } = readPing(Buffer.concat([Buffer.of(1, 0), Buffer.from('0123456789abcdefMORE')]));
  assert.deepEqual([ttlMs, pong.toString('latin1')], [25_600, '\x04\x15\x04PONG0123456789abcdef']);
  assert.throws(() => readPing(Buffer.of(1)), fault('bad_command'));
  assert.deepEqual([...readProperties(Buffer.concat([property('Socket-Type', 'REQ'), property('Identity', '')]))].map(([name, value]) => `${name}=${String(value)}`), ['socket-type=REQ', 'identity=']);
  const good = property('Socket-Type', 'REQ');
  for (let length = 1; length < good.length; length += 1) assert.throws(() => readProperties(good.subarray(0, length)), fault('bad_command'), `${length} bytes`);
  assert.throws(() => readProperties(property('', 'x')), fault('bad_command'));
});

test('the same frames however the stream is cut', () => {
  const stream = Buffer.concat([
    GREETING, ready('REQ'), short(1, Buffer.alloc(0)), short(0, Buffer.from('hello')), long(1, 5n, Buffer.from('small')), long(0, 70_000n, Buffer.alloc(70_000)),
    command('PING', Buffer.alloc(2)), short(0, Buffer.from('end')),
  ]);
  const whole = reading();
  whole.reader.push(stream);
  assert.deepEqual(whole.frames.slice(1), ['1:', '0:hello', '1:small', '0:70000', '4:\x04PING\0\0', '0:end']);
  for (const size of [1, 2, 3, 7, 64, 65, 1000, 65_536]) {
    const { reader, frames, begun } = reading();
    for (let at = 0; at < stream.length; at += size) reader.push(stream.subarray(at, at + size));
    assert.deepEqual([frames, begun], [whole.frames, whole.begun], `pieces of ${size}`);
    assert.equal(reader.held, 0);
  }
});

test('what was announced takes no memory before it comes', () => {
  const { reader } = reading();
  reader.push(Buffer.concat([GREETING, long(0, 2n ** 40n, Buffer.alloc(1000))]));
  assert.ok(reader.held < 3000, `${reader.held} bytes are held`);
  for (let at = 0; at < 1000; at += 1) reader.push(Buffer.alloc(100));
  assert.ok(reader.held < 210_000, `${reader.held} bytes are held`);
});

test('lengths beyond all numbers are refused', () => {
  for (const length of [2n ** 53n, 2n ** 63n, 2n ** 64n - 1n]) {
    assert.throws(() => reading().reader.push(Buffer.concat([GREETING, long(0, length)])), fault('too_large'), String(length));
  }
});

test('a stopped reader gives nothing more until it goes on, and loses nothing', () => {
  const { reader, frames } = reading(2);
  const pieces = Array.from({ length: 7 }, (_none, at) => short(0, Buffer.from(String(at))));
  reader.push(Buffer.concat([GREETING, ...pieces.slice(0, 5), Buffer.of(0)]));
  assert.deepEqual(frames, ['0:0', '0:1']);
  reader.push(Buffer.concat(pieces.slice(5)).subarray(0, 2));
  assert.equal(frames.length, 2);
  for (const count of [4, 6]) {
    reader.goOn();
    assert.equal(frames.length, count);
  }
});
