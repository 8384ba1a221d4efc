/** States of sources of packages with real apt, beside those of real Salt. */
import { rmSync } from 'node:fs';
import { after, test } from 'node:test';
import { debMachine } from '../../support/packages/deb-machine.js';
import { compareStates, type StateCall } from '../../support/state-calls.js';

const { skip, folder, machine, repository } = await debMachine();
after(() => rmSync(folder, { recursive: true, force: true }));

test('pkgrepo: the same results and files', { skip }, async () => {
  const line = `deb [trusted=yes] ${repository} ./`;
  const file = '/etc/apt/sources.list.d/tsalt-made.list';
  const sources = '/etc/apt/sources.list.d/tsalt-made.sources';
  const other = 'deb [arch=amd64 signed-by=/etc/apt/keyrings/x.gpg] http://tsalt.invalid/debian/ stable main contrib';
  const quiet = { refresh: false };
  const read = (path: string): StateCall => ['module.run', { name: 'x', 'file.read': [path] }];
  await compareStates(folder, [
    ['pkgrepo.managed', { name: line, ...quiet }, 'test'], ['pkgrepo.managed', { name: line, ...quiet }], ['pkgrepo.managed', { name: other, file, ...quiet }, 'test'], ['pkgrepo.managed', { name: other, file, ...quiet }],
    ['pkgrepo.managed', { name: other, file, ...quiet }], read(file), ['pkgrepo.managed', { name: other, file, comps: 'main', ...quiet }, 'test'], ['pkgrepo.managed', { name: other, file, comps: 'main,contrib,non-free', ...quiet }], read(file),
    ['pkgrepo.managed', { name: other, file, disabled: true, ...quiet }, 'test'], ['pkgrepo.managed', { name: other, file, disabled: true, ...quiet }], ['pkgrepo.managed', { name: other, file, disabled: true, ...quiet }], read(file),
    ['pkgrepo.managed', { name: other, file, enabled: true, comments: ['one', 'two'], ...quiet }], read(file), ['pkgrepo.managed', { name: other, file, enabled: true, disabled: true }], ['pkgrepo.managed', { name: other, repo: 'x' }],
    ['pkgrepo.managed', { name: other, key_url: 'http://x.invalid/key', allow_insecure_key: false }], ['pkgrepo.managed', { name: 'no source', ...quiet }], ['pkgrepo.managed', { name: other, key_url: 'salt://none', keyid: 'A', ...quiet }, 'test'],
    ['pkgrepo.absent', { name: other, ...quiet }, 'test'], ['pkgrepo.absent', { name: other, ...quiet }], ['pkgrepo.absent', { name: other, ...quiet }], ['pkgrepo.managed', { name: other, file: sources, ...quiet }, 'test'],
    ['pkgrepo.managed', { name: other, file: sources, ...quiet }], ['pkgrepo.managed', { name: other, file: sources, ...quiet }], read(sources), ['pkgrepo.managed', { name: other, file: sources, clean_file: true, comps: 'main', ...quiet }], read(sources),
    ['pkgrepo.absent', { name: 'deb http://tsalt.invalid/none stable main' }],
  ], { machine });
});
