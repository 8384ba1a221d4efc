import assert from 'node:assert/strict';
import { once, openStore, root } from '../support/servers/job-stores.js';
import { skipWithoutEtcd, skipWithoutInflux, skipWithoutRedis, startEtcd, startInflux, startRedis } from '../support/servers/stores.js';
import { jobCacheContract } from './job-cache.js';

for (const name of ['local_cache', 'salt_cache', 'sqlite3', 'multi_returner']) jobCacheContract({ name, open: (opts = {}) => openStore(name, opts) });

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
    const made = await fetch(`http://127.0.0.1:${port}/query`, { method: 'POST', body: new URLSearchParams({ q: `CREATE DATABASE ${db}` }) });
    assert.deepEqual([made.status, await made.text()], [200, '{"results":[{"statement_id":0}]}\n']);
    return openStore('influxdb', { influxdb: { host: '127.0.0.1', port, db }, ...opts });
  },
});
