// Makes build/salt-venv, a Python environment with the release of real Salt that the peer tests speak to, and pepper, a client of its API. Does nothing when it
// is there, or when TSALT_SALT_VENV names another one. Needs python3 with its venv module, and the package index that pip is configured for.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './lib/prepare.mjs';

const SALT = 'salt==3008.3';
const PACKAGES = [SALT, 'salt-pepper==0.7.6'];
const folder = join(root, 'build', 'salt-venv');
const stamp = join(folder, '.tsalt-made');

function run(program, args) {
  const done = spawnSync(program, args, { stdio: ['ignore', 2, 2] });
  if (done.status === 0) return;
  process.stderr.write(`Cannot make ${folder}: ${program} ${args.join(' ')} failed${done.error ? ` (${done.error.message})` : ''}\n`);
  process.exit(1);
}

if (process.env.TSALT_SALT_VENV) process.exit(0);
if (existsSync(stamp) && readFileSync(stamp, 'utf8') === PACKAGES.join()) process.exit(0);
rmSync(folder, { recursive: true, force: true });
run('python3', ['-m', 'venv', folder]);
run(join(folder, 'bin', 'pip'), ['install', '--quiet', '--disable-pip-version-check', ...PACKAGES]);
run(join(folder, 'bin', 'salt-call'), ['--version']);
writeFileSync(stamp, PACKAGES.join());
process.stderr.write(`${PACKAGES.join(' ')} is in ${folder}\n`);
