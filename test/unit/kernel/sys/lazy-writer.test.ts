import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { LazyWriter } from '../../../../src/kernel/sys/lazy-writer.js';

let root = '';
before(async () => {
  root = await mkdtemp(join(tmpdir(), 'tsalt-lazy-'));
});
after(() => rm(root, { recursive: true }));

const fails = (error: unknown): never => assert.fail(error as Error);
const newWriter = (): LazyWriter => new LazyWriter({ mode: 0o600, onError: fails });

test('the newest content of a path wins, however many writes are on their way', async () => {
  const writer = newWriter();
  const path = join(root, 'newest', 'a.p');
  for (let round = 0; round < 20; round += 1) {
    writer.write(path, 'x'.repeat(200_000));
    await new Promise(setImmediate);
    writer.write(path, `round ${round}`);
    await writer.flush();
    assert.equal(await readFile(path, 'utf8'), `round ${round}`);
  }
  assert.equal((await stat(path)).mode & 0o777, 0o600);
  assert.deepEqual(await readdir(join(root, 'newest')), ['a.p'], 'nothing is left over');
});

test('pending() gives what is not on disk yet', async () => {
  const writer = newWriter();
  const path = join(root, 'pending.p');
  writer.write(path, 'one');
  assert.equal(writer.pending(path), 'one');
  writer.write(path, 'two');
  assert.equal(writer.pending(path), 'two');
  await writer.flush();
  assert.equal(writer.pending(path), undefined);
});

test('remove() deletes the file, forgets what waited, and leaves alone what is written later', async () => {
  const writer = newWriter();
  const path = join(root, 'removed.p');
  writer.write(path, 'one');
  await writer.remove(path);
  assert.equal((await readdir(root)).includes('removed.p'), false);
  await writer.remove(path);
  const removing = writer.remove(path);
  writer.write(path, 'two');
  assert.equal(writer.pending(path), 'two');
  await Promise.all([removing, writer.flush()]);
  assert.equal(await readFile(path, 'utf8'), 'two');
});

test('a folder that went away is made again, and a name may be as long as a name may be', async () => {
  const writer = newWriter();
  const path = join(root, 'gone', 'n'.repeat(255));
  writer.write(path, 'one');
  await writer.flush();
  await rm(join(root, 'gone'), { recursive: true });
  writer.write(path, 'two');
  await writer.flush();
  assert.equal(await readFile(path, 'utf8'), 'two');
});

test('what cannot be written is told with its path; others are written', async () => {
  const failed: string[] = [];
  await using writer = new LazyWriter({ mode: 0o600, onError: (_error, path) => failed.push(path) });
  await mkdir(join(root, 'folder.p'));
  await writeFile(join(root, 'file'), '');
  writer.write(join(root, 'folder.p'), 'over a folder');
  writer.write(join(root, 'file', 'below'), 'below a file');
  for (let at = 0; at < 20; at += 1) writer.write(join(root, `other${at}`), String(at));
  await writer.flush();
  assert.deepEqual(failed.sort(), [join(root, 'file', 'below'), join(root, 'folder.p')].sort());
  assert.equal(await readFile(join(root, 'other19'), 'utf8'), '19');
  assert.deepEqual((await readdir(root)).filter((name) => name.startsWith('.new')), []);
});
