/** Arrays behind texts in the form of mdadm 4.2 (Debian 12). Complaints are recorded; facts of arrays are written down, as a kernel without arrays has none to show. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { PlainMap, Value } from '../../../../src/kernel/std/value.js';
import raid from '../../../../src/plugins/modules/mdadm_raid.js';
import { withoutNames } from '../../../../src/plugins/modules/mdadm_raid/report.js';
import { machine, type Machine } from './machine.js';

const SCAN = 'ARRAY /dev/md0 metadata=1.2 spares=1 name=web1:0 UUID=3aaa0122:29827cfa:5331ad66:ca767371\nINACTIVE-ARRAY /dev/md127 metadata=1.2 name=web1:1 UUID=5331ad66:ca767371:3aaa0122:29827cfa\n';
const DETAIL = `/dev/md0:
           Version : 1.2
     Creation Time : Sat Nov 21 21:00:00 2026
        Raid Level : raid1
        Array Size : 7168 (7.00 MiB 7.34 MB)
              Name : web1:0  (local to host web1)

    Number   Major   Minor   RaidDevice State
       0       7        0        0      active sync   /dev/loop0
       1       7        1        1      spare rebuilding   /dev/loop1
       -       0        0        2      removed
`;

interface Said { readonly retcode?: number; readonly stdout?: string; readonly stderr?: string }
function host(programs: Readonly<Record<string, Said>>, grains: PlainMap = { kernel: 'Linux', os: 'Debian', os_family: 'Debian' }, files: readonly string[] = []): Machine {
  return machine({
    modules: [raid], grains, sys: { exists: (path) => Promise.resolve(path.startsWith('/dev/') || files.includes(path)), which: (name) => Promise.resolve(`/sbin/${name}`) },
    answers: {
      'cmd.run_all': (args) => ({ retcode: 0, stdout: '', stderr: '', ...Object.entries(programs).find(([start]) => (args[0] as string[]).slice(1).join(' ').startsWith(start))?.[1] }),
      'cmd.run': 'said', 'file.replace': true, 'file.write': 'Wrote 1 lines',
    },
  });
}
const started = ({ calls }: Machine): Value[] => calls.filter(({ fun }) => fun.startsWith('cmd.')).map(({ args }) => args[0] ?? null);

test('arrays and their members', async () => {
  const made = host({ '--detail --scan': { stdout: SCAN }, '--detail /dev/md0': { stdout: DETAIL } });
  assert.deepEqual(await made.call('raid.list'), {
    '/dev/md0': { device: '/dev/md0', metadata: '1.2', spares: '1', name: 'web1:0', uuid: '3aaa0122:29827cfa:5331ad66:ca767371' },
    '/dev/md127': { device: '/dev/md127', metadata: '1.2', name: 'web1:1', uuid: '5331ad66:ca767371:3aaa0122:29827cfa' },
  });
  assert.deepEqual(await made.call('raid.detail'), {
    members: new Map([
      ['0', { device: '/dev/loop0', major: '7', minor: '0', number: '0', raiddevice: '0', state: 'active sync' }], ['1', { device: '/dev/loop1', major: '7', minor: '1', number: '1', raiddevice: '1', state: 'spare rebuilding' }],
    ]),
    version: '1.2', creation_time: 'Sat Nov 21 21:00:00 2026', raid_level: 'raid1', array_size: '7168 (7.00 MiB 7.34 MB)', name: 'web1:0  (local to host web1)',
  });
});

test('commands are told and run as lists', async () => {
  const made = host({});
  const options = { chunk: 256, 'spare-devices': 1, run: true, force: false };
  assert.equal(await made.call('raid.create', ['/dev/md0', 1, ['/dev/a', '/dev/b c', 'missing']], { ...options, test_mode: true }), 'mdadm -C /dev/md0 -R -v -l 1 --chunk 256 --spare-devices 1 --run -e default -n 2 /dev/a /dev/b c missing');
  assert.deepEqual(await made.call('raid.assemble', ['/dev/md0', '/dev/a,/dev/b'], { test_mode: true, run: true }), ['mdadm', '-A', '/dev/md0', '-v', '--run', '/dev/a', '/dev/b']);
  assert.equal(await made.call('raid.create', ['/dev/md$(id)', 5, ['/dev/a;', '/dev/b']], { metadata: '1.2' }), 'said');
  assert.deepEqual(started(made), [['mdadm', '-C', '/dev/md$(id)', '-R', '-v', '-l', '5', '-e', '1.2', '-n', '2', '/dev/a;', '/dev/b']]);
});

test('names and values with a leading dash are no options', async () => {
  const made = host({});
  const wrong: [string, Value[], PlainMap?][] = [
    ['create', ['--stop', 1, ['/dev/a']]], ['create', ['/dev/md0', 1, ['-f']]], ['create', ['/dev/md0', 1, ['/dev/a']], { chunk: '-x' }], ['create', ['/dev/md0', 1, ['/dev/a']], { 'a b': 1 }], ['assemble', ['-x', ['/dev/a']]],
    ['examine', ['-x']], ['add', ['-x', '/dev/a']], ['add', ['/dev/md0', '-x']],
  ];
  for (const [fun, args, kwargs] of wrong) await assert.rejects(async () => made.call(`raid.${fun}`, args, kwargs), /' is not valid$/, fun);
  assert.deepEqual(started(made), []);
});

test('what cannot be done', async () => {
  const made = host({ '--stop': { retcode: 1, stderr: 'mdadm: error opening /dev/md0: No such device or address' }, '--manage': { retcode: 1, stderr: 'mdadm: error opening /dev/md0: No such device or address' }, '--detail /dev/md9': { retcode: 1, stderr: 'mdadm: cannot open /dev/md9: No such device or address' }, '--detail /dev/md0': { stdout: DETAIL } });
  assert.deepEqual([await made.call('raid.destroy', ['/dev/md0']), await made.call('raid.add', ['/dev/md0', '/dev/a']), await made.call('raid.stop')], [false, false, false]);
  assert.deepEqual(made.calls.filter(({ fun }) => fun.startsWith('file.')), [], 'what goes on stays in mdadm.conf');
  await assert.rejects(made.call('raid.add', ['/dev/md0', '/dev/a'], { strict: true }), { message: 'mdadm: error opening /dev/md0: No such device or address' });
  await assert.rejects(made.call('raid.detail', ['/dev/md9']), { message: 'mdadm: cannot open /dev/md9: No such device or address' });
  await assert.rejects(made.call('raid.detail', ['/none']), { message: "Device /none doesn't exist!" });
});

test('an array goes with its members and its line', async () => {
  const made = host({ '--detail /dev/md0': { stdout: DETAIL } }, undefined, ['/etc/mdadm/mdadm.conf']);
  assert.equal(await made.call('raid.destroy', ['/dev/md0']), true);
  assert.deepEqual(started(made).map((argv) => (argv as string[]).slice(1)), [['--detail', '/dev/md0'], ['--stop', '/dev/md0'], ['--zero-superblock', '/dev/loop0', '/dev/loop1'], ['--detail', '--scan']]);
  assert.deepEqual(made.calls.find(({ fun }) => fun === 'file.replace')?.args, ['/etc/mdadm/mdadm.conf', 'ARRAY /dev/md0 .*', '']);
});

test('arrays are written down', async () => {
  const grains = { kernel: 'Linux', os: 'Ubuntu', os_family: 'Debian' };
  const made = host({ '--detail --scan': { stdout: SCAN } }, grains, ['/etc/mdadm/mdadm.conf']);
  assert.equal(await made.call('raid.save_config'), 'said');
  assert.deepEqual(made.calls.filter(({ fun }) => fun === 'file.replace').map(({ args }) => args[2]), ['ARRAY /dev/md0 spares=1 UUID=3aaa0122:29827cfa:5331ad66:ca767371', 'INACTIVE-ARRAY /dev/md127 UUID=5331ad66:ca767371:3aaa0122:29827cfa']);
  assert.deepEqual(started(made).at(-1), ['update-initramfs', '-u']);
  const other = host({ '--detail --scan': { stdout: SCAN } }, { kernel: 'Linux', os: 'Fedora', os_family: 'Other' });
  assert.equal(await other.call('raid.save_config'), null);
  assert.deepEqual(other.calls.find(({ fun }) => fun === 'file.write')?.args, ['/etc/mdadm.conf']);
  assert.equal(withoutNames('ARRAY /dev/md0 NAME=a metadata=1.2 UUID=b'), 'ARRAY /dev/md0 UUID=b');
});

test('what a device knows of its array', async () => {
  assert.deepEqual(await host({ '-Y -E': { stdout: 'MD_LEVEL=raid1\nMD_UUID=3aaa0122:29827cfa\nodd' } }).call('raid.examine', ['/dev/a']), { MD_LEVEL: 'raid1', MD_UUID: '3aaa0122:29827cfa', odd: '' });
});
