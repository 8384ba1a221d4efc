import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after } from 'node:test';
import { decodeBus, encodeBus } from '../../src/bus/codec/codec.js';
import { createSys } from '../../src/kernel/sys/sys.js';
import type { OpenReturner } from '../../src/kernel/loader/open-returner.js';
import type { PlainMap } from '../../src/kernel/std/value.js';
import { testHost } from '../support/module-host.js';
import { skipWithoutEtcd, skipWithoutInflux, skipWithoutRedis, startEtcd, startInflux, startRedis } from '../support/servers/stores.js';
import { jobCacheContract } from './job-cache.js';

const root = mkdtempSync(join(tmpdir(), 'job-cache-'));
const ends: (() => Promise<void>)[] = [];
after(async () => {
  for (const end of ends) await end();
  rmSync(root, { recursive: true, force: true });
});

async function openStore(name: string, opts: PlainMap): Promise<OpenReturner> {
  const dir = mkdtempSync(join(root, `${name}-`));
  const host = await testHost({
    sys: createSys(), ports: { pack: { pack: encodeBus, unpack: decodeBus } },
    opts: { cachedir: dir, hash_type: 'sha256', 'sqlite3.database': join(dir, 'returns.db'), multi_returner: ['local_cache', 'sqlite3'], ...opts },
  });
  ends.unshift(() => host[Symbol.asyncDispose]());
  const returner = await host.returner(name);
  if (returner === undefined) throw new Error(`There is no returner ${name}`);
  return returner;
}

for (const name of ['local_cache', 'sqlite3', 'multi_returner']) jobCacheContract({ name, open: (opts = {}) => openStore(name, opts) });

/** A server that is started by the first test that needs it. */
function once<T extends AsyncDisposable>(start: () => Promise<T>): () => Promise<T> {
  let started: Promise<T> | undefined;
  return () => {
    if (started === undefined) ends.push(async () => (await started)?.[Symbol.asyncDispose]());
    started ??= start();
    return started;
  };
}

/** Each store is another part of the same server. */
let count = 0;

const redis = once(() => startRedis(root));
jobCacheContract({
  name: 'redis', skip: skipWithoutRedis,
  open: async (opts = {}) => openStore('redis', { redis: { host: '127.0.0.1', port: (await redis()).port, db: count += 1 }, ...opts }),
});

const etcd = once(() => startEtcd(root));
jobCacheContract({
  name: 'etcd', skip: skipWithoutEtcd,
  open: async (opts = {}) => openStore('etcd', { 'my_etcd': { 'etcd.port': (await etcd()).port }, etcd: { returner: 'my_etcd', returner_root: `/salt/${count += 1}` }, ...opts }),
});

const influx = once(() => startInflux(root));
jobCacheContract({
  name: 'influxdb', skip: skipWithoutInflux,
  async open(opts = {}) {
    const [{ port }, db] = [await influx(), `salt${count += 1}`];
    await fetch(`http://127.0.0.1:${port}/query`, { method: 'POST', body: new URLSearchParams({ q: `CREATE DATABASE ${db}` }) });
    return openStore('influxdb', { influxdb: { host: '127.0.0.1', port, db }, ...opts });
  },
});
