/** Signs of life of one connection, and messages that take their time, by a clock of the test's own. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { test } from 'node:test';
import { plainAddress, ZmtpPeer, type PeerOwner } from '../../../../../src/bus/transport/zmtp/peer.js';
import type { ZmtpError } from '../../../../../src/bus/transport/zmtp/zmtp-error.js';
import { until } from '../../../../support/fleet/until.js';
import { GREETING, long, RawClient, ready, request } from '../../../../support/zmtp-client.js';

async function bench(onMessage: () => void = () => undefined) {
  let opened = 0;
  const ends: (ZmtpError | undefined)[] = [];
  const owner: PeerOwner = {
    rules: { socketType: 'ROUTER', peerTypes: new Set(['REQ']), messageBytesMax: 10_000_000, framesKept: 2 },
    opened: () => void (opened += 1), message: onMessage, command: () => undefined, moved: () => undefined,
    closed: (_peer, fault) => void ends.push(fault),
  };
  const server = createServer().listen(0, '127.0.0.1');
  const coming = once(server, 'connection') as Promise<[Socket]>;
  await once(server, 'listening');
  const client = await RawClient.connect(`tcp://127.0.0.1:${(server.address() as AddressInfo).port}`);
  const peer = new ZmtpPeer((await coming)[0], 10, owner);
  client.send(GREETING, ready('REQ'));
  await until('the handshake is over', () => opened === 1);
  const look = (laterMs: number) => peer.look(performance.now() + laterMs, 10_000, 40_000);
  return { client, peer, look, ends, close: () => void [client[Symbol.dispose](), peer.close(), server.close()] };
}

test('a silence is asked about once, and at last is the end', async () => {
  const { client, look, close } = await bench();
  await client.frame();
  assert.equal(look(9000), 'alive');
  assert.deepEqual([look(11_000), look(12_000), look(39_000)], ['alive', 'alive', 'alive']);
  assert.equal((await client.frame()).body.toString('latin1'), '\x04PING\0\0');
  assert.equal(look(41_000), 'silent');
  close();
});

test('a message that drips takes its time, and no more; what comes quickly may be large', async () => {
  const { client, peer, look, close } = await bench();
  client.send(long(0, 5_000_000n, Buffer.alloc(10)));
  await until('it began', () => peer.unfinishedBytes > 0);
  assert.deepEqual([look(30_000), look(35_000)], ['alive', 'alive']);
  assert.equal(look(62_000), 'slow');
  client.send(Buffer.alloc(3_000_000));
  await until('most of it came', () => peer.unfinishedBytes >= 3_000_000);
  assert.equal(look(62_000), 'silent', 'the silence, not the message');
  close();
});

test('a connection that is not read is not judged', async () => {
  const { peer, look, close } = await bench();
  peer.pause();
  assert.equal(look(1e9), 'alive');
  peer.goOn();
  assert.equal(look(1e9), 'silent');
  close();
});

test('an error of ours ends the connection, not the process, and is told with its cause', async () => {
  const { client, ends, close } = await bench(() => {
    throw new TypeError('ours');
  });
  client.send(request('x'));
  await client.closed;
  await until('the end', () => ends.length === 1);
  assert.deepEqual([ends[0]?.fault, String(ends[0]?.cause)], ['internal', 'TypeError: ours']);
  close();
});

test('addresses are written in one way', () => {
  assert.deepEqual([plainAddress('::ffff:10.0.0.1'), plainAddress('10.0.0.1'), plainAddress('fe80::1'), plainAddress()], ['10.0.0.1', '10.0.0.1', 'fe80::1', '']);
});
