/** An Arch machine whose packages live in a temporary root; pacman and repo-add are real. */
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import cmd from '../../../src/plugins/modules/cmd.js';
import pacmanpkg from '../../../src/plugins/modules/pacmanpkg.js';
import pkgResource from '../../../src/plugins/modules/pkg_resource.js';
import { machine } from '../../unit/plugins/modules/machine.js';
import type { PackageMachine } from '../../contract/pkg.js';
import { fileOf, textOf, type MadePackage } from './made-package.js';
import { program } from './rpm-world.js';
import { scratchSys, type Scratch } from './scratch-sys.js';

/** Why there can be no such machine here, or false. */
export function pacmanObstacle(): string | false {
  if (process.getuid?.() !== 0) return 'needs root: pacman asks for it';
  const missing = ['pacman', 'repo-add', 'bsdtar'].filter((name) => !existsSync(`/usr/bin/${name}`));
  return missing.length === 0 ? false : `needs ${missing.join(', ')}`;
}

/** A package is an archive of its files with a sheet of facts; `makepkg`, which refuses to work for root, does no more. */
async function makePackage(work: string, into: string, made: MadePackage & { readonly group?: string }): Promise<string> {
  const folder = join(work, `${made.name}-${made.version}`);
  await mkdir(join(folder, dirname(fileOf(made))), { recursive: true });
  await mkdir(into, { recursive: true });
  await writeFile(join(folder, fileOf(made)), textOf(made));
  await writeFile(join(folder, '.PKGINFO'), [
    `pkgname = ${made.name}`, `pkgbase = ${made.name}`, `pkgver = ${made.version}`, 'pkgdesc = Made for a test', 'url = http://example.com',
    'builddate = 1700000000', 'packager = Nobody', 'size = 10', 'arch = any', 'license = MIT',
    ...(made.group === undefined ? [] : [`group = ${made.group}`]), ...(made.needs ?? []).map((name) => `depend = ${name}`), '',
  ].join('\n'));
  const path = join(into, `${made.name}-${made.version}-any.pkg.tar.gz`);
  program(['bsdtar', '-czf', path, '-C', folder, '.PKGINFO', 'opt']);
  return path;
}

export interface PacmanWorld extends PackageMachine {
  readonly root: string;
  /** As if another pacman were at work. */
  lock(): Promise<void>;
  offer(made: MadePackage & { readonly group?: string }): Promise<string>;
}

export async function pacmanWorld(): Promise<PacmanWorld> {
  const folder = await mkdtemp(join(tmpdir(), 'pacman-world-'));
  let seconds = 1_600_000_000;
  const root = join(folder, 'root');
  const repository = join(folder, 'repository');
  const database = join(root, 'var/lib/pacman');
  for (const path of [repository, database, join(root, 'var/log'), join(folder, 'cache')]) await mkdir(path, { recursive: true });
  await writeFile(join(folder, 'pacman.conf'), `[options]\nArchitecture = any\nSigLevel = Never\n[made]\nServer = file://${repository}\n`);
  const index = async (...files: string[]): Promise<void> => {
    program(['repo-add', '-q', join(repository, 'made.db.tar.gz'), ...files]);
    // pacman fetches a list that is at least a second newer than its own.
    seconds += 10;
    await utimes(join(repository, 'made.db.tar.gz'), seconds, seconds);
  };
  await index();
  const options = ['--config', join(folder, 'pacman.conf'), '--root', root, '--dbpath', database, '--cachedir', join(folder, 'cache'), '--logfile', join(folder, 'log')];
  const scratch = { root, folders: [], programs: { pacman: ['pacman', ...options] }, env: { LC_ALL: 'C' } } satisfies Scratch;
  const minion = machine({
    modules: [pacmanpkg, pkgResource, cmd], sys: scratchSys(scratch), grains: { os: 'Arch', os_family: 'Arch', osarch: 'x86_64', kernel: 'Linux', init: 'unknown', shell: '/bin/sh' },
    answers: { 'config.get': ([, fallback]) => fallback ?? null, 'config.valid_fileproto': false },
  });
  return {
    root, minion, scratch,
    lock: () => writeFile(join(database, 'db.lck'), ''),
    make: (made) => makePackage(join(folder, 'build'), join(folder, 'files'), made),
    async offer(made) {
      const path = await makePackage(join(folder, 'build'), repository, made);
      await index(path);
      return path;
    },
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  };
}
