/** Release files of many distributions and texts of many machines, read as real Salt 3008.3 reads them. */
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { distributionGrains, releaseGrains } from '../../../src/plugins/grains/core/distribution.js';
import { initSystem } from '../../../src/plugins/grains/core/init-system.js';
import { machineGrains } from '../../../src/plugins/grains/core/operating-system.js';
import { DISTRIBUTIONS, filesOf } from '../../support/distributions.data.js';
import { TEXT_CASES } from '../../support/machine-texts.data.js';
import { MACHINES } from '../../support/machines.data.js';
import { readMachineText } from '../../support/read-machine-text.js';
import { rootedContext } from '../../support/rooted-sys.js';

interface Answers {
  readonly distributions: Record<string, unknown>;
  readonly texts: Record<string, unknown>;
  readonly machines: Record<string, unknown>;
}

/** Recorded by test/peer/grains.test.ts. */
const answers = JSON.parse(readFileSync(join(import.meta.dirname, '../../../../test/golden/grains/answers.json'), 'utf8')) as Answers;
const base = realpathSync(mkdtempSync(join(tmpdir(), 'tsalt-grains-')));
after(() => rmSync(base, { recursive: true }));

const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

test('every recorded answer has its case', () => {
  assert.deepEqual(Object.keys(answers.distributions), Object.keys(DISTRIBUTIONS));
  assert.deepEqual(Object.keys(answers.texts), TEXT_CASES.map(({ kind, title }) => `${kind}: ${title}`));
  assert.deepEqual(Object.keys(answers.machines), Object.keys(MACHINES));
});

for (const [name, files] of Object.entries(DISTRIBUTIONS)) {
  test(`distribution ${name}`, () => {
    const grains = distributionGrains(filesOf(files));
    const release = grains.osrelease === '' ? {} : releaseGrains(grains.os, grains.osfullname, grains.osrelease);
    assert.deepEqual(plain({ ...grains, ...release }), answers.distributions[name]);
  });
}

for (const one of TEXT_CASES) {
  test(`${one.kind}: ${one.title}`, () => {
    assert.deepEqual(plain(readMachineText(one)), answers.texts[`${one.kind}: ${one.title}`]);
  });
}

for (const [at, [name, machine]] of Object.entries(MACHINES).entries()) {
  test(`machine ${name}`, async () => {
    const ctx = await rootedContext(join(base, String(at)), machine);
    assert.deepEqual(plain({ ...await machineGrains(ctx), init: await initSystem(ctx) }), answers.machines[name]);
  });
}
