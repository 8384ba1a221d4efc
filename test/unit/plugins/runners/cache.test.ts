import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Value } from '../../../../src/kernel/std/value.js';
import cache from '../../../../src/plugins/runners/cache.js';
import { benchOf } from '../bench.js';

function bench() {
  const banks = new Map<string, Map<string, Value>>([
    ['grains', new Map<string, Value>([['web1', { os: 'Debian' }], ['db1', { os: 'Debian' }]])],
    ['pillar', new Map<string, Value>([['web1', { secret: 'x' }]])],
    ['mine', new Map<string, Value>([['web1', { a: 1, b: 2 }]])],
  ]);
  const bank = (name: string): Map<string, Value> => banks.get(name) ?? banks.set(name, new Map()).get(name) ?? new Map();
  return {
    banks,
    ...benchOf(cache, {
      opts: { cachedir: '/var/cache/tsalt' },
      ports: {
        fileServer: { clearLock: async (_backend, remote) => (remote === undefined ? { done: [], failed: [] } : { done: [`cleared ${remote}`], failed: ['stays'] }) },
        keys: { list: async () => ({ minions: ['db1', 'new1', 'web1'], minions_pre: [], minions_rejected: [], minions_denied: [] }) },
        match: { matches: async (expr, kind, _delimiter, id) => (kind === 'list' ? String(expr).split(',').includes(id ?? '') : expr === '*' || expr === id) },
        known: {
          get: async (name, key) => bank(name).get(key),
          set: async (name, key, value) => void bank(name).set(key, value),
          list: async (name) => [...bank(name).keys()],
          contains: async (name, key) => (key === undefined ? bank(name).size > 0 : bank(name).has(key)),
          flush: async (name, key) => void (key === undefined ? bank(name).clear() : bank(name).delete(key)),
        },
      },
    }),
  };
}

test('cache.grains, pillar and mine give what is known of targets', async () => {
  const { call } = bench();
  assert.deepEqual(await call('grains', ['*']), { db1: { os: 'Debian' }, new1: {}, web1: { os: 'Debian' } });
  assert.deepEqual(await call('grains', ['nope']), {});
  assert.deepEqual(await call('pillar', ['web1']), { web1: { secret: 'x' } });
  assert.deepEqual(await call('pillar'), { db1: {}, new1: {}, web1: { secret: 'x' } });
  assert.deepEqual(await call('mine', [], { tgt: 'web1,db1', tgt_type: 'list' }), { db1: {}, web1: { a: 1, b: 2 } });
});

test('cache.clear_* forget one kind each, and nothing without a target', async () => {
  const { call, banks } = bench();
  assert.equal(await call('clear_all'), false);
  assert.equal(await call('clear_pillar', ['nope']), true);
  assert.equal(banks.get('pillar')?.size, 1);
  assert.equal(await call('clear_mine_func', ['*']), false);
  assert.equal(await call('clear_mine_func', ['*'], { clear_mine_func_flag: 'a' }), true);
  assert.deepEqual(banks.get('mine')?.get('web1'), { b: 2 });
  assert.equal(await call('clear_pillar', ['*']), true);
  assert.equal(await call('clear_mine', ['*']), true);
  assert.equal(await call('clear_grains', ['db1']), true);
  assert.deepEqual(['grains', 'pillar', 'mine'].map((name) => banks.get(name)?.size), [1, 0, 0]);
  assert.equal(await call('clear_all', ['*']), true);
  assert.equal(banks.get('grains')?.size, 0);
});

test('cache.store, fetch, list and flush work on any bank', async () => {
  const { call } = bench();
  assert.equal(await call('store', ['demo', 'k', { a: [1] }]), null);
  assert.deepEqual(await call('fetch', ['demo', 'k']), { a: [1] });
  assert.deepEqual(await call('fetch', ['demo', 'none']), {});
  assert.deepEqual(await call('list', ['demo']), ['k']);
  assert.equal(await call('flush', ['demo', 'k']), true);
  assert.equal(await call('flush', ['demo', 'k']), false);
  assert.equal(await call('flush', ['grains']), true);
  assert.deepEqual(await call('list', ['grains']), []);
  await assert.rejects(call('list', ['demo', '/elsewhere']), /cache of this master/);
});

test('cache answers for what this program does not keep', async () => {
  const { call } = bench();
  assert.equal(await call('clear_git_lock', ['gitfs']), 'No locks were removed');
  assert.equal(await call('clear_git_lock', ['git_pillar', 'x']), 'No locks were removed');
  assert.deepEqual(await call('clear_git_lock', ['gitfs', 'https://*'], { type: 'update' }), { cleared: ['cleared https://*'], errors: ['stays'] });
  await assert.rejects(call('clear_git_lock', ['nope']), { code: 'job.invocation', message: "Invalid role 'nope'" });
  await assert.rejects(call('clear_git_lock', ['gitfs'], { foo: 1 }), { message: 'The following keyword arguments are not valid: foo=1' });
  assert.deepEqual(await call('cloud', ['*']), {});
  assert.equal(await call('migrate', [], { dry_run: true }), "Would migrate 0 entries from 'localfs' → 'mmap_cache'\n  cachedir: /var/cache/tsalt\n  (dry-run — no data written)");
});
