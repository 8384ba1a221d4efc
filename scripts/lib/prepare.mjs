// Installs the dependencies when they are missing or older than the lock file. Needs nothing but Node and npm.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, lstatSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');

// `npm ci` refuses a lock file without the other systems' optional binaries, and a registry need not have those.
export function prepare() {
  const modules = join(root, 'node_modules');
  // A link leads to modules that somebody else takes care of.
  if (lstatSync(modules, { throwIfNoEntry: false })?.isSymbolicLink() === true) return;
  const stamp = join(modules, '.tsalt-installed');
  const lock = createHash('sha256').update(readFileSync(join(root, 'package-lock.json'))).digest('hex');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === lock) return;
  process.stderr.write('Installing dependencies ...\n');
  const done = spawnSync('npm', ['install', '--no-save', '--no-audit', '--no-fund', '--loglevel=error'], { cwd: root, stdio: ['ignore', 2, 2] });
  if (done.status !== 0) {
    process.stderr.write('npm install failed; see its message above. Network access to the npm registry is needed once.\n');
    process.exit(1);
  }
  writeFileSync(stamp, lock);
}
