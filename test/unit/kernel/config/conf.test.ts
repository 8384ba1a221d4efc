import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { masterOptions } from '../../../../src/kernel/config/master-options.data.js';
import { minionOptions } from '../../../../src/kernel/config/minion-options.data.js';
import { optionGroups } from '../../../../src/kernel/config/option-groups.data.js';
import type { OptionTable } from '../../../../src/kernel/config/option.js';
import { isPlainMap } from '../../../../src/kernel/std/value.js';
import { loadYaml } from '../../../../src/kernel/yaml/load.js';

const root = join(dirname(fileURLToPath(import.meta.url)), '../../../../..');

test('conf/ and docs/configuration.md are those of the option tables', () => {
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(root, 'scripts/make-conf.mjs'), '--check'], { encoding: 'utf8' });
  assert.equal(status, 0, stdout + stderr);
});

for (const [program, table] of [['master', masterOptions], ['minion', minionOptions]] as [string, OptionTable][]) {
  test(`conf/${program} holds every option with its default`, () => {
    const text = readFileSync(join(root, 'conf', program), 'utf8');
    assert.deepEqual(loadYaml(text), null, 'everything is a comment');
    const options = loadYaml(text.replace(/^#(?=\S+:|  )/gm, '').replace(/^#+ .*$/gm, ''));
    assert.ok(isPlainMap(options));
    const shown = Object.entries(table).filter(([name]) => !name.startsWith('__') && !['conf_file', 'ssh_config_file'].includes(name));
    for (const [name, { value }] of shown) assert.deepEqual(options[name], value ?? null, name);
    assert.equal(Object.keys(options).length, shown.length + (program === 'master' ? 1 : 0));
  });
}

test('every option has a sentence and a known group', () => {
  for (const [name, { doc, group }] of Object.entries({ ...minionOptions, ...masterOptions })) {
    assert.match(doc, /^[A-Z].*[^.]$/, name);
    assert.ok(Object.hasOwn(optionGroups, group), name);
  }
});
