/** File systems in a file: made, changed and read by the real programs. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import type { PlainMap, Value } from '../../../../src/kernel/std/value.js';
import { createSys } from '../../../../src/kernel/sys/sys.js';
import { parseDump } from '../../../../src/plugins/modules/extfs/dump.js';
import { neverAborted, testHost } from '../../../support/module-host.js';

const skip = spawnSync('mke2fs', ['-V']).status === 0 ? false : 'e2fsprogs is not installed';
const root = mkdtempSync(join(tmpdir(), 'tsalt-extfs-'));
const image = join(root, 'an image; $(id)');
after(() => rmSync(root, { recursive: true, force: true }));

async function call(fun: string, args: Value[], kwargs: PlainMap = {}): Promise<Value> {
  await using host = await testHost({ sys: createSys(), grains: () => ({ kernel: 'Linux', os: 'Debian', os_family: 'Debian' }), opts: { cachedir: root } });
  return host.session({ signal: neverAborted() }).call(`extfs.${fun}`, args, kwargs);
}
const attributes = async (): Promise<PlainMap> => await call('attributes', [image]) as PlainMap;

test('a file system in a file', { skip }, async () => {
  writeFileSync(image, '');
  truncateSync(image, 4 * 1024 * 1024);
  const made = await call('mkfs', [image, 'ext4'], { label: "it's; a", block_size: 1024, full_return: true }) as PlainMap;
  assert.equal(made['retcode'], 0);
  assert.equal((await attributes())['Filesystem volume name'], "it's; a");
  await call('tune', [image], { label: 'new', max: 20 });
  const facts = await attributes();
  assert.deepEqual([facts['Filesystem volume name'], facts['Maximum mount count'], (facts['Filesystem features'] as string[]).includes('extent')], ['new', '20', true]);
  assert.deepEqual(Object.keys(await call('blocks', [image]) as PlainMap), ['Group 0']);
});

test('what is none is told in the words of the program', { skip }, async () => {
  await assert.rejects(call('attributes', [join(root, 'none')]), /No such file or directory while trying to open/);
  await assert.rejects(call('tune', ['-L', '/dev/null']), /Device '-L' is not valid/);
  const failed = await call('mkfs', [join(root, 'none'), 'ext4']) as string[];
  assert.match(failed.join('\n'), /does not exist/);
  assert.ok(!existsSync(join(root, 'none')));
});

test('groups as dumpe2fs 1.47 tells them', () => {
  const { attributes: facts, blocks } = parseDump([
    'dumpe2fs 1.47.0 (5-Feb-2023)', 'Filesystem volume name:   own', 'Filesystem features:      has_journal ext_attr', 'Group descriptor size:    64', 'Filesystem created:       Sat Nov 21 21:00:00 2026', '',
    'Group 1: (Blocks 8193-16383) csum 0x1234 [INODE_UNINIT, ITABLE_ZEROED]', '  Backup superblock at 8193, Group descriptors at 8194-8194', '  Free blocks: 9000-9010, 9100', '  Free inodes: 17-32',
  ]);
  assert.deepEqual(facts, { 'Filesystem volume name': 'own', 'Filesystem features': ['has_journal', 'ext_attr'], 'Group descriptor size': '64', 'Filesystem created': 'Sat Nov 21 21:00:00 2026' });
  assert.deepEqual(blocks, { 'Group 1': { group: '1', range: '8193-16383', extra: ['Backup superblock at 8193, Group descriptors at 8194-8194'], 'free blocks': ['9000-9010', '9100'], 'free inodes': ['17-32'] } });
});
