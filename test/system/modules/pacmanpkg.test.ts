/** `pkg` of the Arch family with real pacman in a root of its own. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { PlainMap } from '../../../src/kernel/std/value.js';
import { readRefresh } from '../../../src/plugins/modules/pacmanpkg/available.js';
import { packageContract } from '../../contract/pkg.js';
import { pacmanObstacle, pacmanWorld } from '../../support/packages/pacman-world.js';

const skip = pacmanObstacle();

packageContract({
  name: 'pacmanpkg', skip, open: pacmanWorld, versions: ['1.0-1', '1.10-1'], choosesVersion: false, removesPatterns: false,
  unknown: /error: target not found: made-none/, unknownVersion: /target not found/, notInstalled: '',
});

test('pacmanpkg: refreshing tells what was fetched', { skip }, async () => {
  await using world = await pacmanWorld();
  assert.deepEqual(await world.minion.call('pkg.refresh_db'), { made: true });
});

test('pacmanpkg: the report of a refresh is read as pacman 5 and 6 write it', () => {
  // Recorded: pacman 6.0.2 over HTTP; pacman 5.2.
  assert.deepEqual(readRefresh(':: Synchronizing package databases...\n core downloading...\n extra is up to date\n'), { core: true, extra: false });
  assert.deepEqual(readRefresh(':: Synchronizing package databases...\ndownloading core.db...\n extra is up to date\n'), { core: true, extra: false });
});

test('pacmanpkg: groups, files and owners', { skip }, async () => {
  await using world = await pacmanWorld();
  const { minion: { call } } = world;
  for (const name of ['made-a', 'made-b']) await world.offer({ name, version: '1.0-1', group: 'made' });
  await world.offer({ name: 'made-c', version: '1:2.0-1', group: 'others' });
  await call('pkg.install', [], { pkgs: ['made-a'], refresh: true });
  assert.deepEqual(await call('pkg.group_list'), { installed: [], partially_installed: ['made'], available: ['others'] });
  assert.deepEqual((await call('pkg.group_info', ['made']) as PlainMap)['default'], ['made-a', 'made-b']);
  assert.deepEqual((await call('pkg.group_diff', ['made']) as PlainMap)['default'], { installed: ['made-a'], 'not installed': ['made-b'] });
  assert.deepEqual(await call('pkg.install', ['made-b,made-c']), { 'made-b': { old: '', new: '1.0-1' }, 'made-c': { old: '', new: '1:2.0-1' } });
  assert.deepEqual(await call('pkg.group_list'), { installed: ['made', 'others'], partially_installed: [], available: [] });

  const below = (path: string): string => `${world.root}${path}`;
  assert.deepEqual(await call('pkg.file_list', ['made-a', 'made-none']), {
    errors: ["error: package 'made-none' was not found"], files: ['/opt/', '/opt/made/', '/opt/made/made-a'].map(below),
  });
  assert.deepEqual((await call('pkg.file_dict', ['made-c']) as PlainMap)['packages'], { 'made-c': ['/opt/', '/opt/made/', '/opt/made/made-c'].map(below) });
  assert.equal(await call('pkg.owner', [below('/opt/made/made-a')]), 'made-a');
  assert.deepEqual(await call('pkg.owner', [below('/opt/made/made-a'), '/etc/hostname']), { [below('/opt/made/made-a')]: 'made-a', '/etc/hostname': '' });
});

test('pacmanpkg: a pattern of versions takes the newest that fits', { skip }, async () => {
  await using world = await pacmanWorld();
  const { minion: { call } } = world;
  await world.offer({ name: 'made-one', version: '1.10-1' });
  await assert.rejects(async () => call('pkg.install', [], { pkgs: [{ 'made-one': '2*' }], refresh: true }), {
    message: "Problem encountered installing package(s). Additional info follows:\n\nchanges:\n    ----------\nerrors:\n"
      + "    - No version matching '2*' found for package 'made-one' (available: 1.10-1)",
  });
  await assert.rejects(async () => call('pkg.install', [], { pkgs: [{ 'made-one': '>1*' }] }), /Invalid wildcard for made-one>1\*/);
  assert.deepEqual(await call('pkg.list_repo_pkgs', ['made*'], { byrepo: true }), { made: { 'made-one': ['1.10-1'] } });
  await assert.rejects(async () => call('pkg.list_repo_pkgs', [], { nonsense: 1 }), { message: 'The following keyword arguments are not valid: nonsense=1' });
  assert.deepEqual(await call('pkg.install', [], { pkgs: [{ 'made-one': '1.1*' }] }), { 'made-one': { old: '', new: '1.10-1' } });
});

test('pacmanpkg: the lock of another pacman is told', { skip }, async () => {
  await using world = await pacmanWorld();
  const { minion: { call } } = world;
  await world.offer({ name: 'made-one', version: '1.0-1' });
  await call('pkg.refresh_db');
  await world.lock();
  await assert.rejects(async () => call('pkg.install', ['made-one']), /could not lock database: File exists/);
  assert.equal(await call('pkg.version', ['made-one']), '');
});
