import assert from 'node:assert/strict';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import network from '../../../../src/plugins/runners/network.js';
import { benchOf } from '../bench.js';
import { shownPort } from './shown.js';

const MAC = '08:00:27:13:69:77';
const PACKET = `${'f'.repeat(12)}${'080027136977'.repeat(16)}`;

/** Gives the packets that come to a port while the work runs. */
async function received(count: number, work: (port: number) => Promise<void>): Promise<string[]> {
  const socket = createSocket('udp4');
  const packets: string[] = [];
  const all = new Promise<void>((resolve) => socket.on('message', (packet) => {
    packets.push(packet.toString('hex'));
    if (packets.length === count) resolve();
  }));
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  try {
    await work(socket.address().port);
    await all;
  } finally {
    socket.close();
  }
  return packets;
}

test('network.wol sends the magic packet, however the address is written', async () => {
  const { call } = benchOf(network);
  const packets = await received(3, async (destport) => {
    for (const mac of [MAC, '08-00-27-13-69-77', '080027136977']) assert.equal(await call('wol', [mac], { bcast: '127.0.0.1', destport }), true);
  });
  assert.deepEqual(packets, [PACKET, PACKET, PACKET]);
  await assert.rejects(call('wol', ['0800']), { className: 'ValueError', message: 'Invalid MAC address' });
  await assert.rejects(call('wol', ['zz0027136977']), { className: 'ValueError', message: "invalid literal for int() with base 16: 'zz'" });
});

test('network.wollist wakes what a file lists, and tells why it cannot', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'tsalt-wol-'));
  try {
    const shown = shownPort();
    const { call } = benchOf(network, { ports: { runner: shown.runner } });
    const list = join(folder, 'macs');
    await writeFile(list, `${MAC}\n080027136977\n`);
    const packets = await received(2, async (destport) => {
      assert.deepEqual(await call('wollist', [list, '127.0.0.1', destport]), [MAC, '080027136977']);
    });
    assert.deepEqual(packets, [PACKET, PACKET]);
    assert.deepEqual(shown.printed, [`Waking up ${MAC}`, 'Waking up 080027136977']);
    assert.deepEqual(await call('wollist', [join(folder, 'none')]), []);
    assert.match(String(shown.told[0]?.['error']), /^Failed to open the MAC file\. Error: /);
  } finally {
    await rm(folder, { recursive: true });
  }
});

test('network.wolmatch wakes the interfaces of minions, without the loopback', async () => {
  const ports = {
    keys: { list: async () => ({ minions: ['db1', 'web1'], minions_pre: [], minions_rejected: [], minions_denied: [] }) },
    match: { matches: async (_expr: unknown, _kind: string, _delimiter: string, id?: string) => id === 'web1' },
    known: { get: async () => ({ hwaddr_interfaces: { lo: '00:00:00:00:00:00', eth0: MAC } }) },
  };
  const packets = await received(1, async (destport) => {
    assert.deepEqual(await benchOf(network, { ports }).call('wolmatch', ['web*'], { bcast: '127.0.0.1', destport }), [MAC]);
  });
  assert.deepEqual(packets, [PACKET]);
  await assert.rejects(benchOf(network, { ports: { ...ports, known: { get: async () => undefined } } }).call('wolmatch', ['web1']), { className: 'KeyError' });
});
