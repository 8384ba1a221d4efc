/** Keys of etcd hold what every state must, on a real server; and its module. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { decodeBus, encodeBus } from '../../src/bus/codec/codec.js';
import type { CallSession } from '../../src/kernel/loader/call-session.js';
import type { PlainMap, Value } from '../../src/kernel/std/value.js';
import etcdDb from '../../src/plugins/sdb/etcd_db.js';
import { createSys } from '../../src/kernel/sys/sys.js';
import { neverAborted, testHost } from '../support/module-host.js';
import { skipWithoutEtcd, startEtcd, type Store } from '../support/servers/stores.js';
import { runState } from '../support/state-calls.js';
import { machine } from '../unit/plugins/modules/machine.js';
import { stateContract, type StateSystem } from './states.js';

const root = mkdtempSync(join(tmpdir(), 'tsalt-etcd-'));
let server: Store | undefined;
before(async () => { if (skipWithoutEtcd === false) server = await startEtcd(root); });
after(async () => {
  await server?.[Symbol.asyncDispose]();
  rmSync(root, { recursive: true, force: true });
});

interface Keys extends StateSystem {
  call(fun: string, args: readonly Value[], kwargs?: PlainMap): Promise<Value>;
}

/** The server is the same for all; each begins without keys. */
async function openKeys(): Promise<Keys> {
  const opts = { cachedir: root, mine: { 'etcd.host': '127.0.0.1', 'etcd.port': server?.port ?? 0 } };
  const host = await testHost({ sys: createSys(), grains: () => ({ kernel: 'Linux' }), opts, ports: { pack: { pack: encodeBus, unpack: decodeBus } } });
  const session = (): CallSession => host.session({ signal: neverAborted() });
  const call = (fun: string, args: readonly Value[], kwargs: PlainMap = {}): Promise<Value> => session().call(`etcd.${fun}`, args, { profile: 'mine', ...kwargs });
  await call('rm', ['/'], { recurse: true });
  return {
    call,
    run: (fun, args, options) => runState(session(), options?.test === true ? [fun, args, 'test'] : [fun, args]),
    picture: () => call('tree', ['/']),
    [Symbol.asyncDispose]: () => host[Symbol.asyncDispose](),
  };
}

const args = (given: PlainMap) => (): PlainMap => ({ profile: 'mine', ...given });
const filled = async (keys: Keys): Promise<void> => void await keys.call('update', [{ '/web/a': 'old', '/web2': 'other' }]);

stateContract({
  name: 'etcd', open: openKeys, skip: skipWithoutEtcd,
  changing: [
    { title: 'a key', fun: 'etcd.set', args: args({ name: "/odd key/$(id)'", value: 'x' }) },
    { title: 'another value', fun: 'etcd.set', prepare: filled, args: args({ name: '/web/a', value: { map: [1] } }) },
    { title: 'a key goes', fun: 'etcd.rm', prepare: filled, args: args({ name: '/web/a' }) },
    { title: 'all below go', fun: 'etcd.rm', prepare: filled, args: args({ name: '/web', recurse: true }) },
  ],
  idle: [
    { title: 'no key to remove', fun: 'etcd.rm', prepare: filled, args: args({ name: '/none' }) },
    { title: 'keys below', fun: 'etcd.directory', prepare: filled, args: args({ name: '/web' }) },
    { title: 'nothing to wait for', fun: 'etcd.wait_set', args: args({ name: '/web', value: 1 }) },
  ],
  failing: [
    { title: 'a directory', fun: 'etcd.directory', args: args({ name: '/none' }), comment: /^etcd3 does not have directories$/ },
    { title: 'no server', fun: 'etcd.set', args: () => ({ name: '/a', value: 1, host: '127.0.0.1', port: 1 }), comment: /^etcd at 127\.0\.0\.1:1 cannot be asked: / },
  ],
});

test('etcd: keys are set, listed, watched and deleted', { skip: skipWithoutEtcd }, async () => {
  await using keys = await openKeys();
  const { call } = keys;
  assert.deepEqual(await call('update', [{ web: { a: 1, b: { c: 'x' } }, '/web2': 'y', none: {} }], { path: '/root/' }), { '/root/web/a': 1, '/root/web/b/c': 'x', '/root/web2': 'y' });
  assert.deepEqual(await call('get', ['/root/web'], { recurse: true }), { a: 1, b: { c: 'x' } });
  assert.deepEqual(await call('tree', ['/root/web/a']), { a: 1 });
  assert.deepEqual(await call('ls', ['/root']), { '/root': { '/root/web/': {}, '/root/web2': 'y' } });
  assert.deepEqual([await call('ls', ['/none']), await call('tree', ['/none']), await call('get', ['/none'])], [{}, null, null]);
  const seen = call('watch', ['/root/web2'], { timeout: 60, index: 1 });
  assert.equal((await seen as PlainMap)['value'], 'y');
  assert.equal(await call('watch', ['/root/web2'], { timeout: 0.01 }), null);
  assert.equal(await call('set', ['/t', 'x'], { ttl: 100 }), 'x');
  assert.deepEqual([await call('rm', ['/root/web'], { recurse: true }), await call('rm', ['/root/web']), await call('get', ['/root/web2'])], [true, null, 'y']);
  assert.equal((await keys.run('etcd.mod_watch', { name: '/w', sfun: 'wait_set', value: 2, profile: 'mine' }))['comment'], 'New key created');
});

test('sdb: values in etcd', { skip: skipWithoutEtcd }, async () => {
  const { context } = machine({ modules: [], ports: { pack: { pack: encodeBus, unpack: decodeBus } } });
  const profile = { driver: 'etcd', 'etcd.host': '127.0.0.1', 'etcd.port': server?.port ?? 0 };
  for (const options of [profile, { ...profile, 'etcd.encode_values': false }]) {
    assert.equal(await etcdDb.get('/sdb/none', options, context), null);
    assert.equal(await etcdDb.set?.('/sdb/a', 'x y', options, context), 'x y');
    assert.equal(await etcdDb.get('/sdb/a', options, context), 'x y');
    assert.deepEqual([await etcdDb.delete?.('/sdb/a', options, context), await etcdDb.delete?.('/sdb/a', options, context)], [true, false]);
  }
});
