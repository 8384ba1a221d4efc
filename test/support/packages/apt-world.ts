/** A Debian machine whose packages live in a temporary root; apt and dpkg are real. */
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import aptpkg from '../../../src/plugins/modules/aptpkg.js';
import cmd from '../../../src/plugins/modules/cmd.js';
import lowpkg from '../../../src/plugins/modules/dpkg_lowpkg.js';
import pkgResource from '../../../src/plugins/modules/pkg_resource.js';
import { machine } from '../../unit/plugins/modules/machine.js';
import type { PackageMachine } from '../../contract/pkg.js';
import { fileOf, textOf, type MadePackage } from './made-package.js';
import { program } from './rpm-world.js';
import { scratchSys, type Scratch } from './scratch-sys.js';

/** Why there can be no such machine here, or false. */
export function aptObstacle(): string | false {
  if (process.getuid?.() !== 0) return 'needs root: dpkg changes its root folder';
  const missing = ['apt-get', 'dpkg', 'dpkg-deb'].filter((name) => !existsSync(`/usr/bin/${name}`));
  return missing.length === 0 ? false : `needs ${missing.join(', ')}`;
}

export async function makeDeb(work: string, into: string, made: MadePackage): Promise<string> {
  const folder = join(work, `${made.name}-${made.version}`);
  for (const path of [join(folder, 'DEBIAN'), join(folder, dirname(fileOf(made))), into]) await mkdir(path, { recursive: true });
  await writeFile(join(folder, fileOf(made)), textOf(made));
  await writeFile(join(folder, 'DEBIAN/control'), [
    `Package: ${made.name}`, `Version: ${made.version}`, 'Architecture: all', 'Maintainer: Nobody <nobody@example.com>', 'Section: utils',
    ...(made.needs === undefined ? [] : [`Depends: ${made.needs.join(', ')}`]), 'Description: made for a test', '',
  ].join('\n'));
  const path = join(into, `${made.name}_${made.version}_all.deb`);
  program(['dpkg-deb', '--build', '--root-owner-group', folder, path]);
  return path;
}

/** What `dpkg-scanpackages` would write. */
export async function entryOf(path: string): Promise<string> {
  const bytes = await readFile(path);
  const digest = createHash('sha256').update(bytes).digest('hex');
  return `${program(['dpkg-deb', '--field', path]).trim()}\nFilename: ./${basename(path)}\nSize: ${(await stat(path)).size}\nSHA256: ${digest}\n\n`;
}

export interface AptWorld extends PackageMachine {
  readonly root: string;
}

export async function aptWorld(): Promise<AptWorld> {
  const folder = await mkdtemp(join(tmpdir(), 'apt-world-'));
  const root = join(folder, 'root');
  const repository = join(folder, 'repository');
  const paths = ['etc/apt/apt.conf.d', 'etc/apt/preferences.d', 'etc/apt/trusted.gpg.d', 'var/lib/dpkg/info', 'var/lib/dpkg/updates', 'var/lib/apt/lists/partial', 'var/cache/apt/archives/partial', 'var/log/apt'];
  for (const path of [...paths.map((item) => join(root, item)), repository]) await mkdir(path, { recursive: true });
  await writeFile(join(root, 'var/lib/dpkg/status'), '');
  await writeFile(join(root, 'etc/apt/sources.list'), `deb [trusted=yes] file:${repository} ./\n`);
  await writeFile(join(repository, 'Packages'), '');
  const config = join(folder, 'apt.conf');
  await writeFile(config, [
    `Dir "${root}";`, `Dir::State::status "${root}/var/lib/dpkg/status";`, `DPkg::Options { "--root=${root}"; "--force-not-root"; };`,
    'APT::Sandbox::User "root";', 'APT::Architecture "amd64";', 'Dir::Bin::dpkg "/usr/bin/dpkg";', 'Dir::Bin::methods "/usr/lib/apt/methods";', '',
  ].join('\n'));
  const scratch = {
    root, folders: ['/etc/apt', '/var/lib/apt', '/var/cache/apt', '/opt/made'], env: { APT_CONFIG: config, LC_ALL: 'C' },
    programs: { dpkg: ['dpkg', `--root=${root}`], 'dpkg-query': ['dpkg-query', `--admindir=${root}/var/lib/dpkg`] },
  } satisfies Scratch;
  const minion = machine({
    modules: [aptpkg, lowpkg, pkgResource, cmd], sys: scratchSys(scratch),
    answers: { 'config.get': ([, fallback]) => fallback ?? null, 'config.valid_fileproto': false },
  });
  const offered: string[] = [];
  return {
    root, minion, scratch,
    make: (made) => makeDeb(join(folder, 'build'), join(folder, 'files'), made),
    async offer(made) {
      offered.push(await makeDeb(join(folder, 'build'), repository, made));
      await writeFile(join(repository, 'Packages'), (await Promise.all(offered.map(entryOf))).join(''));
      return offered.at(-1) ?? '';
    },
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  };
}
