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
        backends: ['roots', 'other'],
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

test('fileserver has nothing to refresh, clear or lock', async () => {
  const { call } = files();
  assert.equal(await call('update', ['roots']), true);
  await assert.rejects(call('update', [], { remotes: 'x' }), { className: 'TypeError', message: "update() got an unexpected keyword argument 'remotes'" });
  assert.deepEqual(
    [await call('clear_cache'), await call('clear_lock'), await call('lock'), await call('clear_file_list_cache')],
    ['No cache was cleared', 'No locks were removed', 'No locks were set', {}],
  );
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
