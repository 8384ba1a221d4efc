/** File systems in files and the room on disks, told as by real Salt. */
import { mkdirSync, mkdtempSync, realpathSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { spawnSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import type { PlainMap } from '../../src/kernel/std/value.js';
import { skipWithoutSalt } from '../support/fleet/salt-venv.js';
import { compareCalls, saltFolder, type Call } from '../support/salt-calls.js';
import { compareStates, type StateCall } from '../support/state-calls.js';

const skipExtfs = skipWithoutSalt !== false ? skipWithoutSalt : spawnSync('mke2fs', ['-V']).status === 0 ? false : 'e2fsprogs is not installed';
const root = realpathSync(mkdtempSync(join(tmpdir(), 'tsalt-peer-disk-')));
after(() => rmSync(root, { recursive: true, force: true }));

function folder(name: string): string {
  const path = join(root, name);
  mkdirSync(path);
  return saltFolder(path);
}

test('file systems are made, changed and read as by real Salt', { skip: skipExtfs }, async () => {
  const image = join(root, 'image');
  const fresh = (): void => {
    writeFileSync(image, '');
    truncateSync(image, 8 * 1024 * 1024);
  };
  const made: PlainMap = { fs_type: 'ext4', block_size: 1024, label: 'own', uuid: '6f9619ff-8b86-d011-b42d-00c04fc964ff', reserved: 3, number_of_inodes: 64, opts: '^metadata_csum', ext_opts: 'hash_seed=6f9619ff-8b86-d011-b42d-00c04fc964ff' };
  const calls: Call[] = [
    ['extfs.mkfs', [image], made], ['extfs.mkfs', [image, 'fly']], ['extfs.mkfs', [join(root, 'none'), 'ext4']], ['extfs.mkfs', [image, 'ext2'], { ...made, test: true, journal: true, unknown: 'x' }],
    ['extfs.tune', [image], { label: 'other', max: 20, reserved_percentage: 1, error: 'remount-ro' }], ['extfs.tune', [image], { error: 'fly' }], ['extfs.tune', [join(root, 'none')], { label: 'x' }], ['extfs.blocks', [image]],
  ];
  await compareCalls(folder('extfs'), calls, fresh);
});

test('the room on disks is told as by real Salt', { skip: skipWithoutSalt }, async () => {
  const status = (name: string, more: PlainMap): StateCall => ['disk.status', { name, ...more }];
  await compareStates(folder('states'), [
    status('/', { minimum: '101%' }), status('/', { maximum: 'x' }), status('/', { maximum: 101, minimum: -1 }), status('/', { minimum: 50, maximum: '50%' }), status('/', { minimum: '1 MB', absolute: true }), status('/', { maximum: 12.7, minimum: '13 %' }),
    status('/no/such folder', { maximum: 50 }), status(join(root, 'states', 'minion'), {}),
  ]);
});
