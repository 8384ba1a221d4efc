/** The module redis on a real server. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import config from '../../../src/plugins/modules/config.js';
import redismod from '../../../src/plugins/modules/redismod.js';
import { Float, type PlainMap, type Value } from '../../../src/kernel/std/value.js';
import { skipWithoutRedis as skip, startRedis, type Store } from '../../support/servers/stores.js';
import { machine } from '../../unit/plugins/modules/machine.js';

const root = mkdtempSync(join(tmpdir(), 'tsalt-redis-'));
const password = "it's $(id)\r\nFLUSHALL";
let store: Store | undefined;
before(async () => { if (skip === false) store = await startRedis(root, { password: 'geheim 7' }); });
after(async () => {
  await store?.[Symbol.asyncDispose]();
  rmSync(root, { recursive: true, force: true });
});
const { call } = machine({ modules: [redismod, config] });
const at = (): PlainMap => ({ host: '127.0.0.1', port: store?.port ?? 0, password: 'geheim 7' });
const ask = (fun: string, args: readonly Value[] = [], kwargs: PlainMap = {}): Promise<Value> => call(`redis.${fun}`, args, { ...at(), ...kwargs });
const asked = async (calls: readonly (readonly [fun: string, ...args: Value[]])[]): Promise<Value[]> => {
  const answers: Value[] = [];
  for (const [fun, ...args] of calls) answers.push(await ask(fun, args));
  return answers;
};

test('keys are set, found, and go', { skip }, async () => {
  assert.deepEqual(await asked([
    ['set_key', 'a b', password], ['get_key', 'a b'], ['get_key', 'none'], ['exists', 'a b'], ['exists', 'none'], ['key_type', 'a b'], ['expire', 'a b', 300], ['expireat', 'none', 2000000000], ['keys', 'a*'],
    ['dbsize'], ['delete', 'a b', 'none'], ['keys'],
  ]), [true, password, null, 1, 0, 'string', true, false, ['a b'], 1, 1, []]);
});

test('hashes, lists and sets', { skip }, async () => {
  assert.deepEqual(await asked([
    ['hset', 'h', 'a', 1], ['hset', 'h', 'a', 2], ['hsetnx', 'h', 'a', 3], ['hget', 'h', 'a'], ['hexists', 'h', 'a'], ['hincrby', 'h', 'a', 5], ['hincrbyfloat', 'h', 'a', 0.5], ['hincrbyfloat', 'h', 'a', 0.5],
    ['hlen', 'h'], ['hmget', 'h', 'a', 'b'], ['hvals', 'h'], ['hscan', 'h'], ['hdel', 'h', 'a', 'b'],
  ]), [1, 0, 0, '2', true, 7, 7.5, new Float(8), 1, ['8', null], ['8'], [0, { a: '8' }], 1]);
  assert.equal(await ask('hmset', ['h'], { x: 'one', y: 2 }), true);
  assert.deepEqual(await ask('hgetall', ['h']), { x: 'one', y: '2' });
  assert.deepEqual(await asked([
    ['sadd', 's', 'a', 'b', 'a'], ['sadd', 't', 'b'], ['scard', 's'], ['sdiff', 's', 't'], ['sinter', 's', 't'], ['sunionstore', 'u', 's', 't'], ['sismember', 's', 'c'], ['smove', 's', 't', 'a'],
    ['smembers', 's'], ['sscan', 's'], ['srandmember', 's'], ['srandmember', 's', 2], ['spop', 's'], ['srem', 't', 'b', 'x'], ['sdiffstore', 'v', 't', 's'], ['sinterstore', 'w', 't', 's'], ['sunion', 't'],
  ]), [2, 1, 2, ['a'], ['b'], 2, 0, 1, ['b'], [0, ['b']], 'b', ['b'], 'b', 1, 1, 0, ['a']]);
  assert.deepEqual(await asked([['llen', 'l'], ['lrange', 'l', 0, -1], ['zcard', 'z'], ['zrange', 'z', 0, -1]]), [0, [], 0, []]);
});

test('the server tells of itself', { skip }, async () => {
  const info = await ask('info') as PlainMap;
  assert.equal(info['tcp_port'], store?.port);
  assert.equal(typeof (info['db0'] as PlainMap)['keys'], 'number');
  assert.equal(await ask('config_set', ['maxmemory-policy', 'allkeys-lru']), true);
  assert.deepEqual(await ask('config_get', ['maxmemory-policy']), { 'maxmemory-policy': 'allkeys-lru' });
  assert.ok(Math.abs(Number(await ask('time')) - Date.now() / 1000) < 600);
  assert.ok(Number(await ask('lastsave')) > 0);
  assert.deepEqual(await call('redis.get_master_ip', [], at()), { master_host: '', master_port: '' });
  assert.equal(await ask('slaveof', ['192.0.2.1']), true);
  assert.deepEqual(await call('redis.get_master_ip', [], at()), { master_host: '192.0.2.1', master_port: 6379 });
  assert.equal(await ask('slaveof'), true);
  assert.deepEqual(await asked([['flushdb'], ['flushall'], ['dbsize']]), [true, true, 0]);
});

test('databases are apart', { skip }, async () => {
  assert.equal(await ask('set_key', ['k', 'v'], { db: 3 }), true);
  assert.deepEqual([await ask('get_key', ['k']), await ask('get_key', ['k'], { db: 3 })], [null, 'v']);
});

test('a refusal is an error in the words of the server', { skip }, async () => {
  await ask('set_key', ['text', 'x']);
  await assert.rejects(ask('llen', ['text']), /WRONGTYPE/);
  await assert.rejects(ask('dbsize', [], { password: 'wrong' }), /WRONGPASS/);
  assert.equal(await ask('ping', [], { password: 'wrong' }), false);
  await assert.rejects(ask('dbsize', [], { port: 1 }), /Redis cannot be reached/);
});

test('the server ends when it is told', { skip }, async () => {
  assert.equal(await ask('ping'), true);
  assert.equal(await ask('shutdown'), true);
  assert.equal(await ask('shutdown'), false);
});
