/** The stream of a connection, damaged: it ends that connection or is read alike however it is cut, and the next one is served. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { servePublications } from '../../../../src/bus/transport/zmtp/publish-port.js';
import { serveRequests } from '../../../../src/bus/transport/zmtp/request-port.js';
import { FrameReader } from '../../../../src/bus/transport/zmtp/frame-reader.js';
import { readCommand, readPing, readProperties } from '../../../../src/bus/transport/zmtp/frames.js';
import { ZmtpError } from '../../../../src/bus/transport/zmtp/zmtp-error.js';
import { fuzz } from '../../../support/fuzz.js';
import { silentLog } from '../../../support/logs.js';
import { command, GREETING, long, property, RawClient, ready, request, short } from '../../../support/zmtp-client.js';

const hello = (type: string): Buffer => Buffer.concat([GREETING, ready(type, property('Identity', 'x'))]);
const requests = [
  Buffer.concat([hello('REQ'), request('a'), request('b')]), Buffer.concat([hello('DEALER'), short(1, Buffer.alloc(0)), long(0, 3000n, Buffer.alloc(3000, 7))]),
  Buffer.concat([hello('REQ'), command('PING', Buffer.from('\0\x10context')), command('PONG'), request('c')]),
];
const subscriptions = [
  Buffer.concat([hello('SUB'), short(0, Buffer.from('\x01topic')), short(0, Buffer.from('\0topic'))]),
  Buffer.concat([hello('XSUB'), command('SUBSCRIBE', Buffer.from('topic')), command('CANCEL', Buffer.from('topic')), command('PING', Buffer.alloc(2))]),
];
const FRAME_BYTES_MAX = 100_000;
const options = { address: 'tcp://127.0.0.1:*', ipv6: false, backlog: 100, frameBytesMax: FRAME_BYTES_MAX, log: silentLog };

function read(bytes: Buffer, cut: () => number): string[] {
  const seen: string[] = [];
  const reader = new FrameReader({
    begins: (flags, length) => {
      if (length > FRAME_BYTES_MAX) throw new ZmtpError('too_large');
      seen.push(`${flags} ${length}`);
    },
    frame: (_flags, body) => void seen.push(body.toString('hex')),
  });
  try {
    for (let at = 0; at < bytes.length;) {
      const end = Math.min(bytes.length, at + cut());
      reader.push(bytes.subarray(at, end));
      assert.ok(reader.held <= 2 * end + 256);
      at = end;
    }
  } catch (error) {
    if (!(error instanceof ZmtpError)) throw error;
    seen.push(error.fault);
  }
  return seen;
}

test('the reader of frames: the same however the stream is cut', async (t) => {
  await fuzz(t, [...requests, ...subscriptions], ({ bytes, random }) => {
    const whole = read(bytes, () => bytes.length);
    assert.deepEqual(read(bytes, () => 1 + random.below(40)), whole);
  }, () => false);
});

test('commands and their properties', async (t) => {
  await fuzz(t, [ready('REQ').subarray(2), command('PING', Buffer.from('\0\x10context')).subarray(2)], ({ bytes }) => {
    const { name, data } = readCommand(bytes);
    assert.ok(name.length > 0 && name.length + data.length + 1 === bytes.length);
    assert.ok([...readProperties(data).values()].reduce((sum, { length }) => sum + length, 0) <= data.length);
    assert.ok(readPing(data).pong.length <= 23);
  }, (error) => error instanceof ZmtpError);
});

async function play(address: string, bytes: Buffer): Promise<void> {
  const client = await RawClient.connect(address);
  client.socket.end(bytes);
  await client.closed;
}

test('the request port', async (t) => {
  const server = await serveRequests(options, (frame) => Promise.resolve(frame));
  await fuzz(t, requests, ({ bytes }) => play(server.address, bytes), () => false);
  using client = await RawClient.open(server.address, 'REQ');
  client.send(request('still here'));
  assert.deepEqual(await client.message(), ['', 'still here']);
  assert.deepEqual(server.counters.waiting, 0);
  await server[Symbol.asyncDispose]();
});

test('the publish port', async (t) => {
  const server = await servePublications({ ...options, hwm: 10 });
  const topics = new Map<string, boolean>();
  server.onSubscription((topic, subscribed) => {
    assert.notEqual(topics.get(topic.toString('hex')) ?? false, subscribed, 'told twice');
    topics.set(topic.toString('hex'), subscribed);
  });
  await fuzz(t, subscriptions, ({ bytes }) => play(server.address, bytes), () => false);
  assert.deepEqual([...topics.values()].filter(Boolean), [], 'topics of those that are gone');
  using client = await RawClient.open(server.address, 'SUB');
  client.send(short(0, Buffer.of(1)));
  while (topics.get('') !== true) await new Promise(setImmediate);
  await server.publish([Buffer.from('still here')]);
  assert.deepEqual(await client.message(), ['still here']);
  await server[Symbol.asyncDispose]();
});
