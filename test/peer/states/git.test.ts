/** States of git with real repositories, beside those of real Salt. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { skipWithoutSalt } from '../../support/fleet/salt-venv.js';
import { saltFolder } from '../../support/salt-calls.js';
import { compareStates, type StateCall } from '../../support/state-calls.js';

const skip = skipWithoutSalt;
const base = realpathSync(mkdtempSync(join(tmpdir(), 'tsalt-states-git-')));
after(() => rmSync(base, { recursive: true, force: true }));
const folder = saltFolder(base);
const work = join(base, 'the work');
const at = (...parts: string[]): string => join(work, ...parts);
const origin = at('origin.git');

const git = (cwd: string, ...argv: string[]): string => execFileSync('git', argv, { cwd, stdio: 'pipe', encoding: 'utf8' }).trim();

function commit(folderOf: string, file: string, text: string): void {
  writeFileSync(join(folderOf, file), text);
  git(folderOf, 'add', '.');
  git(folderOf, 'commit', '-q', '-m', text);
}

/** A repository with two branches, a tag, and checkouts that are behind, ahead, changed and aside. */
function prepare(): void {
  Object.assign(process.env, {
    GIT_AUTHOR_DATE: '2026-01-02T03:04:05Z', GIT_COMMITTER_DATE: '2026-01-02T03:04:05Z', GIT_CONFIG_GLOBAL: join(base, 'gitconfig'), GIT_CONFIG_NOSYSTEM: '1', LC_ALL: 'C',
  });
  writeFileSync(join(base, 'gitconfig'), '[user]\nname = Ann\nemail = ann@example.org\n[init]\ndefaultBranch = main\n');
  rmSync(work, { recursive: true, force: true });
  mkdirSync(work);
  git(work, 'init', '-q', '--bare', 'origin.git');
  git(work, 'init', '-q', '--bare', 'empty.git');
  git(work, 'clone', '-q', 'origin.git', 'maker');
  commit(at('maker'), 'a file', 'one');
  git(at('maker'), 'tag', 'v1');
  git(at('maker'), 'push', '-q', '--tags', 'origin', 'main');
  for (const name of ['behind', 'changed', 'aside', 'stale tags']) git(work, 'clone', '-q', origin, name);
  git(at('stale tags'), 'tag', 'gone');
  writeFileSync(at('changed', 'a file'), 'mine');
  commit(at('aside'), 'a file', 'elsewhere');
  commit(at('maker'), 'a file', 'two');
  git(at('maker'), 'tag', '-a', 'v2', '-m', 'second');
  git(at('maker'), 'push', '-q', '--tags', 'origin', 'main', 'main:topic');
  git(work, 'clone', '-q', origin, 'dirty');
  writeFileSync(at('dirty', 'a file'), 'mine');
  mkdirSync(at('full'));
  writeFileSync(at('full', 'x'), 'x');
  mkdirSync(at('hollow'));
}

const thrice = (calls: readonly StateCall[]): StateCall[] => calls.flatMap(([fun, args]): StateCall[] => [[fun, args, 'test'], [fun, args], [fun, args]]);
const comparable = (answer: unknown): unknown => JSON.parse(JSON.stringify(answer).replaceAll(/"new_tags":\[[^\]]*\]/g, (text) => text.split(',').toSorted((a, b) => (a < b ? -1 : 1)).join(','))) as unknown;

test('git.latest: the same results', { skip }, async () => {
  const latest = (more: Record<string, unknown>): StateCall => ['git.latest', { name: origin, ...more } as StateCall[1]];
  await compareStates(folder, thrice([
    latest({ target: at('new one') }), latest({ target: at('behind') }), latest({ target: at('changed') }), latest({ target: at('changed'), force_reset: 'remote-changes' }),
    latest({ target: at('aside') }), latest({ target: at('aside'), rev: 'main' }), latest({ target: at('aside'), force_reset: true }), latest({ target: at('stale tags'), rev: 'topic' }),
    latest({ target: at('dirty') }), latest({ target: at('dirty'), force_reset: true }), latest({ target: at('new one'), rev: 'v1' }), latest({ target: at('new one'), rev: 'v1', force_reset: true }),
    latest({ target: at('new one'), rev: 'main', branch: 'local' }), latest({ target: at('new one'), rev: 'topic', branch: 'local' }), latest({ target: at('new one'), rev: 'none' }),
    latest({ target: at('tagged'), rev: 'v2', branch: 'rel' }), latest({ target: at('bare.git'), bare: true }), latest({ target: at('mirror.git'), mirror: true, remote: 'up' }),
    latest({ target: at('full') }), latest({ target: at('full'), force_clone: true, rev: 'topic' }), latest({ target: at('hollow'), depth: 1, rev: 'main' }), latest({ target: at('x'), depth: 1 }),
    latest({ target: 'relative' }), latest({ target: at('behind', 'a file') }), latest({ target: at('x'), rev: 'main', bare: true }), latest({ target: at('x'), bogus: 1 }),
    latest({ target: at('x'), https_user: 'me' }), latest({ name: at('none.git'), target: at('x') }), latest({ name: at('empty.git'), target: at('void') }),
    latest({ target: at('x'), identity: 'relative/key' }), latest({ target: at('moved'), rev: 'main', update_head: false }),
  ]).concat([latest({ target: at('behind'), remote: 'other' })]), { prepare, comparable });
});

test('git: moved addresses, heads that stay, and the other states give the same', { skip }, async () => {
  const other = at('other.git');
  const repo = at('behind');
  const head = (): string => git(at('maker'), 'rev-parse', 'v1');
  prepare();
  const id = head();
  await compareStates(folder, thrice([
    ['git.latest', { name: origin, target: repo, update_head: false }], ['git.latest', { name: other, target: at('dirty'), rev: 'main' }], ['git.latest', { name: other, target: at('aside'), update_head: false }],
    ['git.latest', { name: origin, target: at('stale tags'), rev: id }], ['git.latest', { name: origin, target: at('stale tags'), rev: 'main', sync_tags: false, fetch_tags: false }],
    ['git.present', { name: at('made.git') }], ['git.present', { name: at('made'), bare: false }], ['git.present', { name: at('full') }], ['git.present', { name: at('full'), force: true }],
    ['git.present', { name: at('split'), bare: false, separate_git_dir: at('split.git'), shared: 'group' }], ['git.cloned', { name: origin, target: at('c one') }], ['git.cloned', { name: origin, target: at('c one'), branch: 'topic' }],
    ['git.cloned', { name: origin, target: at('c two'), branch: 'topic' }], ['git.cloned', { name: origin, target: at('c two'), branch: 'none' }], ['git.cloned', { name: at('none'), target: at('c three') }],
    ['git.cloned', { name: origin, target: 'relative' }], ['git.cloned', { name: origin, target: at('made.git') }], ['git.cloned', { name: origin, target: at('hollow') }],
    ['git.detached', { name: origin, rev: 'v1', target: at('d one') }], ['git.detached', { name: origin, rev: id, target: at('d one') }], ['git.detached', { name: origin, rev: 'topic', target: at('d one') }],
    ['git.detached', { name: origin, rev: 'none', target: at('d one') }], ['git.detached', { name: other, rev: 'main', target: at('d one'), hard_reset: true }], ['git.detached', { name: origin, rev: 'v1', target: at('full', 'hooks') }],
    ['git.detached', { name: origin, rev: 'v2', target: at('hollow'), remote: 'up' }], ['git.detached', { name: origin, rev: 'v1', target: 'relative' }], ['git.detached', { name: origin, rev: 'v1', target: at('d one'), fetch_remote: false }],
    ['git.config_set', { name: 'user.name', value: 'Bob "B" $(id)', repo }], ['git.config_set', { name: 'user.name', value: 5, repo }], ['git.config_set', { name: 'foo.bar', multivar: ['a', 'b'], repo }],
    ['git.config_set', { name: 'foo.bar', multivar: 'b,c', repo }], ['git.config_set', { name: 'foo.bar', value: 'x' }], ['git.config_set', { name: 'foo.bar', value: 'x', multivar: 'y', repo }], ['git.config_set', { name: 'bad', value: 'x', repo }],
    ['git.config_set', { name: 'foo.baz', value: 'x', global: true }], ['git.config_set', { name: 'foo.baz', value: 'x', bogus: true }], ['git.config_unset', { name: 'foo.bar', repo }], ['git.config_unset', { name: 'foo.bar', value_regex: 'c', repo }],
    ['git.config_unset', { name: 'no.key', repo }], ['git.config_unset', { name: 'user.name' }],
    // Real Salt fails in the runs themselves when nothing of a setting is left, and in a test run with a remote that is not there.
  ]).concat([['git.config_unset', { name: 'foo.bar', all: true, repo }, 'test'], ['git.config_unset', { name: 'foo.baz', global: true }, 'test']]), { prepare: () => { prepare(); git(work, 'clone', '-q', '--bare', origin, 'other.git'); }, comparable });
});
