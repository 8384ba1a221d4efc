/** Environments, settings, links, updates and locks of the backend gitfs, over real repositories. */
import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { FileBackend } from '../../../../src/kernel/contract/file-backend.js';
import type { PlainMap, Value } from '../../../../src/kernel/std/value.js';
import { createSys } from '../../../../src/kernel/sys/sys.js';
import { GitRepository } from '../../../support/git-repository.js';
import { listeningLog, neverAborted, testHost } from '../../../support/module-host.js';

let root: string;
let formulas: GitRepository;
let site: GitRepository;
let oldCommit: string;
let number = 0;

before(async () => {
  root = await mkdtemp(join(tmpdir(), 'tsalt-gitfs-'));
  formulas = await GitRepository.create(join(root, 'formulas'));
  oldCommit = await formulas.commit({ 'old.sls': 'old\n' });
  await formulas.commit({ 'nginx/init.sls': 'nginx\n', 'shared.sls': 'formulas\n', 'states/web.sls': 'web\n', 'states/db/init.sls': 'db\n' });
  await formulas.tag('v1.0', { annotated: true });
  await formulas.branch('develop');
  await formulas.commit({ 'dev.sls': 'dev\n' });
  await formulas.checkout('master');
  await formulas.branch('feature/x');
  await formulas.commit({ 'x.sls': 'x\n' });
  await formulas.checkout('master');
  site = await GitRepository.create(join(root, 'site'));
  await site.commit({ 'top.sls': 'top\n', 'shared.sls': 'site\n' });
});
after(() => rm(root, { recursive: true, force: true }));

interface Opened {
  readonly backend: FileBackend;
  readonly log: ReturnType<typeof listeningLog>;
  readonly opts: PlainMap;
}

async function open(remotes: Value[], more: PlainMap = {}): Promise<Opened> {
  const log = listeningLog();
  const opts = { gitfs_remotes: remotes, cachedir: join(root, `cache-${number += 1}`), hash_type: 'sha256', ...more };
  const host = await testHost({ opts, sys: createSys(), log });
  const plugin = await host.load('fileserver', 'gitfs');
  assert.ok(plugin !== undefined);
  return { backend: await plugin.open(host.context('gitfs', { signal: neverAborted() })), log, opts };
}

const updated = async (remotes: Value[], more: PlainMap = {}): Promise<FileBackend> => {
  const { backend } = await open(remotes, more);
  await fetchAll(backend);
  return backend;
};
const fetchAll = (backend: FileBackend, remotes: string[] = []) => backend.update?.({ remotes, signal: neverAborted() });
async function textAt(backend: FileBackend, path: string, env = 'base'): Promise<string | undefined> {
  const found = await backend.findFile(path, env);
  return found === undefined ? undefined : readFile(found.path, 'utf8');
}

test('branches and tags are environments, the base branch is base', async () => {
  const backend = await updated([formulas.folder]);
  assert.deepEqual(await backend.envs(), ['base', 'develop', 'feature/x', 'v1.0']);
  assert.equal(await textAt(backend, 'dev.sls', 'develop'), 'dev\n');
  assert.equal(await textAt(backend, 'dev.sls'), undefined);
  assert.equal(await textAt(backend, 'x.sls', 'feature/x'), 'x\n');
  assert.equal(await textAt(backend, 'shared.sls', 'v1.0'), 'formulas\n');
  assert.equal(await textAt(backend, 'shared.sls', 'master'), undefined, 'the base branch has no second name');
  assert.deepEqual(await backend.dirList('v1.0'), ['nginx', 'states', 'states/db']);
});

test('a commit is an environment, where it was fetched and ref_types allow it', async () => {
  assert.equal(await textAt(await updated([formulas.folder], { gitfs_depth: 0 }), 'old.sls', oldCommit), 'old\n');
  assert.equal(await textAt(await updated([formulas.folder], { gitfs_depth: 1 }), 'old.sls', oldCommit), undefined);
  assert.equal(await textAt(await updated([formulas.folder], { gitfs_depth: 0, gitfs_ref_types: ['branch'] }), 'old.sls', oldCommit), undefined);
  const pinned = await updated([{ [formulas.folder]: [{ base: oldCommit }] }]);
  assert.deepEqual(await pinned.fileList('base'), ['old.sls']);
});

test('ref_types, allow and deny lists hide environments', async () => {
  assert.deepEqual(await (await updated([{ [formulas.folder]: [{ ref_types: 'tag' }] }])).envs(), ['v1.0']);
  assert.deepEqual(await (await updated([{ [formulas.folder]: [{ saltenv_whitelist: ['base', 'v\\d.*'] }] }])).envs(), ['base', 'v1.0']);
  const denied = await updated([formulas.folder], { gitfs_saltenv_blacklist: ['feature/*', 'base'] });
  assert.deepEqual(await denied.envs(), ['develop', 'v1.0']);
  assert.equal(await textAt(denied, 'shared.sls'), undefined, 'hidden means not served');
});

test('environments are mapped to refs, roots and mount points, of one remote and of all', async () => {
  const backend = await updated(
    [{ [formulas.folder]: [{ saltenv: [{ prod: [{ ref: 'v1.0' }, { root: 'states' }] }, { dev: [{ ref: 'develop' }, { mountpoint: 'salt://mnt' }] }] }] }],
    { gitfs_disable_saltenv_mapping: true, gitfs_saltenv: [{ dev: [{ ref: 'master' }] }, { next: [{ ref: 'feature/x' }] }] },
  );
  assert.deepEqual(await backend.envs(), ['base', 'dev', 'next', 'prod']);
  assert.deepEqual(await backend.fileList('prod'), ['db/init.sls', 'web.sls']);
  assert.equal(await textAt(backend, 'web.sls', 'prod'), 'web\n');
  assert.equal(await textAt(backend, 'nginx/init.sls', 'prod'), undefined);
  assert.equal(await textAt(backend, 'mnt/dev.sls', 'dev'), 'dev\n');
  assert.equal(await textAt(backend, 'dev.sls', 'dev'), undefined);
  assert.ok((await backend.dirList('dev')).includes('mnt'));
  assert.equal(await textAt(backend, 'x.sls', 'next'), 'x\n');
  assert.equal(await textAt(backend, 'x.sls', 'feature/x'), undefined);
});

test('fallback and all_saltenvs serve one branch to environments that have none', async () => {
  const fallback = await updated([{ [formulas.folder]: [{ fallback: 'develop' }] }]);
  assert.equal(await textAt(fallback, 'dev.sls', 'nobody-knows'), 'dev\n');
  const all = await updated([formulas.folder, { [site.folder]: [{ all_saltenvs: 'master' }] }]);
  assert.equal(await textAt(all, 'top.sls', 'develop'), 'top\n');
});

test('the first remote that has a file serves it, lists hold both', async () => {
  const backend = await updated([site.folder, formulas.folder]);
  assert.equal(await textAt(backend, 'shared.sls'), 'site\n');
  assert.equal(await textAt(backend, 'nginx/init.sls'), 'nginx\n');
  assert.deepEqual(await backend.fileList('base'), ['nginx/init.sls', 'old.sls', 'shared.sls', 'states/db/init.sls', 'states/web.sls', 'top.sls']);
});

test('links are followed inside of the repository and never out of it; lists tell them', async () => {
  const linked = await GitRepository.create(join(root, 'linked'));
  await symlink('sub/real.txt', join(linked.folder, 'first'));
  await symlink('first', join(linked.folder, 'second'));
  await symlink('/etc/passwd', join(linked.folder, 'absolute'));
  await symlink('../../../../etc/passwd', join(linked.folder, 'out'));
  await symlink('round', join(linked.folder, 'round'));
  await symlink('sub', join(linked.folder, 'folder'));
  await linked.commit({ 'sub/real.txt': { text: 'real\n', mode: 0o755 } });
  const backend = await updated([linked.folder]);
  assert.equal(await textAt(backend, 'second'), 'real\n');
  assert.deepEqual((await backend.findFile('second', 'base'))?.stat, [0o100755]);
  for (const path of ['absolute', 'out', 'round', 'folder', 'folder/real.txt']) assert.equal(await textAt(backend, path), undefined, path);
  assert.deepEqual(await backend.symlinkList?.('base'), {
    absolute: '/etc/passwd', first: 'sub/real.txt', folder: 'sub', out: '../../../../etc/passwd', round: 'round', second: 'first',
  });
});

test('an update switches the whole tree, also after the history was rewritten', async () => {
  const moving = await GitRepository.create(join(root, 'moving'));
  await moving.commit({ 'a.sls': 'one\n', 'gone.sls': 'gone\n' });
  const backend = await updated([moving.folder]);
  assert.deepEqual(await fetchAll(backend), { changed: false, backend: 'gitfs' });
  await moving.git('checkout', '--quiet', '--orphan', 'fresh');
  await rm(join(moving.folder, 'gone.sls'));
  await moving.commit({ 'a.sls': 'two\n', 'b.sls': 'b\n' });
  await moving.git('branch', '-M', 'fresh', 'master');
  assert.equal(await textAt(backend, 'a.sls'), 'one\n', 'nothing changes before an update');
  assert.deepEqual(await fetchAll(backend), { changed: true, backend: 'gitfs' });
  assert.deepEqual(await backend.fileList('base'), ['a.sls', 'b.sls']);
  assert.equal(await textAt(backend, 'a.sls'), 'two\n');
  assert.equal(await textAt(backend, 'gone.sls'), undefined);
});

test('a remote that hangs or is gone goes on showing its last tree and holds up no other', async () => {
  const silent = createServer(() => undefined);
  await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
  const { port } = silent.address() as { port: number };
  const { backend, log, opts } = await open([formulas.folder, `git://127.0.0.1:${port}/x`], { gitfs_timeout: 1 });
  const began = Date.now();
  assert.deepEqual(await fetchAll(backend), { changed: true, backend: 'gitfs' });
  assert.ok(Date.now() - began < 20_000);
  assert.equal(await textAt(backend, 'shared.sls'), 'formulas\n');
  assert.equal(log.lines.filter(({ level, text }) => level === 'error' && /not updated/.test(text)).length, 1);
  silent.close();
  // A later process, whose remote is gone meanwhile.
  const again = await open([`${root}/formulas`, `git://127.0.0.1:${port}/x`], { ...opts, gitfs_remotes: [formulas.folder] });
  assert.equal(await textAt(again.backend, 'shared.sls'), 'formulas\n', 'served before any fetch');
});

test('one remote is updated by its name or address', async () => {
  const [one, other] = [await GitRepository.create(join(root, 'u1')), await GitRepository.create(join(root, 'u2'))];
  for (const repository of [one, other]) await repository.commit({ [`${repository === one ? 'one' : 'two'}.sls`]: 'x\n' });
  const { backend } = await open([{ [one.folder]: [{ name: 'first' }] }, other.folder]);
  await fetchAll(backend, ['first']);
  assert.deepEqual(await backend.fileList('base'), ['one.sls']);
  await fetchAll(backend, [other.folder]);
  assert.deepEqual(await backend.fileList('base'), ['one.sls', 'two.sls']);
  assert.deepEqual(await fetchAll(backend, ['nobody']), { changed: false, backend: 'gitfs' });
});

test('locked remotes are not updated until the lock is cleared; caches are emptied', async () => {
  const { backend, log } = await open([formulas.folder]);
  const set = await backend.lock?.('*formulas');
  assert.match(set?.done[0] ?? '', new RegExp(`^Set update lock for gitfs remote '${formulas.folder}' on machine_id '[^']+'$`));
  assert.deepEqual((await backend.lock?.(undefined))?.done, [], 'a lock that is set stays');
  await fetchAll(backend);
  assert.equal(await textAt(backend, 'shared.sls'), undefined);
  assert.ok(log.lines.some(({ level, text }) => level === 'warn' && /locked/.test(text)));
  assert.deepEqual(await backend.clearLock?.('nothing*'), { done: [], failed: [] });
  assert.match((await backend.clearLock?.(undefined))?.done[0] ?? '', /^Removed update lock for gitfs remote/);
  await fetchAll(backend);
  assert.equal(await textAt(backend, 'shared.sls'), 'formulas\n');
  assert.deepEqual(await backend.clearCache?.(), []);
  assert.deepEqual(await backend.envs(), []);
  await fetchAll(backend);
  assert.equal(await textAt(backend, 'shared.sls'), 'formulas\n');
});

test('copies of remotes that are not configured any more are removed', async () => {
  const { backend, opts } = await open([formulas.folder, site.folder]);
  await fetchAll(backend);
  const fewer = await open([site.folder], opts.constructor === Object ? { ...opts, gitfs_remotes: [site.folder] } : {});
  assert.deepEqual(await fetchAll(fewer.backend), { changed: true, backend: 'gitfs' });
  assert.deepEqual(await fetchAll(fewer.backend), { changed: false, backend: 'gitfs' });
});

// Messages: read, Salt 3008.3.
const wrong: readonly (readonly [title: string, remotes: Value[], message: RegExp])[] = [
  ['an unknown parameter', [{ 'https://example.org/a': [{ branch: 'x' }] }], /^Invalid gitfs configuration parameter 'branch' in remote 'https:\/\/example\.org\/a'\. Valid parameters are: base, fallback, /],
  ['no parameter behind the colon', [{ 'https://example.org/a': [] }], /^Invalid per-remote configuration for gitfs remote 'https:\/\/example\.org\/a'\. If no per-remote parameters/],
  ['an unknown kind of reference', [{ 'https://example.org/a': [{ ref_types: ['branch', 'note'] }] }], /^The following ref_types for gitfs remote 'https:\/\/example\.org\/a' are invalid: note\. The supported/],
  ['the same folder twice', [{ 'https://example.org/a': [{ name: 'x' }] }, { 'https://example.org/b': [{ name: 'x' }] }], /conflicting cachedirs: https:\/\/example\.org\/a, https:\/\/example\.org\/b/],
  ['a name that is no folder', [{ 'https://example.org/a': [{ name: '../x' }] }], /cannot be that of a folder/],
];
for (const [title, remotes, message] of wrong) {
  test(`${title} is refused`, () => assert.rejects(open(remotes), { name: 'FileserverConfigError', message }));
}

test('hostile addresses are left out, the others served', async () => {
  const marker = join(root, 'marker');
  await writeFile(join(root, 'payload'), `#!/bin/sh\ntouch ${marker}\n`, { mode: 0o755 });
  const { backend, log } = await open([`--upload-pack=${root}/payload`, `ext::sh -c ${root}/payload`, `ssh://-oProxyCommand=${root}/payload/x`, formulas.folder]);
  await fetchAll(backend);
  assert.equal(await textAt(backend, 'shared.sls'), 'formulas\n');
  assert.equal(log.lines.filter(({ text }) => text === 'gitfs remote left out').length, 3);
  await assert.rejects(readFile(marker), { code: 'ENOENT' });
});
