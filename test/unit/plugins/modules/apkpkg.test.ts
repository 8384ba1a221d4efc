/** `pkg` of Alpine against answers in the form of apk-tools 2.14 (no package of Debian has the program). */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { PlainMap, Value } from '../../../../src/kernel/std/value.js';
import apkpkg from '../../../../src/plugins/modules/apkpkg.js';
import { readPackage, readUpgrades } from '../../../../src/plugins/modules/apkpkg/apk.js';
import pkgResource from '../../../../src/plugins/modules/pkg_resource.js';
import { machine } from './machine.js';

type Said = readonly [code: number, stdout: string, stderr?: string];

/** A machine whose apk says what is prepared for each command line; a list is said one after the other. */
function alpine(said: Readonly<Record<string, Said | readonly Said[]>>) {
  const ran: string[] = [];
  const minion = machine({
    modules: [apkpkg, pkgResource], grains: { os: 'Alpine', os_family: 'Alpine', init: 'unknown' },
    answers: {
      'config.valid_fileproto': false,
      'cmd.run_all': ([argv]): Value => {
        const line = (argv as string[]).join(' ');
        const before = ran.filter((one) => one === line).length;
        ran.push(line);
        const answer = said[line];
        assert.ok(answer, `nothing prepared for ${line}`);
        const [retcode, stdout, stderr = ''] = (Array.isArray(answer[0]) ? (answer as readonly Said[])[Math.min(before, answer.length - 1)] : answer) as Said;
        return { pid: 1, retcode, stdout, stderr };
      },
    },
  });
  return { ...minion, call: minion.call, ran };
}

const BEFORE: Said = [0, 'WARNING: opening from cache: No such file\nmusl-1.2.4-r1\npy3-foo-bar-1.0_git20230717-r0\nbusybox-1.36.1-r2'];

test('names and versions are told apart, and what is no package is left out', async () => {
  assert.deepEqual(readPackage('py3-foo-bar-1.0_git20230717-r0'), { name: 'py3-foo-bar', version: '1.0_git20230717-r0' });
  assert.equal(readPackage('OK: 7 MiB in 15 packages'), undefined);
  const { call } = alpine({ 'apk info -v': BEFORE });
  const expected = { musl: '1.2.4-r1', 'py3-foo-bar': '1.0_git20230717-r0', busybox: '1.36.1-r2' };
  assert.deepEqual(await call('pkg.list_pkgs'), expected);
  assert.deepEqual((await call('pkg.list_pkgs', [], { versions_as_list: true }) as PlainMap)['musl'], ['1.2.4-r1']);
  assert.deepEqual(await call('pkg.list_pkgs', [], { removed: true }), {});
  assert.equal(await call('pkg.version', ['musl']), '1.2.4-r1');
});

const UPGRADES = '(1/2) Upgrading musl (1.2.4-r1 -> 1.2.4-r2)\n(2/2) Installing new (1.0-r0)\nOK: 7 MiB in 15 packages';

test('newer versions come from a simulated upgrade, new ones from a search', async () => {
  assert.deepEqual(readUpgrades(UPGRADES), { musl: '1.2.4-r2' });
  const { call, ran } = alpine({
    'apk info -v': BEFORE, 'apk update': [0, 'OK: 20063 distinct packages available'], 'apk upgrade -s': [0, UPGRADES],
    'apk search tree': [0, 'tree-2.1.1-r0\ntree-sitter-0.20.8-r0'], 'apk search none': [0, ''],
  });
  assert.deepEqual(await call('pkg.latest_version', ['musl', 'busybox', 'tree', 'none']), { musl: '1.2.4-r2', busybox: '', tree: '2.1.1-r0', none: '' });
  assert.equal(ran.filter((line) => line === 'apk update').length, 1);
  assert.equal(await call('pkg.latest_version', ['tree'], { refresh: false }), '2.1.1-r0');
  assert.equal(await call('pkg.upgrade_available', ['musl'], { refresh: false }), true);
  assert.deepEqual(await call('pkg.list_upgrades'), { musl: '1.2.4-r2' });
});

test('changes are told; installed packages are brought up to date', async () => {
  const after: Said = [0, `${BEFORE[1]}\ntree-2.1.1-r0`];
  const { call, ran } = alpine({ 'apk info -v': [BEFORE, after], 'apk add -u musl tree>2': [0, '(1/1) Installing tree (2.1.1-r0)\nOK: 8 MiB in 16 packages'] });
  assert.deepEqual(await call('pkg.install', [], { pkgs: ['musl', { tree: '>2' }] }), { tree: { old: '', new: '2.1.1-r0' } });
  assert.ok(ran.includes('apk add -u musl tree>2'));
  const removing = alpine({ 'apk info -v': [after, BEFORE], 'apk del tree': [0, '(1/1) Purging tree (2.1.1-r0)'] });
  assert.deepEqual(await removing.call('pkg.remove', ['tree,none']), { tree: { old: '2.1.1-r0', new: '' } });
  assert.deepEqual(await removing.call('pkg.remove', ['tree']), {});
});

test('a failure carries the words of apk and what had changed', async () => {
  const { call } = alpine({ 'apk info -v': BEFORE, 'apk add none': [1, '', 'ERROR: unable to select packages:\n  none (no such package):\n    required by: world[none]'] });
  await assert.rejects(call('pkg.install', ['none']), /errors:\n {4}- ERROR: unable to select packages:\n {8}none \(no such package\):/);
  const upgrading = alpine({ 'apk info -v': BEFORE, 'apk upgrade': [3, 'ERROR: musl-1.2.4-r2: IO ERROR'] });
  assert.deepEqual(await upgrading.call('pkg.upgrade', [], { refresh: false }), { changes: {}, result: false, comment: 'ERROR: musl-1.2.4-r2: IO ERROR' });
});

test('the lock of another apk is waited for', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const locked: Said = [99, '', 'ERROR: Unable to lock database: temporary error (try again later)\nERROR: Failed to open apk database: temporary error (try again later)'];
  const { call, log, ran } = alpine({ 'apk update': [locked, [0, 'OK: 20063 distinct packages available']] });
  const done = call('pkg.refresh_db');
  while (!log.some(({ text }) => text.startsWith('Waiting for apk lock release'))) await new Promise(setImmediate);
  t.mock.timers.tick(2000);
  assert.equal(await done, true);
  assert.equal(ran.length, 2);
});

test('files and owners', async () => {
  const { call } = alpine({
    'apk info -L tree': [0, 'tree-2.1.1-r0 contains:\nusr/bin/tree\n'], 'apk info -W /usr/bin/tree': [0, '/usr/bin/tree is owned by tree-2.1.1-r0'],
    'apk info -W /bin/ls': [0, '/bin/ls symlink target is owned by busybox-1.36.1-r2'], 'apk info -W /x': [1, '', 'ERROR: /x: Could not find owner package'],
  });
  assert.deepEqual(await call('pkg.file_dict', ['tree']), { errors: [], packages: { tree: ['usr/bin/tree'] } });
  assert.equal(await call('pkg.file_list'), 'Package name should be provided');
  assert.deepEqual(await call('pkg.owner', ['/usr/bin/tree', '/bin/ls', '/x']), {
    '/usr/bin/tree': 'tree-2.1.1-r0', '/bin/ls': 'busybox-1.36.1-r2', '/x': 'Could not find owner package',
  });
});

test('names never reach apk as options', async () => {
  const { call, ran } = alpine({});
  for (const name of ['-U', '--root=/x', 'a b']) {
    for (const fun of ['pkg.install', 'pkg.remove', 'pkg.purge']) await assert.rejects(call(fun, [], { pkgs: [name] }), /is not valid/);
    await assert.rejects(call('pkg.latest_version', [name]), /is not valid/);
    if (name.startsWith('-')) await assert.rejects(call('pkg.owner', [name]), /is not valid/);
  }
  assert.deepEqual(ran, []);
});
