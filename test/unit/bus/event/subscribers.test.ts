import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import type { Socket } from 'node:net';
import { test } from 'node:test';
import { EventBus } from '../../../../src/bus/event/bus.js';
import { readEventFrame } from '../../../../src/bus/event/frame.js';
import { hearAll } from '../../../../src/bus/event/hear-all.js';
import { Subscribers } from '../../../../src/bus/event/subscribers.js';
import { MapSplitter } from '../../../../src/bus/codec/codec.js';
import { keepingLog } from '../../../support/logs.js';

/** The writing half of a socket whose other side reads when it is told to. */
class Pipe extends EventEmitter {
  readonly written: Buffer[] = [];
  writableLength = 0;
  isDestroyed = false;
  write(bytes: Buffer): boolean {
    this.written.push(bytes);
    this.writableLength += bytes.length;
    return false;
  }
  read(bytes = this.writableLength): void {
    this.writableLength -= bytes;
    if (this.writableLength === 0) this.emit('drain');
  }
  destroy(): void {
    this.isDestroyed = true;
  }
  get tags(): string[] {
    const splitter = new MapSplitter({ bytesMax: 1_000_000 });
    return splitter.push(Buffer.concat(this.written)).map((frame) => readEventFrame(frame)).map(({ tag, data }) => (tag === 'tsalt/event/lost' ? `lost ${String(data['lost'])}` : tag));
  }
}

function bench() {
  let now = 0;
  const slow: number[] = [];
  const subscribers = new Subscribers({ eventBytesMax: 10_000, bytesMax: 2000, onSlow: (bytes) => slow.push(bytes), steadyNow: () => now, log: keepingLog() });
  const pipe = new Pipe();
  const socket = pipe as unknown as Socket;
  subscribers.add(socket);
  const fire = (...tags: string[]): void => {
    for (const tag of tags) subscribers.deliver({ tag, data: { text: 'x'.repeat(400) } });
    subscribers.flush();
  };
  return { subscribers, pipe, socket, slow, fire, pass: (ms: number) => (now += ms) };
}

test('events of one turn are one piece', () => {
  const { pipe, fire } = bench();
  fire('a', 'b');
  assert.equal(pipe.written.length, 1);
  assert.deepEqual(pipe.tags, ['a', 'b']);
});

test('what is lost is told before what comes next, and at the latest when everything is read', () => {
  const { subscribers, pipe, fire, slow } = bench();
  for (const tag of ['a', 'b', 'c', 'd']) fire(tag);
  fire('lost 1', 'lost 2');
  assert.equal(slow.length, 1);
  // Less than half of what may wait is gone: it goes on losing.
  pipe.read(500);
  fire('lost 3');
  pipe.read(900);
  fire('e');
  assert.deepEqual(pipe.tags, ['a', 'b', 'c', 'd', 'lost 3', 'e']);
  fire('f');
  fire('g');
  fire('lost again');
  pipe.read();
  assert.deepEqual(pipe.tags.slice(6), ['f', 'g', 'lost 1']);
  assert.deepEqual(subscribers.counters, { subscribers: 1, dropped: 0, lost: 4 });
});

test('one of which nothing goes off for minutes is disconnected', () => {
  const { subscribers, pipe, fire, pass } = bench();
  for (let turn = 0; turn < 6; turn += 1) fire('t');
  pass(299_000);
  fire('t');
  pipe.read(10);
  fire('t');
  pass(299_000);
  fire('t');
  assert.equal(pipe.isDestroyed, false);
  pass(2000);
  fire('t');
  assert.equal(pipe.isDestroyed, true);
  assert.equal(subscribers.counters.dropped, 1);
});

test('an event that alone is larger than the buffer reaches one that keeps up', () => {
  const { subscribers, pipe } = bench();
  subscribers.deliver({ tag: 'large', data: { text: 'x'.repeat(5000) } });
  subscribers.flush();
  assert.deepEqual(pipe.tags, ['large']);
});

test('a listener inside of the program that is too slow hears how many events it lost', async () => {
  const bus = new EventBus((error) => assert.fail(error as Error));
  const stop = new AbortController();
  const events = hearAll(bus, stop.signal);
  const first = events.next();
  await new Promise(setImmediate);
  for (let number = 0; number < 10_005; number += 1) bus.fire('t', { number });
  assert.equal((await first).value?.data['number'], undefined);
  const seen = [(await first).value, (await events.next()).value];
  assert.deepEqual(seen.map((event) => event?.tag), ['tsalt/event/lost', 't']);
  assert.ok(Number(seen[0]?.data['lost']) >= 4);
  stop.abort();
  await events.return(undefined);
});
