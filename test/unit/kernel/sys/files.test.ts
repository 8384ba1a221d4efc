import assert from 'node:assert/strict';
import { chmod, chown, lstat, mkdtemp, readFile, readdir, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import { createSys } from '../../../../src/kernel/sys/sys.js';

const sys = createSys();
let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tsalt-files-'));
});
afterEach(() => rm(folder, { recursive: true }));

test('readText() and exists() know missing files, also below a file', async () => {
  await writeFile(join(folder, 'a'), 'text');
  assert.equal(await sys.readText(join(folder, 'a')), 'text');
  assert.equal(await sys.readText(join(folder, 'b')), undefined);
  assert.equal(await sys.readText(join(folder, 'a/b')), undefined);
  assert.deepEqual([await sys.exists(join(folder, 'a')), await sys.exists(join(folder, 'b'))], [true, false]);
  await assert.rejects(sys.readText(folder), { code: 'EISDIR' });
});

test('writeFile() makes a file with the mode asked for, or what the umask leaves', async () => {
  await sys.writeFile(join(folder, 'key'), 'x', { mode: 0o400 });
  assert.equal((await stat(join(folder, 'key'))).mode & 0o777, 0o400);
  await sys.writeFile(join(folder, 'plain'), 'x');
  assert.equal((await stat(join(folder, 'plain'))).mode & 0o777, 0o666 & ~process.umask());
});

test('writeFile() replaces the file by rename, keeps its mode and leaves nothing beside it', async () => {
  const path = join(folder, 'a');
  await writeFile(path, 'old');
  await chmod(path, 0o4751);
  const before = await stat(path);
  await sys.writeFile(path, Buffer.from('new'));
  const now = await stat(path);
  assert.equal(await readFile(path, 'utf8'), 'new');
  assert.equal(now.mode, before.mode);
  assert.notEqual(now.ino, before.ino);
  assert.deepEqual(await readdir(folder), ['a']);
});

test('writeFile() keeps the owner', { skip: process.getuid?.() === 0 ? false : 'needs root' }, async () => {
  const path = join(folder, 'a');
  await writeFile(path, 'old');
  await chown(path, 12345, 54321);
  await sys.writeFile(path, 'new');
  const { uid, gid } = await stat(path);
  assert.deepEqual([uid, gid], [12345, 54321]);
});

test('writeFile() writes through a link', async () => {
  await writeFile(join(folder, 'real'), 'old');
  await symlink('real', join(folder, 'link'));
  await sys.writeFile(join(folder, 'link'), 'new');
  assert.equal(await readFile(join(folder, 'real'), 'utf8'), 'new');
  assert.ok((await lstat(join(folder, 'link'))).isSymbolicLink());
});

test('writeFile() cleans up when it cannot finish', async () => {
  const path = join(folder, 'dir');
  await sys.fs.mkdir(path);
  await assert.rejects(sys.writeFile(path, 'x'));
  assert.deepEqual(await readdir(folder), ['dir']);
});

test('which() finds programs only', async () => {
  const own = createSys({ env: { PATH: folder } });
  await writeFile(join(folder, 'tool'), '#!/bin/sh\n', { mode: 0o755 });
  await writeFile(join(folder, 'notes'), '', { mode: 0o644 });
  assert.equal(await own.which('tool'), join(folder, 'tool'));
  assert.equal(await own.which('notes'), undefined);
  assert.equal(await own.which(join(folder, 'tool')), join(folder, 'tool'));
  assert.equal(await own.which(folder), undefined);
  assert.match((await own.which('sh')) ?? '', /\/bin\/sh$/, 'the usual folders are searched after PATH');
});
