/** Where real Salt is: the folder in TSALT_SALT_VENV, else `build/salt-venv`, which `node scripts/make-salt-venv.mjs` makes. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';

/** Folder of the repository, seen from `build/test/support/fleet/`. */
export const repository = join(import.meta.dirname, '..', '..', '..', '..');

/** The release that every peer test speaks to. */
export const SALT_VERSION = '3008.3';

const folder = process.env['TSALT_SALT_VENV'] ?? join(repository, 'build', 'salt-venv');

/** The reason to skip a peer test, or false where real Salt is installed. */
export const skipWithoutSalt: string | false = existsSync(saltProgram('salt-master'))
  ? false
  : `no real Salt ${SALT_VERSION} in ${folder}: run node scripts/make-salt-venv.mjs, or name an environment in TSALT_SALT_VENV`;

/** Path of a program of the environment: `salt-master`, `salt-call`, `python`, ... */
export function saltProgram(name: string): string {
  return join(folder, 'bin', name);
}
