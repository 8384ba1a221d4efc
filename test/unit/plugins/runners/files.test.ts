/** Runners about files of the master: fileserver, saltutil. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Value } from '../../../../src/kernel/std/value.js';
import fileserver from '../../../../src/plugins/runners/fileserver.js';
import saltutil from '../../../../src/plugins/runners/saltutil.js';
import { benchOf } from '../bench.js';

function files(enabled: Value = ['roots']) {
  return benchOf(fileserver, {
    opts: { fileserver_backend: enabled },
    ports: {
      fileServer: {
        backends: async () => ['roots', 'other'],
        envs: async (backend) => (backend === 'roots' ? ['dev', 'base'] : ['base', 'extra']),
        list: async (backend, kind, saltenv) => [`${kind}-${saltenv}-${backend}`, 'all'],
        symlinks: async (backend) => ({ [backend]: 'target' }),
      },
    },
  });
}

test('fileserver.envs joins the backends and sorts', async () => {
  assert.deepEqual(await files().call('envs'), ['base', 'dev']);
  assert.deepEqual(await files(['roots', 'other']).call('envs'), ['base', 'dev', 'extra']);
  assert.deepEqual(await files(['roots', 'other']).call('envs', ['-roots']), ['base', 'extra']);
  assert.deepEqual(await files().call('envs', ['nope,other']), ['base', 'extra']);
  assert.deepEqual(await files(['roots', 'other']).call('envs', [], { sources: true }), ['other', 'roots']);
});

test('fileserver lists files, directories and links of an environment', async () => {
  const { call } = files(['roots', 'other']);
  assert.deepEqual(await call('file_list'), ['all', 'files-base-other', 'files-base-roots']);
  assert.deepEqual(await call('dir_list', ['dev'], { backend: 'roots' }), ['all', 'dirs-dev-roots']);
  assert.deepEqual(await call('empty_dir_list', ['dev', ['roots']]), ['all', 'emptyDirs-dev-roots']);
  assert.deepEqual(await call('symlink_list'), { roots: 'target', other: 'target' });
});

/** A backend with remotes beside one without. */
function withRemotes() {
  const asked: unknown[] = [];
  const bench = benchOf(fileserver, {
    opts: { fileserver_backend: ['roots', 'gitfs'] },
    ports: {
      fileServer: {
        backends: async () => ['roots', 'gitfs', 'git'],
        update: async (...words) => void asked.push(['update', ...words]),
        clearCache: async (backend) => (backend === 'roots' ? undefined : []),
        clearListCache: async (backend, saltenvs) => (backend === 'roots' ? saltenvs ?? ['dev', 'base'] : []),
        lock: async (backend, remote) => (backend === 'roots' ? undefined : { done: [`locked ${String(remote)}`], failed: [] }),
        clearLock: async (backend) => (backend === 'roots' ? undefined : { done: [], failed: ['cannot'] }),
      },
    },
  });
  return { asked, call: bench.call };
}

test('fileserver.update asks each backend, and only those with remotes may hear of them', async () => {
  const { asked, call } = withRemotes();
  assert.equal(await call('update'), true);
  assert.equal(await call('update', ['git'], { remotes: 'a, b' }), true);
  assert.equal(await call('update', ['gitfs'], { remote: ['c'] }), true);
  assert.deepEqual(asked, [['update', 'roots', []], ['update', 'gitfs', []], ['update', 'git', ['a', 'b']], ['update', 'gitfs', ['c']]]);
  await assert.rejects(call('update', ['roots'], { remotes: 'x' }), { className: 'TypeError', message: "update() got an unexpected keyword argument 'remotes'" });
  await assert.rejects(call('update', ['git'], { depth: 1 }), { className: 'TypeError', message: "update() got an unexpected keyword argument 'depth'" });
});

// Sentences: read, Salt 3008.3.
test('fileserver clears caches, lists and locks of those that have some', async () => {
  const { call } = withRemotes();
  assert.deepEqual(await call('clear_cache'), { cleared: ['The gitfs fileserver cache was successfully cleared'] });
  assert.equal(await call('clear_cache', ['roots']), 'No cache was cleared');
  assert.deepEqual(await call('clear_file_list_cache'), { roots: ['base', 'dev'] });
  assert.deepEqual(await call('clear_file_list_cache', ['dev,x', 'roots']), { roots: ['dev', 'x'] });
  assert.deepEqual(await call('lock', [], { remote: '*x' }), { locked: ['locked *x'] });
  assert.deepEqual(await call('lock', ['git', ['a']]), { errors: ["Badly formatted remote pattern '['a']'"] });
  assert.equal(await call('lock', ['roots']), 'No locks were set');
  assert.deepEqual(await call('clear_lock'), { errors: ['cannot'] });
  assert.equal(await call('clear_lock', ['roots']), 'No locks were removed');
});

function syncs(opts = {}) {
  const asked: unknown[] = [];
  let reloads = 0;
  return {
    asked, reloads: () => reloads,
    ...benchOf(saltutil, {
      opts,
      ports: {
        masterSync: { syncKind: async (...given) => { asked.push(given); return given[0] === 'tokens' ? [] : [`${given[0]}.x`]; } },
        catalog: { reload: async () => { reloads += 1; return true; } },
      },
    }),
  };
}

test('saltutil.sync_* copy one kind and load anew what changed', async () => {
  const { call, asked, reloads } = syncs({ extmod_whitelist: { runners: ['a'] } });
  assert.deepEqual(await call('sync_runners'), ['runners.x']);
  assert.deepEqual(await call('sync_proxymodules', ['base,dev', 'a,b', { proxy: ['c'] }]), ['proxy.x']);
  assert.deepEqual(await call('sync_eauth_tokens'), []);
  assert.deepEqual(asked, [
    ['runners', ['base'], { only: ['a'] }], ['proxy', ['base', 'dev'], { only: ['a', 'b'], without: ['c'] }], ['tokens', ['base'], {}],
  ]);
  assert.equal(reloads(), 2);
});

test('saltutil.sync_all answers by kind in the order of Salt', async () => {
  const changed = await syncs().call('sync_all') as Record<string, Value>;
  assert.deepEqual(Object.keys(changed), [
    'clouds', 'modules', 'states', 'grains', 'renderers', 'returners', 'output', 'proxymodules', 'runners', 'wheel', 'engines', 'thorium', 'queues',
    'pillar', 'utils', 'sdb', 'cache', 'fileserver', 'tops', 'tokens', 'serializers', 'executors', 'wrapper', 'roster',
  ]);
  assert.deepEqual([changed['proxymodules'], changed['tokens']], [['proxy.x'], []]);
});
