/**
 * Many events of many minions, single and in batches, with a reactor, a listener that reads and one that does not: all are heard, nothing
 * that should be reacted to is missing, jobs run meanwhile. How fast it is, `bench/events.bench.ts` measures.
 */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createConnection } from 'node:net';
import { Swarm } from '../../src/swarm/swarm.js';
import type { Hearing } from '../support/fleet/events.js';
import { MasterHost } from '../support/fleet/master.js';
import { Site } from '../support/fleet/site.js';
import { counter } from '../support/fleet/stats.js';
import { until } from '../support/fleet/until.js';

const MINIONS = 20;
const SINGLE = 50;
const BATCHED = 400;
const BATCH = 100;
const GROWTH_MB_MAX = 250;

const site = new Site();
const stop = new AbortController();
let master: MasterHost;
let hearing: Hearing;
let swarm: Swarm;

site.setUp('a master that reacts to one of twenty minions, and a swarm', async () => {
  const file = site.write('react.sls', "told:\n  runner.event.send:\n    - args:\n      - tag: reacted/{{ tag.split('/')[1] }}\n");
  master = await MasterHost.prepare(site, 'tsalt', 'm', { reactor: [{ 'swarm/swarm07': [file] }], ipc_write_buffer: 300_000 });
  swarm = new Swarm({
    host: '127.0.0.1', requestPort: master.requestPort, publishPort: master.publishPort, count: MINIONS, prefix: 'swarm', grains: {}, returnBytes: 0, delayMs: 0,
    atOnce: 20, timeoutMs: 60_000, seed: undefined, signal: stop.signal,
  });
  site.own({
    async [Symbol.asyncDispose]() {
      stop.abort();
      await swarm[Symbol.asyncDispose]();
    },
  });
  await swarm.prepare();
  mkdirSync(master.path('pki/minions'), { recursive: true });
  for (const { id, publicPem } of swarm.keys()) writeFileSync(master.path('pki/minions', id), `${publicPem}\n`);
  await master.start();
  await swarm.connect();
  hearing = await master.hear();
});

const residentMb = (): number => Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${master.process.pid}/status`, 'utf8'))?.[1] ?? 0) / 1024;
const heard = (prefix: string): number => hearing.events.filter(({ tag }) => tag.startsWith(prefix)).length;

site.test('every event is heard and reacted to where it should be, whatever a slow listener loses', async () => {
  const before = residentMb();
  const slow = createConnection(master.bus.publish);
  slow.on('error', () => undefined);
  await once(slow, 'connect');
  slow.pause();
  const job = async (): Promise<void> => {
    const { missing, returns } = await master.job({ tgt: 'swarm*', fun: 'test.ping', timeoutMs: 60_000 });
    assert.deepEqual([missing, Object.keys(returns).length], [[], MINIONS]);
  };
  await Promise.all([swarm.sendEvents(SINGLE, 1), job()]);
  await Promise.all([swarm.sendEvents(BATCHED, BATCH), job()]);
  const each = SINGLE + BATCHED;
  await until('all events', () => heard('swarm/') === MINIONS * each);
  await until('all reactions', () => heard('reacted/swarm07') === each);
  assert.equal(swarm.events.failed, 0);
  for (const [name, count] of [['matched', each], ['reactions', each], ['failed', 0], ['looped', 0], ['lost', 0]] as const) assert.equal(await counter(master, 'reactor', name), count, name);
  assert.equal(await counter(master, 'events', 'lost'), 0);
  assert.ok(await counter(master, 'local_sockets', 'lost') > 0, 'the slow listener lost some');
  assert.ok(residentMb() - before < GROWTH_MB_MAX, `the master grew by ${residentMb() - before} MB`);
  slow.destroy();
});
