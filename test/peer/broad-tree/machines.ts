/** Two equal scratch systems with one state tree, and what real Salt and ours make of it. */
import { execFile, execFileSync } from 'node:child_process';
import { chmodSync, cpSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { repository, saltProgram, skipWithoutSalt } from '../../support/fleet/salt-venv.js';
import { GitRepository } from '../../support/git-repository.js';
import { makeWheel } from '../../support/make-wheel.js';
import { aptObstacle } from '../../support/packages/apt-world.js';
import { debRepository } from '../../support/packages/deb-repository.js';
import { scratchMachine, scratchObstacle } from '../../support/scratch-machine.js';

/** What lies in the layers, by path. */
export type Picture = Record<string, string>;
export interface Told {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly picture: Picture;
}
export interface Applied {
  readonly begin: Picture;
  /** The test run, the first run, the second. */
  readonly runs: readonly [Told, Told, Told];
  readonly packages: string;
}

const sources = join(repository, 'test/peer/broad-tree');
const COMPARED = ['/etc', '/var', '/usr', '/home', '/srv', '/opt'];
/** Below `/root` programs keep caches. */
const LAYERED = [...COMPARED, '/root'];
/** Where the minion's configuration lies in the machine; its own files are below `/srv/minion`. */
export const CONFIG = '/etc/tsalt-broad';
const ACCOUNTS = ['passwd', 'group', 'shadow', 'gshadow', 'subuid', 'subgid'];
const PROGRAMS = { real: [saltProgram('salt-call')], ours: [process.execPath, join(repository, 'bin/tsalt-call')] } as const;
export type Side = keyof typeof PROGRAMS;

export const base = realpathSync(mkdtempSync(join(tmpdir(), 'tsalt-broad-tree-')));

/** Why it cannot be done here, or false. */
export function obstacle(): string | false {
  if (skipWithoutSalt !== false) return skipWithoutSalt;
  return aptObstacle() === false ? scratchObstacle(base) : aptObstacle();
}

const at = (...parts: string[]): string => join(base, ...parts);
const program = (cwd: string, name: string, ...words: string[]): void => void execFileSync(name, words, { cwd, stdio: 'pipe' });

async function makeRepository(): Promise<void> {
  const made = await GitRepository.create(at('git'));
  await made.git('checkout', '-q', '-b', 'main');
  await made.commit({ program: 'echo 1\n', 'lib/one': 'one\n' });
  await made.tag('v1');
  await made.commit({ program: 'echo 2\n', run: { text: '#!/bin/sh\n', mode: 0o755 } });
  await made.branch('topic');
  await made.commit({ topic: 'topic\n' });
  await made.checkout('main');
}

/** All that the tree needs from outside, and the words before a program that runs in a new machine of a side. */
async function prepare(): Promise<void> {
  for (const folder of ['wheels', 'parts/made/in', 'accounts', 'config']) mkdirSync(at(folder), { recursive: true });
  chmodSync(base, 0o755);
  for (const part of ['srv', 'pillar', 'seed']) cpSync(join(sources, part), at(part), { recursive: true });
  program('/etc', 'cp', ...ACCOUNTS, at('accounts'));
  writeFileSync(at('parts/made/in/one'), 'one\n', { mode: 0o640 });
  writeFileSync(at('parts/loose'), 'loose\n');
  program(at('parts'), 'tar', '-czf', at('srv/code/made.tar.gz'), '--owner=0', '--group=0', 'made');
  program(at('parts'), saltProgram('python'), '-c', 'import shutil; shutil.make_archive("../made", "zip")');
  for (const version of ['1.0', '1.5', '2.0']) makeWheel('tsalt_made', version, at('wheels'));
  await makeRepository();
  await debRepository(at('repository'), [
    { name: 'tsalt-a', version: '1.0' }, { name: 'tsalt-a', version: '2.0-1' }, { name: 'tsalt-b', version: '1:3.4' }, { name: 'tsalt-c', version: '5', needs: ['tsalt-b'] },
    ...['tsalt-d', 'tsalt-e', 'tsalt-f'].map((name) => ({ name, version: '1.0' })), { name: 'tsalt-d', version: '1.1' },
  ]);
  const [file = ''] = await debRepository(at('files'), [{ name: 'tsalt-file', version: '0.9' }]);
  const forward = Number(readFileSync('/proc/sys/net/ipv4/ip_forward', 'utf8'));
  const places = { repository: `file:${at('repository')}`, file, git: at('git'), zip: at('made.zip'), wheels: at('wheels'), python: saltProgram('python3'), forward };
  writeFileSync(at('pillar/places.sls'), JSON.stringify({ places }));
  writeFileSync(at('config/minion'), JSON.stringify({
    id: 'web1', root_dir: '/srv/minion', file_client: 'local', log_level: 'quiet', file_roots: { base: [at('srv')] }, pillar_roots: { base: [at('pillar')] },
  }));
  writeFileSync(at('config/grains'), 'old_roles: [gone, stays]\nold_grain: 1\nkept_roles: one\n');
}

/** An environment of Python with the pip of another one: its own would take most of the time of the test. */
const setupEnvironment = (): string[] => [
  `${saltProgram('python3')} -m venv --without-pip /srv/code/env`,
  `ln -s $(${saltProgram('python3')} -c 'import os, pip; print(os.path.dirname(os.path.dirname(pip.__file__)))')/pip* /srv/code/env/lib/python3*/site-packages/`,
];

/** The same beginning for each: accounts as they were, two packages installed, the files of `seed`. */
const setup = (): string[] => [
  'umask 022', `cp ${at('accounts')}/* /etc/`, `cp -rT ${at('seed')} /`, `cp -r ${at('config')} ${CONFIG}`,
  'chmod 600 /etc/shadow /etc/gshadow',
  'rm -rf /etc/apt/sources.list /etc/apt/sources.list.d/* /var/lib/apt/lists/* /var/spool/cron/crontabs/* /var/cache/apt/*.bin', 'mkdir -p /var/lib/apt/lists/partial',
  `echo 'APT::Sandbox::User "root";' > /etc/apt/apt.conf.d/99sandbox`,
  `dpkg -i ${at('repository')}/tsalt-e_1.0_all.deb ${at('repository')}/tsalt-f_1.0_all.deb >/dev/null`,
  'mkdir -p /srv/code /srv/seed/pruned/empty', 'install -d -o daemon /srv/seed/of-daemon', ...setupEnvironment(),
];

async function applied(side: Side): Promise<Applied> {
  const folder = at(side);
  mkdirSync(folder);
  const [first = '', ...rest] = [
    ...scratchMachine({ folder, layered: LAYERED, setup: setup() }), process.execPath, join(import.meta.dirname, 'in-machine.js'), join(folder, 'layers'), COMPARED.join(','),
    ...PROGRAMS[side], '-c', CONFIG, '--local', '--out=json', 'state.apply',
  ];
  const env = { ...process.env, LC_ALL: 'C.UTF-8', HOME: '/root' };
  const { stdout } = await promisify(execFile)(first, rest, { env, maxBuffer: 256 * 1024 * 1024, timeout: 500_000 });
  return JSON.parse(stdout.slice(stdout.indexOf('\nTOLD') + '\nTOLD'.length)) as Applied;
}

/** Both at once: they share nothing. */
export async function applyInBoth(): Promise<Record<Side, Applied>> {
  await prepare();
  const [real, ours] = await Promise.all([applied('real'), applied('ours')]);
  return { real, ours };
}
