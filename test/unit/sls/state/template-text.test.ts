import assert from 'node:assert/strict';
import { test } from 'node:test';
import { loadYaml } from '../../../../src/kernel/yaml/load.js';
import { readTemplate } from '../../../../src/sls/state/template-text.js';
import { showHigh } from '../../../../src/sls/state/high-data.js';

/** Recorded: `state.template_str` of Salt 3008.3 for the same texts. */
function read(text: string): { ids: unknown; errors: string[] } {
  const errors: string[] = [];
  const high = readTemplate(loadYaml(text), errors);
  return { ids: showHigh(high), errors };
}

test('states of a text belong to no SLS', () => {
  assert.deepEqual(read('x: {test.nop: []}\ny: test.nop'), { ids: { x: { test: ['nop'] }, y: { test: ['nop'] } }, errors: [] });
  assert.deepEqual(read(''), { ids: {}, errors: [] });
});

test('a text may not include, and must be a map of maps', () => {
  const errorsOf = (text: string): string[] => read(text).errors;
  assert.deepEqual(errorsOf('text'), ['Template <template-str> does not render to a dictionary']);
  assert.deepEqual(errorsOf('include: [a]'), ["The 'include' declaration found on '<template-str>' is invalid when rendering single templates"]);
  assert.deepEqual(errorsOf('x: nop'), ['ID x in template <template-str> is not a dictionary']);
  assert.deepEqual(errorsOf('x: {test.nop: null}'), [
    "ID 'x' in template <template-str> contains a short declaration (test.nop) with a trailing colon. When not passing any arguments to a state, the colon must be omitted.",
  ]);
  assert.deepEqual(errorsOf('x: {test.nop: [], test.fail_with_changes: []}'),
    ["ID 'x' in template '<template-str>' contains multiple state declarations of the same type"]);
});
