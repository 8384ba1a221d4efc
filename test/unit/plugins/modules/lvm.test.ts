/** LVM behind recorded output of LVM 2.03.16 (Debian 12); the contract suite of its states asks the real programs. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { PlainMap, Value } from '../../../../src/kernel/std/value.js';
import lvm from '../../../../src/plugins/modules/linux_lvm.js';
import { megabytes, wholeExtents } from '../../../../src/plugins/states/lvm/size.js';
import { machine, type Machine } from './machine.js';

const VERSION = '  LVM version:     2.03.16(2) (2022-05-18)\n  Library version: 1.02.185 (2022-05-18)\n  Configuration:   ./configure --build=x86_64-linux-gnu';
const NO_MAPPER = '/dev/mapper/control: open failed: No such device\nFailure to communicate with kernel device-mapper driver.';
const PVS = '  "/dev/loop1" is a new physical volume of "64.00 MiB"\n  /dev/loop1::131072:-1:0:0:-1:0:0:0:0:batHdp-HP3U-5Rw2-2BSN-DPQb-jRYS-Bv7jeE\n'
  + '  /dev/disk/by-path/pci-0000:00:1f.2-part1:own:122880:-1:8:8:-1:4096:15:10:5:sxiyYL-EkZx-5bMC-PiOk-zcIu-XVby-Utsoh4';

/** Answers of programs by their first words; what was asked stands in the calls of the machine. */
function asked(answers: Readonly<Record<string, { retcode?: number; stdout?: string; stderr?: string }>>): Machine {
  return machine({
    modules: [lvm],
    answers: { 'cmd.run_all': (args) => {
      const words = (args[0] as string[]).join(' ');
      const found = Object.entries(answers).find(([start]) => words.startsWith(start))?.[1] ?? { retcode: 5 };
      return { retcode: 0, stdout: '', stderr: '', ...found };
    } },
  });
}
const started = ({ calls }: Machine): Value[] => calls.map(({ args }) => args[0] ?? null);

test('the version stands beside what the program says of the kernel', async () => {
  const host = asked({ 'lvm version': { stdout: VERSION, stderr: NO_MAPPER } });
  assert.equal(await host.call('lvm.version'), '2.03.16(2) (2022-05-18)');
  assert.deepEqual(Object.keys(await host.call('lvm.fullversion') as PlainMap), ['LVM version', 'Library version', 'Configuration']);
});

test('colons in the name of a device belong to the name', async () => {
  const volumes = await asked({ 'pvdisplay -c': { stdout: PVS } }).call('lvm.pvdisplay') as Record<string, PlainMap>;
  assert.deepEqual(Object.entries(volumes).map(([name, facts]) => [name, facts['Volume Group Name'], facts['Physical Extent Size (kB)'], facts['Allocated Physical Extents']]), [
    ['/dev/loop1', '', '0', '0'], ['/dev/disk/by-path/pci-0000:00:1f.2-part1', 'own', '4096', '5'],
  ]);
});

test('options are words of their own', async () => {
  const host = asked({ pvcreate: {}, vgcreate: {}, lvcreate: {} });
  await host.call('lvm.pvcreate', ['/dev/null'], { norestorefile: true, metadatasize: 4096, unknown: 'x' });
  await host.call('lvm.vgcreate', ['own', ['/dev/a b', '/dev/$(id)']], { clustered: false, addtag: 'x;y', zero: null });
  await host.call('lvm.lvcreate', ['s', 'own'], { snapshot: 'data', size: '3G', nosync: false, ignoremonitoring: true, zero: false, readahead: 0 });
  await host.call('lvm.lvcreate', ['t', 'own/pool'], { thinvolume: true, size: 5, force: true });
  const made = started(host).filter((argv) => (argv as string[])[0]?.endsWith('create'));
  assert.deepEqual(made, [
    ['pvcreate', '--yes', '/dev/null', '--norestorefile', '--metadatasize', '4096'],
    ['vgcreate', 'own', '/dev/a b', '/dev/$(id)', '-qq', '--clustered', 'n', '--addtag', 'x;y'],
    ['lvcreate', '-n', 's', '-s', 'own/data', '-L', '3G', '--ignoremonitoring', '--zero', 'n', '--readahead', '0', '-qq'],
    ['lvcreate', '--thin', '-n', 't', 'own/pool', '-V', '5', '--yes'],
  ]);
  assert.ok(started(host).some((argv) => (argv as string[]).join(' ') === 'lvdisplay -c /dev/own/t'), 'a thin volume is looked up in its group');
});

test('names with a leading dash are no options', async () => {
  const host = asked({});
  const refused: [string, Value[], PlainMap?][] = [
    ['pvdisplay', ['--all']], ['vgdisplay', ['-x']], ['lvdisplay', ['-x']], ['pvcreate', ['/dev/null,-ff']], ['pvremove', [['-ff']]], ['vgcreate', ['-x', '/dev/a']], ['vgcreate', ['x', '-ff']], ['vgextend', ['x', '-ff']],
    ['vgremove', ['--select=all']], ['lvremove', ['x', '-y']], ['lvcreate', ['-x', 'own'], { size: 1 }], ['lvcreate', ['x', 'own'], { size: 1, pv: '-x' }], ['lvresize', ['1M', '--help']], ['pvresize', ['-x']],
  ];
  for (const [fun, args, kwargs] of refused) await assert.rejects(host.call(`lvm.${fun}`, args, kwargs), /'-.*' is not valid$/, fun);
  assert.deepEqual(started(host), []);
});

test('sizes as people write them', () => {
  assert.deepEqual([12, '12', '12M', '12mb', '1.5G', '2t', '4096s', '1P'].map(megabytes), [12, 12, 12, 12, 1536, 2097152, 2, 1073741824]);
  for (const [size, words] of [['+4M', /^Size \+4M is invalid/], ['M', /^Size M is invalid/], ['4K', /^Unit k is invalid/], ['1e3', /^Size 1e3|Unit/], ['-1', /^Size -1 is invalid/], ['4b', /invalid/]] as const) {
    assert.throws(() => megabytes(size), { message: words }, size);
  }
  assert.deepEqual([wholeExtents(2.5, 1), wholeExtents(3, '2'), wholeExtents(4, null), wholeExtents(4, 'x')], [3, 4, 4, 4]);
});
