/** A scratch machine whose apt knows one repository on disk. */
import { mkdirSync, mkdtempSync, realpathSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { skipWithoutSalt } from '../fleet/salt-venv.js';
import { saltFolder } from '../salt-calls.js';
import { scratchMachine, scratchObstacle } from '../scratch-machine.js';
import { aptObstacle } from './apt-world.js';
import { debRepository } from './deb-repository.js';

export interface DebMachine {
  /** Why it cannot be used here, or false. */
  readonly skip: string | false;
  /** Configuration of a minion. */
  readonly folder: string;
  readonly machine: readonly string[];
  /** As it stands in a line of sources. */
  readonly repository: string;
  /** A package file that no repository has; it is `salt://tsalt-file_0.9_all.deb` as well. */
  readonly file: string;
}

export async function debMachine(): Promise<DebMachine> {
  const base = realpathSync(mkdtempSync(join(tmpdir(), 'tsalt-states-packages-')));
  const skip = skipWithoutSalt === false ? aptObstacle() === false ? scratchObstacle(base) : aptObstacle() : skipWithoutSalt;
  const [repository, files] = [join(base, 'the repository'), join(base, 'files')];
  mkdirSync(files);
  const folder = saltFolder(base, { file_roots: { base: [files] } });
  const address = `file:${repository.replaceAll(' ', '%20')}`;
  const setup = [
    'rm -rf /etc/apt/sources.list /etc/apt/sources.list.d/* /var/lib/apt/lists/*', 'mkdir -p /var/lib/apt/lists/partial',
    `echo 'APT::Sandbox::User "root";' > /etc/apt/apt.conf.d/99sandbox`, `echo "deb [trusted=yes] ${address} ./" > /etc/apt/sources.list`, 'apt-get update -qq >/dev/null',
  ];
  const machine = scratchMachine({ folder: base, layered: ['/etc', '/var', '/opt', '/usr'], setup });
  if (skip !== false) return { skip, folder, machine, repository: address, file: '' };
  await debRepository(repository, [
    { name: 'tsalt-a', version: '1.0' }, { name: 'tsalt-a', version: '2.0-1' }, { name: 'tsalt-b', version: '1:3.4' }, { name: 'tsalt-c', version: '5', needs: ['tsalt-b'] },
    { name: 'tsalt-broken', version: '1', needs: ['tsalt-nowhere'] },
  ]);
  const [file = ''] = await debRepository(files, [{ name: 'tsalt-file', version: '0.9' }]);
  writeFileSync(join(files, 'no package.deb'), 'no package');
  Object.assign(process.env, { LC_ALL: 'C' });
  return { skip, folder, machine, repository: address, file };
}
