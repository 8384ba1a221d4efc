/** The publish port against subscribers of both versions of the protocol, slow ones, and those that want too much. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { Subscriber } from 'zeromq';
import { TransportClosedError, type PublishOptions } from '../../../../../src/bus/transport/contract.js';
import { servePublications } from '../../../../../src/bus/transport/zmtp/publish-port.js';
import { Topics } from '../../../../../src/bus/transport/zmtp/topics.js';
import { keepingLog, silentLog } from '../../../../support/logs.js';
import { until } from '../../../../support/fleet/until.js';
import { command, long, RawClient, short } from '../../../../support/zmtp-client.js';

const text = (value: string): Buffer => Buffer.from(value);

async function serve(more: Partial<PublishOptions> = {}) {
  const bounds: string[] = [];
  const told: string[] = [];
  const server = await servePublications({
    address: 'tcp://127.0.0.1:*', ipv6: false, backlog: 1000, frameBytesMax: 1e6, hwm: 1000, log: silentLog, onBound: (name) => void bounds.push(name), ...more,
  });
  server.onSubscription((topic, subscribed) => told.push(`${subscribed ? '+' : '-'}${topic.toString()}`));
  return { server, bounds, told };
}

const subscribe = (topic: string): Buffer => short(0, Buffer.concat([Buffer.of(1), text(topic)]));
const cancel = (topic: string): Buffer => short(0, Buffer.concat([Buffer.of(0), text(topic)]));

test('subscriptions come as messages or as commands, of peers of both versions', async () => {
  const { server, told } = await serve();
  using old = await RawClient.open(server.address, 'SUB');
  using young = await RawClient.open(server.address, 'XSUB');
  old.send(subscribe('ab'), subscribe('ab'), short(0, text('\x02what')), short(0, Buffer.alloc(0)));
  young.send(command('SUBSCRIBE', text('a')), command('SUBSCRIBE', text('x')));
  await until('all three', () => told.length === 3);
  for (const topic of ['abc', 'a', 'x', 'b']) await server.publish([text(topic), text(`to ${topic}`)]);
  assert.deepEqual([await old.message()], [['abc', 'to abc']]);
  assert.deepEqual([await young.message(), await young.message(), await young.message()], [['abc', 'to abc'], ['a', 'to a'], ['x', 'to x']]);
  old.send(cancel('ab'), cancel('never'));
  young.send(command('CANCEL', text('a')), command('CANCEL', text('a')));
  await until('two left', () => told.length === 5);
  for (const topic of ['abc', 'x']) await server.publish([text(topic)]);
  assert.deepEqual(await young.message(), ['x']);
  assert.deepEqual(told.toSorted(), ['+a', '+ab', '+x', '-a', '-ab']);
  await server[Symbol.asyncDispose]();
  await assert.rejects(server.publish([text('x')]), TransportClosedError);
});

test('a topic is told when the first comes and when the last goes, also by closing', async () => {
  const { server, told } = await serve();
  const clients = [await RawClient.open(server.address, 'SUB'), await RawClient.open(server.address, 'SUB')];
  for (const client of clients) client.send(subscribe('t'), subscribe(''));
  await until('both came', () => told.length === 2);
  clients[0]?.[Symbol.dispose]();
  await sleep(50);
  assert.equal(told.length, 2);
  clients[1]?.[Symbol.dispose]();
  await until('both went', () => told.length === 4);
  assert.deepEqual(told, ['+t', '+', '-t', '-']);
  await server[Symbol.asyncDispose]();
});

test('topics that are too many or too long are not taken; the connection goes on', async () => {
  const { server, bounds, told } = await serve();
  using greedy = await RawClient.open(server.address, 'SUB');
  greedy.send(...Array.from({ length: 20_000 }, (_none, at) => subscribe(`topic ${at}`)), long(0, 300n, Buffer.alloc(300, 1)));
  await until('the rest is refused', () => bounds.length === 20_000 - 200 + 1);
  assert.ok(bounds.every((name) => name === 'subscriptions'));
  assert.equal(told.length, 200);
  await server.publish([text('topic 7')]);
  assert.deepEqual(await greedy.message(), ['topic 7']);
  greedy.send(long(0, 5000n));
  await greedy.closed;
  await server[Symbol.asyncDispose]();
});

test('a subscriber that does not read loses what is beyond its share, in order, and is told of; the others lose nothing', async () => {
  const { server, bounds, told } = await serve({ hwm: 20 });
  using slow = await RawClient.open(server.address, 'SUB');
  slow.send(subscribe(''));
  const quick = new Subscriber({ linger: 0, receiveHighWaterMark: 0 });
  quick.connect(server.address);
  quick.subscribe('m');
  await until('both are there', () => told.length === 2);
  slow.socket.pause();
  const body = Buffer.alloc(200_000);
  for (let at = 0; at < 100; at += 1) {
    await server.publish([text(`m${at}`), body]);
    assert.equal(String((await quick.receive())[0]), `m${at}`);
  }
  const { dropped = 0 } = server.counters;
  assert.ok(dropped > 20 && bounds.length === dropped && bounds.every((name) => name === 'waiting_publications'), `${dropped} dropped, ${bounds.length} told`);
  slow.socket.resume();
  for (let at = 0; at < 100 - dropped; at += 1) assert.equal((await slow.message())[0], `m${at}`);
  await server.publish([text('m again')]);
  assert.deepEqual(await slow.message(), ['m again']);
  quick.close();
  await server[Symbol.asyncDispose]();
});

test('many at once get a message once each, in the order of publishing, also when several are published together', async () => {
  const { server, told } = await serve();
  const clients = await Promise.all(Array.from({ length: 450 }, () => RawClient.open(server.address, 'SUB')));
  clients.forEach((client, at) => client.send(subscribe(''), subscribe('a'), subscribe(`own ${at}`)));
  await until('all are there', () => told.length === 452);
  await Promise.all(['a1', 'a2', 'b3', 'own 7', 'own 77'].map((topic) => server.publish([text(topic)])));
  for (const [at, client] of clients.entries()) {
    const got: string[] = [];
    while (got.length < 5) got.push(...(await client.message()));
    assert.deepEqual(got, ['a1', 'a2', 'b3', 'own 7', 'own 77'], `subscriber ${at}`);
    client[Symbol.dispose]();
  }
  await until('they are gone', () => told.length === 904);
  await server[Symbol.asyncDispose]();
});

test('what fails in whoever listens to subscriptions is logged, and the connection goes on', async () => {
  const log = keepingLog();
  const { server } = await serve({ log });
  server.onSubscription(() => {
    throw new Error('listener broke');
  });
  using client = await RawClient.open(server.address, 'SUB');
  client.send(subscribe('t'));
  await until('it is logged', () => log.lines.length === 1);
  await server.publish([text('to')]);
  assert.deepEqual(await client.message(), ['to']);
  client[Symbol.dispose]();
  await until('also at its end', () => log.lines.length === 2);
  assert.deepEqual(log.lines.map(({ level, fields }) => [level, (fields['err'] as Error).message]), [['error', 'listener broke'], ['error', 'listener broke']]);
  await server[Symbol.asyncDispose]();
});

test('requesters are no subscribers', async () => {
  const { server } = await serve();
  await assert.rejects(RawClient.open(server.address, 'REQ').then(async (client) => {
    client.send(subscribe(''));
    await client.closed;
    throw new Error('closed');
  }), /closed/);
  await server[Symbol.asyncDispose]();
});

test('topics: who wants a message is found by its beginnings', () => {
  const topics = new Topics<string>();
  assert.deepEqual([topics.add('', 'all'), topics.add('ab', 'x'), topics.add('ab', 'y'), topics.add('abc', 'x')], [true, true, false, true]);
  assert.deepEqual([...topics.matching('abcd')].toSorted(), ['all', 'x', 'y']);
  assert.deepEqual([...topics.matching('a')], ['all']);
  assert.deepEqual([topics.delete('ab', 'x'), topics.delete('ab', 'nobody'), topics.delete('ab', 'y'), topics.delete('', 'all')], [false, false, true, true]);
  assert.deepEqual([[...topics.matching('abcd')], [...topics.matching('ab')]], [['x'], []]);
});
