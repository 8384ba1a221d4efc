/** What every form of the transport must hold. Call it once for each. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Logger } from '../../src/kernel/contract/log.js';
import { asError, deferred } from '../../src/kernel/std/async.js';
import {
  BindError, RequestTimeoutError, TransportClosedError, type PublishServer, type RequestClient, type RequestHandler, type RequestServer, type Subscriber,
} from '../../src/bus/transport/contract.js';
import { keepingLog, silentLog } from '../support/logs.js';

export interface TransportForm {
  readonly name: string;
  /** An address that can be bound; the server says which it became. */
  readonly freeAddress: () => string;
  /** An address that nobody uses now, known before the server comes. */
  readonly unusedAddress: () => Promise<string>;
  readonly serveRequests: (options: { address: string; log: Logger }, handle: RequestHandler) => Promise<RequestServer>;
  readonly requestClient: (address: string) => RequestClient;
  readonly servePublications: (address: string) => Promise<PublishServer>;
  readonly subscribe: (address: string, topics: readonly string[]) => Subscriber;
}

const LONG = { timeoutMs: 20_000 };
/** For replies that never come. */
const SHORT = { timeoutMs: 20 };
const text = (value: string): Buffer => Buffer.from(value);

export function transportContract(form: TransportForm): void {
  requestContract(form);
  publishContract(form);
}

function requestContract(form: TransportForm): void {
  const serve = (handle: RequestHandler, log: Logger = silentLog): Promise<RequestServer> => form.serveRequests({ address: form.freeAddress(), log }, handle);

  test(`${form.name}: each of many requests at once gets its own reply`, async () => {
    await using server = await serve(async (frame) => {
      if (frame.toString().endsWith('0')) await new Promise(setImmediate);
      return text(`reply to ${frame.toString()}`);
    });
    await using client = form.requestClient(server.address);
    const asked = Array.from({ length: 40 }, (_none, at) => `question ${at}`);
    const replies = await Promise.all(asked.map((question) => client.request(text(question), LONG)));
    assert.deepEqual(replies.map(String), asked.map((question) => `reply to ${question}`));
    assert.equal(server.counters.served, asked.length);
    assert.equal(server.counters.waiting, 0);
  });

  test(`${form.name}: frames arrive byte for byte, empty and large ones too`, async () => {
    await using server = await serve((frame) => Promise.resolve(frame));
    await using client = form.requestClient(server.address);
    for (const frame of [Buffer.alloc(0), Buffer.from([0, 255, 0]), Buffer.alloc(3_000_000, 'x')]) {
      assert.ok((await client.request(frame, LONG)).equals(frame), `${frame.length} bytes`);
    }
  });

  test(`${form.name}: no reply is a timeout, and the client goes on`, async () => {
    await using server = await serve((frame) => Promise.resolve(frame.toString() === 'silence' ? undefined : text('ok')));
    await using client = form.requestClient(server.address);
    await assert.rejects(client.request(text('silence'), SHORT), (error) => error instanceof RequestTimeoutError && error.message.endsWith('within 20 ms'));
    assert.equal(String(await client.request(text('next'), LONG)), 'ok');
  });

  test(`${form.name}: a late reply is not taken for that of the next request`, async () => {
    const late = deferred<void>();
    await using server = await serve(async (frame) => {
      if (frame.toString() === 'first') await late.promise;
      return frame;
    });
    await using client = form.requestClient(server.address);
    await assert.rejects(client.request(text('first'), SHORT), RequestTimeoutError);
    late.resolve();
    for (const question of ['second', 'third']) assert.equal(String(await client.request(text(question), LONG)), question);
  });

  test(`${form.name}: a handler that throws is logged, and the next request is served`, async () => {
    const log = keepingLog();
    await using server = await serve((frame) => {
      if (frame.toString() === 'bad') throw new Error('handler broke');
      return Promise.resolve(frame);
    }, log);
    await using client = form.requestClient(server.address);
    await assert.rejects(client.request(text('bad'), SHORT), RequestTimeoutError);
    assert.equal(String(await client.request(text('good'), LONG)), 'good');
    assert.deepEqual(log.lines.map(({ level, fields }) => [level, asError(fields['err']).message]), [['error', 'handler broke']]);
  });

  test(`${form.name}: an aborted request ends with the reason`, async () => {
    await using server = await serve(() => Promise.resolve(undefined));
    await using client = form.requestClient(server.address);
    const stop = new AbortController();
    const asking = client.request(text('a'), { ...LONG, signal: stop.signal });
    setImmediate(() => stop.abort(new Error('changed my mind')));
    await assert.rejects(asking, /changed my mind/);
    await assert.rejects(client.request(text('a'), { ...LONG, signal: stop.signal }), /changed my mind/);
  });

  test(`${form.name}: a client that is closed refuses, and ends what is in flight`, async () => {
    await using server = await serve(() => Promise.resolve(undefined));
    const client = form.requestClient(server.address);
    const asking = client.request(text('a'), LONG);
    setImmediate(() => void client[Symbol.asyncDispose]());
    await assert.rejects(asking, TransportClosedError);
    await assert.rejects(client.request(text('a'), LONG), TransportClosedError);
    await client[Symbol.asyncDispose]();
  });

  test(`${form.name}: a request waits for a server that comes later`, async () => {
    const address = await form.unusedAddress();
    await using client = form.requestClient(address);
    const asking = client.request(text('early'), LONG);
    await using server = await form.serveRequests({ address, log: silentLog }, () => Promise.resolve(text('late')));
    assert.equal(String(await asking), 'late');
    assert.equal(server.address, address);
  });

  test(`${form.name}: an address that is taken is named`, async () => {
    await using server = await serve((frame) => Promise.resolve(frame));
    await assert.rejects(form.serveRequests({ address: server.address, log: silentLog }, (frame) => Promise.resolve(frame)), (error) =>
      error instanceof BindError && error.message.startsWith(`Cannot listen on ${server.address}: `));
  });
}

function publishContract(form: TransportForm): void {
  test(`${form.name}: each subscriber gets what begins with one of its topics, in order`, async () => {
    await using server = await form.servePublications(form.freeAddress());
    const there = subscriptions(server, 3);
    await using all = form.subscribe(server.address, ['']);
    await using some = form.subscribe(server.address, ['web', 'db']);
    await there;
    for (const topic of ['web1', 'mail', 'db', 'we', 'webs']) await server.publish([text(topic), text(`to ${topic}`)]);
    assert.deepEqual(await take(all, 5), ['web1|to web1', 'mail|to mail', 'db|to db', 'we|to we', 'webs|to webs']);
    assert.deepEqual(await take(some, 3), ['web1|to web1', 'db|to db', 'webs|to webs']);
  });

  test(`${form.name}: a single frame is its own topic`, async () => {
    await using server = await form.servePublications(form.freeAddress());
    const there = subscriptions(server, 1);
    await using all = form.subscribe(server.address, ['']);
    await there;
    await server.publish([Buffer.from([0, 1, 255])]);
    for await (const frames of all) {
      assert.deepEqual(frames, [Buffer.from([0, 1, 255])]);
      break;
    }
  });

  test(`${form.name}: the publisher hears of topics that come and go`, async () => {
    await using server = await form.servePublications(form.freeAddress());
    const told: string[] = [];
    const gone = deferred<void>();
    server.onSubscription((topic, subscribed) => {
      told.push(`${subscribed ? '+' : '-'}${topic.toString()}`);
      if (!subscribed) gone.resolve();
    });
    const there = subscriptions(server, 1);
    const subscriber = form.subscribe(server.address, ['abc']);
    await there;
    await subscriber[Symbol.asyncDispose]();
    await gone.promise;
    assert.deepEqual(told, ['+abc', '-abc']);
  });

  test(`${form.name}: a subscription that is closed ends its iteration`, async () => {
    await using server = await form.servePublications(form.freeAddress());
    const subscriber = form.subscribe(server.address, ['']);
    const reading = take(subscriber, 1);
    setImmediate(() => void subscriber[Symbol.asyncDispose]());
    assert.deepEqual(await reading, []);
  });

  test(`${form.name}: publishing after the end is an error`, async () => {
    const server = await form.servePublications(form.freeAddress());
    await server[Symbol.asyncDispose]();
    await assert.rejects(server.publish([text('a')]));
  });
}

function subscriptions(server: PublishServer, count: number): Promise<void> {
  const all = deferred<void>();
  let seen = 0;
  server.onSubscription((_topic, subscribed) => {
    if (subscribed) seen += 1;
    if (seen === count) all.resolve();
  });
  return all.promise;
}

async function take(subscriber: Subscriber, count: number): Promise<string[]> {
  const got: string[] = [];
  for await (const frames of subscriber) {
    got.push(frames.map(String).join('|'));
    if (got.length === count) break;
  }
  return got;
}
