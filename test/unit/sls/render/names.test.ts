/** Every filter, test and function of real Salt's templates is here, and every parameter is taken by its name. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { readJson } from '../../../support/module-host.js';
import { textOf } from '../../../support/render-bench.js';

/** Read from Salt 3008.3 with Jinja2 3.1.6: names, and parameters behind the input. */
interface Names {
  readonly filters: Readonly<Record<string, readonly string[]>>;
  readonly tests: readonly string[];
  readonly globals: readonly string[];
}
const facts = join(import.meta.dirname, '../../../../../test/golden-facts/template-names.json');
const { filters, tests, globals } = await readJson(facts) as Names;

/** Takes hundreds of connections' parameters in Salt; ours takes those that a filter can use. */
const FEWER: ReadonlyMap<string, string> = new Map([
  ['http_query', 'parameters for files, sessions and streams of the function behind it mean nothing in a filter'],
  ['indent', 'indentfirst is that of the old filter; the one of Jinja is used, as in Salt'],
]);

async function failure(template: string): Promise<string> {
  return textOf(template).then(() => '', (error: Error) => error.message);
}

test('every filter of Salt is known', async () => {
  for (const name of Object.keys(filters)) assert.equal(await textOf(`{{ '${name}' is filter }}`), 'True', name);
});

test('filters take their parameters by name', async () => {
  const missing: string[] = [];
  for (const [name, parameters] of Object.entries(filters)) {
    if (FEWER.has(name)) continue;
    for (const parameter of parameters) {
      const message = await failure(`{{ 'x' | ${name}(${parameter}='x') }}`);
      if (message.includes('unexpected keyword') || message.includes('takes no keyword')) missing.push(`${name}(${parameter}): ${message.split('\n')[0] ?? ''}`);
    }
  }
  assert.deepEqual(missing, []);
});

test('every test of Salt is known', async () => {
  for (const name of tests) assert.equal(await textOf(`{{ '${name}' is test }}`), 'True', name);
});

test('every function of Salt is known', async () => {
  for (const name of globals) assert.equal(await textOf(`{{ ${name} is defined }}`), 'True', name);
});
