/** Installs, holds and removes the small package `tree` with the real apt of this machine. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { after, before, test } from 'node:test';
import type { PlainMap } from '../../../src/kernel/std/value.js';
import aptpkg from '../../../src/plugins/modules/aptpkg.js';
import cmd from '../../../src/plugins/modules/cmd.js';
import lowpkg from '../../../src/plugins/modules/dpkg_lowpkg.js';
import pkgResource from '../../../src/plugins/modules/pkg_resource.js';
import { packageContract } from '../../contract/pkg.js';
import { aptObstacle, aptWorld } from '../../support/packages/apt-world.js';
import { machine } from '../../unit/plugins/modules/machine.js';

packageContract({
  name: 'aptpkg', skip: aptObstacle(), open: aptWorld, versions: ['1.0-1', '1.10-1'], choosesVersion: true, removesPatterns: true,
  unknown: /E: Unable to locate package made-none/, unknownVersion: /No version matching 'made-one>999' could be found \(available: /, notInstalled: '', unknownUpgrade: true,
});

/** Why the tests cannot run here, or false. */
function obstacle(): string | false {
  if (process.getuid?.() !== 0) return 'needs root to install packages';
  if (!existsSync('/usr/bin/apt-get')) return 'needs apt';
  const candidate = spawnSync('apt-cache', ['policy', 'tree'], { encoding: 'utf8' }).stdout;
  if (!/Candidate: \d/.test(candidate)) return 'needs an archive that offers the package tree (apt-get update)';
  return /Installed: \(none\)/.test(candidate) ? false : 'the package tree is installed and would be removed';
}

const skip = obstacle();
const pkg = () => machine({
  modules: [aptpkg, cmd, lowpkg, pkgResource], answers: { 'config.get': ([, fallback]) => fallback ?? null, 'config.valid_fileproto': false },
});
const purge = () => { if (skip === false) spawnSync('dpkg', ['--purge', 'tree']); };
before(purge);
after(purge);

test('a package is installed, held, looked at, reinstalled, removed and purged', { skip }, async (t) => {
  const { call } = pkg();
  let version = '';

  await t.test('install gives old and new, once', async () => {
    version = String(await call('pkg.latest_version', ['tree'], { refresh: false }));
    assert.match(version, /^\d/);
    assert.deepEqual(await call('pkg.install', ['tree']), { tree: { old: '', new: version } });
    assert.deepEqual(await call('pkg.install', ['tree']), {});
    assert.deepEqual(await call('pkg.install', ['tree'], { version }), {});
    assert.equal(await call('pkg.latest_version', ['tree'], { refresh: false }), '');
    assert.deepEqual(await call('pkg.install', ['tree'], { reinstall: true }), { tree: { old: version, new: version } });
  });

  await t.test('lists know it', async () => {
    assert.equal((await call('pkg.list_pkgs') as PlainMap)['tree'], version);
    assert.deepEqual((await call('pkg.list_pkgs', [], { versions_as_list: true }) as PlainMap)['tree'], [version]);
    assert.deepEqual(await call('pkg.version', ['tree', 'no-such-package']), { tree: version, 'no-such-package': '' });
    assert.deepEqual(await call('pkg.version', ['tre*']), { tree: version });
    assert.deepEqual(await call('lowpkg.list_pkgs', ['tree']), { tree: version });
    assert.equal(await call('pkg.owner', ['/usr/bin/tree']), 'tree');
    assert.equal(await call('pkg.which', ['/usr/bin/tree']), 'tree');
    assert.ok(((await call('pkg.file_list', ['tree']) as PlainMap)['files'] as string[]).includes('/usr/bin/tree'));
    const facts = (await call('pkg.info_installed', ['tree']) as PlainMap)['tree'] as PlainMap;
    assert.deepEqual([facts['name'], facts['version'], facts['group']], ['tree', version, 'utils']);
    assert.match(String(facts['install_date']), /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
    assert.ok(String(facts['license']).includes('GPL'));
  });

  await t.test('hold and unhold', async () => {
    const answer = (changes: PlainMap, comment: string): PlainMap => ({ tree: { name: 'tree', changes, result: true, comment } });
    assert.deepEqual(await call('pkg.hold', ['tree']), answer({ old: 'install', new: 'hold' }, 'Package tree is now being held.'));
    assert.deepEqual(await call('pkg.hold', ['tree']), answer({}, 'Package tree is already set to be held.'));
    assert.deepEqual(await call('pkg.get_selections', ['tree']), { hold: ['tree'] });
    assert.deepEqual(await call('pkg.unhold', ['tree']), answer({ old: 'hold', new: 'install' }, 'Package tree is no longer being held.'));
    assert.deepEqual(await call('pkg.unhold', ['tree']), answer({}, 'Package tree is already set not to be held.'));
  });

  await t.test('remove gives old and new, once', async () => {
    assert.deepEqual(await call('pkg.remove', ['tree']), { tree: { old: version, new: '' } });
    assert.deepEqual(await call('pkg.remove', ['tree']), {});
    assert.equal(await call('pkg.version', ['tree']), '');
  });
});

test('failures carry the words of the programs', { skip }, async () => {
  const { call } = pkg();
  await assert.rejects(call('pkg.install', ['no-such-package-xyz']), /errors:\n {4}- E: Unable to locate package no-such-package-xyz$/);
  await assert.rejects(call('lowpkg.info', ['no-such-package-xyz']), {
    message: 'Error getting packages information: dpkg-query: no packages found matching no-such-package-xyz',
  });
  await assert.rejects(call('lowpkg.bin_pkg_info', ['/etc/hostname']), {
    message: "Unable to get info for /etc/hostname: dpkg-deb: error: '/etc/hostname' is not a Debian format archive",
  });
  assert.equal(await call('pkg.file_list', ['no-such-package-xyz']), 'Error:  dpkg-query: no packages found matching no-such-package-xyz');
});

test('versions are in the order of dpkg', { skip }, async () => {
  const { call } = pkg();
  for (const [first, second, order] of [['1', '2', -1], ['1.0-1', '1.0-1', 0], ['2:1', '1:2', 1], ['1~rc1', '1', -1], ['bad version', '1', null], ['-x', '1', null]] as const) {
    assert.equal(await call('pkg.version_cmp', [first, second]), order, `${first} ${second}`);
  }
  assert.equal(await call('pkg.version_cmp', ['2:1', '1:2'], { ignore_epoch: true }), -1);
});
