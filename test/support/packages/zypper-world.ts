/** A SUSE machine whose packages live in a temporary root; zypper and rpm are real. */
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import cmd from '../../../src/plugins/modules/cmd.js';
import pkgResource from '../../../src/plugins/modules/pkg_resource.js';
import lowpkg from '../../../src/plugins/modules/rpm_lowpkg.js';
import zypperpkg from '../../../src/plugins/modules/zypperpkg.js';
import { machine } from '../../unit/plugins/modules/machine.js';
import type { PackageMachine } from '../../contract/pkg.js';
import { indexRpms, makeRpm, program } from './rpm-world.js';
import { scratchSys, type Scratch } from './scratch-sys.js';

/** Why there can be no such machine here, or false. */
export function zypperObstacle(): string | false {
  if (process.getuid?.() !== 0) return 'needs root: zypper changes its root folder';
  const missing = ['zypper', 'rpm', 'rpmbuild', 'createrepo_c'].filter((name) => !existsSync(`/usr/bin/${name}`));
  return missing.length === 0 ? false : `needs ${missing.join(', ')}`;
}

export interface ZypperWorld extends PackageMachine {
  readonly root: string;
  readonly repository: string;
}

export async function zypperWorld(): Promise<ZypperWorld> {
  const folder = await mkdtemp(join(tmpdir(), 'zypper-world-'));
  const root = join(folder, 'root');
  const repository = join(folder, 'repository');
  for (const path of [join(root, 'etc/zypp/repos.d'), join(root, 'opt'), repository, join(folder, 'build')]) await mkdir(path, { recursive: true });
  await writeFile(join(root, 'etc/zypp/repos.d/made.repo'), `[made]\nname=Made for tests\nenabled=1\nautorefresh=0\nbaseurl=file:${repository}\ngpgcheck=0\ntype=rpm-md\n`);
  indexRpms(repository);
  // This zypper cannot read a database without packages.
  program(['rpm', '--root', root, '-i', '--force-debian', await makeRpm(join(folder, 'build'), join(folder, 'files'), { name: 'base-system', version: '1-1' })]);
  const scratch = {
    root, folders: ['/etc/zypp', '/var/cache/zypp', '/opt/made', '/var/run/zypp.pid'], env: { LC_ALL: 'C' },
    programs: { zypper: ['zypper', '--root', root], rpm: ['rpm', '--root', root] },
  } satisfies Scratch;
  const minion = machine({
    modules: [zypperpkg, lowpkg, pkgResource, cmd], sys: scratchSys(scratch),
    grains: { os: 'SUSE', os_family: 'Suse', osrelease_info: [15, 5], osarch: 'x86_64', kernel: 'Linux', init: 'unknown', shell: '/bin/sh' },
    answers: {
      'config.get': ([, fallback]) => fallback ?? null, 'config.valid_fileproto': false, 'file.file_exists': ([path]) => existsSync(String(path)),
    },
  });
  return {
    root, minion, scratch, repository,
    make: (made) => makeRpm(join(folder, 'build'), join(folder, 'files'), made),
    async offer(made) {
      const path = await makeRpm(join(folder, 'build'), repository, made);
      indexRpms(repository);
      return path;
    },
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  };
}
