/** The request port against clients that do not keep to the protocol, and real ones that do. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { Dealer, Request } from 'zeromq';
import { BindError, type Peer, type RequestHandler, type ServerOptions } from '../../../../../src/bus/transport/contract.js';
import { serveRequests, type RequestLimits } from '../../../../../src/bus/transport/zmtp/request-port.js';
import { deferred } from '../../../../../src/kernel/std/async.js';
import { keepingLog, silentLog } from '../../../../support/logs.js';
import { until } from '../../../../support/fleet/until.js';
import { command, GREETING, long, property, RawClient, ready, request, short } from '../../../../support/zmtp-client.js';

const MIB = 1024 * 1024;
const echo: RequestHandler = (frame) => Promise.resolve(frame);

function serve(handle: RequestHandler = echo, more: Partial<ServerOptions> = {}, limits: Partial<RequestLimits> = {}) {
  const bounds: string[] = [];
  const options = { address: 'tcp://127.0.0.1:*', ipv6: false, backlog: 1000, frameBytesMax: MIB, log: silentLog, onBound: (name: string) => void bounds.push(name), ...more };
  return serveRequests(options, handle, limits).then((server) => ({ server, bounds, counters: () => server.counters as Readonly<Record<string, number>> }));
}

/** An honest request is served. */
async function isServed(address: string): Promise<void> {
  using client = await RawClient.open(address, 'REQ');
  client.send(request('hello'));
  assert.deepEqual(await client.message(), ['', 'hello']);
}

test('a port says what it is, and answers pings with their context', async () => {
  const { server } = await serve();
  using client = await RawClient.connect(server.address);
  client.send(GREETING, ready('DEALER', property('Identity', 'me'), property('X-More', 'y')));
  assert.equal((await client.frame()).body.toString('latin1'), '\x05READY\x0bSocket-Type\0\0\0\x06ROUTER');
  client.send(command('PING', Buffer.from('\0\0context', 'latin1')), command('WHATEVER'), request('next'));
  assert.equal((await client.frame()).body.toString('latin1'), '\x04PONGcontext');
  assert.deepEqual(await client.message(), ['', 'next']);
  await server[Symbol.asyncDispose]();
});

const BROKEN: readonly (readonly [what: string, ...bytes: Buffer[]])[] = [
  ['another protocol', Buffer.from('GET / HTTP/1.1\r\n\r\n')],
  ['zeros', Buffer.alloc(100)],
  ['version 2', Buffer.from('ff00000000000000017f01', 'hex')],
  ['another mechanism', Buffer.concat([GREETING.subarray(0, 12), Buffer.from('CURVE'), Buffer.alloc(47)])],
  ['a message before READY', GREETING, request('x')],
  ['another command before READY', GREETING, command('PING', Buffer.alloc(2))],
  ['an error', GREETING, command('ERROR', Buffer.of(0))],
  ['a subscriber', GREETING, ready('SUB')],
  ['no type', GREETING, command('READY')],
  ['properties cut short', GREETING, command('READY', property('Socket-Type', 'REQ').subarray(0, 14))],
  ['a command without name', GREETING, short(4, Buffer.alloc(0))],
  ['unknown flags', GREETING, ready('REQ'), short(8, Buffer.from('x'))],
  ['a command of several frames', GREETING, ready('REQ'), short(5, Buffer.from('\x04PING\0\0'))],
  ['a long command', GREETING, ready('REQ'), long(4, 5000n)],
  ['a PING without time', GREETING, ready('REQ'), command('PING')],
  ['a length of 16 EiB', GREETING, ready('REQ'), long(0, 2n ** 64n - 1n)],
  ['a length of 8 PiB', GREETING, ready('REQ'), long(0, 2n ** 53n)],
  ['a length of one byte too many', GREETING, ready('REQ'), long(0, BigInt(MIB) + 1n)],
  ['frames that are too large together', GREETING, ready('REQ'), long(1, 600_000n, Buffer.alloc(600_000)), long(0, 600_000n)],
  ['endless frames', GREETING, ready('REQ'), ...Array.from({ length: 10_001 }, () => short(1, Buffer.alloc(0)))],
];

test('who does not keep to the protocol is closed, counted and logged; the next one is served', async () => {
  const log = keepingLog();
  const { server, counters } = await serve(echo, { log });
  for (const [what, ...bytes] of BROKEN) {
    const before = counters()['broken'] ?? 0;
    using client = await RawClient.connect(server.address);
    client.send(...bytes);
    await client.closed;
    await until(`${what} is counted`, () => counters()['broken'] === before + 1);
    await isServed(server.address);
  }
  assert.equal(counters()['refused'], 0);
  const lines = log.lines.filter(({ text }) => text.startsWith('connection closed'));
  assert.ok(lines.length >= 10 && lines.length < BROKEN.length, `${lines.length} lines`);
  assert.deepEqual([lines[0]?.level, lines[0]?.fields], ['warn', { connection: '00000001', fault: 'no_greeting' }]);
  await server[Symbol.asyncDispose]();
});

test('connections that say nothing, or half a greeting, or no READY, are closed when their time is over', async () => {
  const { server, counters } = await serve(echo, { handshakeMs: 300 });
  const clients = await Promise.all(Array.from({ length: 6 }, () => RawClient.connect(server.address)));
  clients.slice(0, 2).forEach((client) => client.send(GREETING.subarray(0, 20)));
  clients.slice(2, 4).forEach((client) => client.send(GREETING));
  await Promise.all(clients.map(({ closed }) => closed));
  await until('they are counted', () => counters()['silent'] === 6);
  await isServed(server.address);
  await server[Symbol.asyncDispose]();
});

test('of too many that are not through the handshake the oldest go', async () => {
  const { server, bounds } = await serve(echo, { handshakesMax: 20 });
  const clients: RawClient[] = [];
  for (let at = 0; at < 25; at += 1) clients.push(await RawClient.connect(server.address));
  await Promise.all(clients.slice(0, 5).map(({ closed }) => closed));
  assert.deepEqual(bounds, Array.from({ length: 5 }, () => 'handshakes'));
  assert.ok(clients.slice(6).every(({ socket }) => !socket.destroyed));
  await isServed(server.address);
  for (const client of clients) client[Symbol.dispose]();
  await server[Symbol.asyncDispose]();
});

test('a silent connection is asked for a sign of life and closed without; one that answers stays', async () => {
  const { server, counters } = await serve(echo, { heartbeatMs: 200, heartbeatTimeoutMs: 1500 });
  using mute = await RawClient.open(server.address, 'REQ');
  using alive = await RawClient.open(server.address, 'REQ');
  const answering = (async () => {
    for (;;) {
      const { body } = await alive.frame();
      if (body.toString('latin1', 1, 5) !== 'PING') return body.toString('latin1');
      alive.send(command('PONG', body.subarray(7)));
    }
  })();
  assert.equal((await mute.frame()).body.toString('latin1'), '\x04PING\0\0');
  await mute.closed;
  assert.equal(counters()['silent'], 1);
  await sleep(1000);
  alive.send(request('still here'));
  assert.equal(await answering, '');
  await server[Symbol.asyncDispose]();
});

test('a process that stood still does not blame its connections', async () => {
  const { server, counters } = await serve(echo, { heartbeatMs: 200, heartbeatTimeoutMs: 400, handshakeMs: 600 });
  using client = await RawClient.open(server.address, 'REQ');
  using greeting = await RawClient.connect(server.address);
  const until = performance.now() + 2500;
  while (performance.now() < until) Math.random();
  client.send(request('still here'));
  greeting.send(GREETING, ready('REQ'));
  assert.equal((await greeting.frame()).body.toString('latin1', 1, 6), 'READY');
  assert.deepEqual(await client.message(), ['', 'still here']);
  assert.equal(counters()['silent'], 0);
  await server[Symbol.asyncDispose]();
});

test('who announces a time to live and then is silent is closed after that time', async () => {
  const { server } = await serve();
  using client = await RawClient.open(server.address, 'DEALER');
  const began = performance.now();
  client.send(command('PING', Buffer.of(0, 3)));
  await client.closed;
  assert.ok(performance.now() - began < 8000);
  await server[Symbol.asyncDispose]();
});

test('messages of a wrong shape are counted, and the connection goes on', async () => {
  const { server, counters } = await serve();
  using client = await RawClient.open(server.address, 'DEALER');
  client.send(short(0, Buffer.from('one')), short(0, Buffer.alloc(0)));
  client.send(short(1, Buffer.alloc(0)), short(1, Buffer.from('a')), short(0, Buffer.from('b')), short(1, Buffer.from('no delimiter')), short(0, Buffer.from('x')));
  client.send(...Array.from({ length: 499 }, () => short(1, Buffer.from('x'))), short(0, Buffer.from('x')), request('right'));
  assert.deepEqual(await client.message(), ['', 'right']);
  assert.equal(counters()['refused'], 5);
  await server[Symbol.asyncDispose]();
});

test('routing ids mean nothing: those that end a ROUTER of libzmq, the same one twice, and long ones', async () => {
  const seen = new Set<string>();
  const { server } = await serve((frame, { connection }: Peer) => {
    seen.add(connection);
    return Promise.resolve(frame);
  });
  const ids = Array.from({ length: 300 }, (_none, at) => Buffer.from([0, 0, 0, at >> 8, at & 0xff]));
  for (const id of [...ids, Buffer.alloc(255, 1)]) {
    using client = await RawClient.connect(server.address);
    client.send(GREETING, ready('DEALER', property('Identity', id)).subarray(0, 2 + 255), request('x'));
  }
  await isServed(server.address);
  const twins = [1, 2].map(() => new Dealer({ routingId: 'same', linger: 0 }));
  for (const [at, twin] of twins.entries()) {
    twin.connect(server.address);
    await twin.send(['', `twin ${at}`]);
    assert.deepEqual((await twin.receive()).map(String), ['', `twin ${at}`]);
  }
  assert.ok(seen.size >= 3);
  for (const twin of twins) twin.close();
  await server[Symbol.asyncDispose]();
});

test('of one connection so many requests are answered at once; the rest waits, and none is lost', async () => {
  const go = deferred<void>();
  let [open, most] = [0, 0];
  const { server } = await serve(async (frame) => {
    open += 1;
    most = Math.max(most, open);
    await go.promise;
    open -= 1;
    return frame;
  });
  using client = await RawClient.open(server.address, 'DEALER');
  client.send(...Array.from({ length: 1000 }, (_none, at) => request(String(at))));
  await until('all places are taken', () => open === 100);
  await isServedBeside(server.address, go);
  const replies = new Set<string>();
  while (replies.size < 1000) replies.add((await client.message())[1] ?? '');
  assert.ok(most <= 101, `${most} at once`);
  await server[Symbol.asyncDispose]();
});

/** Another connection has places of its own. */
async function isServedBeside(address: string, go: { resolve(): void }): Promise<void> {
  using other = await RawClient.open(address, 'REQ');
  other.send(request('beside'));
  setImmediate(() => go.resolve());
  assert.deepEqual(await other.message(), ['', 'beside']);
}

test('a client that does not read gets no more work done, and the others are served', async () => {
  const large = Buffer.alloc(500_000, 'x');
  let asked = 0;
  const { server } = await serve(() => {
    asked += 1;
    return Promise.resolve(large);
  });
  using client = await RawClient.open(server.address, 'DEALER');
  client.socket.pause();
  client.send(...Array.from({ length: 2000 }, () => request('more')));
  await until('it is not read any more', async () => {
    const before = asked;
    await sleep(100);
    return asked === before;
  });
  assert.ok(asked < 250, `${asked} of 2000 were answered`);
  using other = await RawClient.open(server.address, 'REQ');
  other.send(request('me'));
  assert.equal((await other.message())[1]?.length, 500_000);
  const before = asked;
  client.socket.removeAllListeners('data').resume();
  await until('it goes on', () => asked > before + 50);
  await server[Symbol.asyncDispose]();
});

test('when all places are taken further requests wait, whoever sends them; the bytes of requests count as well', async () => {
  for (const limits of [{ open: 4 }, { openBytes: 4 * 1000 }]) {
    const go = deferred<void>();
    let [open, most] = [0, 0];
    const { server, bounds } = await serve(async (frame) => {
      open += 1;
      most = Math.max(most, open);
      await go.promise;
      open -= 1;
      return frame;
    }, {}, limits);
    const clients = await Promise.all(Array.from({ length: 12 }, () => RawClient.open(server.address, 'DEALER')));
    for (const client of clients) client.send(...Array.from({ length: 5 }, () => Buffer.concat([short(1, Buffer.alloc(0)), long(0, 1000n, Buffer.alloc(1000))])));
    await until('all places are taken', () => bounds.includes('open_requests'));
    await sleep(100);
    // Each of the others may have brought one before it is not read any more.
    assert.ok(open >= 4 && open <= 16, `${open} are being answered`);
    go.resolve();
    for (const client of clients) for (let at = 0; at < 5; at += 1) assert.equal((await client.message())[1]?.length, 1000);
    assert.equal(open, 0);
    for (const client of clients) client[Symbol.dispose]();
    await server[Symbol.asyncDispose]();
  }
});

test('of requests that have not come to their end the largest goes when all together are too much', async () => {
  const { server, bounds, counters } = await serve(echo, {}, { unfinishedBytes: 300_000 });
  using small = await RawClient.open(server.address, 'REQ');
  using large = await RawClient.open(server.address, 'REQ');
  small.send(short(1, Buffer.alloc(0)), long(0, 50_000n, Buffer.alloc(40_000)));
  large.send(short(1, Buffer.alloc(0)), long(0, 900_000n, Buffer.alloc(400_000)));
  await large.closed;
  assert.deepEqual([bounds, counters()['broken']], [['unfinished_requests'], 1]);
  small.send(Buffer.alloc(10_000));
  assert.equal((await small.message())[1]?.length, 50_000);
  large[Symbol.dispose]();
  await isServed(server.address);
  await server[Symbol.asyncDispose]();
});

test('replies that a client does not read are dropped beyond a bound, and told', async () => {
  const go = deferred<void>();
  const reply = Buffer.alloc(500_000);
  const { server, bounds, counters } = await serve(async () => {
    await go.promise;
    return reply;
  }, {}, { behindBytesMax: 2 * MIB });
  using client = await RawClient.open(server.address, 'DEALER');
  client.socket.pause();
  client.send(...Array.from({ length: 80 }, () => request('more')));
  await until('all are being answered', () => server.counters.waiting === 80);
  go.resolve();
  await until('some are dropped', () => (counters()['dropped'] ?? 0) > 50);
  assert.ok(bounds.every((name) => name === 'waiting_replies') && bounds.length === counters()['dropped']);
  client.socket.resume();
  for (let left = 80 - (counters()['dropped'] ?? 0); left > 0; left -= 1) assert.equal((await client.message())[1]?.length, 500_000);
  await isServedLarge(server.address);
  await server[Symbol.asyncDispose]();
});

async function isServedLarge(address: string): Promise<void> {
  using client = await RawClient.open(address, 'REQ');
  client.send(request('x'));
  assert.equal((await client.message())[1]?.length, 500_000);
}

test('a gate that says no: the other side hears nothing, and may come later', async () => {
  let open = false;
  const asked: string[] = [];
  const { server } = await serve(echo, {
    handshakeMs: 200,
    gate: (address) => {
      asked.push(address);
      return open;
    },
  });
  using refused = await RawClient.connect(server.address, '127.0.0.9');
  refused.send(GREETING, ready('REQ'), request('x'));
  await refused.closed;
  const client = new Request({ linger: 0, reconnectInterval: 50, receiveTimeout: 20_000 });
  client.connect(server.address);
  await client.send('patience');
  await until('it was refused', () => asked.length > 1);
  open = true;
  assert.deepEqual((await client.receive()).map(String), ['patience']);
  assert.equal(asked[0], '127.0.0.9');
  client.close();
  await server[Symbol.asyncDispose]();
});

test('a gate that fails, and a handler that fails: both are logged, and the next one is served', async () => {
  const log = keepingLog();
  let fails = true;
  const { server } = await serve((frame) => {
    if (frame.toString() === 'bad') throw new Error('handler broke');
    return Promise.resolve(frame);
  }, {
    log,
    gate: () => {
      if (fails) throw new Error('gate broke');
      return true;
    },
  });
  using client = await RawClient.open(server.address, 'DEALER');
  fails = false;
  client.send(request('bad'), request('good'));
  assert.deepEqual(await client.message(), ['', 'good']);
  await isServed(server.address);
  assert.deepEqual(log.lines.map(({ level, text, fields }) => [level, text, (fields['err'] as Error).message]), [
    ['error', 'connection not looked at', 'gate broke'], ['error', 'request failed', 'handler broke'],
  ]);
  await server[Symbol.asyncDispose]();
});

test('version 6 of the protocol, several addresses, names of network cards, and addresses that cannot be', async () => {
  const six = await serve(echo, { address: 'tcp://[::1]:*', ipv6: true });
  assert.match(six.server.address, /^tcp:\/\/\[::1\]:\d+$/);
  await isServed(six.server.address);
  await six.server[Symbol.asyncDispose]();
  const two = await serve(echo, { address: 'tcp://127.0.0.1,127.0.0.2:*' });
  const port = two.server.address.split(':').at(-1) ?? '';
  assert.equal(two.server.address, `tcp://127.0.0.1:${port},tcp://127.0.0.2:${port}`);
  for (const host of ['127.0.0.1', '127.0.0.2']) await isServed(`tcp://${host}:${port}`);
  await two.server[Symbol.asyncDispose]();
  const card = await serve(echo, { address: 'tcp://lo:*' });
  assert.match(card.server.address, /^tcp:\/\/127\.0\.0\.1:/);
  await card.server[Symbol.asyncDispose]();
  const both = await serve(echo, { address: 'tcp://*:*', ipv6: true });
  const bothPort = both.server.address.split(':').at(-1) ?? '';
  for (const host of ['127.0.0.1', '[::1]']) await isServed(`tcp://${host}:${bothPort}`);
  await both.server[Symbol.asyncDispose]();
  for (const address of ['tcp://192.0.2.1:0', 'tcp://127.0.0.1:70000', 'ipc:///x', 'tcp://127.0.0.1', 'tcp://127.0.0.1,192.0.2.1:*']) {
    await assert.rejects(serve(echo, { address }), BindError, address);
  }
});

test('at the end what is being answered is answered, connections end, and the port is free', async () => {
  const go = deferred<void>();
  const { server } = await serve(async (frame) => {
    await go.promise;
    return frame;
  });
  using client = await RawClient.open(server.address, 'REQ');
  using idle = await RawClient.open(server.address, 'REQ');
  using stuck = await RawClient.connect(server.address);
  client.send(request('last words'));
  await until('it is being answered', () => server.counters.waiting === 1);
  const closing = server[Symbol.asyncDispose]();
  go.resolve();
  assert.deepEqual(await client.message(), ['', 'last words']);
  await Promise.all([closing, client.closed, idle.closed, stuck.closed]);
  const again = await serve(echo, { address: server.address });
  await again.server[Symbol.asyncDispose]();
});

test('without room a connection that has not shown who it is goes for a new one, of the crowd, the oldest first', async () => {
  let room = 4;
  const peers: Peer[] = [];
  const { server } = await serve((frame, peer) => {
    peers.push(peer);
    if (frame.toString() === 'known') peer.settle?.();
    return Promise.resolve(frame);
  }, { address: 'tcp://127.0.0.1:*', gate: () => (room -= 1) >= 0 });
  const open = async (text: string, from: string): Promise<RawClient> => {
    const client = await RawClient.open(server.address, 'REQ', from);
    client.send(request(text));
    assert.deepEqual(await client.message(), ['', text]);
    return client;
  };
  using known = await open('known', '127.0.0.2');
  using first = await open('x', '127.0.0.2');
  using second = await open('x', '127.0.0.2');
  using other = await open('x', '127.0.0.3');
  assert.deepEqual(peers.map(({ address }) => address), ['127.0.0.2', '127.0.0.2', '127.0.0.2', '127.0.0.3']);
  using _fifth = await open('x', '127.0.0.4');
  await first.closed;
  for (const client of [known, second, other]) {
    client.send(request('y'));
    assert.deepEqual(await client.message(), ['', 'y']);
  }
  await server[Symbol.asyncDispose]();
});

test('a connection that has to rest is not read for a while, others are, and nothing of it is lost', async () => {
  const served: string[] = [];
  const { server } = await serve((frame, peer) => {
    served.push(frame.toString());
    if (frame.toString() === 'rest') peer.rest?.(300);
    return Promise.resolve(frame);
  });
  using client = await RawClient.open(server.address, 'DEALER');
  client.send(request('rest'), request('after'));
  assert.deepEqual(await client.message(), ['', 'rest']);
  await isServed(server.address);
  assert.deepEqual(await client.message(), ['', 'after']);
  assert.deepEqual(served, ['rest', 'hello', 'after']);
  await server[Symbol.asyncDispose]();
});

test('a connection that has shown who it is does not rest', async () => {
  const { server } = await serve((frame, peer) => {
    peer.settle?.();
    peer.rest?.(3_600_000);
    return Promise.resolve(frame);
  });
  using client = await RawClient.open(server.address, 'DEALER');
  client.send(request('one'), request('two'));
  assert.deepEqual([await client.message(), await client.message()], [['', 'one'], ['', 'two']]);
  await server[Symbol.asyncDispose]();
});
