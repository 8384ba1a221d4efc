/** Volumes, partitions and block devices beside those of real Salt, on devices of their own. */
import { spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { isPlainMap, type PlainMap } from '../../src/kernel/std/value.js';
import { skipWithoutSalt } from '../support/fleet/salt-venv.js';
import { loopObstacle, lvmFolder, openLoops } from '../support/loop-devices.js';
import { compareCalls, saltFolder, type Answer, type Call } from '../support/salt-calls.js';
import { compareStates, type StateCall } from '../support/state-calls.js';

const skip = skipWithoutSalt === false ? loopObstacle('lvm', 'parted', 'partprobe', 'lsblk', 'wipefs') : skipWithoutSalt;
const loops = skip === false ? openLoops(2, 64) : { folder: '', devices: [], [Symbol.dispose]: () => undefined };
after(() => loops[Symbol.dispose]());
if (skip === false) Object.assign(process.env, lvmFolder(loops));
const [one = '', two = ''] = loops.devices;

const fresh = (): void => {
  spawnSync('lvm', ['vgremove', '-ff', '-y', 'own']);
  for (const device of loops.devices) spawnSync('wipefs', ['-a', '-f', device]);
};

function folder(name: string): string {
  const path = join(loops.folder, name);
  mkdirSync(path);
  return saltFolder(path);
}

/** Without the UUIDs, which are new each time. */
const steady = (answer: Answer): unknown => JSON.parse(JSON.stringify(answer).replaceAll(/\b\w{6}(?:-\w{4}){5}-\w{6}\b/g, 'UUID')) as unknown;
/** Salt foretells no changes. */
function comparable(answer: Answer): unknown {
  const told = 'value' in answer && isPlainMap(answer.value) ? answer.value : undefined;
  return told?.['result'] === null ? { ...told, changes: {} } : steady(answer);
}

test('volumes are made and shown as by real Salt', { skip }, async () => {
  const resting: PlainMap = { activate: 'n', zero: 'n' };
  await compareCalls(folder('lvm-calls'), [
    ['lvm.pvcreate', ['']], ['lvm.pvcreate', ['/no such']], ['lvm.pvcreate', [`${one},${two}`]], ['lvm.pvcreate', [one]], ['lvm.pvcreate', [[one]], { override: false }], ['lvm.pvdisplay'], ['lvm.pvdisplay', [one], { real: true }],
    ['lvm.pvdisplay', ['/dev/null'], { quiet: true }], ['lvm.vgcreate', ['', one]], ['lvm.vgcreate', ['own', one], { physicalextentsize: '4M', maxlogicalvolumes: 9 }], ['lvm.vgcreate', ['own', two]], ['lvm.vgdisplay'],
    ['lvm.vgdisplay', ['none']], ['lvm.vgextend', ['own', two]], ['lvm.vgextend', ['own', two]], ['lvm.lvcreate', ['data', 'own'], { size: '8M', pv: two, ...resting }], ['lvm.lvcreate', ['data', 'own'], { size: '8M', extents: 3 }],
    ['lvm.lvcreate', ['data', 'own']], ['lvm.lvcreate', ['data', 'own'], { extents: 3, thinvolume: true }], ['lvm.lvcreate', ['data', 'own'], { extents: 3, thinvolume: true, thinpool: true }], ['lvm.lvcreate', ['data', 'own'], { extents: 3 }],
    ['lvm.lvdisplay'], ['lvm.lvdisplay', ['/dev/own/none']], ['lvm.lvresize', ['+4M', '/dev/own/data']], ['lvm.lvresize', ['4M', '/dev/own/none']], ['lvm.lvresize', [], { lvpath: '/dev/own/data' }],
    ['lvm.lvextend', [], { lvpath: '/dev/own/data', extents: '+2' }], ['lvm.lvextend', ['1M', '/dev/own/data']], ['lvm.pvresize', [one]], ['lvm.pvresize', ['/dev/null'], { override: false }], ['lvm.pvremove', [one]],
    ['lvm.lvremove', ['data', 'own']], ['lvm.lvremove', ['data', 'own']], ['lvm.vgremove', ['own']], ['lvm.vgremove', ['own']], ['lvm.pvremove', [one]], ['lvm.pvremove', [one], { override: false }], ['lvm.pvremove', [one]],
  ], fresh, steady);
});

test('states of volumes tell what those of real Salt tell', { skip }, async () => {
  const both = (fun: string, args: PlainMap): StateCall[] => [[`lvm.${fun}`, args, 'test'], [`lvm.${fun}`, args]];
  const data = (more: PlainMap): PlainMap => ({ name: 'data', vgname: 'own', activate: 'n', zero: 'n', ...more });
  await compareStates(folder('lvm-states'), [
    ...both('pv_present', { name: one }), ...both('vg_present', { name: 'own', devices: one }), ['lvm.vg_present', { name: 'own', devices: [one, two] }], ...both('pv_present', { name: two }),
    ['lvm.vg_present', { name: 'own', devices: [one, two] }], ...both('lv_present', data({ size: '12M' })), ...both('lv_present', data({ size: '16m' })), ['lvm.lv_present', data({ size: 4 })], ...both('lv_present', data({ extents: 2, force: true })),
    ['lvm.lv_present', data({ extents: '50%VG' })], ['lvm.lv_present', data({ extents: 1, size: 2 })], ['lvm.lv_present', data({ size: '1T', name: 'big' })], ['lvm.lv_present', data({ size: '1T' })],
    ['lvm.lv_present', { name: 'x', vgname: 'none', size: 4 }], ...both('lv_absent', { name: 'data', vgname: 'own' }), ...both('vg_absent', { name: 'own' }), ...both('pv_absent', { name: one }),
  ], { prepare: fresh, comparable });
});

/** Without the lines of the shell that parted starts where there is no udev, and without what is new each time. */
const withoutUdev = (answer: Answer): unknown => JSON.parse(JSON.stringify(answer).replaceAll(/\w{8}(?:-\w{4}){3}-\w{12}/g, 'UUID').replaceAll(/"sh: 1: udevadm: not found",?/g, '').replaceAll(',]', ']')) as unknown;

test('partitions are made and shown as by real Salt', { skip }, async () => {
  const made: Call[] = [
    ['partition.mklabel', [one, 'gpt']], ['partition.mkpart', [one, 'primary'], { fs_type: 'ext4', start: '1MB', end: '10MB' }], ['partition.mkpart', [one, 'primary'], { start: 10, end: '20' }], ['partition.list', [one]],
    ['partition.list', [one], { unit: 's' }], ['partition.list', [one], { unit: 'chs' }], ['partition.list', [one, 'MiB']], ['partition.name', [one, 1, 'My Documents']], ['partition.set', [one, 1, 'boot', 'on']], ['partition.toggle', [one, 2, 'lvm']],
    ['partition.disk_set', [one, 'pmbr_boot', 'on']], ['partition.disk_toggle', [one, 'pmbr_boot']], ['partition.align_check', [one, 'optimal', 1]], ['partition.align_check', [one, 'minimal', '2']], ['partition.list', [one]], ['partition.rm', [one, 2]],
    ['partition.rm', [one, 9]], ['partition.list', [one]],
  ];
  await compareCalls(folder('partitions'), [
    ['partition.list', [one]], ...made, ['partition.mklabel', [one, 'fly']], ['partition.mkpart', [one, 'fly']], ['partition.mkpart', [one, 'primary', 'fly']], ['partition.mkpart', [one, 'primary'], { start: 'x', end: 1 }],
    ['partition.mkpart', [one, 'logical'], { start: 1, end: 2 }], ['partition.mkpartfs', [one, 'primary', null, '21MB', '22MB']], ['partition.mkpart', [one, 'primary']],
    ['partition.list', ['/no such']], ['partition.list', ['/dev/null']], ['partition.list', [one, 'fly']], ['partition.check', [one, 1]], ['partition.check', [one, 'x']], ['partition.cp', [one, 1, 'x']], ['partition.cp', [one, 1, 2]],
    ['partition.resize', [one, 1, 1, 2]], ['partition.resize', [one, 1, '-1', 2]], ['partition.name', [one, 1, 'a;b']], ['partition.name', [one, 'x', 'a']], ['partition.set', [one, 1, 'fly', 'on']], ['partition.set', [one, 1, 'boot', 'fly']],
    ['partition.toggle', [one, 'x', 'boot']], ['partition.toggle', [one, 1, 'fly']], ['partition.disk_set', [one, 'fly', 'on']], ['partition.disk_toggle', [one, 'fly']], ['partition.exists', [one]], ['partition.exists', ['/dev/null']], ['partition.exists'],
    ['partition.align_check', [one, 'x', 1]], ['partition.align_check', [one, 'minimal', 'x']], ['partition.rm', [one, 'x']], ['partition.rescue', [one, 'x', 1]], ['partition.probe', [one]], ['partition.probe', ['/no such']], ['partition.mkfs', [two, 'ext2']],
    ['partition.mkfs', [two, 'fly']], ['partition.mkfs', [two, 'hfsx']], ['partition.get_id', [one, 'x']], ['partition.set_id', [one, 'x', '83']], ['partition.get_block_device'],
  ], fresh, withoutUdev);
});

test('states of block devices tell what those of real Salt tell', { skip }, async () => {
  const tuned = (more: PlainMap): StateCall => ['blockdev.tuned', { name: two, ...more }];
  const formatted = (more: PlainMap): StateCall => ['blockdev.formatted', { name: two, ...more }];
  await compareStates(folder('blockdev'), [
    tuned({ 'read-ahead': 1024 }), tuned({ 'read-ahead': '1024' }), tuned({ 'read-only': true }), tuned({ 'read-write': true, 'filesystem-read-ahead': 512 }), ['blockdev.tuned', { name: '/dev/null', 'read-only': true }],
    formatted({ fs_type: 'fly' }), ['blockdev.formatted', { name: '/no such' }], ['blockdev.formatted', { name: two, fs_type: 'ext4', force: true }, 'test'], formatted({ fs_type: 'ext4', force: true }), formatted({}),
  ], { prepare: () => { fresh(); spawnSync('blockdev', ['--setra', '256', two]); }, comparable: withoutOld });
});

/** Salt tells the new file system as the old one too, and foretells nothing. */
function withoutOld(answer: Answer): unknown {
  const told = 'value' in answer && isPlainMap(answer.value) ? answer.value : undefined;
  if (told?.['result'] === null) return { ...told, changes: {} };
  return isPlainMap(told?.['changes']) ? { ...told, changes: { ...told['changes'], old: '' } } : answer;
}
