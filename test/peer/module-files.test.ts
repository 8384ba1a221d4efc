/** What execution modules do to repositories, archives and packages, beside real Salt: the same calls on the same beginning. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { saltProgram, skipWithoutSalt } from '../support/fleet/salt-venv.js';
import { askOurs, askSalt, compareCalls, saltFolder, type Call } from '../support/salt-calls.js';

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

test('archive: the same lists and files', { skip: skipWithoutSalt }, async () => {
  const at = (name: string): string => join(work, name);
  const prepare = (): void => {
    fresh();
    mkdirSync(at('top/sub folder'), { recursive: true });
    mkdirSync(at('top/empty'));
    for (const [name, text] of [['top/a file.txt', 'a'], ["top/sub folder/it's $(id) \"b\"", 'b'], ['top/-dash', 'c'], ['single', 'e'], ['single2', 'f']]) writeFileSync(at(name as string), text as string);
    execFileSync('ln', ['-s', 'a file.txt', at('top/link')]);
    const run = (program: string, ...argv: string[]): unknown => execFileSync(program, argv, { cwd: work, stdio: 'pipe' });
    writeFileSync(at('ünï\\x'), 'd');
    execFileSync('zip', ['-q', 'letters.zip', 'ünï\\x'], { cwd: work });
    for (const [flag, name] of [['-c', 'p.tar'], ['-cz', 'z.tar.gz'], ['-cj', 'j.tbz'], ['-cJ', 'x.txz']]) run('tar', flag as string, '-f', name as string, 'top', 'single', 'ünï\\x');
    run('tar', '-cPf', 'root.tar', at('single'), './top');
    run('zip', '-qr', '--symlinks', 'all.zip', 'top', 'single');
    run('zip', '-qr', '-D', 'nodirs.zip', 'top');
    run('zip', '-q', '-P', 'se cret', 'locked.zip', 'single');
    writeFileSync(at('broken.zip'), 'text');
    writeFileSync(at('broken.tar'), 'text');
  };
  const archives = ['p.tar', 'z.tar.gz', 'j.tbz', 'x.txz', 'root.tar', 'all.zip', 'nodirs.zip', 'locked.zip', 'letters.zip'];
  await compareCalls(folder, [
    ...archives.flatMap((name): Call[] => [['archive.list', [at(name)]], ['archive.list', [at(name)], { verbose: true }], ['archive.list', [at(name)], { strip_components: 1, verbose: true }]]),
    ['archive.list', [at('broken.zip')]], ['archive.list', [at('broken.tar')]], ['archive.list', [at('nosuch.zip')]], ['archive.list', [at('single')]], ['archive.list', [at('single')], { archive_format: 'lha' }],
    ['archive.list', [at('p.tar')], { strip_components: -1 }], ['archive.list', [at('single')], { archive_format: 'rar' }], ['archive.is_encrypted', [at('locked.zip')]], ['archive.is_encrypted', [at('all.zip')]],
    ['archive.is_encrypted', [at('broken.zip')]], ['archive.unzip', [at('broken.zip'), at('out')]], ['archive.unzip', [at('nosuch.zip'), at('out')]], ['archive.unzip', [at('all.zip'), at('out')]],
    ['archive.unzip', [at('all.zip'), at('out2')], { excludes: 'single,top/a file.txt' }], ['archive.unzip', [at('all.zip'), at('out3')], { trim_output: 2 }], ['archive.unzip', [at('all.zip'), at('out4')], { runas: 'no-such-user' }],
    ['archive.unzip', [at('locked.zip'), at('out5')], { password: 'se cret' }], ['file.find', [at('out')], { print: 'path,mode,type,size' }], ['file.find', [at('out2')]], ['file.readlink', [at('out/top/link')]],
    ['archive.zip', [at('new.zip'), at('single')]], ['archive.list', [at('new.zip')]], ['archive.zip', [at('new.zip'), 'single,single2'], { cwd: work }], ['archive.list', [at('new.zip')]],
    ['archive.zip', [at('new2'), ['top/a file.txt', 'top/-dash', 'nosuch']], { cwd: work }], ['archive.list', [at('new2')], { archive_format: 'zip' }], ['archive.zip', [at('new3.zip'), 'single']], ['archive.zip', [at('new3.zip'), 'single'], { cwd: 'rel' }],
    ['archive.tar', ['cvf', at('t.tar'), 'top/a file.txt,single'], { cwd: work }], ['archive.tar', ['-xf', at('t.tar')], { dest: at('out2') }], ['file.find', [at('out2')]], ['archive.tar', ['', 'x']],
    ['archive.tar', ['cf', at('g.tar'), at('single*')], { cwd: work }], ['archive.list', [at('t.tar')]], ['archive.gzip', [at('single')]], ['archive.gunzip', [at('single.gz')]], ['archive.gunzip', [at('nosuch.gz')]],
    ['archive.cmd_unzip', [at('all.zip'), at('out6')], { excludes: 'single', options: '-q' }], ['archive.cmd_unzip', [at('broken.zip'), at('out6')]], ['archive.cmd_zip', [at('c.zip'), 'single2'], { cwd: work }],
    ['archive.rar', [at('r.rar'), 'x']], ['archive.unrar', [at('r.rar'), 'x']],
  ], prepare);
});

/** A wheel is a ZIP file with some facts in it; made by Python's own library. */
const WHEELS = `
import sys, zipfile
for name, version in (("tsalt_demo", "1.0"), ("tsalt_demo", "2.0"), ("Other.Thing", "0.5")):
    info = f"{name}-{version}.dist-info"
    with zipfile.ZipFile(f"{sys.argv[1]}/{name}-{version}-py3-none-any.whl", "w") as wheel:
        wheel.writestr(f"{name.lower().replace('.', '_')}.py", f"VERSION = {version!r}\\n")
        wheel.writestr(f"{info}/METADATA", f"Metadata-Version: 2.1\\nName: {name}\\nVersion: {version}\\n")
        wheel.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\\nGenerator: test\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n")
        wheel.writestr(f"{info}/RECORD", "")
`;

test('pip: the same packages in a virtual environment', { skip: skipWithoutSalt }, async () => {
  const wheels = join(base, 'some wheels');
  mkdirSync(wheels);
  execFileSync(saltProgram('python'), ['-c', WHEELS, wheels]);
  const env = join(work, 'virtual env');
  const prepare = (): void => {
    fresh();
    execFileSync(saltProgram('python'), ['-m', 'venv', env]);
    writeFileSync(join(work, 'requirements.txt'), 'Other.Thing==0.5\n');
  };
  const here = { bin_env: env };
  const local = { ...here, no_index: true, find_links: wheels, disable_version_check: true };
  await compareCalls(folder, [
    ['pip.version', [env]], ['pip.list', [], here], ['pip.freeze', [], here], ['pip.normalize', ['Foo._Bar']], ['pip.is_installed', ['tsalt-demo'], here],
    ['pip.install', [], here], ['pip.install', ['tsalt_demo==1.0'], { ...here, index_url: 'nonsense' }], ['pip.install', ['x'], { ...here, find_links: '/no such' }], ['pip.install', ['x'], { ...here, timeout: 'soon' }],
    ['pip.install', ['x'], { ...here, no_index: true, index_url: 'https://example.org' }], ['pip.install', ['x'], { ...here, exists_action: 'z' }], ['pip.install', [], { ...here, editable: 'git+https://example.org' }],
    ['pip.install', ['x'], { ...here, mirrors: 'http://a' }], ['pip.install', ['x'], { ...here, log: work }], ['pip.install', ['x'], { ...here, env_vars: 'a' }],
    ['pip.install', ['x'], { bin_env: '/no such' }], ['pip.install', ['x'], { bin_env: work }],
  ], prepare);
  // Ids of processes differ: of what was run only code and output are compared.
  const done: Call[] = [
    ['pip.install', ['tsalt_demo==1.0'], local], ['pip.list', [], here], ['pip.list', ['tsalt_DEMO'], here], ['pip.list_freeze_parse', ['tsalt'], here], ['pip.freeze', [], here], ['pip.is_installed', ['tsalt-demo'], here],
    ['pip.install', ['no-such-thing'], local], ['pip.install', [], { ...local, requirements: join(work, 'requirements.txt') }], ['pip.install', ['tsalt_demo'], { ...local, upgrade: true, no_deps: true }], ['pip.list', [], here],
    ['pip.uninstall', ['tsalt_demo,Other.Thing'], here], ['pip.list', [], here], ['pip.uninstall', ['tsalt_demo'], here],
  ];
  prepare();
  const theirs = askSalt(folder, done).map(withoutPid);
  prepare();
  assert.deepEqual((await askOurs(folder, done)).map(withoutPid), theirs);
});

function withoutPid(answer: unknown): unknown {
  return JSON.parse(JSON.stringify(answer, (key, value: unknown) => (key === 'pid' ? undefined : value))) as unknown;
}

test('schedule: the same descriptions, answers and file', { skip: skipWithoutSalt }, async () => {
  const file = join(base, 'minion.d', '_schedule.conf');
  const offline = { offline: true };
  const ping = { function: 'test.ping' };
  const read: Call = ['cp.get_file_str', [`file://${file}`]];
  await compareCalls(folder, [
    ['schedule.build_schedule_item', ['a'], { ...ping, seconds: 5, minutes: 1 }], ['schedule.build_schedule_item', ['a'], { ...ping, when: 'monday 5:00pm', splay: { start: 1, end: 9, x: 2 } }],
    ['schedule.build_schedule_item', ['a'], { ...ping, seconds: 5, when: '1:00am' }], ['schedule.build_schedule_item', ['a'], { ...ping, when: 'no time at all' }], ['schedule.build_schedule_item', ['']],
    ['schedule.build_schedule_item', ['a'], { ...ping, job_args: 'x' }], ['schedule.build_schedule_item', ['a'], { ...ping, job_kwargs: ['x'] }], ['schedule.build_schedule_item', ['a'], { ...ping, when: '1:00', cron: '* * * * *' }],
    ['schedule.build_schedule_item', ['a'], { ...ping, cron: '*/5 * * * *', job_args: [1], job_kwargs: { a: 'b' }, enabled: false, maxrunning: 3, metadata: { x: 1 }, return_job: false, splay: 4, until: 'u', jid_include: false }],
    ['schedule.build_schedule_item', ['a'], { seconds: 5 }], ['schedule.list', [], offline],
    ['schedule.add', ['job one'], { ...ping, ...offline, seconds: 60, job_args: ['a: b', "it's"] }], ['schedule.add', ['job one'], { ...ping, ...offline, seconds: 60 }], ['schedule.add', ['b'], { ...ping, ...offline, test: true }],
    ['schedule.add', ['b'], { ...ping, ...offline, seconds: 1, cron: 'x' }], ['schedule.add', ['b'], { ...ping, ...offline, when: '1:00', cron: 'x' }], ['schedule.add', ['b'], { ...ping, ...offline, cron: '5 * * * *', enabled: false }],
    ['schedule.list', [], offline], ['schedule.list', [], { ...offline, show_disabled: false }], ['schedule.list', [], { ...offline, return_yaml: false }],
    ['schedule.modify', ['job one'], { ...ping, ...offline, seconds: 60, job_args: ['a: b', "it's"] }], ['schedule.modify', ['job one'], { ...offline, seconds: 90 }], read, ['schedule.modify', ['nosuch'], offline],
    ['schedule.modify', ['b'], { ...offline, seconds: 5, test: true }], ['schedule.modify', ['b'], { ...offline, seconds: 5, when: 'x' }], ['schedule.delete', ['b'], { ...offline, test: true }], ['schedule.delete', ['b'], offline], read,
    ['schedule.purge', [], { ...offline, test: true }], ['schedule.purge', [], offline], read, ['schedule.postpone_job', ['x', 'junk', '2026-01-01T10:00:00']], ['schedule.skip_job', ['x', 'junk']],
    ['schedule.save', [], { test: true }], ['schedule.enable', [], { test: true }], ['schedule.disable', [], { test: true }], ['schedule.move', ['x', '*'], { test: true }], ['schedule.copy', ['x', '*'], { test: true }], ['schedule.disable_job', ['x'], { test: true }],
  ], () => rmSync(join(base, 'minion.d'), { recursive: true, force: true }));
});
