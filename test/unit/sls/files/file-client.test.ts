import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { CommandExecutionError } from '../../../../src/kernel/contract/errors.js';
import { UnsafePathError } from '../../../../src/kernel/sys/safe-path.js';
import type { PlainMap, Value } from '../../../../src/kernel/std/value.js';
import { FileClient, parseUrl } from '../../../../src/sls/files/file-client.js';
import type { FileSource } from '../../../../src/sls/files/file-source.js';

let root = '';
before(async () => {
  root = await mkdtemp(join(tmpdir(), 'tsalt-client-'));
});
after(() => rm(root, { recursive: true }));
let number = 0;

/** A master with these files (`env/path`); `onPiece` may change them while they are read. */
function bench(files: Record<string, string>, onPiece: (loc: number) => void = () => undefined) {
  const asked: string[] = [];
  const source = {
    hash: async (path: string, env: string) => {
      const text = files[`${env}/${path}`];
      return text === undefined ? undefined : { hash_type: 'sha256', hsum: createHash('sha256').update(text).digest('hex') };
    },
    piece: async (path: string, env: string, loc: number) => {
      asked.push(`${env}/${path}@${loc}`);
      onPiece(loc);
      const text = files[`${env}/${path}`];
      return text === undefined ? { data: Buffer.alloc(0), dest: '' } : { data: Buffer.from(text.slice(loc, loc + 4)), dest: path };
    },
  } as unknown as FileSource;
  const cacheDir = join(root, String((number += 1)));
  const pushed: PlainMap[] = [];
  const push = (load: PlainMap): Promise<Value> => {
    pushed.push(load);
    return Promise.resolve(true);
  };
  return { client: new FileClient({ source, cacheDir, hashType: 'sha256', id: 'web1', push }), asked, cacheDir, pushed, files };
}

test('a file is fetched once, and again when it changed', async () => {
  const { client, asked, cacheDir, files } = bench({ 'base/web/a.conf': 'text of a' });
  const wanted = join(cacheDir, 'files/base/web/a.conf');
  assert.equal(await client.cacheFile('salt://web/a.conf', 'base'), wanted);
  assert.equal(await readFile(wanted, 'utf8'), 'text of a');
  assert.equal((await stat(wanted)).mode & 0o777, 0o644);
  assert.equal(await client.cacheFile('web/a.conf', 'base'), wanted);
  assert.deepEqual(asked.slice(0, 3), ['base/web/a.conf@0', 'base/web/a.conf@4', 'base/web/a.conf@8'], 'those behind the end may be asked for too');
  files['base/web/a.conf'] = 'other';
  await client.cacheFile('web/a.conf', 'base');
  assert.equal(await readFile(wanted, 'utf8'), 'other');
  await writeFile(wanted, 'damaged');
  await client.cacheFile('web/a.conf', 'base');
  assert.equal(await readFile(wanted, 'utf8'), 'other', 'a damaged copy is mended');
  assert.deepEqual(await readdir(join(cacheDir, 'files/base/web')), ['a.conf']);
});

test('an empty file is a file, a missing one is none', async () => {
  const { client } = bench({ 'base/empty': '' });
  const path = await client.cacheFile('salt://empty', 'base');
  assert.equal(await readFile(path ?? '', 'utf8'), '');
  assert.equal(await client.cacheFile('salt://missing', 'base'), undefined);
  assert.equal(await client.cacheFile('salt://empty', 'dev'), undefined);
  assert.ok((await client.cacheFile('salt://empty?saltenv=base', 'dev'))?.endsWith('/files/base/empty'));
});

test('who wants the same file at once shares one fetch', async () => {
  const { client, asked } = bench({ 'base/a': 'text' });
  const paths = await Promise.all(Array.from({ length: 10 }, () => client.cacheFile('a', 'base')));
  assert.equal(new Set(paths).size, 1);
  assert.deepEqual(asked, ['base/a@0']);
});

test('a file that changes while it is read is read again, whole', async () => {
  const files: Record<string, string> = { 'base/a': 'old text of a' };
  const { client } = bench(files, (loc) => {
    if (loc === 8) files['base/a'] = 'new text, other';
  });
  assert.equal(await readFile((await client.cacheFile('a', 'base')) ?? '', 'utf8'), 'new text, other');
});

test('a file that never stands still is an error, and the old copy stays', async () => {
  const files: Record<string, string> = { 'base/a': 'first' };
  let count = 0;
  let isRestless = false;
  const { client, cacheDir } = bench(files, (loc) => {
    if (isRestless && loc === 4) files['base/a'] = `change ${(count += 1)}`;
  });
  await client.cacheFile('a', 'base');
  files['base/a'] = 'second';
  isRestless = true;
  await assert.rejects(client.cacheFile('a', 'base'), (error) => error instanceof CommandExecutionError && error.message.endsWith('3 times'));
  assert.equal(await readFile(join(cacheDir, 'files/base/a'), 'utf8'), 'first');
  assert.deepEqual(await readdir(join(cacheDir, 'files/base')), ['a'], 'no half of a file is left');
});

test('a file that goes away while it is read is missing', async () => {
  const files: Record<string, string> = { 'base/a': 'text' };
  const { client, cacheDir } = bench(files, () => delete files['base/a']);
  assert.equal(await client.cacheFile('a', 'base'), undefined);
  assert.equal(existsSync(join(cacheDir, 'files/base/a')), false);
});

test('several pieces are on their way at once, and never more than four', async () => {
  let open = 0;
  let most = 0;
  const text = 'x'.repeat(200);
  const source = {
    hash: async () => ({ hash_type: 'sha256', hsum: createHash('sha256').update(text).digest('hex') }),
    piece: async (_path: string, _env: string, loc: number) => {
      most = Math.max(most, open += 1);
      await new Promise((resolve) => setImmediate(resolve));
      open -= 1;
      return { data: Buffer.from(text.slice(loc, loc + 10)), dest: 'a' };
    },
  } as unknown as FileSource;
  const client = new FileClient({ source, cacheDir: join(root, String((number += 1))), hashType: 'sha256', id: 'web1' });
  assert.equal(await readFile((await client.cacheFile('a', 'base')) ?? '', 'utf8'), text);
  assert.equal(most, 4);
});

/** A master that fails now and then while a file of 3 MiB is fetched. */
function failing(failAt: (loc: number, tries: number) => boolean) {
  const content = Buffer.alloc(3 * 1024 * 1024, 'abcdefg');
  const asked: number[] = [];
  const source = {
    hash: async () => ({ hash_type: 'sha256', hsum: createHash('sha256').update(content).digest('hex') }),
    piece: async (_path: string, _env: string, loc: number) => {
      asked.push(loc);
      if (failAt(loc, asked.filter((one) => one === loc).length)) throw new Error('no answer');
      return { data: content.subarray(loc, loc + 1024 * 1024), dest: 'a' };
    },
  } as unknown as FileSource;
  const cacheDir = join(root, String((number += 1)));
  return { client: () => new FileClient({ source, cacheDir, hashType: 'sha256', id: 'web1' }), asked, cacheDir, content };
}

test('a transfer that is cut off goes on where it stopped', async () => {
  const { client, asked, content } = failing((loc, tries) => loc === 2 * 1024 * 1024 && tries === 1);
  assert.ok((await readFile((await client().cacheFile('a', 'base')) ?? '')).equals(content));
  assert.equal(asked.filter((loc) => loc === 0).length, 1, 'the beginning is not fetched again');
});

test('one that is given up is resumed by a later process, and checked as a whole', async () => {
  let isDown = true;
  const { client, asked, content, cacheDir } = failing((loc) => isDown && loc === 2 * 1024 * 1024);
  await assert.rejects(client().cacheFile('a', 'base'), /no answer/);
  const [kept = ''] = await readdir(join(cacheDir, 'unfinished'));
  assert.match(kept, /^sha256-[0-9a-f]{64}$/);
  assert.deepEqual(await readdir(join(cacheDir, 'files/base')), []);
  isDown = false;
  asked.length = 0;
  assert.ok((await readFile((await client().cacheFile('a', 'base')) ?? '')).equals(content));
  assert.ok(!asked.includes(0) && asked.includes(2 * 1024 * 1024));
  assert.deepEqual(await readdir(join(cacheDir, 'unfinished')), []);
});

test('a kept beginning that was damaged is not believed', async () => {
  let isDown = true;
  const { client, content, cacheDir } = failing((loc) => isDown && loc === 2 * 1024 * 1024);
  await assert.rejects(client().cacheFile('a', 'base'));
  const [kept = ''] = await readdir(join(cacheDir, 'unfinished'));
  await writeFile(join(cacheDir, 'unfinished', kept), Buffer.alloc(2 * 1024 * 1024, 'zzz'));
  isDown = false;
  assert.ok((await readFile((await client().cacheFile('a', 'base')) ?? '')).equals(content));
});

test('an environment may have slashes, as branches have', () => {
  const { client, cacheDir } = bench({});
  assert.equal(client.cachePath('a', 'feature/x'), join(cacheDir, 'files/feature/x/a'));
});

test('no path leads out of the cache', async () => {
  const { client } = bench({});
  for (const [path, env, type] of [['../a', 'base', UnsafePathError], ['a/../../../a', 'base', UnsafePathError], ['a', '../base', CommandExecutionError], ['a', '', CommandExecutionError]] as const) {
    assert.throws(() => client.cachePath(path, env), type, `${env}/${path}`);
  }
});

test('a local file is sent in pieces', async () => {
  const { client, pushed } = bench({});
  const path = join(root, 'big');
  await writeFile(path, Buffer.alloc(300_000, 'x'));
  assert.equal(await client.push(path, ['tmp', 'big']), true);
  assert.deepEqual(pushed.map(({ cmd, path: names, loc, size, data }) => [cmd, names, loc, size, (data as Buffer).length]), [
    ['_file_recv', ['tmp', 'big'], 0, 300_000, 262_144], ['_file_recv', ['tmp', 'big'], 262_144, 300_000, 37_856],
  ]);
  pushed.length = 0;
  await writeFile(path, '');
  assert.equal(await client.push(path, ['big']), true);
  assert.equal(pushed.length, 1, 'an empty file is sent, too');
});

test('without a master, or when it refuses, nothing is pushed', async () => {
  const { cacheDir } = bench({});
  const source = {} as FileSource;
  const path = join(root, 'refused');
  await writeFile(path, 'text');
  assert.equal(await new FileClient({ source, cacheDir, hashType: 'sha256', id: 'web1' }).push(path, ['a']), false);
  assert.equal(await new FileClient({ source, cacheDir, hashType: 'sha256', id: 'web1', push: () => Promise.resolve(false) }).push(path, ['a']), false);
});

const urls = [
  ['salt://a/b', 'a/b', 'base'], ['a/b', 'a/b', 'base'], ['salt://a?saltenv=dev', 'a', 'dev'], ['salt://a?env=dev', 'a', 'dev'], ['salt:///a', 'a', 'base'],
  ['salt://|a?b', 'a?b', 'base'], ['salt://a?b=c', 'a?b=c', 'base'],
] as const;
for (const [url, rel, env] of urls) test(`${url} is ${rel} of ${env}`, () => assert.deepEqual(parseUrl(url, 'base'), { rel, env }));
