/**
 * Bounds of a running master: who hits one is refused, it is counted, logged and told on the bus, and the others are served meanwhile.
 */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createConnection, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { encodeNetwork } from '../../src/bus/codec/codec.js';
import { pushEvents } from '../../src/bus/event/local-client.js';
import { signInLoad } from '../../src/bus/wire/sign-in.js';
import type { PlainMap, Value } from '../../src/kernel/std/value.js';
import type { Hearing } from '../support/fleet/events.js';
import { BOUNDS } from '../../src/master/requests/bounds.data.js';
import { MasterHost } from '../support/fleet/master.js';
import { askClear, newNonce, RawMinion } from '../support/fleet/raw-minion.js';
import { Site } from '../support/fleet/site.js';
import { counter, statsOf } from '../support/fleet/stats.js';
import { until } from '../support/fleet/until.js';
import { Dealer } from './hostile/dealer.js';
import { SteadyMinion } from './hostile/steady-minion.js';

const FLOODER = '127.0.0.2';
/** Of which four fifths are for connections. */
const FILES_MAX = 400;

const site = new Site();
let master: MasterHost;
let good: RawMinion;
let steady: SteadyMinion;
let hearing: Hearing;

site.setUp('a master with few descriptors, and an accepted minion', async () => {
  master = await MasterHost.prepare(site, 'tsalt', 'm', { max_open_files: FILES_MAX, file_recv: true, file_recv_max_size: 1, ipc_write_buffer: 500_000 });
  await master.start();
  good = await RawMinion.make('good', master.requestPort);
  await good.signIn();
  await master.accept('good');
  await good.signIn();
  steady = site.own(new SteadyMinion(good));
  hearing = await master.hear();
});

const hits = (name: string): Promise<number> => counter(master, 'bounds', name);

async function isServed(): Promise<void> {
  assert.deepEqual(await steady.ask({ cmd: '_file_envs' }), ['base']);
}

/** Plays `work`: its bound is counted, written and told, and the next request is served. */
async function isHit(name: string, work: () => Promise<unknown>): Promise<void> {
  const before = await hits(name);
  await work();
  await until(`a hit of ${name}`, async () => (await hits(name)) > before);
  await hearing.heard(`tsalt/bound/${name}`);
  assert.match(master.log(), new RegExp(`bound reached bound=${name}`));
  await isServed();
}

site.test('loads that are too large, too deep, or too many at once', async () => {
  const large = 'x'.repeat(3_500_000);
  await isHit('request_size', () => askClear(master.requestPort, { cmd: 'ping', x: large }));
  await isHit('request_shape', () => askClear(master.requestPort, { cmd: 'ping', x: Array.from({ length: 70 }).reduce<Value>((inner) => [[[[inner]]]], 1) }));
  await isHit('events_in_request', () => steady.ask({ cmd: '_minion_event', events: Array.from({ length: 5001 }, () => ({ tag: 'my/many', data: {} })) }));
  await isHit('mine', async () => {
    for (let at = 0; at < 5; at += 1) await steady.ask({ cmd: '_mine', data: { [`f${at}`]: large } });
  });
  await isHit('resources', () => steady.ask({ cmd: '_register_resources', resources: { t: Array.from({ length: 10_001 }, (_none, at) => `r${at}`) } }));
  await isHit('upload', () => steady.ask({ cmd: '_file_recv', path: ['f'], loc: 1_048_576, size: 1, data: 'x' }));
});

site.test('sign-ins of an accepted key: its own budget is used up, another minion has its own', async () => {
  const other = await RawMinion.make('other', master.requestPort);
  await other.signIn();
  await master.accept('other');
  await isHit('accepted_key', async () => {
    const flood = new Dealer(master.requestPort);
    for (let at = 0; at < 100; at += 1) await flood.send([Buffer.alloc(0), signIn('other', other.publicPem)]);
    await until('refused sign-ins', async () => (await hits('accepted_key')) > 0);
    await flood[Symbol.asyncDispose]();
  });
  assert.equal((await good.signIn())?.kind, 'accepted');
});

const signIn = (id: string, pub: string): Buffer =>
  encodeNetwork({ enc: 'clear', load: signInLoad({ id, nonce: newNonce(), encAlgo: 'OAEP-SHA1', sigAlgo: 'PKCS1v15-SHA1', pub }), version: 3 });

/** Sign-ins under new names, over connections of their own. */
class Flood implements AsyncDisposable {
  readonly #dealers: Dealer[] = [];

  async pour(from: string, connections: number): Promise<void> {
    for (let at = 0; at < connections; at += 1) {
      const dealer = new Dealer(master.requestPort, from);
      this.#dealers.push(dealer);
      for (let time = 0; time < 25; time += 1) await dealer.send([Buffer.alloc(0), signIn(`flood-${from}-${this.#dealers.length}-${time}`, good.publicPem)]);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const dealer of this.#dealers.splice(0)) await dealer[Symbol.asyncDispose]();
  }
}

site.test('a flood of new keys from one address: accepted minions, also behind that address, and new ones elsewhere do not feel it', async () => {
  const neighbour = await RawMinion.make('neighbour', master.requestPort, FLOODER);
  await neighbour.signIn();
  await master.accept('neighbour');
  const started = Date.now();
  const beforeAll = await hits('new_keys');
  await using flood = new Flood();
  await until('the bound of that address', async () => {
    await flood.pour(FLOODER, 20);
    return (await hits('new_keys_of_address')) > 0;
  });
  const flooded = Date.now();
  for (let time = 0; time < 5; time += 1) {
    await flood.pour(FLOODER, 10);
    await isServed();
    for (const minion of [good, neighbour]) assert.equal((await minion.signIn(10_000))?.kind, 'accepted', minion.id);
    const answer = await neighbour.ask({ cmd: '_file_envs' }, {}, 10_000);
    assert.deepEqual(answer.kind === 'none' ? undefined : answer.value, ['base']);
  }
  assert.ok(Date.now() - flooded < 15_000);
  const stranger = await RawMinion.make('stranger', master.requestPort);
  const asked = await stranger.signIn();
  assert.deepEqual([asked?.kind, master.keys('minions_pre').includes('stranger')], ['refused', true]);
  const most = BOUNDS.newKeysOfAddressBurst + BOUNDS.newKeysOfAddressPerSecond * (1 + (Date.now() - started) / 1000);
  const pending = master.keys('minions_pre').filter((id) => id.startsWith('flood-')).length;
  assert.ok(pending <= most, `${pending} of ${most}`);
  assert.equal(await hits('new_keys'), beforeAll, 'of the budget of all something is left');
  for (const name of ['new_keys_of_address', 'new_keys_of_connection']) await hearing.heard(`tsalt/bound/${name}`);
  assert.match(master.log(), /bound reached bound=new_keys_of_address address=127\.0\.0\.2/);
});

site.test('a flood of new keys from many addresses: accepted minions ask and sign in meanwhile', async () => {
  for (let at = 3; (await hits('new_keys')) === 0; at += 1) {
    assert.ok(at < 100, 'the bound of all is reached');
    await using flood = new Flood();
    await flood.pour(`127.0.0.${at}`, 30);
    await isServed();
    assert.equal((await good.signIn(10_000))?.kind, 'accepted');
  }
  await hearing.heard('tsalt/bound/new_keys');
});

site.test('connections up to the bound: those that are open are served, and there is room again when others go', async () => {
  await isHit('connections', async () => {
    const many = Array.from({ length: FILES_MAX }, () => new Dealer(master.requestPort));
    await until('the bound of connections', async () => (await hits('connections')) > 0);
    await isServed();
    assert.ok(Number((await statsOf(master))['rss_bytes']) > 0);
    for (const dealer of many) await dealer[Symbol.asyncDispose]();
  });
  await until('a new connection', async () => (await askClear(master.requestPort, { cmd: 'ping' }, {}, 2000)) !== undefined);
});

async function connected(to: string | number): Promise<Socket> {
  for (;;) {
    const socket = typeof to === 'number' ? createConnection(to, '127.0.0.1') : createConnection(to);
    try {
      await once(socket, 'connect');
      socket.on('error', () => undefined);
      return socket.resume();
    } catch (error) {
      // The queue of connections that wait is full: the master had no turn.
      if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') throw error;
      await sleep(50);
    }
  }
}

site.test('connections that say nothing, or begin and go silent, are closed, and the others are served meanwhile', async () => {
  const sockets = await Promise.all(Array.from({ length: 60 }, () => connected(master.requestPort)));
  for (const socket of sockets.slice(0, 20)) socket.write(Buffer.from('ff00000000000000017f03', 'hex'));
  for (const socket of sockets.slice(20, 40)) socket.write('GET / HTTP/1.1\r\n\r\n');
  for (let time = 0; time < 10; time += 1) await isServed();
  await until('all are closed', () => sockets.every((socket) => socket.destroyed || socket.readyState === 'closed'));
});

site.test('a subscriber that does not read, and more local connections than a socket takes', async () => {
  const slow = createConnection(master.bus.publish);
  slow.on('error', () => undefined);
  await once(slow, 'connect');
  slow.pause();
  await isHit('slow_subscriber', async () => {
    for (let at = 0; at < 40; at += 1) {
      await pushEvents(master.bus.pull, [{ tag: `big/${at}`, data: { text: 'x'.repeat(50_000) } }]);
      await hearing.heard(`big/${at}`);
    }
    await until('it is disconnected', async () => (await hits('slow_subscriber')) > 0);
  });
  slow.destroy();
  const many: Socket[] = [];
  // Not all at once: the system has a queue of its own for connections that wait.
  for (let at = 0; at < 11; at += 1) many.push(...await Promise.all(Array.from({ length: 100 }, () => connected(master.bus.pull))));
  await until('the bound of local connections', async () => (await hits('local_connections')) > 0);
  for (const socket of many) socket.destroy();
  await isServed();
});

site.test('every request is taken once, also after the master began anew', async () => {
  const event = (tag: string, more: PlainMap = {}): Buffer => good.seal(good.complete({ cmd: '_minion_event', tag, data: {}, ...more }));
  await good.signIn();
  const frames = [event('my/replayed'), event('my/replayed', { ts: Math.floor(Date.now() / 1000) + 300 })];
  for (const frame of frames) assert.equal((await good.send(frame)).kind, 'sealed');
  await hearing.heard('my/replayed');
  await master.stop();
  await master.start();
  const again = await master.hear();
  for (const frame of frames) assert.deepEqual(await good.send(frame), { kind: 'clear', value: 'bad load' });
  // What the refusals mean for an honest minion whose clock was ahead: it signs in, and goes on.
  await good.signIn();
  assert.equal((await good.send(event('my/after', { ts: Math.floor(Date.now() / 1000) + 300 }))).kind, 'sealed');
  await again.heard('my/after');
  assert.deepEqual(again.events.filter(({ tag }) => tag === 'my/replayed'), []);
});
