/** What is done by programs and told by the kernel; tables and the cache are in `recorded/mount`. */
import assert from 'node:assert/strict';
import * as fs from 'node:fs/promises';
import { test } from 'node:test';
import { InvocationError } from '../../../../src/kernel/contract/errors.js';
import type { PlainMap, Value } from '../../../../src/kernel/std/value.js';
import mount from '../../../../src/plugins/modules/mount.js';
import { machine, type Machine } from './machine.js';

const MOUNTS = '/dev/vda / ext4 rw,relatime 0 0\nproc /proc proc rw 0 0\nserver:/x /mnt/a\\040b nfs rw,uid=root,gid=7,name=\\040c 0 0\n';
const SHOWN = '/dev/disk0 on / type ext4 (rw) [root]\nproc on /proc type proc (rw)\n';
const INFO = '22 1 254:1 / / rw,relatime shared:1 master:2 - ext4 /dev/vda rw,errors=remount-ro\n23 22 0:5 /sub /proc rw - proc proc rw\n';
const SWAPS = 'Filename\t\t\t\tType\t\tSize\t\tUsed\t\tPriority\n/dev/sda2                               partition\t1000\t\t10\t\t-2\n';

/** The files of the kernel; swap space comes and goes by program. */
function minion(end: PlainMap = {}, files: Record<string, string> = {}): Machine & { words: () => string[] } {
  const kernel: Record<string, string> = { '/proc/self/mounts': MOUNTS, '/proc/self/mountinfo': INFO, '/proc/swaps': SWAPS, ...files };
  const host = machine({
    modules: [mount],
    sys: {
      readText: (path) => Promise.resolve(kernel[path]),
      exists: () => Promise.resolve(false),
      userByName: (name) => Promise.resolve(name === 'root' ? { name, uid: 0, gid: 0, gecos: '', home: '/root', shell: '' } : undefined),
      fs: {
        ...fs,
        readFile: ((path: string) => (kernel[path] === undefined
          ? Promise.reject(Object.assign(new Error('no file'), { code: 'ENOENT', path })) : Promise.resolve(kernel[path]))) as unknown as typeof fs.readFile,
      },
    },
    answers: {
      'cmd.run_stdout': SHOWN, 'cmd.run_all': { retcode: 0, stderr: '', ...end }, 'file.mkdir': null, 'guestfs.mount': '/tmp/x', 'guestfs.umount': null,
      'qemu_nbd.init': { '/tmp/y': '/dev/nbd0' }, 'qemu_nbd.clear': {},
      'disk.blkid': { '/dev/vda': { UUID: 'AB-CD', LABEL: 'root' } },
      'cmd.run': ([argv]) => {
        const [program = '', name = ''] = argv as string[];
        if (program === 'swapon') kernel['/proc/swaps'] += `${name} file 5 0 -3\n`;
        if (program === 'swapoff') kernel['/proc/swaps'] = SWAPS.split('\n')[0] ?? '';
        return '';
      },
    },
  });
  return Object.assign(host, { words: () => host.calls.filter(({ fun }) => /run_all|run$/.test(fun)).map(({ args }) => (args[0] as Value[]).join(' ')) });
}

test('active() gives the mounts of the kernel with the names of the program', async () => {
  assert.deepEqual(await minion().call('mount.active'), {
    '/': { device: '/dev/vda', alt_device: '/dev/disk0', fstype: 'ext4', opts: ['rw', 'relatime'] },
    '/proc': { device: 'proc', alt_device: 'proc', fstype: 'proc', opts: ['rw'] },
    '/mnt/a\\040b': { device: 'server:/x', alt_device: null, fstype: 'nfs', opts: ['rw', 'uid=0', 'gid=7', 'name=\\ c'] },
  });
});

test('active() tells more of each mount on demand', async () => {
  assert.deepEqual(await minion().call('mount.active', [], { extended: true }), {
    '/': {
      mountid: '22', parentid: '1', major: '254', minor: '1', root: '/', opts: ['rw', 'relatime'], fstype: 'ext4', device: '/dev/vda', alt_device: '/dev/disk0',
      superopts: ['rw', 'errors=remount-ro'], device_uuid: 'ab-cd', device_label: 'root',
    },
    '/proc': {
      mountid: '23', parentid: '22', major: '0', minor: '5', root: '/sub', opts: ['rw'], fstype: 'proc', device: 'proc', alt_device: 'proc',
      superopts: ['rw'], device_uuid: null, device_label: null,
    },
  });
});

test('mount() starts the program with settings, or leaves them to the table', async () => {
  const host = minion();
  assert.equal(await host.call('mount.mount', ['/mnt/x', '/dev/sdz1', true, 'ext4', ['ro', 'noatime'], 'bob']), true);
  assert.equal(await host.call('mount.mount', ['/mnt/x y']), true);
  assert.deepEqual(host.words(), ['mount -o ro,noatime -t ext4 /dev/sdz1 /mnt/x', 'mount /mnt/x y']);
  assert.deepEqual(host.calls[0], { fun: 'file.mkdir', args: ['/mnt/x'], kwargs: { user: 'bob' } });
  assert.equal(host.calls[1]?.kwargs['runas'], 'bob');
});

test('what the program says is the answer', async () => {
  const host = minion({ retcode: 32, stderr: 'mount: bad' });
  assert.equal(await host.call('mount.mount', ['/mnt/x', '/dev/sdz1']), 'mount: bad');
  assert.equal(await host.call('mount.umount', ['/proc']), 'mount: bad');
});

test('remount() adds its option where something is mounted', async () => {
  const host = minion();
  await host.call('mount.remount', ['/', '/dev/vda', false, '', 'ro']);
  await host.call('mount.remount', ['/', '/dev/vda', false, 'ext4', ['remount', 'rw']]);
  await host.call('mount.remount', ['/new', '/dev/vdb']);
  assert.deepEqual(host.words(), ['mount -o ro,remount /dev/vda /', 'mount -o remount,rw -t ext4 /dev/vda /', 'mount -o defaults /dev/vdb /new']);
});

test('umount() takes the device when it is given', async () => {
  const host = minion();
  assert.equal(await host.call('mount.umount', ['/proc'], { lazy: true }), true);
  assert.equal(await host.call('mount.umount', ['/proc', 'proc']), true);
  assert.equal(await host.call('mount.umount', ['/none']), '/none does not have anything mounted');
  assert.deepEqual(host.words(), ['umount -l /proc', 'umount proc']);
});

test('nothing that would be an option reaches a program', async () => {
  const host = minion();
  for (const args of [['--help'], ['/mnt', '-a'], ['/mnt', 'x', false, '-x']]) await assert.rejects(host.call('mount.mount', args), InvocationError);
  await assert.rejects(host.call('mount.umount', ['/proc', '-a']), InvocationError);
  await assert.rejects(host.call('mount.swapon', ['-a']), InvocationError);
  assert.deepEqual(host.words(), []);
});

test('images go through their modules', async () => {
  const host = minion();
  assert.equal(await host.call('mount.mount', ['img', 'root'], { util: 'guestfs' }), '/tmp/x');
  assert.equal(await host.call('mount.umount', ['/tmp/x', 'img'], { util: 'guestfs' }), null);
  assert.equal(await host.call('mount.mount', ['img'], { util: 'qemu_nbd' }), '/tmp/y');
  assert.equal(await host.call('mount.umount', ['/tmp/y'], { util: 'qemu_nbd' }), null);
  assert.deepEqual(host.calls.at(-1), { fun: 'qemu_nbd.clear', args: [{ '/tmp/y': '/dev/nbd0' }], kwargs: {} });
});

test('swap spaces are turned on and off', async () => {
  const host = minion();
  const first = { type: 'partition', size: '1000', used: '10', priority: '-2' };
  assert.deepEqual(await host.call('mount.swaps'), { '/dev/sda2': first });
  assert.deepEqual(await host.call('mount.swapon', ['/dev/sda2']), { stats: first, new: false });
  assert.deepEqual(await host.call('mount.swapon', ['/swap', 3]), { stats: { type: 'file', size: '5', used: '0', priority: '-3' }, new: true });
  assert.equal(await host.call('mount.swapoff', ['/none']), null);
  assert.equal(await host.call('mount.swapoff', ['/swap']), true);
  assert.deepEqual(host.words(), ['swapon /swap -p 3', 'swapoff /swap']);
});
