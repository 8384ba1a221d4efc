/** The real git with repositories in a temporary folder; what must never reach it as an option. */
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { CommandExecutionError, InvocationError } from '../../../../src/kernel/contract/errors.js';
import type { PlainMap, Value } from '../../../../src/kernel/std/value.js';
import cmd from '../../../../src/plugins/modules/cmd.js';
import git from '../../../../src/plugins/modules/git.js';
import { readFetched } from '../../../../src/plugins/modules/git/remote.js';
import { readWorktrees } from '../../../../src/plugins/modules/git/worktree.js';
import { machine, type Machine } from './machine.js';

async function repository(t: TestContext): Promise<{ host: Machine; folder: string; path: string }> {
  const folder = await mkdtemp(join(tmpdir(), 'tsalt-git-test-'));
  t.after(() => rm(folder, { recursive: true }));
  const host = machine({ modules: [git, cmd] });
  const path = join(folder, 'a repository');
  await host.call('git.init', [path], { opts: '-b main' });
  for (const [key, value] of [['user.name', 'Ann'], ['user.email', 'ann@example.org']]) await host.call('git.config_set', [key as string, value as string], { cwd: path });
  await writeFile(join(path, '-f'), 'one\n');
  await host.call('git.add', [path, '-f']);
  await host.call('git.commit', [path, '$(touch executed) `touch executed`']);
  return { host, folder, path };
}

test('names with dashes, quotes and shell characters are only names', async (t) => {
  const { host, folder, path } = await repository(t);
  assert.deepEqual(await host.call('git.status', [path]), {});
  const clone = join(folder, "clone '$(touch executed)'; touch executed");
  assert.equal(await host.call('git.clone', [clone, path]), true);
  assert.equal(await host.call('git.current_branch', [clone]), 'main');
  assert.equal(await host.call('git.revision', [clone]), await host.call('git.revision', [path]));
  for (const place of [folder, path, clone, process.cwd()]) assert.equal(existsSync(join(place, 'executed')), false);
});

test('an option in the place of a name is refused before git is started', async (t) => {
  const { host, path } = await repository(t);
  const before = host.calls.length;
  const smuggled: readonly (readonly [string, readonly Value[], PlainMap?])[] = [
    ['clone', [join(path, 'x'), '--upload-pack=touch executed']], ['ls_remote', [path, '--upload-pack=touch executed']], ['remote_refs', ['--upload-pack=touch executed']],
    ['fetch', [path, '--upload-pack=touch executed']], ['fetch', [path, 'origin'], { refspecs: '--upload-pack=touch executed' }], ['push', [path, '--receive-pack=touch executed', 'main']],
    ['push', [path, 'origin', '--exec=x']], ['checkout', [path, '--orphan=x']], ['archive', [path, join(path, 'o.tar'), '--exec=x']], ['branch', [path, '--edit-description']],
    ['rebase', [path, '--exec=touch executed']], ['merge', [path, '--strategy=x']], ['diff', [path, '--output=/tmp/x']], ['tag', [path, '--file=/etc/passwd']], ['config_get', ['--list'], { cwd: path }],
    ['config_set', ['--unset-all', 'x'], { cwd: path }], ['worktree_add', [path, '--lock']], ['submodule', [path, '--help']], ['stash', [path, '--all']], ['remote_set', [path, '--mirror=x']],
    ['remote_set', [path, 'https://example.org', '--mirror']], ['rev_parse', [path, '--git-dir']], ['revision', [path, '--all']], ['describe', [path, '--exec-path']], ['merge_base', [path, '--all']],
  ];
  for (const [fun, args, kwargs = {}] of smuggled) await assert.rejects(host.call(`git.${fun}`, args, kwargs), InvocationError, fun);
  assert.equal(host.calls.length, before);
  assert.equal(existsSync(join(path, 'executed')), false);
});

test('addresses in messages carry no password', async (t) => {
  const { host, path } = await repository(t);
  const failure = host.call('git.fetch', [path, 'https://ann:secret@127.0.0.1:1/none.git']);
  await assert.rejects(failure, (err: Error) => err instanceof CommandExecutionError && !err.message.includes('secret') && err.message.includes('https://<redacted>@127.0.0.1'));
  assert.ok(!host.log.some(({ text }) => text.includes('secret')));
});

test('keys: what is no key, what is missing, and the quoting of its path', async (t) => {
  const { host, folder, path } = await repository(t);
  await assert.rejects(host.call('git.fetch', [path, path], { identity: '/no such key' }), {
    message: 'Unable to authenticate using identity file:\n\nThe following identity file(s) were not found: /no such key',
  });
  const key = join(folder, "key's $(touch executed)");
  await writeFile(key, 'text');
  await assert.rejects(host.call('git.fetch', [path, path], { identity: key }), { message: `${key} is not a private key` });
  await writeFile(key, '-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\n');
  await assert.rejects(host.call('git.fetch', [path, path], { identity: key }), /is passphrase-protected/);
  await writeFile(key, '-----BEGIN RSA PRIVATE KEY-----\n');
  const asked = machine({ modules: [git], answers: { 'cmd.run_all': { pid: 1, retcode: 0, stdout: '', stderr: '' } } });
  await asked.call('git.fetch', [path], { identity: key });
  const env = asked.calls[0]?.kwargs['env'] as PlainMap;
  assert.match(String(env['GIT_SSH_COMMAND']), /-i '.*key'\\''s \$\(touch executed\)'$/);
});

test('what a fetch brought', () => {
  assert.deepEqual(readFetched([
    'From /srv/origin', ' * [new branch]      topic      -> origin/topic', ' * [new tag]         v2         -> v2', '   1a2b3c4..5d6e7f8  main       -> origin/main', ' * [tag update]      v1         -> v1',
  ].join('\n')), { 'new branches': ['topic'], 'new tags': ['v2'], 'updated tags': ['v1'], 'updated branches': { main: { old: '1a2b3c4', new: '5d6e7f8' } } });
});

test('worktrees as git lists them', () => {
  assert.deepEqual(readWorktrees('worktree /a\nHEAD 1\nbranch refs/heads/main\n\nworktree /b\nHEAD 2\ndetached\n\nworktree /c\nbare\n'), [
    { worktree: '/a', HEAD: '1', branch: 'refs/heads/main' }, { worktree: '/b', HEAD: '2', branch: 'detached' },
  ]);
});
