/**
 * Random templates and YAML, rendered here and by real Salt in one Python process. Another TSALT_TEMPLATE_SEED gives others;
 * TSALT_TEMPLATE_COUNT says how many.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { skipWithoutSalt } from '../support/fleet/salt-venv.js';
import { Expressions } from './templates/expressions.js';
import { isException, normal, ours, sameOutcome, theirs, type Case } from './templates/real-salt.js';
import { YamlDocuments } from './templates/yaml-documents.js';
import { LIBRARY_FILES, Templates } from './templates/statements.js';

const seed = Number(process.env['TSALT_TEMPLATE_SEED'] ?? 20261121);
const countOf = (usual: number): number => Number(process.env['TSALT_TEMPLATE_COUNT'] ?? usual);
/** What Python says about an error of a type matters less than that there is one; with this variable that counts, too. */
const errors = process.env['TSALT_TEMPLATE_ERRORS'] !== undefined;

async function compare(cases: readonly Case[], files: Readonly<Record<string, string>> = {}, { exactErrors = errors } = {}): Promise<void> {
  const recorded = theirs(cases, files);
  const wrong: string[] = [];
  for (const [at, one] of cases.entries()) {
    const [found, wanted] = [normal(await ours(one, files)), normal(recorded[at] ?? {})];
    if (!sameOutcome(found, wanted, { errors: exactErrors }) && !isException(one.text, wanted)) {
      wrong.push(`${one.text}\n  options ${JSON.stringify(one.opts ?? {})}\n  theirs ${JSON.stringify(wanted)}\n  ours   ${JSON.stringify(found)}`);
    }
  }
  if (process.env['TSALT_TEMPLATE_COUNT'] !== undefined) process.stdout.write(`${recorded.filter(({ text }) => text !== undefined).length} of ${recorded.length} give a text\n${wrong.join('\n')}\n`);
  assert.deepEqual(wrong, [], `${wrong.length} differ\n${wrong.join('\n')}`);
}

test(`random expressions render as with real Salt (seed ${seed})`, { skip: skipWithoutSalt }, async () => {
  const source = new Expressions(seed);
  await compare(Array.from({ length: countOf(1000) }, () => ({ text: source.next() })));
});

test(`random templates with statements render as with real Salt, errors to the letter (seed ${seed})`, { skip: skipWithoutSalt }, async () => {
  const source = new Templates(seed);
  await compare(Array.from({ length: countOf(400) }, () => source.next()), LIBRARY_FILES, { exactErrors: true });
});

test(`random YAML is read as by real Salt, errors to the letter (seed ${seed})`, { skip: skipWithoutSalt }, async () => {
  const source = new YamlDocuments(seed);
  await compare(Array.from({ length: countOf(3000) }, () => ({ kind: 'yaml', text: source.next() })), {}, { exactErrors: true });
});
