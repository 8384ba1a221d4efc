/** redis, nats and carbon with the real servers; what they do as job stores is in `test/contract/job-cache.test.ts`. */
import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { execFileSync } from 'node:child_process';
import { createConnection } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { ReturnerQueues } from '../../../../src/bus/returners/returner-queue.js';
import { floatOf } from '../../../../src/kernel/std/value.js';
import { RedisConnection } from '../../../../src/kernel/sys/redis/connection.js';
import { listeningLog, neverAborted } from '../../../support/module-host.js';
import { openReturner, result } from '../../../support/servers/open-returner.js';
import { freePort } from '../../../support/servers/program-server.js';
import { skipWithoutCarbon, skipWithoutEtcd, skipWithoutNats, skipWithoutRedis, startCarbon, startEtcd, startNats, startRedis } from '../../../support/servers/stores.js';

const root = mkdtempSync(join(tmpdir(), 'stores-'));
after(() => rmSync(root, { recursive: true, force: true }));

test('redis keeps the keys that Salt reads, with an end of their life', { skip: skipWithoutRedis }, async () => {
  await using server = await startRedis(root);
  const { returner } = await openReturner(root, 'redis', { redis: { host: '127.0.0.1', port: server.port, db: 2 }, keep_jobs_seconds: 600 });
  await returner.call('returner', [result()]);
  await returner.call('saveLoad', ['20260102030405678901', { fun: 'test.echo' }, ['web1']]);
  await using redis = await RedisConnection.open({ host: '127.0.0.1', port: server.port, path: undefined }, neverAborted());
  await redis.command('SELECT', '2');
  assert.equal(await redis.command('HGET', 'ret:20260102030405678901', 'web1'), '{"cmd": "_return", "id": "web1", "jid": "20260102030405678901", "fun": "test.echo", "fun_args": ["a"], "return": "a", "retcode": 0, "success": true}');
  assert.equal(await redis.command('GET', 'web1:test.echo'), '20260102030405678901');
  assert.equal(await redis.command('GET', 'load:20260102030405678901'), '{"fun": "test.echo", "Minions": ["web1"]}');
  assert.deepEqual(await redis.command('SMEMBERS', 'minions'), ['web1']);
  for (const key of ['ret:20260102030405678901', 'web1:test.echo', 'load:20260102030405678901']) assert.ok(Number(await redis.command('TTL', key)) > 500, key);
  assert.deepEqual(Object.keys(await returner.call('getFun', ['test.echo'])), ['web1']);
  assert.deepEqual(await returner.call('getMinions', []), ['web1']);
});

test('redis removes results whose job is forgotten', { skip: skipWithoutRedis }, async () => {
  await using server = await startRedis(root);
  const { returner } = await openReturner(root, 'redis', { redis: { host: '127.0.0.1', port: server.port } });
  for (const jid of ['20260102030405678901', '20260102030405678902']) await returner.call('returner', [result({ jid })]);
  await returner.call('saveLoad', ['20260102030405678902', { fun: 'test.echo' }, null]);
  await returner.call('cleanOldJobs', []);
  assert.deepEqual(await returner.call('getJid', ['20260102030405678901']), {});
  assert.deepEqual(Object.keys(await returner.call('getJid', ['20260102030405678902'])), ['web1']);
});

test('redis proves who it is, also with an alternative configuration, and tells nobody how', { skip: skipWithoutRedis }, async () => {
  await using server = await startRedis(root, { password: 'geheim-7' });
  const { returner, lines } = await openReturner(root, 'redis', {
    'redis.host': '127.0.0.1', 'redis.port': 1, 'redis.password': 'geheim-8', 'alternative.redis.port': server.port, 'alternative.redis': { password: 'geheim-7' },
  });
  await returner.call('returner', [result()], { ret: { ret_config: 'alternative' } });
  await assert.rejects(returner.call('returner', [result()]), /Redis cannot be reached: connect ECONNREFUSED/);
  const refused = (error: Error): boolean => /Redis refuses: WRONGPASS/.test(error.message) && !error.message.includes('geheim');
  await assert.rejects(returner.call('returner', [result()], { ret: { ret_kwargs: { port: server.port } } }), refused);
  assert.doesNotMatch(JSON.stringify(lines), /geheim/);
  await assert.rejects(returner.call('returner', [result()], { ret: { ret_kwargs: { cluster_mode: true } } }), /cluster_mode is not supported/);
});

test('results wait for a Redis that comes later, and are all there then', { skip: skipWithoutRedis }, async () => {
  const port = await freePort();
  const { host, returner } = await openReturner(root, 'redis', { redis: { host: '127.0.0.1', port } });
  await using queues = new ReturnerQueues({ host, dir: mkdtempSync(join(root, 'q-')), log: listeningLog() });
  const queue = await queues.of('redis');
  for (const id of ['web1', 'web2', 'web3']) queue?.put('returner', result({ id }));
  await queue?.settled(10_000);
  assert.deepEqual([queue?.counters.given, queue?.counters.waiting], [0, 3]);
  await using server = await startRedis(root, { port });
  assert.equal(server.port, port);
  for (let left = 100; left > 0 && (queue?.counters.waiting ?? 0) > 0; left -= 1) await pause(100);
  assert.deepEqual(Object.keys(await returner.call('getJid', ['20260102030405678901'])).sort(), ['web1', 'web2', 'web3']);
});

test('etcd finds the newest result of a function, also with an alternative configuration', { skip: skipWithoutEtcd }, async () => {
  await using server = await startEtcd(root);
  const { returner } = await openReturner(root, 'etcd', { etcd: { host: '127.0.0.1', port: 1 }, 'alternative.etcd': { host: '127.0.0.1', port: server.port } });
  const alternative = { ret: { ret_config: 'alternative' } };
  for (const jid of ['20260102030405678901', '20260102030405678902']) await returner.call('returner', [result({ jid, return: jid })], alternative);
  await returner.call('returner', [result({ id: 'web2', fun: 'test.ping' })], alternative);
  const found = await returner.call('getFun', ['test.echo'], alternative);
  assert.deepEqual(found, { web1: result({ jid: '20260102030405678902', return: '20260102030405678902' }) });
  assert.deepEqual(await returner.call('getFun', ['no.such'], alternative), {});
  assert.deepEqual(await returner.call('getMinions', [], alternative), ['web1', 'web2']);
});

/** What is published from now on, as the server sends it. */
async function listenTo(port: number, subject: string, login = '{}') {
  const socket = createConnection({ host: '127.0.0.1', port });
  let said = '';
  socket.on('data', (data: Buffer) => {
    said += data.toString('utf8');
  });
  socket.write(`CONNECT ${login}\r\nSUB ${subject} 1\r\nPING\r\n`);
  const until = async (word: string): Promise<string> => {
    for (let left = 200; left > 0 && !said.includes(word); left -= 1) await pause(25);
    return said;
  };
  assert.match(await until('PONG'), /PONG/);
  return { until, [Symbol.dispose]: () => socket.destroy() };
}

test('nats publishes results by minion and events by tag', { skip: skipWithoutNats }, async () => {
  await using server = await startNats();
  using heard = await listenTo(server.port, 'salt.>');
  const { returner } = await openReturner(root, 'nats', { nats: { host: '127.0.0.1', port: server.port } });
  await returner.call('returner', [result({ id: 'web1.example.org', return: 'ä' })]);
  await returner.call('eventReturn', [[{ tag: 'salt/job/1/new', data: { a: 1 } }, { tag: 'my/*/last', data: {} }]]);
  const said = await heard.until('last"');
  assert.match(said, /MSG salt\.returns\.web1_example_org 1 \d+\r\n\{"cmd": "_return", "id": "web1.example.org", .*"return": "ä".*\}\r\n/);
  assert.match(said, /MSG salt\.events\.salt\.job\.1\.new 1 43\r\n\{"tag": "salt\/job\/1\/new", "data": \{"a": 1\}\}\r\n/);
  assert.match(said, /MSG salt\.events\.my\._\.last 1 /);
});

test('nats proves who it is, and leaves out what the server will never take', { skip: skipWithoutNats }, async () => {
  await using server = await startNats({ args: ['--user', 'salt', '--pass', 'geheim-7'] });
  const options = { host: '127.0.0.1', port: server.port, user: 'salt' };
  const wrong = await openReturner(root, 'nats', { nats: { ...options, password: 'geheim-8' } });
  await assert.rejects(wrong.returner.call('returner', [result()]), (error: Error) => /NATS refuses: 'Authorization Violation'/.test(error.message));
  const { returner, lines } = await openReturner(root, 'nats', { nats: { ...options, password: 'geheim-7' } });
  using heard = await listenTo(server.port, 'salt.returns.*', '{"user":"salt","pass":"geheim-7"}');
  await returner.call('returner', [result({ return: 'x'.repeat(1024 * 1024) })]);
  assert.deepEqual(lines.map(({ text }) => text), ['nats: larger than the server takes, not sent']);
  await returner.call('returner', [result({ jid: '20260102030405678902' })]);
  assert.match(await heard.until('678902'), /20260102030405678902/);
  assert.doesNotMatch(JSON.stringify([lines, wrong.lines]), /geheim/);
});

async function points(file: string): Promise<string[]> {
  for (let left = 200; left > 0 && !existsSync(file); left -= 1) await pause(50);
  // The file appears before its first point is in it.
  for (let left = 100; left > 0; left -= 1) {
    const found = execFileSync('whisper-fetch', ['--drop=nulls', file], { encoding: 'utf8' }).trim().split('\n').flatMap((line) => line.split(/\s+/)[1] ?? []);
    if (found.length > 0) return found;
    await pause(50);
  }
  return [];
}

test('carbon takes the numbers of a result, in both modes', { skip: skipWithoutCarbon }, async () => {
  await using server = await startCarbon(root);
  const value = { load: { '1-min': 0.25, 'per cpu': floatOf(3) }, text: ' 12e1 ', on: true };
  const plain = await openReturner(root, 'carbon', { carbon: { host: '127.0.0.1', port: server.port } });
  await plain.returner.call('returner', [result({ id: 'web1.example.org', fun: 'status.loadavg', return: value })]);
  const packed = await openReturner(root, 'carbon', { carbon: { host: '127.0.0.1', port: server.picklePort, mode: 'Pickle' } });
  await packed.returner.call('returner', [result({ fun: 'virt.stats', return: { 'vm-1': { 'größe': 7 } } })]);
  const minion = join(server.data, 'status/loadavg/web1_example_org');
  assert.deepEqual(await points(join(minion, 'load/1-min.wsp')), ['0.250000']);
  assert.deepEqual(await points(join(minion, 'load/per_cpu.wsp')), ['3.000000']);
  assert.deepEqual(await points(join(minion, 'text.wsp')), ['120.000000']);
  assert.deepEqual(await points(join(minion, 'on.wsp')), ['1.000000']);
  assert.deepEqual(await points(join(server.data, 'virt/stats/vm-1/größe.wsp')), ['7.000000']);
});

test('carbon sends nothing of a result with a text in it, unless texts are left out', { skip: skipWithoutCarbon }, async () => {
  await using server = await startCarbon(root);
  const { returner, lines } = await openReturner(root, 'carbon', { carbon: { host: '127.0.0.1', port: server.port } });
  const ret = result({ fun: 'a.b', return: { text: 'x', list: [1], number: 5 } });
  await returner.call('returner', [ret]);
  assert.deepEqual(lines.map(({ fields }) => fields['path']), ['a.b.web1.text']);
  await returner.call('returner', [ret], { ret: { ret_kwargs: { skip_on_error: true } } });
  assert.deepEqual(await points(join(server.data, 'a/b/web1/number.wsp')), ['5.000000']);
  assert.equal(existsSync(join(server.data, 'a/b/web1/text.wsp')), false);
});
