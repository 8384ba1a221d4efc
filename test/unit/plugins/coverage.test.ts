import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { pluginIndex, readJson } from '../../support/module-host.js';

const root = join(import.meta.dirname, '..', '..', '..', '..');
const { coverageText } = await import(pathToFileURL(join(root, 'scripts/lib/coverage.mjs')).href) as {
  coverageText: (index: unknown, recorded: unknown, others?: unknown) => string;
};

test('docs/coverage.md is what make-coverage would write', async () => {
  const text = coverageText(await pluginIndex(), await readJson(join(root, 'test/golden-facts/modules.json')), await readJson(join(root, 'test/golden-facts/modules-other-hosts.json')));
  assert.equal(await readFile(join(root, 'docs/coverage.md'), 'utf8'), text, 'run: node scripts/make-coverage.mjs');
});

test('coverageText() counts what is missing and what was added', () => {
  const plugin = (name: string, functions: string[]) => ({ name, serves: 'pkg', virtual: false, functions: Object.fromEntries(functions.map((fun) => [fun, {}])) });
  const text = coverageText(
    { plugins: { modules: [plugin('aptpkg', ['install', 'extra']), { ...plugin('xml', ['a']), serves: 'xml' }, { ...plugin('own', ['a']), serves: 'own' }] } },
    { modules: { pkg: { functions: { install: {}, remove: {} } }, gone: { functions: { a: {} } } }, states: { reg: { functions: { present: {} } } }, runners: {}, wheel: {} },
    { modules: { xml: { functions: { a: {} } } } },
  );
  assert.match(text, /\| Execution modules \| 1 of 2 \| 1 of 3 \|/);
  assert.match(text, /\| pkg \| 1 of 2 \| from aptpkg; missing: remove; added: extra \|/);
  assert.match(text, /Not here: gone\./);
  assert.match(text, /Also of Salt, not counted above: xml\.\n\nNot of Salt 3008: own\./);
  assert.match(text, /Left out:\n\n- reg: the registry of Windows/);
});
