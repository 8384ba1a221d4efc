/** States of package files, holds, downloads and upgrades with real apt, beside those of real Salt. */
import { rmSync } from 'node:fs';
import { after, test } from 'node:test';
import { debMachine } from '../../support/packages/deb-machine.js';
import { compareStates } from '../../support/state-calls.js';

const { skip, folder, machine, file } = await debMachine();
after(() => rmSync(folder, { recursive: true, force: true }));

test('pkg: files, holds, downloads and upgrades give the same', { skip }, async () => {
  await compareStates(folder, [
    ['pkg.installed', { name: 'file', sources: [{ 'tsalt-file': 'salt://tsalt-file_0.9_all.deb' }] }, 'test'], ['pkg.installed', { name: 'file', sources: [{ 'tsalt-file': 'salt://tsalt-file_0.9_all.deb' }] }],
    ['pkg.installed', { name: 'file', sources: [{ 'tsalt-file': file }] }], ['pkg.installed', { name: 'x', sources: [{ 'tsalt-x': 'salt://none.deb' }] }], ['pkg.installed', { name: 'x', sources: ['bad'] }],
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
