/** States and functions of locales in a namespace of their own, beside those of real Salt. */
import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { skipWithoutSalt } from '../../support/fleet/salt-venv.js';
import { saltFolder } from '../../support/salt-calls.js';
import { scratchMachine, scratchObstacle } from '../../support/scratch-machine.js';
import { compareStates, type StateCall } from '../../support/state-calls.js';

const base = realpathSync(mkdtempSync(join(tmpdir(), 'tsalt-states-locales-')));
after(() => rmSync(base, { recursive: true, force: true }));
const skip = skipWithoutSalt === false ? scratchObstacle(base) : skipWithoutSalt;
const folder = saltFolder(base);
const machine = scratchMachine({ folder: base, layered: ['/etc', '/usr', '/var'], setup: ["printf 'LANG=C.UTF-8\\n' > /etc/default/locale"] });

test('locale: the same results', { skip }, async () => {
  const calls: StateCall[] = ['C.UTF-8', 'de_DE.UTF-8', 'xx_XX.UTF-8', '-x; id'].flatMap((name): StateCall[] => [['locale.system', { name }, 'test'], ['locale.present', { name }, 'test']]);
  await compareStates(folder, [
    ...calls.filter(([, args]) => args['name'] !== '-x; id'), ['locale.present', { name: 'xx_XX.UTF-8' }],
    ['module.run', { name: 'x', 'locale.get_locale': [], 'locale.avail': ['c.utf8'], 'locale.list_avail': [] }],
  ], { machine });
});
