import { strict as assert } from 'node:assert';
import { mkdtempSync, readdirSync, readlinkSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { OpenFiles } from '../../../../../src/kernel/sys/tree/open-files.js';

function inFolder(work: (folder: string) => Promise<void>): () => Promise<void> {
  return async () => {
    const folder = mkdtempSync(join(tmpdir(), 'tsalt-open-'));
    try {
      await work(folder);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  };
}

/** How often this process has a file open. */
function timesOpen(path: string): number {
  return readdirSync('/proc/self/fd').filter((fd) => {
    try {
      return readlinkSync(`/proc/self/fd/${fd}`) === path;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
      throw error;
    }
  }).length;
}

async function until(holds: () => boolean): Promise<void> {
  for (let tries = 0; !holds(); tries += 1) {
    assert.ok(tries < 1000, 'it never came true');
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

test('OpenFiles reads pieces at any place, several at once, and nothing past the end', inFolder(async (folder) => {
  const path = join(folder, 'a');
  writeFileSync(path, '0123456789');
  const files = new OpenFiles();
  const read = async (loc: number): Promise<string> => (await files.read(path, '1', loc, 4)).toString();
  assert.deepEqual(await Promise.all([8, 0, 4, 10, 99].map(read)), ['89', '0123', '4567', '', '']);
}));

test('OpenFiles keeps a long file open between its pieces and closes it when nobody asks', inFolder(async (folder) => {
  const path = join(folder, 'a');
  writeFileSync(path, 'x'.repeat(100));
  const files = new OpenFiles();
  for (const loc of [0, 10, 20]) await files.read(path, '1', loc, 10);
  assert.equal(timesOpen(path), 1);
  await until(() => timesOpen(path) === 0);
  assert.equal((await files.read(path, '1', 30, 10)).length, 10);
}));

test('OpenFiles does not keep a file that is one piece', inFolder(async (folder) => {
  const path = join(folder, 'a');
  writeFileSync(path, 'short');
  await new OpenFiles().read(path, '1', 0, 10);
  await until(() => timesOpen(path) === 0);
}));

test('OpenFiles reads a file anew that has another version', inFolder(async (folder) => {
  const path = join(folder, 'a');
  writeFileSync(path, 'old content');
  const files = new OpenFiles();
  assert.equal((await files.read(path, '1', 0, 4)).toString(), 'old ');
  writeFileSync(join(folder, 'b'), 'new content');
  renameSync(join(folder, 'b'), path);
  assert.equal((await files.read(path, '2', 0, 4)).toString(), 'new ');
  assert.equal((await files.read(path, '1', 4, 7)).toString(), 'content');
}));

test('OpenFiles tells of a file that is not there, and takes it when it comes', inFolder(async (folder) => {
  const path = join(folder, 'a');
  const files = new OpenFiles();
  await assert.rejects(files.read(path, '1', 0, 4), { code: 'ENOENT' });
  writeFileSync(path, 'here');
  assert.equal((await files.read(path, '1', 0, 4)).toString(), 'here');
}));
