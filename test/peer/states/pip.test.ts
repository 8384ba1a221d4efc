/** States of Python packages in an environment of their own, beside those of real Salt. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { skipWithoutSalt } from '../../support/fleet/salt-venv.js';
import { makeWheel } from '../../support/make-wheel.js';
import { saltFolder } from '../../support/salt-calls.js';
import { compareStates, type StateCall } from '../../support/state-calls.js';

const base = realpathSync(mkdtempSync(join(tmpdir(), 'tsalt-states-pip-')));
after(() => rmSync(base, { recursive: true, force: true }));
const folder = saltFolder(base);
const wheels = join(base, 'wheels');
const bin = join(base, 'env');

const prepare = (): void => {
  rmSync(bin, { recursive: true, force: true });
  spawnSync('cp', ['-a', join(base, 'fresh'), bin]);
};

test('pip: the same results', { skip: skipWithoutSalt }, async () => {
  mkdirSync(wheels);
  for (const version of ['1.0', '1.5', '2.0', '2.1b1']) makeWheel('tsalt_made', version, wheels);
  makeWheel('tsalt_other', '3', wheels);
  writeFileSync(join(base, 'needed.txt'), 'tsalt_other\n');
  spawnSync('python3', ['-m', 'venv', bin]);
  spawnSync('cp', ['-a', bin, join(base, 'fresh')]);
  const env = { bin_env: bin, no_index: true, find_links: wheels };
  const install = (name: string, more: Record<string, unknown> = {}): StateCall => ['pip.installed', { name, ...env, ...more } as StateCall[1]];
  await compareStates(folder, [
    [...install('tsalt_made==1.0').slice(0, 2), 'test'] as unknown as StateCall, install('tsalt_made==1.0'), install('tsalt-made >=1.0,<2'), install('tsalt_made>1.2,<2'), install('tsalt_made~=1.4'),
    install('several', { pkgs: ['tsalt_made', 'tsalt_other'] }), install('tsalt_made==9'), install('tsalt_made=1'), install('file', { requirements: join(base, 'needed.txt') }), install('x', { pkgs: 'tsalt_made' }),
    install('x', { user: 'tsalt-none' }), install('x', { bin_env: join(base, 'nowhere') }), ['pip.removed', { name: 'tsalt_other', bin_env: bin }],
  ], { prepare });
});
