/** A machine of the RedHat family whose packages live in a temporary root; dnf and rpm are real. */
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import cmd from '../../../src/plugins/modules/cmd.js';
import pkgResource from '../../../src/plugins/modules/pkg_resource.js';
import lowpkg from '../../../src/plugins/modules/rpm_lowpkg.js';
import yumpkg from '../../../src/plugins/modules/yumpkg.js';
import type { PackageMachine } from '../../contract/pkg.js';
import { machine } from '../../unit/plugins/modules/machine.js';
import type { MadePackage } from './made-package.js';
import { indexRpms, makeRpm, program } from './rpm-world.js';
import { scratchSys, type Scratch } from './scratch-sys.js';

export const REDHAT_GRAINS = {
  os: 'Rocky', os_family: 'RedHat', osrelease: '9.3', osmajorrelease: 9, osarch: 'x86_64', cpuarch: 'x86_64', kernel: 'Linux', init: 'unknown', shell: '/bin/sh',
};

/** Why there can be no such machine here, or false. */
export function dnfObstacle(): string | false {
  if (process.getuid?.() !== 0) return 'needs root: dnf changes its root folder';
  const missing = ['dnf', 'rpm', 'rpmbuild', 'createrepo_c'].filter((name) => !existsSync(`/usr/bin/${name}`));
  return missing.length === 0 ? false : `needs ${missing.join(', ')}`;
}

export interface DnfWorld extends PackageMachine {
  readonly root: string;
  readonly folder: string;
}

/** A group, and an environment of it. */
const GROUPS = `<?xml version="1.0" encoding="UTF-8"?>
<comps>
  <group><id>made-group</id><name>Made Group</name><description>All that was made</description><default>true</default><uservisible>true</uservisible>
    <packagelist><packagereq type="mandatory">made-one</packagereq><packagereq type="default">made-two</packagereq><packagereq type="optional">made-three</packagereq></packagelist>
  </group>
  <environment><id>made-environment</id><name>Made Environment</name><description>Everything</description>
    <grouplist><groupid>made-group</groupid></grouplist><optionlist></optionlist>
  </environment>
</comps>
`;

const VERSIONLOCK = '/usr/lib/python3/dist-packages/dnf-plugins/versionlock.py';

/** The plugin is a package of its own, which does not go together with zypper; unpacked beside it does. */
function unpackPlugin(folder: string): Record<string, string> {
  if (existsSync(VERSIONLOCK)) return {};
  program(['sh', '-c', `cd '${folder}' && apt-get download -q dnf-plugins-core >/dev/null 2>&1 && dpkg -x dnf-plugins-core_*.deb plugins`]);
  return { PYTHONPATH: join(folder, 'plugins/usr/lib/python3/dist-packages') };
}

export async function dnfWorld({ plugin = false, test = false } = {}): Promise<DnfWorld> {
  const folder = await mkdtemp(join(tmpdir(), 'dnf-world-'));
  const root = join(folder, 'root');
  const repository = join(folder, 'repository');
  for (const path of [join(root, 'etc/yum.repos.d'), join(root, 'etc/dnf/plugins'), join(root, 'var/cache/dnf'), join(root, 'root'), repository, join(folder, 'build')]) {
    await mkdir(path, { recursive: true });
  }
  await writeFile(join(root, 'etc/dnf/dnf.conf'), '[main]\ngpgcheck=0\n');
  await writeFile(join(root, 'etc/yum.repos.d/made.repo'), `[made]\nname=Made for tests\nbaseurl=file://${repository}\nenabled=1\ngpgcheck=0\n`);
  const env = plugin ? unpackPlugin(folder) : {};
  await writeFile(join(folder, 'versionlock.list'), '');
  await writeFile(join(folder, 'versionlock.conf'), `[main]\nenabled=1\nlocklist=${folder}/versionlock.list\n`);
  const groups = join(folder, 'comps.xml');
  await writeFile(groups, GROUPS);
  indexRpms(repository, groups);
  const plugins = plugin ? [
    `--setopt=pluginpath=${env['PYTHONPATH'] ?? '/usr/lib/python3/dist-packages'}/dnf-plugins`, `--setopt=pluginconfpath=${folder}`, '--disableplugin=*', '--enableplugin=versionlock',
  ] : ['--noplugins'];
  const scratch = {
    root, folders: ['/etc/yum.repos.d', '/etc/yum', '/etc/yum.conf', '/etc/dnf', '/var/cache/dnf', '/opt/made'], env: { ...env, LC_ALL: 'C' },
    programs: { dnf: ['dnf', '--installroot', root, '--releasever=9', ...plugins], rpm: ['rpm', '--root', root] },
  } satisfies Scratch;
  const minion = machine({
    modules: [yumpkg, lowpkg, pkgResource, cmd], sys: scratchSys(scratch), grains: REDHAT_GRAINS, test,
    answers: {
      'config.get': ([, fallback]) => fallback ?? null, 'config.valid_fileproto': false, 'file.file_exists': ([path]) => existsSync(String(path)),
    },
  });
  const make = (made: MadePackage, into: string): Promise<string> => makeRpm(join(folder, 'build'), into, made);
  return {
    root, minion, scratch, folder,
    make: (made) => make(made, join(folder, 'files')),
    async offer(made) {
      const path = await make(made, repository);
      indexRpms(repository, groups);
      return path;
    },
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  };
}
