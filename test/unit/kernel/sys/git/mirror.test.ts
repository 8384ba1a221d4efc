import assert from 'node:assert/strict';
import { chmod, mkdir, mkdtemp, readFile, readdir, readlink, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { GitMirror } from '../../../../../src/kernel/sys/git/mirror.js';
import { GitError } from '../../../../../src/kernel/sys/git/url.js';
import { createSys } from '../../../../../src/kernel/sys/sys.js';
import { GitRepository } from '../../../../support/git-repository.js';

const sys = createSys();
let root: string;
let repository: GitRepository;
let made = 0;

before(async () => {
  root = await mkdtemp(join(tmpdir(), 'tsalt-git-'));
  repository = await GitRepository.create(join(root, 'origin'));
  await repository.commit({ 'top.sls': 'base\n', 'web/init.sls': 'web\n', 'bin/run': { text: '#!/bin/sh\n', mode: 0o755 } });
});
after(() => rm(root, { recursive: true, force: true }));

const mirror = (more: Partial<ConstructorParameters<typeof GitMirror>[0]['remote']> = {}, timeoutMs = 30_000): GitMirror =>
  new GitMirror({ sys, folder: join(root, `mirror-${made += 1}`), remote: { url: repository.folder, ...more }, timeoutMs });

test('a fetch tells whether something changed, and refs tell branches and tags', async () => {
  const one = mirror();
  assert.equal(await one.fetch(), true);
  assert.equal(await one.fetch(), false);
  await repository.branch('dev');
  await repository.commit({ 'dev.sls': 'dev\n' });
  await repository.tag('v1', { annotated: true });
  await repository.tag('light');
  assert.equal(await one.fetch(), true);
  const { branches, tags } = await one.refs();
  assert.deepEqual([...branches.keys()].sort(), ['dev', 'master']);
  assert.equal(tags.get('v1'), branches.get('dev'));
  assert.equal(tags.get('light'), branches.get('dev'));
  await repository.checkout('master');
});

test('entries tell modes and paths, below a root too', async () => {
  const one = mirror({ depth: 1 });
  await one.fetch();
  const commit = (await one.refs()).branches.get('master') ?? '';
  assert.deepEqual((await one.entries(commit)).map(({ mode, path }) => [mode, path]), [[0o100755, 'bin/run'], [0o100644, 'top.sls'], [0o100644, 'web/init.sls']]);
  assert.deepEqual((await one.entries(commit, '/web/')).map(({ path }) => path), ['web/init.sls']);
  assert.deepEqual(await one.entries(commit, 'we'), []);
  await assert.rejects(one.entries(commit, '../x'), GitError);
  await assert.rejects(one.entries('--all'), GitError);
});

test('a rewritten history and a removed branch are followed', async () => {
  await repository.branch('moving');
  await repository.commit({ 'a.sls': 'one\n' });
  const one = mirror({ depth: 1 });
  await one.fetch();
  const first = (await one.refs()).branches.get('moving');
  await repository.git('reset', '--hard', 'HEAD~1');
  await repository.commit({ 'a.sls': 'other\n' });
  assert.equal(await one.fetch(), true);
  assert.notEqual((await one.refs()).branches.get('moving'), first);
  await repository.checkout('master');
  await repository.git('branch', '-D', 'moving');
  assert.equal(await one.fetch(), true);
  assert.equal((await one.refs()).branches.get('moving'), undefined);
});

test('a blob of 80 MB is written out by way of a file beside it', async () => {
  const large = join(root, 'large');
  const origin = await GitRepository.create(large);
  await origin.commit({ 'large.bin': { text: Buffer.alloc(80 * 1024 * 1024, 7), mode: 0o644 } });
  const one = new GitMirror({ sys, folder: join(root, 'large-mirror'), remote: { url: large } });
  await one.fetch();
  const [entry] = await one.entries((await one.refs()).branches.get('master') ?? '');
  assert.ok(entry !== undefined);
  await one.writeBlob(entry.blob, join(root, 'out.bin'));
  assert.equal((await stat(join(root, 'out.bin'))).size, 80 * 1024 * 1024);
  await assert.rejects(one.texts([entry.blob], 1000), GitError);
});

test('checkout writes whole folders: modes and links as they are, hooks and filters not started', async () => {
  const origin = await GitRepository.create(join(root, 'filters'));
  await symlink('/etc/passwd', join(origin.folder, 'link'));
  await origin.commit({ '.gitattributes': '* filter=evil\n', 'x': { text: 'x\n', mode: 0o755 } });
  const one = new GitMirror({ sys, folder: join(root, 'filters-mirror'), remote: { url: origin.folder } });
  await one.fetch();
  await mkdir(join(one.folder, 'hooks'), { recursive: true });
  await writeFile(join(one.folder, 'hooks', 'post-checkout'), `#!/bin/sh\ntouch ${root}/hooked\n`);
  await chmod(join(one.folder, 'hooks', 'post-checkout'), 0o755);
  const commit = (await one.refs()).branches.get('master') ?? '';
  const dest = join(root, 'tree', commit);
  await Promise.all([one.checkout(commit, dest), one.checkout(commit, dest)]);
  assert.deepEqual((await readdir(dest)).sort(), ['.gitattributes', 'link', 'x']);
  assert.equal(await readlink(join(dest, 'link')), '/etc/passwd');
  assert.equal((await stat(join(dest, 'x'))).mode & 0o111, 0o111);
  assert.deepEqual((await readdir(join(root, 'tree'))), [commit]);
  await assert.rejects(stat(join(root, 'hooked')));
});

test('a commit is found by its whole or shortened id, never by a name', async () => {
  const one = mirror();
  await one.fetch();
  const commit = (await one.refs()).branches.get('master') ?? '';
  assert.equal(await one.commit(commit), commit);
  assert.equal(await one.commit(commit.slice(0, 10)), commit);
  for (const none of ['master', '--all', 'f'.repeat(40), 'refs', commit.replace(/.$/, 'g')]) assert.equal(await one.commit(none), undefined, none);
});

test('a remote that hangs is given up, with its programs, and what was fetched stays', async () => {
  const one = mirror();
  await one.fetch();
  const silent = createServer(() => undefined);
  await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
  const { port } = silent.address() as { port: number };
  const hanging = new GitMirror({ sys, folder: one.folder, remote: { url: `git://127.0.0.1:${port}/a.git` }, timeoutMs: 300 });
  await assert.rejects(hanging.fetch(), /took longer than 300 ms/);
  assert.ok((await hanging.refs()).branches.has('master'));
  silent.close();
});

test('a remote that is gone says so without its login', async () => {
  const gone = new GitMirror({ sys, folder: join(root, 'gone'), remote: { url: 'http://me:topsecret@127.0.0.1:1/a.git', auth: { insecureAuth: true } }, timeoutMs: 20_000 });
  await assert.rejects(gone.fetch(), (error: unknown) => error instanceof GitError && error.message.startsWith('Cannot fetch') && !error.message.includes('topsecret'));
});

test('a password over plain HTTP and a key that others read are refused', async () => {
  const plain = new GitMirror({ sys, folder: join(root, 'plain'), remote: { url: 'http://127.0.0.1:1/a.git', auth: { user: 'a', password: 'b' } } });
  await assert.rejects(plain.fetch(), /insecure_auth/);
  const key = join(root, 'key');
  await writeFile(key, 'no key', { mode: 0o644 });
  const open = (privateKey: string): GitMirror => new GitMirror({ sys, folder: join(root, 'ssh'), remote: { url: 'git@127.0.0.1:a.git', auth: { privateKey } } });
  await assert.rejects(open(key).fetch(), /can be read by others/);
  await assert.rejects(open(join(root, 'none')).fetch(), /not found/);
});

test('the folder of another program is not taken over', async () => {
  const folder = join(root, 'strange');
  await mkdir(folder);
  await writeFile(join(folder, 'HEAD'), 'nothing of git\n');
  const one = new GitMirror({ sys, folder, remote: { url: repository.folder } });
  await assert.rejects(one.fetch(), /not a valid git repository/);
  assert.equal(await readFile(join(folder, 'HEAD'), 'utf8'), 'nothing of git\n');
});
