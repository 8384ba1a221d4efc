/** States of packages and their sources with real apt and a repository of its own, beside those of real Salt. */
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { skipWithoutSalt } from '../../support/fleet/salt-venv.js';
import { saltFolder } from '../../support/salt-calls.js';
import { scratchMachine, scratchObstacle } from '../../support/scratch-machine.js';
import { compareStates } from '../../support/state-calls.js';
import { debRepository } from '../../support/packages/deb-repository.js';
import { aptObstacle } from '../../support/packages/apt-world.js';

const base = realpathSync(mkdtempSync(join(tmpdir(), 'tsalt-states-packages-')));
after(() => rmSync(base, { recursive: true, force: true }));
const skip = skipWithoutSalt === false ? aptObstacle() === false ? scratchObstacle(base) : aptObstacle() : skipWithoutSalt;
const repository = join(base, 'the repository');
const files = join(base, 'files');
mkdirSync(files);
const folder = saltFolder(base, { file_roots: { base: [files] } });

const setup = [
  'rm -rf /etc/apt/sources.list /etc/apt/sources.list.d/* /var/lib/apt/lists/*', 'mkdir -p /var/lib/apt/lists/partial',
  'echo \'APT::Sandbox::User "root";\' > /etc/apt/apt.conf.d/99sandbox',
  `echo "deb [trusted=yes] file:${repository.replaceAll(' ', '%20')} ./" > /etc/apt/sources.list`, 'apt-get update -qq >/dev/null',
];
const machine = scratchMachine({ folder: base, layered: ['/etc', '/var', '/opt', '/usr'], setup });

before(async () => {
  if (skip !== false) return;
  await debRepository(repository, [
    { name: 'tsalt-a', version: '1.0' }, { name: 'tsalt-a', version: '2.0-1' }, { name: 'tsalt-b', version: '1:3.4' }, { name: 'tsalt-c', version: '5', needs: ['tsalt-b'] },
    { name: 'tsalt-broken', version: '1', needs: ['tsalt-nowhere'] },
  ]);
  const [made = ''] = await debRepository(files, [{ name: 'tsalt-file', version: '0.9' }]);
  writeFileSync(join(files, 'no package.deb'), 'no package');
  Object.assign(process.env, { LC_ALL: 'C' });
  local = made;
});
let local = '';

const NAMES = ['tsalt-a', 'tsalt-b', 'tsalt-c'];

test('pkg: installed, latest, removed and purged give the same', { skip }, async () => {
  await compareStates(folder, [
    ['pkg.installed', { name: 'several', pkgs: ['tsalt-a', { 'tsalt-b': '1:3.4' }, { 'tsalt-none': '1' }] }, 'test'], ['pkg.installed', { name: 'tsalt-a', version: '1.0' }],
    ['pkg.installed', { name: 'tsalt-a', version: '1.0' }], ['pkg.installed', { name: 'tsalt-a', version: '>=2' }, 'test'], ['pkg.latest', { name: 'tsalt-a' }, 'test'],
    ['pkg.installed', { name: 'tsalt-a', version: '2.*' }], ['pkg.installed', { name: 'tsalt-a', version: '9.9' }], ['pkg.installed', { name: 'several', pkgs: ['tsalt-a', { 'tsalt-b': '1:3.4' }, 'tsalt-c'] }],
    ['pkg.installed', { name: 'tsalt-broken' }], ['pkg.installed', { name: 'none', pkgs: [] }], ['pkg.installed', { name: 'bad', pkgs: ['tsalt-a', 'tsalt-a'] }],
    ['pkg.installed', { name: 'tsalt-c', reinstall: true }, 'test'], ['pkg.installed', { name: 'tsalt-c', reinstall: true }], ['pkg.latest', { name: 'several', pkgs: NAMES }],
    ['pkg.latest', { name: 'tsalt-none' }], ['pkg.latest', { name: 'x', pkgs: [] }], ['pkg.latest', { name: 'x', sources: [{ y: '/z' }] }], ['pkg.removed', { name: 'tsalt-a', version: '1.0' }],
    ['pkg.removed', { name: 'tsalt-a' }, 'test'], ['pkg.removed', { name: 'several', pkgs: ['tsalt-a', 'tsalt-none'] }], ['pkg.latest', { name: 'tsalt-a' }],
    ['pkg.purged', { name: 'tsalt-none' }], ['pkg.purged', { name: 'several', pkgs: NAMES }, 'test'], ['pkg.purged', { name: 'several', pkgs: NAMES }],
  ], { machine });
});

test('pkg: files, holds, downloads and upgrades give the same', { skip }, async () => {
  await compareStates(folder, [
    ['pkg.installed', { name: 'file', sources: [{ 'tsalt-file': 'salt://tsalt-file_0.9_all.deb' }] }, 'test'], ['pkg.installed', { name: 'file', sources: [{ 'tsalt-file': 'salt://tsalt-file_0.9_all.deb' }] }],
    ['pkg.installed', { name: 'file', sources: [{ 'tsalt-file': local }] }], ['pkg.installed', { name: 'x', sources: [{ 'tsalt-x': 'salt://none.deb' }] }], ['pkg.installed', { name: 'x', sources: ['bad'] }],
    ['pkg.installed', { name: 'x', sources: [{ 'tsalt-file': 'salt://no package.deb' }] }], ['pkg.installed', { name: 'x', pkgs: ['tsalt-a'], sources: [{ y: '/z' }] }],
    ['pkg.installed', { name: 'several', pkgs: [{ 'tsalt-a': '1.0' }, 'tsalt-b'], hold: true }], ['pkg.installed', { name: 'tsalt-b', hold: false }], ['pkg.held', { name: 'tsalt-a' }],
    ['pkg.held', { name: 'several', pkgs: ['tsalt-b', { 'tsalt-file': '0.9' }] }, 'test'], ['pkg.held', { name: 'several', pkgs: ['tsalt-b', { 'tsalt-file': '0.9' }] }],
    ['pkg.held', { name: 'x', pkgs: ['tsalt-a'], replace: true }, 'test'], ['pkg.held', { name: 'x', pkgs: ['tsalt-a'], replace: true }], ['pkg.unheld', { name: 'x', all: true }, 'test'],
    ['pkg.unheld', { name: 'tsalt-a' }], ['pkg.unheld', { name: 'x', pkgs: [] }], ['pkg.held', { name: 'x', pkgs: [] }], ['pkg.held', { name: 'tsalt-none' }],
    ['pkg.downloaded', { name: 'tsalt-a', version: '2.0-1' }, 'test'], ['pkg.downloaded', { name: 'tsalt-a', version: '2.0-1' }], ['pkg.downloaded', { name: 'tsalt-a', version: '2.0-1' }],
    ['pkg.downloaded', { name: 'x', pkgs: ['tsalt-c', 'tsalt-none'] }], ['pkg.downloaded', { name: 'x', pkgs: [] }], ['pkg.uptodate', { name: 'x', refresh: 'maybe' }], ['pkg.patch_installed', { name: 'x' }],
    ['pkg.patch_downloaded', { name: 'x' }], ['pkg.group_installed', { name: 'x' }], ['pkg.mod_watch', { name: 'tsalt-a', sfun: 'held' }], ['pkg.mod_beacon', { name: 'tsalt-a', sfun: 'installed' }],
    ['pkg.mod_beacon', { name: 'tsalt-a', sfun: 'held' }], ['pkg.uptodate', { name: 'all' }, 'test'], ['pkg.uptodate', { name: 'all' }], ['pkg.uptodate', { name: 'all' }],
  ], { machine });
});
