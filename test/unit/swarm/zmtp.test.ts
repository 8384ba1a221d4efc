import assert from 'node:assert/strict';
import { test } from 'node:test';
import { servePublications, serveRequests } from '../../../src/bus/transport/zeromq.js';
import { deferred } from '../../../src/kernel/std/async.js';
import { ZmtpConnection, ZmtpRequester } from '../../../src/swarm/zmtp.js';
import { silentLog } from '../../support/logs.js';

const options = { address: 'tcp://127.0.0.1:*', ipv6: false, backlog: 10, frameBytesMax: 10_000_000, log: silentLog };
const portOf = (address: string): number => Number(address.split(':').at(-1));

test('frames of all lengths go to a real socket and back', async () => {
  await using server = await serveRequests(options, (frame) => Promise.resolve(frame));
  const requester = new ZmtpRequester('127.0.0.1', portOf(server.address));
  for (const length of [0, 1, 255, 256, 65_535, 65_536, 1_000_000]) {
    const frame = Buffer.alloc(length, length % 251);
    assert.ok((await requester.request(frame, 5000)).equals(frame), `${length} bytes`);
  }
  requester.close();
});

test('requests over one connection take turns; one without reply fails alone', async () => {
  await using server = await serveRequests(options, (frame) => Promise.resolve(frame.length === 0 ? undefined : frame));
  const requester = new ZmtpRequester('127.0.0.1', portOf(server.address));
  const answers = await Promise.allSettled([requester.request(Buffer.from('a'), 5000), requester.request(Buffer.alloc(0), 10), requester.request(Buffer.from('b'), 5000)]);
  assert.deepEqual(answers.map((answer) => (answer.status === 'fulfilled' ? String(answer.value) : 'failed')), ['a', 'failed', 'b']);
  requester.close();
});

test('a subscriber gets messages of several frames, large ones in pieces of the stream', async () => {
  await using server = await servePublications({ ...options, hwm: 100 });
  const subscribed = deferred<void>();
  server.onSubscription(() => subscribed.resolve());
  const got: string[] = [];
  const done = deferred<void>();
  const connection = new ZmtpConnection('127.0.0.1', portOf(server.address), 'SUB', {
    message: (frames) => {
      got.push(frames.map((frame) => `${frame.length}`).join('+'));
      if (got.length === 3) done.resolve();
    },
    close: () => undefined,
  });
  await connection.ready;
  connection.subscribe('');
  await subscribed.promise;
  await server.publish([Buffer.from('topic'), Buffer.alloc(500_000)]);
  await server.publish([Buffer.alloc(0)]);
  await server.publish([Buffer.alloc(300)]);
  await done.promise;
  assert.deepEqual(got, ['5+500000', '0', '300']);
  connection.close();
});

test('who cannot be reached is told at once', async () => {
  const server = await serveRequests(options, (frame) => Promise.resolve(frame));
  const port = portOf(server.address);
  await server[Symbol.asyncDispose]();
  await assert.rejects(new ZmtpRequester('127.0.0.1', port).request(Buffer.from('a'), 1000), /Cannot reach|No reply/);
});
