/** What the author of a template learns from an error, besides Salt's text. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RenderError } from '../../../../src/sls/render/render-error.js';
import { explainError } from '../../../../src/sls/render/explain.js';
import { renderBench, type BenchSetup } from '../../../support/render-bench.js';

async function errorOf(template: string, setup: BenchSetup = {}): Promise<RenderError> {
  try {
    await renderBench(setup).renderSls(template, { saltenv: 'base', sls: 'web.site', source: 'salt://web/site.sls' });
  } catch (error) {
    assert.ok(error instanceof RenderError, String(error));
    return error;
  }
  throw new Error('the template was rendered');
}

test('an error names the file as its author knows it, and the line of the source', async () => {
  const error = await errorOf('#!jinja|yaml\n#jinja2: {"trim_blocks": true}\na: 1\nb: {{ nope }}\n');
  assert.deepEqual(error.place, { file: 'salt://web/site.sls', line: 4 });
  assert.equal(error.reason, "'nope' is undefined");
  assert.match(error.excerpt, /^b: \{\{ nope \}\} {4}<=+$/m);
});

test('an error in an import tells the way there', async () => {
  const error = await errorOf("\n{% from 'web/map.jinja' import m %}\n{{ m() }}\n", { files: { 'web/map.jinja': '{% macro m() %}\n{{ grains.oss }}{% endmacro %}' }, facts: { grains: { os: 'Debian' } } });
  assert.deepEqual(error.place, { file: 'salt://web/map.jinja', line: 2, inside: "macro 'm'" });
  assert.deepEqual(error.chain, [{ file: 'salt://web/site.sls', line: 3 }, { file: 'salt://web/map.jinja', line: 2, inside: "macro 'm'" }]);
  assert.deepEqual(error.suggestions, ['os']);
});

const MISSPELLED: readonly (readonly [what: string, template: string, meant: string])[] = [
  ['filter', "{{ 'a' | uper }}", 'upper'], ['test', '{{ 1 is defned }}', 'defined'], ['variable', '{{ pilar }}', 'pillar'], ['function', "{{ salt['test.ecko']('a') }}", 'test.echo'],
  ['function behind a dot', "{{ salt.test.ecko('a') }}", 'echo'], ['pillar key', '{{ pillar.passwrd }}', 'password'], ['nested key', "{{ pillar['db']['hots'] }}", 'host'], ['imported name', "{% from 'm.jinja' import aple %}{{ aple }}", 'apple'],
];

for (const [what, template, meant] of MISSPELLED) {
  test(`a misspelled ${what} gets close names`, async () => {
    const error = await errorOf(template, { files: { 'm.jinja': '{% set apple = 1 %}' }, facts: { pillar: { password: 'x', db: { host: 'h' } } }, salt: { 'test.echo': (text = null) => text } });
    assert.ok(error.suggestions.includes(meant), `${error.suggestions.join()} has ${meant}`);
  });
}

test('values of pillar are not in the explanation', async () => {
  const error = await errorOf('{{ pillar.passwrd }}', { facts: { pillar: { password: 'topsecret' } } });
  assert.doesNotMatch(JSON.stringify([error.message, error.suggestions, error.excerpt, error.context]), /topsecret/);
});

test('YAML that cannot be read tells the line of the rendered text', async () => {
  const error = await errorOf('{% for i in range(3) %}\nk{{ i }}: v\n{% endfor %}\nx: y: z\n');
  assert.equal(error.message, 'mapping values are not allowed in this context');
  assert.equal(error.place?.line, 8);
});

test('an explanation shows place, lines, way and close names', async () => {
  const error = await errorOf("a: 1\n{% include 'i.jinja' %}\n", { files: { 'i.jinja': '{{ grains.oss }}' }, facts: { grains: { os: 'Debian' } } });
  assert.equal(explainError(error), [
    "salt://i.jinja, line 1: 'dict object' has no attribute 'oss'", '---', '{{ grains.oss }}    <======================', '---',
    'by way of salt://web/site.sls, line 2', "perhaps 'os' was meant", '',
  ].join('\n'));
});
