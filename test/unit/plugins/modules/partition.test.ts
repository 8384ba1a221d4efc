/** Partitions behind recorded output of parted 3.5 and sfdisk 2.38.1 (Debian 12); the peer test asks the real parted. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { mapEntries, type PlainMap, type Value } from '../../../../src/kernel/std/value.js';
import partition from '../../../../src/plugins/modules/parted_partition.js';
import { parsePrint } from '../../../../src/plugins/modules/parted_partition/report.js';
import { machine } from './machine.js';

const PRINT = ['BYT;', '/dev/loop0:33.6MB:loopback:512:512:gpt:Loopback device:;', '1:1049kB:10.5MB:9437kB::a\\:b;c:;', '1:10.5MB:33.5MB:23.1MB:free;'];

test('colons in names belong to the names', () => {
  const { info, partitions } = parsePrint(PRINT.slice(0, 3), null);
  assert.deepEqual(info, { disk: '/dev/loop0', size: '33.6MB', interface: 'loopback', 'logical sector': '512', 'physical sector': '512', 'partition table': 'gpt', model: 'Loopback device', 'disk flags': '' });
  assert.deepEqual(mapEntries(partitions), [['1', { number: '1', start: '1049kB', end: '10.5MB', size: '9437kB', 'file system': '', name: 'a:b;c', flags: '' }]]);
});

test('free places, cylinders and what nobody understands', () => {
  assert.deepEqual(mapEntries(parsePrint([PRINT[1] ?? '', PRINT[3] ?? ''], null).partitions), [['1', { number: '1', start: '10.5MB', end: '33.5MB', size: '23.1MB' }]]);
  assert.deepEqual(mapEntries(parsePrint(['CHS;', '/dev/loop0:128,127,1:loopback:512:512:gpt:Loopback device:;', '1:4,4,0:40,39,1::primary:;'], 'chs').partitions), [['1', { number: '1', start: '4,4,0', end: '40,39,1', 'file system': '', name: 'primary', flags: '' }]]);
  assert.deepEqual(parsePrint([], null), { info: {}, partitions: {} });
  for (const lines of [['nonsense'], [PRINT[1] ?? '', '1:2:3']]) assert.throws(() => parsePrint(lines, null), { message: 'Problem encountered while parsing output from parted' });
});

const TYPES = 'Id  Name\n\n 0  Empty\n82  Linux swap / Solaris\n83  Linux\n8e  Linux LVM';
const asBlockDevice = { isBlockDevice: () => true };
function host(programs: Readonly<Record<string, string>>): ReturnType<typeof machine> {
  return machine({
    modules: [partition], sys: { fs: { stat: () => Promise.resolve(asBlockDevice) } as never },
    answers: { 'cmd.run': (args) => programs[(args[0] as string[]).slice(0, 2).join(' ')] ?? '' },
  });
}

test('types of partitions are asked as sfdisk wants it today', async () => {
  const made = host({ 'sfdisk -T': TYPES, 'sfdisk --part-type': '83' });
  assert.deepEqual(await made.call('partition.system_types'), new Map([['0', 'Empty'], ['82', 'Linux'], ['83', 'Linux'], ['8e', 'Linux']]));
  assert.deepEqual(await made.call('partition.get_id', ['/dev/a b', '1']), ['83']);
  await made.call('partition.set_id', ['/dev/sda', 1, 83]);
  await assert.rejects(made.call('partition.set_id', ['/dev/sda', 1, '99']), { message: 'Invalid system_id passed to partition.set_id' });
  assert.deepEqual(made.calls.map(({ args }) => args[0]), [['sfdisk', '-T'], ['sfdisk', '--part-type', '/dev/a b', '1'], ['sfdisk', '-T'], ['sfdisk', '--part-type', '/dev/sda', '1', '83'], ['sfdisk', '-T']]);
});

test('words are checked before parted sees them', async () => {
  const made = host({});
  const wrong: [string, Value[], PlainMap?][] = [
    ['list', ['-l']], ['mklabel', ['-l', 'gpt']], ['rm', ['--help', 1]], ['rm', ['/dev/a', '1; id']], ['mkpart', ['/dev/a', 'primary', null, '-1s', 5]], ['mkpart', ['/dev/a', 'primary'], { start: '1 $(id)' }], ['name', ['/dev/a', 1, "x' y"]],
    ['set', ['/dev/a', 1, 'boot', 'off;']], ['rescue', ['/dev/a', 0, '1;']], ['mkfs', ['/dev/a', '../x']], ['probe', ['/dev/a', '-s']],
  ];
  for (const [fun, args, kwargs] of wrong) await assert.rejects(made.call(`partition.${fun}`, args, kwargs), /[Ii]nvalid|is not valid/, fun);
  assert.deepEqual(made.calls, []);
  // As YAML reads the words on and off.
  await made.call('partition.set', ['/dev/a;$(id)', 1, 'boot', true]);
  assert.deepEqual(made.calls.map(({ args }) => args[0]), [['parted', '-m', '-s', '--', '/dev/a;$(id)', 'set', '1', 'boot', 'on']]);
});
