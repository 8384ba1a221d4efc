/** Engines that watch something: containers, sentinels, keys. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { connect, createServer as createLineServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, suite, test } from 'node:test';
import { command, Replies, RespError } from '../../../../src/plugins/engines/parts/resp.js';
import { freePort } from '../../../support/fleet/site.js';
import { until } from '../../../support/fleet/until.js';
import { startEngine } from './kit.js';

const dir = mkdtempSync(join(tmpdir(), 'ts-watch-'));
after(() => rmSync(dir, { recursive: true, force: true }));

suite('docker_events (events in the form that the Docker API documents, over a local socket)', () => {
  const EVENTS = [
    '{"status":"start","id":"ede54ee1afda","from":"alpine","Type":"container","Action":"start","Actor":{"ID":"ede54ee1afda","Attributes":{"image":"alpine","name":"my-container"}},"scope":"local","time":1461943101,"timeNano":1461943101607533800}\n',
    '{"status":"untag","id":"old","time":1461943101}\n',
  ];
  test('are events on the bus, however they are cut; filters are asked for; the end of the stream is a failure', async () => {
    const socketPath = join(dir, 'docker.sock');
    let asked = '';
    const server = createServer((request, response) => {
      asked = request.url ?? '';
      const text = EVENTS.join('');
      response.write(text.slice(0, 40));
      setTimeout(() => response.end(text.slice(40)), 20);
    });
    await new Promise<void>((resolve) => server.listen(socketPath, resolve));
    after(() => void server.close());
    const engine = await startEngine('docker_events', { docker_url: `unix:/${socketPath}`, filters: { type: 'container' } });
    await assert.rejects(engine.done, /ended the stream/);
    assert.equal(asked, `/events?filters=${encodeURIComponent('{"type":["container"]}')}`);
    assert.deepEqual(engine.fired.map(({ tag }) => tag), ['salt/engines/docker_events/start', 'salt/engines/docker_events/untag']);
    assert.equal(engine.fired[0]?.data['from'], 'alpine');
    // More digits than a double has: as Python reads it.
    assert.equal(engine.fired[0]?.data['timeNano'], 1461943101607533800n);
  });
  test('no service is a failure', async () => {
    await assert.rejects((await startEngine('docker_events', { docker_url: 'unix:///nowhere/docker.sock' })).done, /ENOENT/);
    await assert.rejects((await startEngine('docker_events', { docker_url: 'ftp://x' })).done, /has to begin with/);
  });
});

suite("Redis's protocol", () => {
  test('is read from pieces of any size', () => {
    const bytes = Buffer.from('+OK\r\n:7\r\n$-1\r\n*2\r\n$2\r\nä\r\n*1\r\n+x\r\n-ERR no\r\n');
    const replies = new Replies();
    const got = [...bytes].flatMap((byte) => replies.push(Buffer.from([byte])));
    assert.deepEqual(got.slice(0, 4), ['OK', 7, null, ['ä', ['x']]]);
    assert.equal((got[4] as Error).message, 'ERR no');
    assert.equal(command('SET', 'ä').toString(), '*2\r\n$3\r\nSET\r\n$2\r\nä\r\n');
  });
  test('what is none is refused, deep nesting too', () => {
    assert.throws(() => new Replies().push(Buffer.from('HTTP/1.1 200 OK\r\n')), RespError);
    assert.throws(() => new Replies().push(Buffer.from('*1\r\n'.repeat(20))), RespError);
    assert.throws(() => new Replies().push(Buffer.from('*99999999\r\n')), RespError);
  });
});

/** One publisher for many channels. */
function publish(port: number, messages: readonly (readonly [string, string])[]): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1');
    socket.on('error', reject);
    socket.on('data', () => undefined);
    socket.on('close', () => resolve());
    for (const [channel, message] of messages) socket.write(command('PUBLISH', channel, message));
    socket.write(command('QUIT'));
  });
}

const REDIS = '/usr/bin/redis-server';
suite('redis_sentinel', () => {
  test('messages of a real Redis server', { skip: existsSync(REDIS) ? false : 'needs the Debian package redis-server' }, async () => {
    const port = await freePort();
    const server = spawn(REDIS, ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--dir', dir, '--requirepass', '', '--loglevel', 'warning'], { stdio: 'ignore' });
    after(() => void server.kill());
    await until('Redis', () => new Promise<boolean>((resolve) => {
      const socket = connect(port, '127.0.0.1', () => {
        socket.destroy();
        resolve(true);
      });
      socket.on('error', () => resolve(false));
    }));
    const engine = await startEngine('redis_sentinel', { hosts: { host: '127.0.0.1', port }, channels: ['+switch-master', '-odown', 'other'] });
    await engine.said('redis_sentinel listens');
    await until('the events', async () => {
      await publish(port, [['+switch-master', 'mymaster 10.0.0.1 6379 10.0.0.2 6380'], ['-odown', 'master mymaster 10.0.0.1 6379'], ['other', 'a b'], ['+unheard', 'x']]);
      return engine.fired.length >= 3;
    });
    const data = (tag: string) => {
      const { _stamp, ...rest } = engine.fired.find((event) => event.tag === `salt/engine/redis_sentinel/${tag}`)?.data ?? {};
      return rest;
    };
    assert.deepEqual(data('+switch-master'), { channel: '+switch-master', master: 'mymaster', old_host: '10.0.0.1', old_port: '6379', new_host: '10.0.0.2', new_port: '6380' });
    assert.deepEqual(data('-odown'), { channel: '-odown', master: 'mymaster', host: '10.0.0.1', port: '6379' });
    assert.deepEqual(data('other'), { channel: 'other', data: 'a b' });
  });
  test('a server that is none ends it; the address of a minion is asked for', async () => {
    const server = createLineServer((socket) => void socket.on('error', () => undefined).end('HTTP/1.1 400 Bad Request\r\n'));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    after(() => void server.close());
    let asked: unknown;
    const local = {
      async *returns(job: unknown) {
        asked = job;
        yield await Promise.resolve({ id: 'db1', answered: true, ret: ['127.0.0.1'], retcode: 0, out: undefined });
      },
    };
    const engine = await startEngine('redis_sentinel', { hosts: { matching: 'db*', interface: 'eth1', port: (server.address() as AddressInfo).port } }, { local });
    await assert.rejects(engine.done, /not of Redis/);
    assert.deepEqual(asked, { tgt: 'db*', fun: 'network.ip_addrs', arg: ['eth1'] });
  });
});

suite('stalekey', () => {
  test('keys of minions that were away for long are deleted; others are noted', async () => {
    const now = Date.now();
    const accepted = ['here', 'away', 'gone', 'new'];
    const deleted: unknown[] = [];
    const keys = {
      list: () => Promise.resolve({ minions: accepted, minions_pre: [], minions_rejected: [], minions_denied: [] }), connected: () => Promise.resolve(['here']),
      act: (...words: unknown[]) => Promise.resolve(void deleted.push(words)).then(() => ({})),
    };
    const cachedir = mkdtempSync(join(dir, 'cache-'));
    writeFileSync(join(cachedir, 'stalekey.json'), JSON.stringify({ here: now - 900_000, away: now - 50_000, gone: now - 101_000, unknown: now }));
    const engine = await startEngine('stalekey', { interval: 3600, expire: 100 }, { keys, opts: { cachedir } });
    await engine.said('Removing stale key for gone');
    const seen = await until('the file', () => {
      const found = JSON.parse(readFileSync(join(cachedir, 'stalekey.json'), 'utf8')) as Record<string, number>;
      return 'unknown' in found ? undefined : found;
    });
    assert.deepEqual(deleted, [['delete', ['gone'], ['minions']]]);
    assert.deepEqual(Object.keys(seen), ['here', 'away', 'new']);
    assert.ok((seen['here'] ?? 0) >= now && seen['away'] === now - 50_000);
  });
  test('is for a master', async () => {
    await assert.rejects((await startEngine('stalekey', {}, { opts: { __role: 'minion' } })).done, /for a master/);
  });
});
