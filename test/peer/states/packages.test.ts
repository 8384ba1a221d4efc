/** States of packages with real apt, beside those of real Salt. */
import { rmSync } from 'node:fs';
import { after, test } from 'node:test';
import { debMachine } from '../../support/packages/deb-machine.js';
import { compareStates } from '../../support/state-calls.js';

const { skip, folder, machine } = await debMachine();
after(() => rmSync(folder, { recursive: true, force: true }));
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
