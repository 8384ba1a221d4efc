/** The proxy itself: every fault does what it says, and the same seed does the same again. */
import assert from 'node:assert/strict';
import { createConnection, createServer, type Socket } from 'node:net';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { until } from '../support/fleet/until.js';
import { TcpProxy } from '../support/faults/tcp-proxy.js';

/** Long enough for anything to arrive that would. */
const SILENCE_MS = 150;
const servers: Socket[] = [];
const server = createServer((socket) => {
  servers.push(socket);
  socket.on('error', () => undefined);
  socket.on('data', (bytes) => socket.write(bytes));
});
let port = 0;
before(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  port = (server.address() as { port: number }).port;
});
after(() => {
  for (const socket of servers) socket.destroy();
  server.close();
});

interface Client {
  readonly socket: Socket;
  readonly got: () => string;
}

async function connect(proxy: TcpProxy): Promise<Client> {
  const socket = createConnection(proxy.port, '127.0.0.1');
  let text = '';
  socket.on('data', (bytes: Buffer) => {
    text += bytes.toString('latin1');
  });
  socket.on('error', () => undefined);
  await until('a connection', () => !socket.connecting);
  return { socket, got: () => text };
}

/** Also of a connection that was reset. */
const closed = (socket: Socket): Promise<true> => until('the end of a connection', () => socket.closed, 5000);

const echoed = (client: Client, text: string): Promise<true> => until(`the echo '${text}'`, () => client.got() === text && true, 5000);

void test('bytes go both ways, and the end of one side reaches the other', async () => {
  await using proxy = await TcpProxy.to(port, 1);
  const client = await connect(proxy);
  client.socket.write('hello');
  await echoed(client, 'hello');
  client.socket.end();
  await closed(client.socket);
  await until('nothing is open', () => proxy.open === 0);
});

void test('a delay holds pieces back, in order', async () => {
  await using proxy = await TcpProxy.to(port, 1);
  proxy.delay(60, 40);
  const client = await connect(proxy);
  const began = performance.now();
  for (let at = 0; at < 10; at += 1) client.socket.write(String(at));
  await echoed(client, '0123456789');
  assert.ok(performance.now() - began >= 110, 'both ways are delayed');
  client.socket.destroy();
});

for (const [direction, reaches] of [['to_server', 0], ['to_client', 1]] as const) {
  void test(`a partition ${direction} holds one direction until it is healed`, async () => {
    await using proxy = await TcpProxy.to(port, 1);
    const client = await connect(proxy);
    await until('the connection behind', () => proxy.open === 1);
    let arrived = 0;
    await sleep(SILENCE_MS);
    servers.at(-1)?.on('data', () => (arrived += 1));
    proxy.partition(direction);
    client.socket.write('wait');
    await sleep(SILENCE_MS);
    assert.deepEqual([arrived, client.got()], [reaches, '']);
    proxy.heal();
    await echoed(client, 'wait');
    client.socket.destroy();
  });
}

void test('a partition also silences new connections', async () => {
  await using proxy = await TcpProxy.to(port, 1);
  proxy.partition();
  const client = await connect(proxy);
  client.socket.write('new');
  await sleep(SILENCE_MS);
  assert.equal(client.got(), '');
  proxy.heal();
  await echoed(client, 'new');
  client.socket.destroy();
});

void test('a frozen connection stays open and carries nothing, also after healing; a new one works', async () => {
  await using proxy = await TcpProxy.to(port, 1);
  const frozen = await connect(proxy);
  frozen.socket.write('a');
  await echoed(frozen, 'a');
  proxy.freeze();
  frozen.socket.write('b');
  proxy.heal();
  const fresh = await connect(proxy);
  fresh.socket.write('c');
  await echoed(fresh, 'c');
  await sleep(SILENCE_MS);
  assert.deepEqual([frozen.got(), frozen.socket.destroyed], ['a', false]);
  frozen.socket.destroy();
  fresh.socket.destroy();
});

void test('a cut closes what is open, a refusal what is new', async () => {
  await using proxy = await TcpProxy.to(port, 1);
  const client = await connect(proxy);
  client.socket.write('a');
  await echoed(client, 'a');
  proxy.cut();
  await closed(client.socket);
  proxy.refuse();
  const refused = await connect(proxy);
  await closed(refused.socket);
  assert.deepEqual([proxy.counters.cut, proxy.counters.refused], [1, 1]);
  proxy.heal();
  const again = await connect(proxy);
  again.socket.write('z');
  await echoed(again, 'z');
  again.socket.destroy();
});

void test('corruption changes bytes of one direction, the same ones with the same seed', async () => {
  const run = async (seed: number): Promise<string> => {
    await using proxy = await TcpProxy.to(port, seed);
    proxy.corrupt('to_server', 20);
    const client = await connect(proxy);
    client.socket.write('x'.repeat(1000));
    await until('all bytes', () => client.got().length === 1000);
    client.socket.destroy();
    assert.ok(proxy.counters.corrupted > 10 && proxy.counters.corrupted < 200, String(proxy.counters.corrupted));
    return client.got();
  };
  const [first, again, other] = [await run(7), await run(7), await run(8)];
  assert.equal(first, again);
  assert.notEqual(first, other);
  assert.notEqual(first, 'x'.repeat(1000));
});
