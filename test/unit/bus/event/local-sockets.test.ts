import assert from 'node:assert/strict';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createConnection, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { MapSplitter } from '../../../../src/bus/codec/codec.js';
import { EventBus, type BusEvent } from '../../../../src/bus/event/bus.js';
import { listenEvents, pushEvents } from '../../../../src/bus/event/local-client.js';
import { readEventFrame } from '../../../../src/bus/event/frame.js';
import { serveLocalSockets } from '../../../../src/bus/event/local-sockets.js';
import { deferred } from '../../../../src/kernel/std/async.js';
import { keepingLog } from '../../../support/logs.js';

let root = '';
before(() => {
  root = mkdtempSync(join(tmpdir(), 'tsalt-sockets-'));
});
after(() => rmSync(root, { recursive: true }));
let number = 0;

async function bench(more: { eventBytesMax?: number; subscriberBytesMax?: number } = {}) {
  const dir = join(root, String((number += 1)));
  const bus = new EventBus((error) => assert.fail(error as Error));
  const log = keepingLog();
  const pushed: BusEvent[] = [];
  let arrived = deferred<void>();
  const paths = { publishPath: join(dir, 'pub.ipc'), pullPath: join(dir, 'pull.ipc') };
  const serve = () => serveLocalSockets({
    bus, log, ...paths, publishMode: 0o660, eventBytesMax: 1000, subscriberBytesMax: 1_000_000,
    onPushed: (event) => {
      pushed.push(event);
      arrived.resolve();
      arrived = deferred();
    },
    ...more,
  });
  return { ...paths, bus, log, pushed, next: () => arrived.promise, sockets: await serve(), serve };
}
const hasListener = async (bus: EventBus): Promise<void> => {
  while (bus.counters.listeners === 0) await new Promise(setImmediate);
};

test('who listens gets every event from then on, and ends when told', async () => {
  const { sockets, publishPath, bus } = await bench();
  const stop = new AbortController();
  const got: string[] = [];
  const listening = (async () => {
    for await (const { tag, data } of listenEvents(publishPath, stop.signal)) {
      got.push(`${tag} ${String(data['number'])}`);
      if (got.length === 3) stop.abort();
    }
  })();
  await hasListener(bus);
  for (let at = 0; at < 3; at += 1) bus.fire('t', { number: at });
  await listening;
  assert.deepEqual(got, ['t 0', 't 1', 't 2']);
  for await (const event of listenEvents(publishPath, stop.signal)) assert.fail(event.tag);
  while (bus.counters.listeners > 0) await new Promise(setImmediate);
  await sockets[Symbol.asyncDispose]();
});

test('events that are pushed arrive in order, with a stamp', async () => {
  const { sockets, pullPath, pushed, next } = await bench();
  const arrived = next();
  assert.equal(await pushEvents(pullPath, [{ tag: 'a', data: { x: 1 } }, { tag: 'b', data: { _stamp: 'given' } }]), true);
  await arrived;
  while (pushed.length < 2) await new Promise(setImmediate);
  assert.deepEqual(pushed.map(({ tag, data }) => [tag, data['x'], typeof data['_stamp']]), [['a', 1, 'string'], ['b', undefined, 'string']]);
  await sockets[Symbol.asyncDispose]();
  assert.equal(await pushEvents(pullPath, [{ tag: 'a', data: {} }]), false, 'nobody listens any more');
});

test('sockets have their modes, replace what a dead daemon left, and are removed at the end', async () => {
  const { sockets, publishPath, pullPath, serve } = await bench();
  assert.deepEqual([publishPath, pullPath].map((path) => statSync(path).mode & 0o777), [0o660, 0o600]);
  await sockets[Symbol.asyncDispose]();
  assert.deepEqual([existsSync(publishPath), existsSync(pullPath)], [false, false]);
  writeFileSync(pullPath, 'left over');
  await (await serve())[Symbol.asyncDispose]();
});

test('what is no event, or too large, ends its connection and nothing else', async () => {
  const { sockets, pullPath, pushed, next, log } = await bench();
  for (const bytes of [Buffer.from([0, 0, 0, 2, 0xc1, 0xc1]), Buffer.from([0x7f, 0, 0, 0])]) {
    const socket = createConnection(pullPath);
    socket.write(bytes);
    socket.resume();
    await once(socket, 'close');
  }
  assert.equal(log.lines.filter(({ text }) => text === 'unreadable event refused').length, 2);
  const arrived = next();
  await pushEvents(pullPath, [{ tag: 'good', data: {} }]);
  await arrived;
  assert.deepEqual(pushed.map(({ tag }) => tag), ['good']);
  await sockets[Symbol.asyncDispose]();
});

/** Tag and data of every event that comes over a socket until it holds what is awaited. */
async function readUntil(socket: Socket, isLast: (event: BusEvent) => boolean): Promise<BusEvent[]> {
  const splitter = new MapSplitter({ bytesMax: 10_000_000 });
  const events: BusEvent[] = [];
  for await (const chunk of socket) {
    events.push(...splitter.push(chunk as Buffer).map(readEventFrame));
    if (events.some(isLast)) return events;
  }
  return events;
}

test('a subscriber that does not read loses events, and hears how many when it reads again; another gets all', async () => {
  const { sockets, publishPath, bus, log } = await bench({ subscriberBytesMax: 10_000, eventBytesMax: 1_000_000 });
  const [slow, other] = [createConnection(publishPath), createConnection(publishPath)];
  slow.pause();
  while (sockets.counters.subscribers < 2) await new Promise(setImmediate);
  const all = readUntil(other, ({ data }) => data['number'] === 19);
  for (let number = 0; number < 20; number += 1) {
    bus.fire('t', { number, text: 'x'.repeat(100_000) });
    // The one that reads must have its time.
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  assert.equal((await all).filter(({ tag }) => tag === 't').length, 20);
  assert.equal(log.lines.filter(({ text }) => text === 'slow event subscriber loses events').length, 1);
  const { lost } = sockets.counters;
  assert.ok(lost > 0);
  const seen = await readUntil(slow, ({ tag }) => tag === 'tsalt/event/lost');
  const told = seen.at(-1);
  assert.deepEqual([told?.tag, told?.data['lost'], seen.length - 1], ['tsalt/event/lost', lost, 20 - lost]);
  assert.equal(sockets.counters.dropped, 0);
  slow.destroy();
  await sockets[Symbol.asyncDispose]();
});
