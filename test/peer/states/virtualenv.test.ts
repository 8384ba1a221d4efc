/** States and functions of environments of Python, beside those of real Salt. */
import { existsSync, mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { saltProgram, skipWithoutSalt } from '../../support/fleet/salt-venv.js';
import { saltFolder } from '../../support/salt-calls.js';
import { compareStates } from '../../support/state-calls.js';

const base = realpathSync(mkdtempSync(join(tmpdir(), 'tsalt-states-virtualenv-')));
after(() => rmSync(base, { recursive: true, force: true }));
const folder = saltFolder(base);
// Real Salt cuts a path with a blank in two.
const name = join(base, 'env');
const venv_bin = saltProgram('python3');

test('virtualenv: the same results', { skip: skipWithoutSalt === false && !existsSync(venv_bin) ? 'no interpreter' : skipWithoutSalt }, async () => {
  await compareStates(folder, [
    ['virtualenv.managed', { name, venv_bin }, 'test'], ['virtualenv.managed', { name, venv_bin }], ['virtualenv.managed', { name, venv_bin }], ['virtualenv.managed', { name, venv_bin }, 'test'],
    ['virtualenv.managed', { name, venv_bin, clear: true }, 'test'], ['virtualenv.managed', { name: join(base, 'x'), venv_bin: join(base, 'nowhere', 'python3') }],
    ['virtualenv.managed', { name: join(base, 'x'), venv_bin, python: 'python3' }], ['virtualenv.managed', { name: join(base, 'x'), venv_bin, requirements: 'salt://none.txt' }],
    ['module.run', { name: 'x', 'virtualenv.get_site_packages': [name] }], ['module.run', { name: 'x', 'virtualenv.get_distribution_path': [name, 'pip'] }],
    ['module.run', { name: 'x', 'virtualenv.get_distribution_path': [name, 'import os'] }], ['module.run', { name: 'x', 'virtualenv.get_site_packages': [base] }],
  ], { prepare: () => rmSync(name, { recursive: true, force: true }) });
});
