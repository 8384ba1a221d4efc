/** States of hosts, kernel values, git, archives and ssh keys hold what every state must. */
import { execFileSync } from 'node:child_process';
import { chmodSync, lstatSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { PlainMap } from '../../src/kernel/std/value.js';
import { createSys } from '../../src/kernel/sys/sys.js';
import { gatheredGrains } from '../support/gathered-grains.js';
import { neverAborted, testHost } from '../support/module-host.js';
import { runState } from '../support/state-calls.js';
import { stateContract, type StateSystem } from './states.js';

interface Folder extends StateSystem {
  readonly path: string;
}

/** All that lies below a folder: kinds, modes and contents. */
function pictureOf(path: string): unknown {
  const stat = lstatSync(path);
  if (stat.isDirectory()) return { mode: stat.mode, entries: readdirSync(path).toSorted((a, b) => (a < b ? -1 : 1)).map((name) => [name, pictureOf(join(path, name))]) };
  return { mode: stat.mode, text: stat.isFile() ? readFileSync(path, 'base64') : '' };
}

const git = (cwd: string, ...argv: string[]): void => void execFileSync('git', ['-c', 'user.name=Ann', '-c', 'user.email=ann@example.org', ...argv], { cwd, stdio: 'pipe' });

async function openFolder(): Promise<Folder> {
  const base = realpathSync(mkdtempSync(join(tmpdir(), 'tsalt-system-states-')));
  const path = join(base, 'the work');
  mkdirSync(join(path, 'tree', 'top'), { recursive: true });
  writeFileSync(join(path, 'tree', 'top', 'a file'), 'text\n');
  chmodSync(join(path, 'tree', 'top', 'a file'), 0o644);
  execFileSync('tar', ['-czf', join(path, 'a b.tgz'), 'top'], { cwd: join(path, 'tree') });
  writeFileSync(join(path, 'broken.tgz'), 'no archive');
  writeFileSync(join(path, 'hosts'), '127.0.0.1 localhost\n');
  mkdirSync(join(path, 'origin'));
  git(join(path, 'origin'), 'init', '-q', '-b', 'main');
  git(join(path, 'origin'), 'commit', '-q', '--allow-empty', '-m', 'first');
  const { grains } = await gatheredGrains({ opts: { id: 'web1' } });
  const host = await testHost({ sys: createSys(), grains: () => grains, opts: { cachedir: join(base, 'cache'), 'hosts.file': join(path, 'hosts'), hash_type: 'sha256' } });
  return {
    path,
    run: (fun, args, options) => runState(host.session({ signal: neverAborted() }), options?.test === true ? [fun, args, 'test'] : [fun, args]),
    // Times in the files of git change when it looks at them.
    picture: () => Promise.resolve(readdirSync(path).toSorted((a, b) => (a < b ? -1 : 1)).filter((name) => name !== 'clone').map((name) => [name, pictureOf(join(path, name))])),
    async [Symbol.asyncDispose]() {
      await host[Symbol.asyncDispose]();
      rmSync(base, { recursive: true, force: true });
    },
  };
}

const at = (name: string, more: PlainMap = {}) => ({ path }: Folder): PlainMap => ({ name: join(path, name), ...more });
const extract = (archive: string) => ({ path }: Folder): PlainMap => ({ name: join(path, 'out'), source: join(path, archive) });
/** Real Salt tells no changes before they are made. */
const silent = (): PlainMap => ({});

stateContract({
  name: 'host', open: openFolder,
  changing: [
    { title: 'a new name', fun: 'host.present', args: () => ({ name: 'web', ip: '192.0.2.1' }) },
    { title: 'two addresses', fun: 'host.present', args: () => ({ name: 'web', ip: ['192.0.2.1', '192.0.2.2'], comment: 'both' }) },
    { title: 'other names', fun: 'host.only', args: () => ({ name: '127.0.0.1', hostnames: ['localhost', 'here'] }), foretold: silent },
  ],
  idle: [{ title: 'a name that is there', fun: 'host.present', args: () => ({ name: 'localhost', ip: '127.0.0.1' }) }],
  failing: [],
});

stateContract({
  name: 'archive', open: openFolder,
  changing: [{ title: 'an archive', fun: 'archive.extracted', args: extract('a b.tgz'), foretold: silent }],
  failing: [
    { title: 'a broken archive', fun: 'archive.extracted', args: extract('broken.tgz'), comment: /if_missing/ },
    { title: 'no archive', fun: 'archive.extracted', args: extract('none.tgz'), comment: /does not exist|not found/ },
  ],
});

stateContract({
  name: 'git', open: openFolder,
  changing: [
    { title: 'a bare repository', fun: 'git.present', args: at('bare.git') },
    { title: 'a setting', fun: 'git.config_set', args: ({ path }) => ({ name: 'foo.bar', value: "it's $(id)", repo: join(path, 'origin') }), foretold: () => ({ old: null, new: ["it's $(id)"] }) },
    { title: 'a clone', fun: 'git.cloned', args: ({ path }) => ({ name: join(path, 'origin'), target: join(path, 'clone') }) },
    { title: 'a checkout', fun: 'git.latest', args: ({ path }) => ({ name: join(path, 'origin'), target: join(path, 'clone') }), foretold: ({ path }) => ({ new: `${join(path, 'origin')} => ${join(path, 'clone')}` }) },
  ],
  failing: [
    { title: 'no repository to clone', fun: 'git.cloned', args: ({ path }) => ({ name: join(path, 'none'), target: join(path, 'copy') }), comment: /Clone failed/ },
    { title: 'a full folder', fun: 'git.present', args: at('tree'), comment: /is non-empty/ },
  ],
});
