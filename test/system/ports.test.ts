/** Connections to the two ports of a running master that mean no good: bounds are counted and told, honest ones are served meanwhile. */
import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { Dealer } from 'zeromq';
import { encodeNetwork } from '../../src/bus/codec/codec.js';
import type { Hearing } from '../support/fleet/events.js';
import { MasterHost } from '../support/fleet/master.js';
import { askClear, RawMinion } from '../support/fleet/raw-minion.js';
import { Site } from '../support/fleet/site.js';
import { counter, statsOf } from '../support/fleet/stats.js';
import { until } from '../support/fleet/until.js';
import { command, GREETING, long, RawClient, ready, short } from '../support/zmtp-client.js';
import { SteadyMinion } from './hostile/steady-minion.js';

const PUBLICATIONS_BEHIND = 10;
const MINIONS = 400;
/** ZeroMQ's server takes 54. */
const CONNECTED_KILOBYTES_MAX = 40;

const site = new Site();
let master: MasterHost;
let steady: SteadyMinion;
let hearing: Hearing;

site.setUp('a master with an accepted minion', async () => {
  master = await MasterHost.prepare(site, 'tsalt', 'm', { pub_hwm: PUBLICATIONS_BEHIND, gather_job_timeout: 1 });
  await master.start();
  const good = await RawMinion.make('good', master.requestPort);
  await good.signIn();
  await master.accept('good');
  await good.signIn();
  steady = site.own(new SteadyMinion(good));
  hearing = await master.hear();
});

const requestAddress = (): string => `tcp://127.0.0.1:${master.requestPort}`;
const publishAddress = (): string => `tcp://127.0.0.1:${master.publishPort}`;

const subscribe = (topic: string): Buffer => command('SUBSCRIBE', Buffer.from(topic));

async function isServed(): Promise<void> {
  assert.deepEqual(await steady.ask({ cmd: '_file_envs' }), ['base']);
}

async function isHit(name: string, work: () => Promise<unknown>): Promise<void> {
  await work();
  await until(`a hit of ${name}`, async () => (await counter(master, 'bounds', name)) > 0);
  await hearing.heard(`tsalt/bound/${name}`);
  assert.match(master.log(), new RegExp(`bound reached bound=${name}`));
  await isServed();
}

site.test('routing ids that end a ROUTER of libzmq when it comes to its next number', async () => {
  const [{ process }] = [master];
  const ping = encodeNetwork({ enc: 'clear', load: { cmd: 'ping' }, version: 3 });
  const dealers = Array.from({ length: 60 }, (_none, at) => new Dealer({ routingId: Buffer.from([0, 0, 0, 0, at + 1]).toString('latin1'), linger: 0 }));
  for (const dealer of dealers) {
    dealer.connect(requestAddress());
    await dealer.send([Buffer.alloc(0), ping]);
  }
  for (const dealer of dealers) assert.equal((await dealer.receive()).length, 2);
  for (let at = 0; at < 60; at += 1) assert.ok((await askClear(master.requestPort, { cmd: 'ping' })) !== undefined);
  for (const dealer of dealers) dealer.close();
  await isServed();
  assert.equal(process.exitCode, undefined);
});

site.test('bad greetings, giant lengths and endless frames end their connection only', async () => {
  const before = await counter(master, 'transport', 'broken');
  const hellos = [Buffer.concat([GREETING, ready('DEALER')]), Buffer.concat([GREETING, ready('SUB')])];
  for (const [at, address] of [requestAddress(), publishAddress()].entries()) {
    const hello = hellos[at] ?? Buffer.alloc(0);
    for (const bytes of [Buffer.from('SSH-2.0-x\r\n'), Buffer.concat([hello, long(0, 2n ** 62n)]), Buffer.concat([hello, ...Array.from({ length: 10_001 }, () => short(1, Buffer.alloc(0)))])]) {
      using client = await RawClient.connect(address);
      client.send(bytes);
      await client.closed;
    }
  }
  assert.equal(await counter(master, 'transport', 'broken'), before + 3);
  assert.equal(await counter(master, 'publications', 'broken'), 3);
  assert.match(master.log(), /connection closed, it does not follow the protocol .*fault=no_greeting/);
  await isServed();
});

site.test('endless subscriptions', async () => {
  using greedy = await RawClient.open(publishAddress(), 'SUB');
  await isHit('subscriptions', async () => {
    for (let at = 0; at < 20; at += 1) greedy.send(...Array.from({ length: 1000 }, (_none, number) => command('SUBSCRIBE', Buffer.from(`${at}/${number}`))));
    await sleep(10);
  });
});

site.test('a subscriber that does not read loses publications; one that reads gets all', async () => {
  using slow = await RawClient.open(publishAddress(), 'SUB');
  using quick = await RawClient.open(publishAddress(), 'SUB');
  for (const client of [slow, quick]) client.send(short(0, Buffer.of(1)));
  const job = () => master.job({ tgt: ['good'], tgtType: 'list', fun: 'test.arg', arg: ['x'.repeat(2_000_000)], timeoutMs: 200 });
  const both = job();
  await Promise.all([slow.message(), quick.message()]);
  slow.socket.pause();
  await both;
  await isHit('waiting_publications', async () => {
    for (let at = 0; at < 5; at += 1) {
      const jobs = Promise.all(Array.from({ length: 4 }, job));
      // Small ones are among them: the master asks who still works.
      for (let got = 0; got < 4;) got += ((await quick.message())[0] ?? '').length > 2_000_000 ? 1 : 0;
      await jobs;
    }
  });
});

site.test('a connected minion costs the master little memory', async () => {
  const rss = async (): Promise<number> => Number((await statsOf(master))['rss_bytes']);
  const before = await rss();
  const clients: RawClient[] = [];
  for (let at = 0; at < MINIONS; at += 1) {
    const [asking, listening] = await Promise.all([RawClient.open(requestAddress(), 'REQ'), RawClient.open(publishAddress(), 'SUB')]);
    listening.send(subscribe(''), subscribe(String(at).padStart(64, '0')));
    clients.push(asking, listening);
  }
  await until('all are connected', async () => (await counter(master, 'publications', 'connections')) >= MINIONS);
  const kilobytes = ((await rss()) - before) / MINIONS / 1024;
  assert.ok(kilobytes < CONNECTED_KILOBYTES_MAX, `${kilobytes.toFixed(1)} kB for each`);
  for (const client of clients) client[Symbol.dispose]();
});

site.test('ZeroMQ serves as well, when it is asked for', async () => {
  await master.stop();
  master.configure({ transport_server: 'zeromq' });
  await master.start();
  await isServed();
  await master.stop();
  master.configure({ transport_server: 'other' });
  await master.start();
  assert.match(master.log(), /transport_server/);
  await isServed();
});
