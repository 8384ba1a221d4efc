import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rename, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, before, test } from 'node:test';
import { ignoreRules } from '../../../../../src/kernel/sys/tree/ignore-rules.js';
import { cleanRelative, Roots, rootsOptions, type RootsOptions } from '../../../../../src/kernel/sys/tree/roots.js';

let top = '';
const path = (rel: string): string => join(top, rel);
async function put(rel: string, text = rel): Promise<void> {
  await mkdir(dirname(path(rel)), { recursive: true });
  await writeFile(path(rel), text);
}
before(async () => {
  top = await mkdtemp(join(tmpdir(), 'tsalt-roots-'));
  for (const rel of [
    'one/top.sls', 'one/web/init.sls', 'one/web/files/a.conf', 'one/web/b.pyc', 'one/.git/config', 'two/top.sls', 'two/only.sls', 'outside/secret', 'any-dev/dev.sls',
  ]) await put(rel);
  await mkdir(path('one/empty'));
  await symlink('top.sls', path('one/link.sls'));
  await symlink('../outside/secret', path('one/leak'));
  await symlink('../outside', path('one/leakdir'));
  await symlink(path('outside'), path('one/absolute'));
  await symlink('missing', path('one/broken'));
  await symlink('..', path('one/web/round'));
});
after(() => rm(top, { recursive: true }));

const roots = (more: Partial<RootsOptions> = {}): Roots => new Roots({
  fileRoots: { base: [path('one'), path('two')], __env__: [path('any-__env__')] },
  isIgnored: ignoreRules({ file_ignore_glob: ['*.pyc', '*/.git*', '.git*'] }), listCacheMs: 20_000, followSymlinks: true, ignoreSymlinks: false, hashType: 'sha256', bufferBytes: 4, ...more,
});

async function place(files: Roots, name: string): Promise<unknown> {
  const found = await files.find(name, 'base');
  return [found?.path, found?.rel];
}

test('the first folder that has a path wins, later ones add', async () => {
  const files = roots();
  assert.deepEqual(await place(files, 'top.sls'), [path('one/top.sls'), 'top.sls']);
  assert.deepEqual(await place(files, 'only.sls'), [path('two/only.sls'), 'only.sls']);
  assert.deepEqual(await place(files, '/web//files/../init.sls'), [path('one/web/init.sls'), 'web/init.sls']);
});

test('what is no file, ignored or outside is not found', async () => {
  const files = roots({ isIgnored: ignoreRules({ file_ignore_glob: ['*.pyc', '*/.git*', '.git*'], file_ignore_regex: ['^two-'] }) });
  for (const rel of ['web', 'missing', '', '.', '..', '../outside/secret', 'web/../../outside/secret', '/etc/passwd', 'top.sls/x', 'a\0b', 'web/b.pyc', '.git/config', 'broken', 'x'.repeat(300)]) {
    assert.equal(await files.find(rel, 'base'), undefined, rel);
  }
});

test('links that lead out are served only where links are followed', async () => {
  assert.equal((await roots().find('leak', 'base'))?.rel, 'leak');
  const strict = roots({ followSymlinks: false });
  assert.equal(await strict.find('leak', 'base'), undefined);
  assert.equal(await strict.find('leakdir/secret', 'base'), undefined);
  assert.equal((await strict.find('link.sls', 'base'))?.rel, 'link.sls', 'a link that stays inside is served');
});

test('__env__ stands for any environment that is a name', async () => {
  const files = roots();
  assert.equal((await files.find('dev.sls', 'dev'))?.path, path('any-dev/dev.sls'));
  assert.deepEqual(files.envs(), ['base']);
  for (const env of ['dev/../dev', '..', 'toString', '', 'a/b']) assert.equal(await files.find('dev.sls', env), undefined, env);
  assert.deepEqual(files.folders('../../etc'), []);
});

// Source: observed, Salt 3008.3 with such a tree.
test('lists hold each path once, sorted; absolute links that lead out are not told where links are followed', async () => {
  const files = roots();
  assert.deepEqual(await files.fileList('base'), [
    'absolute/secret', 'broken', 'leak', 'leakdir/secret', 'link.sls', 'only.sls', 'top.sls', 'web/files/a.conf', 'web/init.sls',
  ]);
  assert.deepEqual(await files.dirList('base'), ['absolute', 'empty', 'leakdir', 'web', 'web/files', 'web/round']);
  assert.deepEqual(await files.fileListEmptydirs('base'), ['empty']);
  assert.deepEqual(Object.keys(await files.symlinkList('base')).sort(), ['broken', 'leak', 'leakdir', 'link.sls', 'web/round']);
});

test('where links are not followed, what is behind them is not listed', async () => {
  const files = roots({ followSymlinks: false });
  assert.deepEqual((await files.fileList('base')).filter((rel) => rel.startsWith('leak')), ['leak']);
  assert.deepEqual(await files.symlinkList('base'), { absolute: path('outside'), 'link.sls': 'top.sls', leak: '../outside/secret', leakdir: '../outside', broken: 'missing', 'web/round': '..' });
});

test('links can be left out', async () => {
  const files = roots({ ignoreSymlinks: true });
  assert.deepEqual(await files.symlinkList('base'), {});
  assert.ok(!(await files.fileList('base')).includes('link.sls'));
});

test('an environment that is not there has nothing', async () => {
  const files = roots();
  assert.deepEqual(await files.fileList('unknown/env'), []);
  assert.deepEqual(await files.symlinkList('unknown/env'), {});
});

test('a listing that is kept is made anew when a folder changes, at any depth', async () => {
  const files = roots();
  await files.fileList('base');
  await new Promise((resolve) => setTimeout(resolve, 120));
  const first = await files.fileList('base');
  assert.equal(await files.fileList('base'), first, 'the same list while nothing changes');
  await put('one/web/files/deep.conf');
  assert.ok((await files.fileList('base')).includes('web/files/deep.conf'));
  await rm(path('one/web/files/deep.conf'));
  assert.ok(!(await files.fileList('base')).includes('web/files/deep.conf'));
  assert.deepEqual(files.clearFileListCache(['dev']), []);
  assert.deepEqual(files.clearFileListCache(undefined), ['base']);
});

test('names are sorted by code point, as Python does', async () => {
  await put('sorted/\u{1f600}');
  await put('sorted/\uffee');
  const files = roots({ fileRoots: { base: [path('sorted')] } });
  assert.deepEqual(await files.fileList('base'), ['\uffee', '\u{1f600}']);
});

test('those who ask for a list at once get the same, later ones a new one', async () => {
  const files = roots();
  const [one, other] = await Promise.all([files.fileList('base'), files.fileList('base')]);
  assert.deepEqual(one, other);
  await put('one/late.sls');
  assert.ok((await files.fileList('base')).includes('late.sls'));
  await rm(path('one/late.sls'));
  assert.ok(!(await files.fileList('base')).includes('late.sls'));
});

test('a file is read in pieces', async () => {
  const files = roots();
  const found = await files.find('top.sls', 'base');
  assert.ok(found !== undefined);
  const pieces: string[] = [];
  for (let loc = 0; ; loc += 4) {
    const piece = await files.serveFile(found, loc);
    if (piece.length === 0) break;
    pieces.push(piece.toString());
  }
  assert.deepEqual(pieces, ['one/', 'top.', 'sls']);
});

test('a hash is remembered until the file is another, also one of the same size and time', async () => {
  await put('one/hashed', 'aaaa');
  const files = roots();
  const found = { path: path('one/hashed'), rel: 'hashed' };
  const first = await files.fileHash(found);
  assert.deepEqual(first, { hash_type: 'sha256', hsum: '61be55a8e2f6b4e172338bddf184d6dbee29c98853e0a0485ecee7f27b9af0b4' });
  await utimes(found.path, 1000, 1000);
  await files.fileHash(found);
  await put('one/other', 'bbbb');
  await utimes(path('one/other'), 1000, 1000);
  await rename(path('one/other'), found.path);
  assert.notEqual((await files.fileHash(found)).hsum, first.hsum);
});

test('cleanRelative() keeps paths below the root', () => {
  assert.deepEqual(['a//b', '/a', 'a/../b', './a', 'a/.'].map(cleanRelative), ['a/b', 'a', 'b', 'a', 'a']);
  for (const rel of ['..', 'a/../..', '../a', '', 'a\0', '/']) assert.equal(cleanRelative(rel), undefined, rel);
});

test('options come from the configuration', () => {
  const { isIgnored, ...options } = rootsOptions({
    file_roots: { base: ['/srv/salt'], dev: '/srv/dev' }, file_ignore_glob: ['*.pyc'], file_ignore_regex: ['/\\.svn($|/)', '(', '\\Adraft'],
    fileserver_followsymlinks: false, hash_type: 'md5',
  });
  assert.deepEqual(options, {
    fileRoots: { base: ['/srv/salt'], dev: ['/srv/dev'] }, followSymlinks: false, ignoreSymlinks: false, hashType: 'md5', bufferBytes: 1_048_576, listCacheMs: 20_000,
  });
  assert.deepEqual(['a/.svn', 'a.pyc', 'draft.sls', 'a/draft', 'a'].map(isIgnored), [true, true, true, false, false]);
});
