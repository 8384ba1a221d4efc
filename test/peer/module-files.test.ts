/** What execution modules do to repositories, archives and packages, beside real Salt: the same calls on the same beginning. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { skipWithoutSalt } from '../support/fleet/salt-venv.js';
import { compareCalls, saltFolder, type Call } from '../support/salt-calls.js';

const base = realpathSync(mkdtempSync(join(tmpdir(), 'tsalt-files-peer-')));
after(() => rmSync(base, { recursive: true }));
const folder = saltFolder(base);
const work = join(base, 'the work');

function fresh(): void {
  rmSync(work, { recursive: true, force: true });
  mkdirSync(work);
}

test('git: the same answers and repositories', { skip: skipWithoutSalt }, async () => {
  Object.assign(process.env, {
    GIT_AUTHOR_DATE: '2026-01-02T03:04:05Z', GIT_COMMITTER_DATE: '2026-01-02T03:04:05Z', GIT_CONFIG_GLOBAL: join(base, 'gitconfig'), GIT_CONFIG_NOSYSTEM: '1', LC_ALL: 'C',
  });
  writeFileSync(join(base, 'gitconfig'), '[user]\nname = Ann\nemail = ann@example.org\n[init]\ndefaultBranch = main\n');
  const prepare = (): void => {
    fresh();
    const git = (cwd: string, ...argv: string[]): unknown => execFileSync('git', argv, { cwd, stdio: 'pipe' });
    git(work, 'init', '-q', '--bare', 'origin.git');
    git(work, 'clone', '-q', 'origin.git', 'first');
    const first = join(work, 'first');
    writeFileSync(join(first, 'a file.txt'), 'one\n');
    git(first, 'add', '.');
    git(first, 'commit', '-q', '-m', 'first');
    git(first, 'tag', 'v1');
    git(first, 'push', '-q', '--tags', 'origin', 'main');
    writeFileSync(join(first, 'new $(id).txt'), 'new\n');
    git(work, 'clone', '-q', 'origin.git', 'second');
    git(first, 'commit', '-q', '--allow-empty', '-m', 'second');
    git(first, 'push', '-q', 'origin', 'main', 'main:other');
  };
  const [origin, first, second, third] = [join(work, 'origin.git'), join(work, 'first'), join(work, 'second'), join(work, "it's third")] as const;
  const calls: Call[] = [
    ['git.version'], ['git.version', [true]], ['git.status', [first]], ['git.add', [first, 'new $(id).txt']], ['git.add', [first, '--no such file']],
    ['git.commit', [first, 'message with "quotes"; $(id)\n\nbody']], ['git.commit', [first, 'nothing']], ['git.status', [first]],
    ['git.rev_parse', [first, 'HEAD']], ['git.revision', [first]], ['git.revision', [first, 'v1', true]], ['git.revision', [first, 'nosuch']], ['git.current_branch', [first]], ['git.describe', [first]],
    ['git.list_branches', [first]], ['git.list_branches', [first, true]], ['git.list_tags', [first]], ['git.remotes', [first]], ['git.remote_get', [first]], ['git.remote_get', [first, 'nosuch']],
    ['git.ls_remote', [first]], ['git.ls_remote', [null, origin, 'main']], ['git.remote_refs', [origin]], ['git.remote_refs', [origin], { heads: true, filter: 'o*' }], ['git.remote_refs', [join(work, 'none')]],
    ['git.push', [first, 'origin', 'main']], ['git.fetch', [second]], ['git.fetch', [second, 'origin'], { refspecs: 'main:copy,v1' }], ['git.pull', [second]],
    ['git.branch', [second, 'topic']], ['git.branch', [second, 'topic']], ['git.branch', [second, 'topic'], { opts: '-m topic2' }], ['git.checkout', [second, 'v1']], ['git.current_branch', [second]],
    ['git.checkout', [second], { opts: '-b fresh' }], ['git.checkout', [second]], ['git.checkout', [second, 'nosuch']], ['git.merge', [second, 'main']], ['git.rebase', [second, 'main']],
    ['git.rebase', [second], { opts: '-i' }], ['git.reset', [second], { opts: '--hard v1' }], ['git.merge_base', [second, 'main,fresh']], ['git.merge_base', [second, ['main', 'fresh']], { all: true }],
    ['git.merge_base', [second, 'v1,main'], { is_ancestor: true }], ['git.merge_base', [second, 'main,v1'], { is_ancestor: true }], ['git.merge_base', [second, 'main'], { is_ancestor: true }],
    ['git.merge_base', [second, 'main'], { octopus: true, independent: true }], ['git.merge_tree', [second, 'v1', 'main']], ['git.diff', [first, 'v1', 'HEAD']], ['git.diff', [first], { cached: true, no_index: true }],
    ['git.diff', [first, 'v1', 'HEAD'], { paths: ['a file.txt'], opts: '--stat' }], ['git.rm', [first, 'a file.txt']], ['git.stash', [first]], ['git.stash', [first, 'pop']], ['git.reset', [first], { opts: '--hard' }],
    ['git.discard_local_changes', [first]], ['git.tag', [first, 'v2', 'HEAD', 'a message']], ['git.tag', [first, 'v3']], ['git.tag', [first, 'v3'], { opts: '-d' }], ['git.tag', [first, 'v4'], { opts: '-m hello' }],
    ['git.list_tags', [first]], ['git.symbolic_ref', [first, 'HEAD']], ['git.symbolic_ref', [first, 'HEAD', 'x'], { opts: '--delete' }],
    ['git.config_set', ['user.name', 'Bob "B" O\'Neil; $(id)'], { cwd: first }], ['git.config_get', ['user.name'], { cwd: first }], ['git.config_get', ['user.name'], { cwd: first, all: true }],
    ['git.config_set', ['foo.bar'], { cwd: first, multivar: 'a,b,-c' }], ['git.config_get', ['foo.bar'], { cwd: first }], ['git.config_get', ['foo.bar'], { cwd: first, all: true }],
    ['git.config_get_regexp', ['foo\\..*'], { cwd: first }], ['git.config_get_regexp', ['foo\\..*', 'b'], { cwd: first }], ['git.config_get_regex', ['nosuch'], { cwd: first }], ['git.config_get', ['no.such'], { cwd: first }],
    ['git.config_unset', ['foo.bar'], { cwd: first }], ['git.config_unset', ['foo.bar', 'b'], { cwd: first }], ['git.config_unset', ['foo.bar'], { cwd: first, all: true }], ['git.config_unset', ['foo.bar'], { cwd: first }],
    ['git.config_unset', ['nokey'], { cwd: first }], ['git.config_get', ['user.email'], { global: true }], ['git.config_get', ['user.email']], ['git.config_get', ['user.email'], { cwd: first, nosuch: 1 }],
    ['git.remote_set', [first, 'https://example.org/r.git', 'up'], { https_user: 'a b', https_pass: 'p@:/' }], ['git.remotes', [first]], ['git.remotes', [first], { redact_auth: false }],
    ['git.remote_set', [first, origin, 'up'], { push_url: 'ssh://git@example.org/r.git' }], ['git.remote_set', [first, origin, 'up'], { https_user: 'x' }],
    ['git.worktree_add', [first, join(work, 'tree')]], ['git.worktree_add', [first, join(work, 'tree2')], { detach: true, ref: 'v1' }], ['git.worktree_add', [first, join(work, 'tree3')], { detach: true, branch: 'x' }],
    ['git.list_worktrees', [first]], ['git.is_worktree', [join(work, 'tree')]], ['git.is_worktree', [first]], ['git.is_worktree', [work]], ['git.worktree_rm', [join(work, 'tree')]], ['git.worktree_rm', [first]],
    ['git.worktree_rm', [join(work, 'nosuch')]], ['git.list_worktrees', [first]], ['git.list_worktrees', [first, true]], ['git.list_worktrees', [first], { all: true }], ['git.list_worktrees', [first, true], { all: true }],
    ['git.worktree_prune', [first]], ['git.clone', [third, origin]], ['git.clone', [third, origin]], ['git.clone', [work, origin, 'named']], ['git.clone', [work]], ['git.clone', [third, origin], { https_user: 'x' }],
    ['git.archive', [first, join(work, 'out.tar')]], ['git.archive', [first, join(work, 'out.zip'), 'v1'], { format: 'zip', prefix: '' }], ['git.archive', [first, join(work, 'x')], { compression: 1 }],
    ['git.init', [join(work, 'init one')]], ['git.init', [join(work, 'bare')], { bare: true, shared: 660 }], ['git.submodule', [first, 'status']], ['git.submodule', [first, 'update'], { init: true }],
    ['git.merge', [first], { nosuch: 1 }], ['git.status', [join(work, 'nosuch')]],
  ];
  await compareCalls(folder, calls, prepare);
});
