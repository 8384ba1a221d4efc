import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { PlainMap, Value } from '../../../../src/kernel/std/value.js';
import config from '../../../../src/plugins/modules/config.js';
import { benchOf } from '../bench.js';

const setup = {
  opts: { id: 'web1', both: 'opts', test: false, file_roots: { base: ['/srv/salt'] }, sched: { a: 1, shared: 'opts' }, list: [1], 'ldap.uri': 'x', backup_mode: '', secret: 'sdb://store/key' },
  grains: { role: 'web', both: 'grains', site: { rack: 'r1' } },
  pillar: { s: 'text', both: 'pillar', master: { fromm: 1, sched: { b: 2, shared: 'master' }, list: [2], 'ldap.port': '1' }, sched: { c: 3, shared: 'pillar' }, list: [3], site: { dc: 'lab' } },
};
const { call } = benchOf(config, setup);

/** Forms and order of places: observed, Salt 3008.3. */
const cases: readonly (readonly [string, readonly Value[], PlainMap, Value])[] = [
  ['get', ['both'], {}, 'opts'],
  ['get', ['both'], { omit_opts: true }, 'grains'],
  ['get', ['both'], { omit_opts: true, omit_grains: true }, 'pillar'],
  ['get', ['role'], { omit_grains: true }, ''],
  ['get', ['s'], { omit_pillar: true }, ''],
  ['get', ['fromm'], {}, 1],
  ['get', ['fromm'], { omit_master: true }, ''],
  ['get', ['site:rack'], {}, 'r1'],
  ['get', ['file_roots:base:0'], {}, '/srv/salt'],
  ['get', ['site|rack'], { delimiter: '|' }, 'r1'],
  ['get', ['nope', 'dflt'], {}, 'dflt'],
  ['get', ['test'], {}, false],
  ['get', ['virt:images'], {}, '/srv/salt-images'],
  ['get', ['virt:images'], { merge: 'recurse' }, '/srv/salt-images'],
  ['get', ['sched'], {}, { a: 1, shared: 'opts' }],
  ['get', ['sched'], { merge: 'recurse' }, { b: 2, shared: 'opts', c: 3, a: 1 }],
  ['get', ['sched'], { merge: 'overwrite' }, { a: 1, shared: 'opts' }],
  ['get', ['site'], { merge: 'bogus' }, { dc: 'lab', rack: 'r1' }],
  ['get', ['nope', 'd'], { merge: 'recurse' }, 'd'],
  ['option', ['role'], {}, 'web'],
  ['option', ['fromm'], {}, 1],
  ['option', ['nope'], {}, ''],
  ['option', ['nope'], { default: 'd' }, 'd'],
  ['option', ['id'], { omit_all: true }, ''],
  ['option', ['hosts.file'], { omit_all: true }, '/etc/hosts'],
  ['option', ['rol*'], { wildcard: true }, { role: 'web' }],
  ['option', ['zzz*'], { wildcard: true }, {}],
  ['option', ['bot*'], { wildcard: true }, { both: 'opts' }],
  ['option', ['ldap.u*'], { wildcard: true, omit_opts: true }, { 'ldap.uri': '' }],
  ['merge', ['id'], {}, 'web1'],
  ['merge', ['sched'], {}, { c: 3, shared: 'opts', b: 2, a: 1 }],
  ['merge', ['list'], {}, [1, 2, 3]],
  ['merge', ['list'], { omit_master: true }, [1, 3]],
  ['merge', ['nope'], { default: 'x' }, 'x'],
  ['merge', ['ldap.attrs'], { default: 'x' }, null],
  ['merge', ['virt'], {}, { tunnel: false, images: '/srv/salt-images' }],
  ['dot_vals', ['ldap'], {}, { 'ldap.port': '1', 'ldap.uri': 'x' }],
  ['valid_fileproto', ['salt://foo'], {}, true],
  ['valid_fileproto', ['gopher://x'], {}, false],
  ['valid_fileproto', ['/x'], {}, false],
  ['manage_mode', ['0644'], {}, '0644'],
  ['manage_mode', ['0o755'], {}, '0755'],
  ['manage_mode', [7], {}, '0007'],
  ['manage_mode', [null], {}, null],
  ['backup_mode', [], {}, ''],
  ['backup_mode', ['x'], {}, 'x'],
];
for (const [fun, args, kwargs, wanted] of cases) {
  test(`config.${fun} ${JSON.stringify(args)} ${JSON.stringify(kwargs)}`, async () => assert.deepEqual(await call(fun, args, kwargs), wanted));
}

test('config.get follows sdb addresses where there is a module for them', async () => {
  assert.equal(await call('get', ['secret']), 'sdb://store/key');
  const able = benchOf(config, { ...setup, functions: { 'sdb.get': ([uri]) => `value of ${String(uri)}` } });
  assert.equal(await able.call('get', ['secret']), 'value of sdb://store/key');
});

test('config.items gives the options; config.gather_bootstrap_script says that it cannot', async () => {
  assert.deepEqual(await call('items'), setup.opts);
  await assert.rejects(call('gather_bootstrap_script'), /salt-cloud/);
});
