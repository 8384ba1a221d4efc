/** Keys of memcached hold what every state must, on the real server; and its module. */
import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { CallSession } from '../../src/kernel/loader/call-session.js';
import type { PlainMap, Value } from '../../src/kernel/std/value.js';
import { createSys } from '../../src/kernel/sys/sys.js';
import { neverAborted, testHost } from '../support/module-host.js';
import { freePort, ProgramServer } from '../support/servers/program-server.js';
import { runState } from '../support/state-calls.js';
import { stateContract, type StateSystem } from './states.js';

const skip = existsSync('/usr/bin/memcached') ? false : 'memcached is not installed';
const KEYS = ['web', 'other'];

interface Cache extends StateSystem {
  readonly port: number;
  call(fun: string, args: readonly Value[]): Promise<Value>;
}

async function openCache(): Promise<Cache> {
  const root = mkdtempSync(join(tmpdir(), 'tsalt-memcached-'));
  const port = await freePort();
  const server = new ProgramServer(['/usr/bin/memcached', '-l', '127.0.0.1', '-p', String(port), '-U', '0', '-u', userInfo().username]);
  await server.listens(port);
  const host = await testHost({ sys: createSys(), grains: () => ({ kernel: 'Linux' }), opts: { cachedir: root } });
  const session = (): CallSession => host.session({ signal: neverAborted() });
  const call = (fun: string, args: readonly Value[]): Promise<Value> => session().call(`memcached.${fun}`, args, { port });
  return {
    port, call,
    run: (fun, args, options) => runState(session(), options?.test === true ? [fun, args, 'test'] : [fun, args]),
    picture: () => Promise.all(KEYS.map((key) => call('get', [key]))),
    async [Symbol.asyncDispose]() {
      await host[Symbol.asyncDispose]();
      await server[Symbol.asyncDispose]();
      rmSync(root, { recursive: true, force: true });
    },
  };
}

const args = (given: PlainMap) => ({ port }: Cache): PlainMap => ({ port, ...given });
const filled = async (cache: Cache): Promise<void> => void await cache.call('set', ['web', 'old']);
const ODD = 'a b\r\nset x 0 0 1\r\n1\nEND\r\n$(id)';

stateContract({
  name: 'memcached', open: openCache, skip,
  changing: [
    { title: 'a key', fun: 'memcached.managed', args: args({ name: 'web', value: ODD }) },
    { title: 'a number', fun: 'memcached.managed', prepare: filled, args: args({ name: 'web', value: 7 }) },
    { title: 'a key goes', fun: 'memcached.absent', prepare: filled, args: args({ name: 'web' }) },
  ],
  idle: [
    { title: 'no key to remove', fun: 'memcached.absent', args: args({ name: 'web' }) },
    { title: 'another value to remove', fun: 'memcached.absent', prepare: filled, args: args({ name: 'web', value: 'new' }) },
  ],
  failing: [
    { title: 'no key', fun: 'memcached.managed', args: args({ name: 'a b\r\nflush_all', value: 'x' }), comment: /is no key of memcached$/ },
    { title: 'no time', fun: 'memcached.managed', args: args({ name: 'web', value: 'x', time: 'soon' }), comment: /^'time' must be an integer$/ },
    { title: 'no server', fun: 'memcached.managed', args: () => ({ name: 'web', value: 'x', port: 1 }), comment: /^memcached server is down or does not exist$/ },
  ],
});

test('memcached: keys are set, counted and deleted', { skip }, async () => {
  await using cache = await openCache();
  const { call } = cache;
  assert.equal(await call('set', ['web', ODD]), true);
  assert.equal(await call('get', ['web']), ODD);
  assert.equal(await call('add', ['web', 'x']), false);
  assert.equal(await call('replace', ['none', 'x']), false);
  await assert.rejects(call('increment', ['web']), /Value for key 'web' must be an integer to be incremented$/);
  await assert.rejects(call('decrement', ['none']), /Key 'none' does not exist$/);
  assert.equal(await call('set', ['n', 5]), true);
  assert.deepEqual([await call('increment', ['n', 3]), await call('get', ['n']), await call('decrement', ['n'])], [8, 8, 7]);
  await assert.rejects(call('increment', ['n', 'x']), /Delta value must be an integer$/);
  assert.deepEqual([await call('delete', ['n']), await call('delete', ['n']), await call('get', ['n'])], [true, false, null]);
  const stats = await call('status', []) as PlainMap;
  assert.deepEqual(Object.keys(stats), [`127.0.0.1:${cache.port} (1)`]);
  assert.match(String((Object.values(stats)[0] as PlainMap)['version']), /^\d+\./);
});
