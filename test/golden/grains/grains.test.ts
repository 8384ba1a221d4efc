/** Release files of many distributions and texts of many machines, read as real Salt 3008.3 reads them. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { distributionGrains, releaseGrains } from '../../../src/plugins/grains/core/distribution.js';
import { DISTRIBUTIONS, filesOf } from '../../support/distributions.data.js';
import { TEXT_CASES } from '../../support/machine-texts.data.js';
import { readMachineText } from '../../support/read-machine-text.js';

interface Answers {
  readonly distributions: Record<string, unknown>;
  readonly texts: Record<string, unknown>;
}

/** Recorded by test/peer/grains.test.ts. */
const answers = JSON.parse(readFileSync(join(import.meta.dirname, '../../../../test/golden/grains/answers.json'), 'utf8')) as Answers;

const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

test('every recorded answer has its case', () => {
  assert.deepEqual(Object.keys(answers.distributions), Object.keys(DISTRIBUTIONS));
  assert.deepEqual(Object.keys(answers.texts), TEXT_CASES.map(({ kind, title }) => `${kind}: ${title}`));
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
