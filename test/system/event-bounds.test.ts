/** The local sockets under load: slow, idle, broken and too many programs cost the others nothing. */
import assert from 'node:assert/strict';
import type { Socket } from 'node:net';
import { MapSplitter } from '../../src/bus/codec/codec.js';
import type { BusEvent } from '../../src/bus/event/bus.js';
import { encodePushFrame, readEventFrame } from '../../src/bus/event/frame.js';
import { pushEvents } from '../../src/bus/event/local-client.js';
import { connectLocal } from '../../src/kernel/sys/net/local-socket.js';
import type { Hearing } from '../support/fleet/events.js';
import { MasterHost } from '../support/fleet/master.js';
import { Site } from '../support/fleet/site.js';
import { counter, statsOf } from '../support/fleet/stats.js';
import { until } from '../support/fleet/until.js';

const site = new Site();
let master: MasterHost;
let hearing: Hearing;

site.setUp('a master with a small buffer for each subscriber', async () => {
  master = await MasterHost.prepare(site, 'tsalt', 'm', { ipc_write_buffer: 500_000, max_event_size: 100_000 });
  await master.start();
  hearing = await master.hear();
});

const subscribers = (): Promise<number> => counter(master, 'local_sockets', 'subscribers');

async function connect(path: string): Promise<Socket> {
  const socket = await connectLocal(path);
  socket.on('error', () => undefined);
  return socket;
}

/** A connection that the other side resets counts as closed. */
const closed = (socket: Socket): Promise<void> => new Promise((resolve) => {
  if (socket.closed) resolve();
  else socket.once('close', () => resolve());
});

site.test('a subscriber that does not read loses events, which are counted and told to it; one that reads gets everything', async () => {
  const slow = await connect(master.bus.publish);
  slow.pause();
  await until('two subscribers', async () => (await subscribers()) === 2);
  hearing.clear();
  for (let at = 0; at < 100; at += 1) {
    await pushEvents(master.bus.pull, [{ tag: `big/${at}`, data: { text: 'x'.repeat(50_000) } }]);
    await hearing.heard(`big/${at}`);
  }
  assert.equal(hearing.events.filter(({ tag }) => tag.startsWith('big/')).length, 100);
  assert.match(master.log(), /slow event subscriber loses events behindBytes=\d+/);
  const splitter = new MapSplitter({ bytesMax: 10_000_000 });
  const seen: BusEvent[] = [];
  slow.on('data', (chunk: Buffer) => void seen.push(...splitter.push(chunk).map((frame) => readEventFrame(frame))));
  slow.resume();
  const told = await until('what it lost', () => seen.find(({ tag }) => tag === 'tsalt/event/lost'));
  // Events of the bound itself may be among them.
  const got = seen.filter(({ tag }) => tag.startsWith('big/')).length;
  assert.ok(got < 100 && got + Number(told.data['lost']) >= 100, `${got} of 100, ${String(told.data['lost'])} lost`);
  assert.ok(await counter(master, 'local_sockets', 'lost') >= Number(told.data['lost']));
  assert.equal(await counter(master, 'local_sockets', 'dropped'), 0);
  slow.destroy();
});

site.test('a hundred idle subscribers, and then none of them', async () => {
  const before = await subscribers();
  const idle = await Promise.all(Array.from({ length: 100 }, () => connect(master.bus.publish)));
  await until('a hundred more', async () => (await subscribers()) === before + 100);
  hearing.clear();
  await pushEvents(master.bus.pull, [{ tag: 'to/all', data: {} }]);
  await hearing.heard('to/all');
  for (const socket of idle) socket.destroy();
  await until('they are gone', async () => (await subscribers()) === before);
});

site.test('more connections than a socket takes are closed, and the counters still answer', async () => {
  const many = await Promise.all(Array.from({ length: 1100 }, () => connect(master.bus.pull)));
  await until('the rest is closed', () => many.filter((socket) => socket.closed || socket.readyState === 'closed' || socket.destroyed).length >= 100 || undefined);
  assert.ok(Number((await statsOf(master))['rss_bytes']) > 0);
  for (const socket of many) socket.destroy();
  await until('events can be fired again', async () => pushEvents(master.bus.pull, [{ tag: 'again', data: {} }]));
  await hearing.heard('again');
});

site.test('values that make an event too large are replaced; the event is heard', async () => {
  await pushEvents(master.bus.pull, [{ tag: 'large', data: { small: 'kept', large: 'x'.repeat(150_000) } }]);
  const { data } = await hearing.heard('large');
  assert.deepEqual([data['small'], data['large']], ['kept', 'VALUE_TRIMMED']);
});

site.test('broken and endless input on the pulling socket ends that connection only', async () => {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(0xffff_ffff);
  for (const bytes of [length, Buffer.concat([Buffer.of(0, 0, 0, 3), Buffer.from('xyz')]), Buffer.concat([encodePushFrame({ tag: 't', data: {} }).subarray(0, 4), Buffer.alloc(200, 0xc1)])]) {
    const socket = await connect(master.bus.pull);
    socket.resume();
    socket.write(bytes);
    await closed(socket);
  }
  // Half a frame: nothing happens, and others are served meanwhile.
  const half = await connect(master.bus.pull);
  half.write(encodePushFrame({ tag: 'half', data: {} }).subarray(0, 10));
  await pushEvents(master.bus.pull, [{ tag: 'meanwhile', data: {} }]);
  await hearing.heard('meanwhile');
  half.destroy();
  assert.match(master.log(), /unreadable event refused/);
});

site.test('the door of the command line refuses what is no request', async () => {
  for (const bytes of [Buffer.from('garbage'), Buffer.of(0x80), Buffer.from('dfffffffff', 'hex'), Buffer.alloc(100_000, 0x91)]) {
    const socket = await connect(master.path('run/tsalt.ipc'));
    socket.resume();
    socket.end(bytes);
    await closed(socket);
  }
  assert.ok(Number((await statsOf(master))['rss_bytes']) > 0);
});
