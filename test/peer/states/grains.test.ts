/** States of grains in a minion of their own, beside those of real Salt. */
import { mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { skipWithoutSalt } from '../../support/fleet/salt-venv.js';
import { saltFolder } from '../../support/salt-calls.js';
import { compareStates, type StateCall } from '../../support/state-calls.js';

const base = realpathSync(mkdtempSync(join(tmpdir(), 'tsalt-states-grains-')));
after(() => rmSync(base, { recursive: true, force: true }));
const folder = saltFolder(base, { conf_file: join(base, 'minion') });

const twice = (calls: readonly StateCall[]): StateCall[] => calls.flatMap(([fun, args]): StateCall[] => [[fun, args], [fun, args]]);

test('grains: the same results', { skip: skipWithoutSalt }, async () => {
  const calls: StateCall[] = [
    ['grains.exists', { name: 'tsalt_none' }], ['grains.exists', { name: 'os' }], ['grains.present', { name: 'tsalt_a', value: 'one' }], ['grains.present', { name: 'tsalt_a', value: 'two' }],
    ['grains.list_present', { name: 'tsalt_l', value: 'x' }], ['grains.list_present', { name: 'tsalt_l', value: ['x', 'y'] }], ['grains.list_present', { name: 'tsalt_a', value: 'x' }],
    ['grains.append', { name: 'tsalt_l', value: 'z' }], ['grains.append', { name: 'tsalt_none', value: 'z' }], ['grains.append', { name: 'tsalt_a', value: 'z' }], ['grains.append', { name: 'tsalt_a', value: 'z', convert: true }],
    ['grains.list_absent', { name: 'tsalt_l', value: ['x', 'none'] }], ['grains.list_absent', { name: 'tsalt_none', value: 'x' }], ['grains.list_absent', { name: 'os', value: 'x' }],
    ['grains.present', { name: 'tsalt_deep:er', value: 5 }], ['grains.present', { name: 'tsalt_l', value: 'no list' }], ['grains.present', { name: 'tsalt_l', value: 'no list', force: true }],
    ['grains.absent', { name: 'tsalt_a' }], ['grains.absent', { name: 'tsalt_deep:er', destructive: true }], ['grains.absent', { name: 'tsalt_none' }], ['grains.absent', { name: 'tsalt_l', destructive: true }],
  ];
  await compareStates(folder, twice(calls), { prepare: () => writeFileSync(join(base, 'grains'), '') });
  // Test runs of real Salt have grains of their own: what the calls before set is in the file from the start.
  const tests = calls.map(([fun, args]): StateCall => [fun, args, 'test']);
  await compareStates(folder, tests, { prepare: () => writeFileSync(join(base, 'grains'), 'tsalt_a: one\ntsalt_l: [x, y]\ntsalt_deep: {er: 4}\n') });
});
