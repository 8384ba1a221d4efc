/** What must hold where others can write beside us. */
import assert from 'node:assert/strict';
import { chmod, chown, lstat, mkdir, readdir, readFile, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import type { Value } from '../../../../src/kernel/std/value.js';
import { createSys } from '../../../../src/kernel/sys/sys.js';
import { createTemporary } from '../../../../src/kernel/sys/file/temporary.js';
import { inFolder } from './folder.js';
import { runFile, worldAt } from './world.js';

const skip = process.getuid?.() === 0 ? false : 'only root can give files away';
const mode = async (path: string): Promise<string> => ((await stat(path)).mode & 0o7777).toString(8);
/** Positional arguments of `manage_file` for contents given by name. */
const manage = (name: string): Value[] => [name, null, {}, null, null, null, null, null, null, 'base', 'minion'];

test('createTemporary() makes files that only their owner can read, whatever the umask', async () => {
  await inFolder(async (top) => {
    const before = process.umask(0);
    try {
      const { path, handle } = await createTemporary(createSys(), top, 'x');
      await handle.close();
      assert.equal(await mode(path), '600');
    } finally {
      process.umask(before);
    }
  });
});

test('manage_file() leaves no temporary file beside the target and keeps owner and mode', { skip }, async () => {
  await inFolder(async (top) => {
    const path = join(top, 'd/secret');
    await mkdir(join(top, 'd'));
    await writeFile(path, 'old\n');
    await chmod(path, 0o600);
    await chown(path, 12, 34);
    await runFile('manage_file', manage(path), { contents: 'new\n' }, worldAt(top));
    const after = await stat(path);
    assert.deepEqual([await readFile(path, 'utf8'), after.uid, after.gid, after.mode & 0o7777], ['new\n', 12, 34, 0o600]);
    assert.deepEqual(await readdir(join(top, 'd')), ['secret']);
  });
});

test('the minion\'s backup has the owner and mode of the file', { skip }, async () => {
  await inFolder(async (top) => {
    const path = join(top, 'secret');
    await writeFile(path, 'old\n');
    await chmod(path, 0o640);
    await chown(path, 12, 34);
    const world = worldAt(top);
    await runFile('manage_file', manage(path), { contents: 'new\n' }, world);
    const listed = await runFile('list_backups', [path], {}, world) as Map<number, { Location: string }>;
    const kept = listed.get(0)?.Location ?? '';
    const facts = await stat(kept);
    assert.deepEqual([await readFile(kept, 'utf8'), facts.uid, facts.gid, facts.mode & 0o7777], ['old\n', 12, 34, 0o640]);
  });
});

test('replace() puts its backup in the place of a prepared link, not behind it', async () => {
  await inFolder(async (top) => {
    await writeFile(join(top, 'victim'), 'untouched\n');
    await writeFile(join(top, 'a'), 'old\n');
    await symlink('victim', join(top, 'a.bak'));
    await runFile('replace', [join(top, 'a'), 'old', 'new'], {}, worldAt(top));
    assert.equal(await readFile(join(top, 'victim'), 'utf8'), 'untouched\n');
    assert.ok((await lstat(join(top, 'a.bak'))).isFile());
    assert.equal(await readFile(join(top, 'a.bak'), 'utf8'), 'old\n');
  });
});

test('manage_file() refuses a folder in the place of the file and leaves nothing in it', async () => {
  await inFolder(async (top) => {
    await mkdir(join(top, 'd'));
    await writeFile(join(top, 'src'), 'x');
    const world = worldAt(top);
    const sum = { hash_type: 'sha256', hsum: await runFile('get_hash', [join(top, 'src')], {}, world) };
    const call = runFile('manage_file', [join(top, 'd'), join(top, 'src'), {}, join(top, 'src'), sum, null, null, null, null, 'base', ''], {}, world);
    await assert.rejects(call, { className: 'IsADirectoryError', message: `[Errno 21] Is a directory: '${join(top, 'd')}'` });
    assert.deepEqual(await readdir(join(top, 'd')), []);
  });
});

test('replace() that keeps the inode writes into the file, otherwise or for added lines a new file takes its place', async () => {
  await inFolder(async (top) => {
    const path = join(top, 'a');
    await writeFile(path, 'one\n');
    const first = (await stat(path)).ino;
    await runFile('replace', [path, 'one', 'two'], {}, worldAt(top));
    assert.equal((await stat(path)).ino, first);
    await runFile('replace', [path, 'two', 'three'], { preserve_inode: false }, worldAt(top));
    assert.notEqual((await stat(path)).ino, first);
    assert.equal((await stat(`${path}.bak`)).ino, first);
    const third = (await stat(path)).ino;
    await runFile('replace', [path, 'four', 'five'], { append_if_not_found: true }, worldAt(top));
    assert.notEqual((await stat(path)).ino, third);
    assert.equal(await readFile(path, 'utf8'), 'three\nfive\n');
  });
});
