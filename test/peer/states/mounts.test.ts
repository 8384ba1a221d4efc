/** States of file systems in a namespace of its own, beside those of real Salt. */
import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { skipWithoutSalt } from '../../support/fleet/salt-venv.js';
import { saltFolder } from '../../support/salt-calls.js';
import { scratchMachine, scratchObstacle } from '../../support/scratch-machine.js';
import { compareStates, type StateCall } from '../../support/state-calls.js';

const base = realpathSync(mkdtempSync(join(tmpdir(), 'tsalt-states-mounts-')));
after(() => rmSync(base, { recursive: true, force: true }));
const skip = skipWithoutSalt === false ? scratchObstacle(base) : skipWithoutSalt;
const folder = saltFolder(base);
const work = join(base, 'work');
const config = join(work, 'fstab');
const at = (name: string): string => join(work, name);
// A layer over the folder of the test: each of both begins with the same.
const setup = [
  `mkdir -p '${work}'`, `mount -t tmpfs none '${work}'`, `cd '${work}'`, "mkdir 'a b' bound old source other; ln -s 'a b' link; touch source/file; mount -t tmpfs -o size=1m none old",
  "printf '# table\\nproc /proc proc defaults 0 0\\n' > fstab", 'cd /',
];
const machine = scratchMachine({ folder: base, layered: ['/etc'], setup });

const thrice = (calls: readonly StateCall[]): StateCall[] => calls.flatMap(([fun, args]): StateCall[] => [[fun, args, 'test'], [fun, args], [fun, args]]);
const tmpfs = { device: 'tmpfs', fstype: 'tmpfs', config };

test('mount: the same results', { skip }, async () => {
  await compareStates(folder, [...thrice([
    ['mount.mounted', { ...tmpfs, name: at('a b') }], ['mount.mounted', { ...tmpfs, name: at('a b'), opts: 'noexec,nosuid' }], ['mount.mounted', { ...tmpfs, name: at('a b'), opts: ['noexec', 'size=2m'] }],
    ['mount.mounted', { ...tmpfs, name: at('link') }], ['mount.mounted', { ...tmpfs, name: at('none') }], ['mount.mounted', { ...tmpfs, name: at('new'), mkmnt: true, dump: 1, pass_num: 2 }],
    ['mount.mounted', { ...tmpfs, name: at('later'), mkmnt: true, mount: false }], ['mount.mounted', { ...tmpfs, name: at('later'), mount: false, opts: 'ro' }], ['mount.mounted', { ...tmpfs, name: at('nowhere'), mount: false, persist: false }],
    ['mount.mounted', { config, name: at('bound'), device: at('source'), fstype: 'none', opts: 'bind' }], ['mount.mounted', { config, name: at('bound'), device: at('other'), fstype: 'none', opts: ['bind', 'ro'] }],
    ['mount.mounted', { config, name: at('old'), device: 'other', fstype: 'tmpfs', persist: false, device_name_regex: ['^none'] }], ['mount.mounted', { config, name: at('old'), device: 'other', fstype: 'tmpfs', persist: false }],
    ['mount.mounted', { config, name: at('x'), device: '/dev/tsalt-none', fstype: 'ext4', mkmnt: true }], ['mount.mounted', { config, name: at('y'), device: 'UUID=12-34', fstype: 'ext4', mkmnt: true }],
    ['mount.mounted', { ...tmpfs, name: '' }], ['mount.mounted', { ...tmpfs, name: at('a b'), config: at('no folder/fstab') }],
    ['mount.unmounted', { name: at('a b'), config, persist: true }], ['mount.unmounted', { name: at('none'), config, persist: true }], ['mount.unmounted', { name: at('new'), device: 'other', config, persist: true }],
    ['mount.unmounted', { name: at('new'), device: 'tmpfs', config, persist: true }], ['mount.unmounted', { name: at('bound') }],
    ['mount.fstab_present', { name: 'tmpfs', fs_file: `${at('old')}/`, fs_vfstype: 'tmpfs', config, mount: false }], ['mount.fstab_present', { name: 'tmpfs', fs_file: at('old'), fs_vfstype: 'tmpfs', fs_mntops: 'ro', config, mount: false }],
    ['mount.fstab_present', { name: '/dev/tsalt-none', fs_file: at('c'), fs_vfstype: 'ext4', config, mount_by: 'uuid' }], ['mount.fstab_present', { name: 'UUID=1', fs_file: at('c'), fs_vfstype: 'ext4', config, mount_by: 'uuid' }],
    ['mount.fstab_absent', { name: 'tmpfs', fs_file: at('old'), config }], ['mount.fstab_absent', { name: 'tmpfs', fs_file: at('never'), config }], ['mount.swap', { name: at('tsalt-swap'), persist: false }],
    ['mount.swap', { name: at('tsalt-swap'), config }],
  ]), ['mount.mod_watch', { name: at('a b'), sfun: 'mounted', ...tmpfs, opts: 'defaults' }], ['mount.mod_watch', { name: at('a b'), sfun: 'swap' }]], { machine });
});
