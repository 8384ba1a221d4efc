import assert from 'node:assert/strict';
import { mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { Float, type PlainMap, type Value } from '../../../../src/kernel/std/value.js';
import disk from '../../../../src/plugins/modules/disk.js';
import { benchOf, type Bench } from '../bench.js';

const DF = [
  'Filesystem              1024-blocks     Used Available Capacity Mounted on',
  'devtmpfs                   12334524        0  12334524       0% /dev',
  '/dev/mapper/a-very-long-name-of-a-volume-group',
  '                          264212084 13075716  82425548      14% /',
  'map auto home                     5        1         4      20% /home',
].join('\n');
const DF_INODES = [
  'Filesystem                Inodes  IUsed    IFree IUse% Mounted on',
  'devtmpfs                 3083631    114  3083517    1% /dev',
].join('\n');
/** What the programs of the recording printed. */
const HDPARM = [
  '',
  '/dev/sda:',
  ' multcount     = 16 (on)',
  ' readonly      =  0 (off)',
  ' geometry      = 60801/255/63, sectors = 976773168, start = 0',
  ' drive state is:  active/idle',
  ' APM_level\t= not supported',
  ' empty =',
  ' look-ahead    =  1 (on)',
  ' noise',
].join('\n');
const HDPARM_SECTORS = '\n/dev/sda:\n max sectors   = 976773168/1000000000, HPA is enabled';
const SMARTCTL = [
  'smartctl 7.3',
  '',
  'ID# ATTRIBUTE_NAME          FLAG     VALUE WORST THRESH TYPE      UPDATED  WHEN_FAILED RAW_VALUE',
  '  1 Raw_Read_Error_Rate     0x000f   114   099   006    Pre-fail  Always       -       80385784',
  '194 Temperature_Celsius     0x0022   026   040   000    Old_age   Always       -       26 (0 17 0 0 0)',
  '240 Head_Flying_Hours       0x0000   100   253   000    Old_age   Offline      -       12 13 14',
].join('\n');
const IOSTAT = [
  'Linux 6.1 (vm) \t01/01/26 \t_x86_64_\t(2 CPU)',
  '',
  'avg-cpu:  %user   %nice %system %iowait  %steal   %idle',
  '           1.00    0.00    0.25    0.02    0.00   98.73',
  '',
  'Device:         rrqm/s   wrqm/s     r/s',
  'sda               0.01     1.00    5.25',
  'sdb               0.00     0.00    0.00',
  '',
  'avg-cpu:  %user   %nice %system %iowait  %steal   %idle',
  '           2.01    0.00    0.26    0.05    0.00   97.00',
  '',
  'Device:         rrqm/s   wrqm/s     r/s',
  'sda               0.02     2.00    6.00',
].join('\n');
const BLOCKDEV = ['0', '15624', '512', '512', '512', '0', '0', '128', '15624', '7999488', '256', '256'].join('\n');

type Answer = readonly [retcode: number, stdout: string, stderr?: string];

interface Programs extends Bench {
  readonly started: string[];
}

/** Programs by the beginning of their command line; what is not named fails. */
function programs(answers: Readonly<Record<string, Answer>>, setup: { kernel?: string; missing?: readonly string[] } = {}): Programs {
  const started: string[] = [];
  const run = ([argv]: readonly Value[]): Answer => {
    const line = (argv as readonly string[]).join(' ');
    started.push(line);
    const known = Object.entries(answers).find(([start]) => line.startsWith(start));
    return known?.[1] ?? [1, '', `${line}: failed`];
  };
  const bench = benchOf(disk, {
    grains: { kernel: setup.kernel ?? 'Linux' },
    functions: {
      'cmd.run': (args) => run(args)[1],
      'cmd.run_stdout': (args) => run(args)[1],
      'cmd.retcode': (args) => run(args)[0],
      'cmd.run_all': (args) => {
        const [retcode, stdout, stderr = ''] = run(args);
        return { retcode, stdout, stderr };
      },
    },
  });
  const which = async (program: string): Promise<string | undefined> => (setup.missing?.includes(program) === true ? undefined : `/sbin/${program}`);
  Object.assign(bench.ctx, { sys: { ...bench.ctx.sys, which, exists: async () => setup.missing?.includes('mtab') !== true } });
  return { ...bench, started };
}

test('disk.usage reads df, long and odd names too', async () => {
  const { call, started } = programs({ df: [0, DF] });
  const row = { filesystem: '/dev/mapper/a-very-long-name-of-a-volume-group', '1K-blocks': '264212084', used: '13075716', available: '82425548', capacity: '14%' };
  assert.deepEqual(await call('usage', ['aT']), {
    '/dev': { filesystem: 'devtmpfs', '1K-blocks': '12334524', used: '0', available: '12334524', capacity: '0%' },
    '/': row,
    '/home': { filesystem: 'map auto home', '1K-blocks': '5', used: '1', available: '4', capacity: '20%' },
  });
  assert.deepEqual(started, ['df -P -aT']);
  await assert.rejects(call('usage', ['z']), { message: 'Invalid flag passed to disk.usage' });
  await assert.rejects(call('usage', [['h', '-x']]), { message: 'Invalid flag passed to disk.usage' });
});

test('disk.usage needs the table of mounts, and forgets what stands before a short row', async () => {
  const without = programs({ df: [0, DF] }, { missing: ['mtab'] });
  assert.deepEqual(await without.call('usage'), {});
  assert.deepEqual(without.logged, ['error df cannot run without /etc/mtab']);
  const short = programs({ df: [0, '/dev/a 1 2 3 4% /a\n/dev/b 1 2\n/dev/c 1 2 3 4% /c'] });
  assert.deepEqual(Object.keys(await short.call('usage') as PlainMap), ['/c']);
  assert.deepEqual(short.logged, ['error Problem parsing disk usage information']);
});

test('disk.usage asks each system in its way', async () => {
  for (const [kernel, command] of [['SunOS', 'df -k'], ['OpenBSD', 'df -kP'], ['Darwin', 'df']] as const) {
    const { call, started } = programs({ df: [0, ''] }, { kernel });
    assert.deepEqual(await call('usage'), {});
    assert.deepEqual(started, [command]);
  }
  const mac = programs({ df: [0, '/dev/d1 100 40 60 40% 7 8 9% /'] }, { kernel: 'Darwin' });
  assert.deepEqual(await mac.call('usage'), {
    '/': { filesystem: '/dev/d1', '512-blocks': '100', used: '40', available: '60', capacity: '40%', iused: '7', ifree: '8', '%iused': '9%' },
  });
});

test('disk.percent gives all, one, or nothing', async () => {
  const { call, logged } = programs({ 'df -P': [0, DF.replace('group\n', 'group ')] });
  assert.deepEqual(await call('percent'), { '/dev': '0%', '/': '14%', '/home': '20%' });
  assert.equal(await call('percent', ['/']), '14%');
  assert.deepEqual(await call('percent', ['/nope']), {});
  assert.deepEqual(logged, ['error partition does not exist']);
});

test('disk.inodeusage reads df -i', async () => {
  const { call, started } = programs({ df: [0, DF_INODES] });
  assert.deepEqual(await call('inodeusage', ['h']), { '/dev': { inodes: '3083631', used: '114', free: '3083517', use: '1%', filesystem: 'devtmpfs' } });
  assert.deepEqual(started, ['df -iP -h']);
  assert.deepEqual(await programs({ df: [0, `${DF_INODES}\ndf: /x: Permission denied`] }).call('inodeusage'), {});
});

test('disk.blkid reads attributes', async () => {
  const line = '/dev/sda1: LABEL="my disk" UUID="67b55053-5891" BLOCK_SIZE="1024" TYPE="ext4"';
  const { call, started } = programs({ blkid: [0, `${line}\n`] });
  const found = { '/dev/sda1': { LABEL: 'my disk', UUID: '67b55053-5891', BLOCK_SIZE: '1024', TYPE: 'ext4' } };
  assert.deepEqual(await call('blkid'), found);
  assert.deepEqual(await call('blkid', ['/dev/sda1']), found);
  assert.deepEqual(await call('blkid', [null, 'TYPE=ext4']), found);
  assert.deepEqual(started, ['blkid', 'blkid /dev/sda1', 'blkid -t TYPE=ext4']);
  assert.deepEqual(await programs({}).call('blkid'), {});
  await assert.rejects(programs({}, { missing: ['blkid'] }).call('blkid'), { code: 'job.command_missing', message: "The 'blkid' binary was not found in $PATH." });
});

test('disk.dump gives settings, all or named', async () => {
  const { call } = programs({ blockdev: [0, BLOCKDEV] });
  assert.deepEqual(await call('dump', ['/dev/sda', ['getss', 'getra']]), { getss: '512', getra: '256' });
  assert.equal(Object.keys(await call('dump', ['/dev/sda']) as PlainMap).length, 12);
  await assert.rejects(call('dump', ['/dev/sda', ['nope']]), { className: 'KeyError', message: "'nope'" });
  assert.equal(await programs({}).call('dump', ['/nope']), false);
});

test('disk.tune sets and shows what it set', async () => {
  const { call, started } = programs({ blockdev: [0, BLOCKDEV] });
  assert.deepEqual(await call('tune', ['/dev/sda'], { 'read-ahead': 1024, 'read-write': true }), { getra: '256', getro: '0' });
  assert.equal(started[0], 'blockdev --setra 1024 --setrw /dev/sda');
  await assert.rejects(call('tune', ['/dev/sda'], { 'read-ahead': 1, bad: 2, 'read-only': 'x' }), { message: 'Invalid keyword arguments: bad=2, read-only=x' });
  await assert.rejects(programs({ blockdev: [1, '', 'blockdev: cannot open /nope: No such file or directory'] }).call('tune', ['/nope'], { 'read-ahead': 1 }), {
    message: 'blockdev: cannot open /nope: No such file or directory',
  });
});

test('disk.wipe and disk.resize2fs say whether it worked', async () => {
  assert.equal(await programs({ 'wipefs -a /dev/sdb': [0, ''] }).call('wipe', ['/dev/sdb']), true);
  const failing = programs({});
  assert.equal(await failing.call('wipe', ['/nope']), false);
  assert.match(failing.logged[0] ?? '', /^error Error wiping device/);
  assert.equal(await programs({ 'resize2fs /dev/sdb': [0, ''] }).call('resize2fs', ['/dev/sdb']), true);
  assert.equal(await programs({}).call('resize2fs', ['/nope']), null);
});

test('disk.format gives mkfs what the file system knows', async () => {
  const { call, started } = programs({ mkfs: [0, ''], sync: [0, ''] });
  assert.equal(await call('format', ['/dev/sdb']), true);
  await call('format', ['/dev/sdb'], { inode_size: 512, lazy_itable_init: 1, force: true, fat: 32 });
  await call('format', ['/dev/sdb', 'xfs', 512], { force: true });
  await call('format', ['/dev/sdb', 'vfat'], { fat: 32 });
  assert.deepEqual(started.filter((line) => line !== 'sync'), [
    'mkfs -t ext4 /dev/sdb', 'mkfs -t ext4 -i 512 -E lazy_itable_init=1 -F /dev/sdb', 'mkfs -t xfs -i size=512 -f /dev/sdb', 'mkfs -t vfat -F 32 /dev/sdb',
  ]);
  assert.equal(await programs({ sync: [0, ''] }).call('format', ['/dev/sdb', 'nofs']), false);
});

test('disk.fstype asks lsblk, then df', async () => {
  assert.equal(await programs({ lsblk: [0, 'FSTYPE\next4\n'] }).call('fstype', ['/dev/sda']), 'ext4');
  const line = 'tmpfs          tmpfs  24684096    52  24684044   1% /dev/shm';
  assert.equal(await programs({ lsblk: [0, 'lsblk: not a block device'], 'df -T': [0, `Filesystem Type\n${line}`] }).call('fstype', ['/dev/shm']), line);
  assert.equal(await programs({}).call('fstype', ['/nope']), '');
  await assert.rejects(programs({}, { missing: ['lsblk', 'df'] }).call('fstype', ['/']), { message: `None of provided binaries(["'lsblk'", "'df'"]) were found in $PATH.` });
});

test('disk.get_fstype_from_path finds the mount of a path, links followed', async (t) => {
  const root = await mkdtemp(join(tmpdir(), 'tsalt-disk-'));
  t.after(() => rm(root, { recursive: true }));
  await symlink('/proc', join(root, 'link'));
  const { call, ctx, started } = programs({ lsblk: [0, 'FSTYPE\nany'] });
  const mounts = 'overlay / overlay rw 0 0\nproc /proc proc rw 0 0\n/dev/my\\040disk /mnt/a\\040b ext4 rw 0 0\n';
  Object.assign(ctx, { sys: { ...ctx.sys, readText: async () => mounts } });
  for (const path of [join(root, 'link/self/none'), join(root, 'none'), '/mnt/a b/c']) assert.equal(await call('get_fstype_from_path', [path]), 'any');
  assert.deepEqual(started, ['lsblk -o fstype proc', 'lsblk -o fstype overlay', 'lsblk -o fstype /dev/my disk']);
});

test('disk.hdparms reads parameters of all forms', async () => {
  const { call, started } = programs({ hdparm: [0, HDPARM] });
  assert.deepEqual(await call('hdparms', ['sda', ['a', 'A']]), {
    '/dev/sda': {
      multcount: [16, 'on'], readonly: [0, 'off'], geometry: [60801, 255, 63, { sectors: '976773168', start: '0' }],
      drive_state: ['active', 'idle'], apm_level: 'not supported', 'look-ahead': [1, 'on'],
    },
  });
  assert.deepEqual(started, ['hdparm -aA /dev/sda']);
  await assert.rejects(call('hdparms', ['sda', 'a --security-erase x']), { code: 'job.invocation' });
  await assert.rejects(programs({}, { missing: ['hdparm'] }).call('hdparms', ['sda']), { message: "The 'hdparm' binary was not found in $PATH." });
});

test('disk.hpa shows the hidden part, and sets it', async () => {
  const { call, started } = programs({ hdparm: [0, HDPARM_SECTORS] });
  assert.deepEqual(await call('hpa', ['sda']), { '/dev/sda': { total: 1000000000, visible: 976773168, hidden: 23226832 } });
  assert.equal(await call('hpa', ['/dev/sda', '5%']), null);
  assert.equal(await call('hpa', ['/dev/sda', 1000]), null);
  assert.deepEqual(started.filter((line) => line.includes('-Np')), [
    'hdparm --yes-i-know-what-i-am-doing -Np950000000 /dev/sda', 'hdparm --yes-i-know-what-i-am-doing -Np999999000 /dev/sda',
  ]);
  const whole = programs({ hdparm: [0, HDPARM_SECTORS.replace('enabled', 'disabled')] });
  assert.deepEqual(await whole.call('hpa', ['sda']), { '/dev/sda': { total: 1000000000 } });
});

test('disk.smart_attributes reads the table of smartctl', async () => {
  const { call } = programs({ 'smartctl --attributes /dev/sda': [0, SMARTCTL] });
  const all = await call('smart_attributes', ['sda']) as Map<number, PlainMap>;
  assert.deepEqual([...all.keys()], [1, 194, 240]);
  assert.deepEqual(all.get(1), {
    attribute_name: 'Raw_Read_Error_Rate', flag: '0x000f', value: 114, worst: 99, thresh: 6, type: 'Pre-fail', updated: 'Always', when_failed: '-', raw_value: 80385784,
  });
  assert.deepEqual([all.get(194)?.['raw_value'], all.get(240)?.['raw_value']], ['26 (0 17 0 0 0)', [12, 13, 14]]);
  assert.deepEqual(await call('smart_attributes', ['sda', [194], ['raw_value', 'type']]), new Map([[194, { type: 'Old_age', raw_value: '26 (0 17 0 0 0)' }]]));
  await assert.rejects(programs({ smartctl: [2, '', 'no such device'] }).call('smart_attributes', ['sda']), { message: 'no such device' });
});

test('disk.iostat gives means', async () => {
  const { call, started } = programs({ iostat: [0, IOSTAT] });
  assert.deepEqual(await call('iostat'), {
    sys: { '%user': 1.5, '%nice': new Float(0), '%system': 0.26, '%iowait': 0.04, '%steal': new Float(0), '%idle': 97.86 },
    sda: { 'rrqm/s': 0.02, 'wrqm/s': 1.5, 'r/s': 5.62 },
    sdb: { 'rrqm/s': new Float(0), 'wrqm/s': new Float(0), 'r/s': new Float(0) },
  });
  await call('iostat', [2, 3, ['sda', 'sdb']]);
  assert.deepEqual(started, ['iostat -x 1 5', 'iostat -xd 2 3 sda sdb']);
});

test('a name that a program would take as an option is refused', async () => {
  const calls: readonly (readonly [string, readonly Value[]])[] = [
    ['wipe', ['-f']], ['dump', ['--report']], ['resize2fs', ['-M']], ['format', ['-n']], ['format', ['/dev/sdb', '--help']], ['fstype', ['-J']],
    ['blkid', ['-p']], ['blkid', [null, '-p']], ['iostat', [1, 1, '-h']], ['tune', ['-x']],
  ];
  for (const [fun, args] of calls) {
    const { call, started } = programs({});
    await assert.rejects(call(fun, args), { code: 'job.invocation' }, fun);
    assert.deepEqual(started.filter((line) => line !== 'sync'), []);
  }
});
