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

test('YAML that cannot be read tells the line of the source that wrote it', async () => {
  const error = await errorOf('{% for i in range(3) %}\nk{{ i }}: v\n{% endfor %}\nx: y: z\n');
  assert.equal(error.message, 'mapping values are not allowed in this context');
  assert.deepEqual(error.place, { file: 'salt://web/site.sls', line: 4 });
  assert.match(error.excerpt, /^x: y: z {4}<=+\n---\nwhich gives, in line 8 of the rendered text:\n(?:.*\n)*8 \| x: \*{10}\n/m);
});

const WRITTEN: readonly (readonly [what: string, template: string, line: number, file: string])[] = [
  ['a value', "{% set x = 'b: c' %}\n\na: {{ x }}\n", 3, 'salt://web/site.sls'],
  ['a macro, by the line of its call', '{% macro m() %}\na: b: c\n{% endmacro %}\n\n{{ m() }}\n', 5, 'salt://web/site.sls'],
  ['an included file', "a: 1\n{% include 'i.jinja' %}\n", 3, 'salt://i.jinja'],
  ['a text without templates', 'a: 1\nb: c: d\n', 2, 'salt://web/site.sls'],
  ['a text with options in its first line', '#jinja2: {"trim_blocks": true}\n{% if 1 %}\na: b: c\n{% endif %}\n', 3, 'salt://web/site.sls'],
  ['an equal key', '{% for i in [1, 1] %}\nk{{ i }}: v\n{%- endfor %}\n', 2, 'salt://web/site.sls'],
];

for (const [what, template, line, file] of WRITTEN) {
  test(`wrong YAML is traced to ${what}`, async () => {
    const error = await errorOf(template, { files: { 'i.jinja': '# one\n\nb: c: d\n' } });
    assert.deepEqual(error.place, { file, line });
  });
}

test('a very long way is shown without its middle', async () => {
  const error = await errorOf("{% import 'a.jinja' as a %}\n", { files: { 'a.jinja': "{% import 'b.jinja' as b %}", 'b.jinja': "{% import 'a.jinja' as a %}" } });
  assert.match(error.message, /maximum recursion depth exceeded/);
  const lines = explainError(error).split('\n').filter((line) => line.startsWith('by way of'));
  assert.equal(lines.length, 11);
  assert.match(String(lines[5]), /^by way of \d+ more$/);
});

test('an explanation shows place, lines, way and close names', async () => {
  const error = await errorOf("a: 1\n{% include 'i.jinja' %}\n", { files: { 'i.jinja': '{{ grains.oss }}' }, facts: { grains: { os: 'Debian' } } });
  assert.equal(explainError(error), [
    "salt://i.jinja, line 1: 'dict object' has no attribute 'oss'", '---', '{{ grains.oss }}    <======================', '---',
    'by way of salt://web/site.sls, line 2', "perhaps 'os' was meant", '',
  ].join('\n'));
});

test('what a template made of pillar is covered in the explanation of wrong YAML', async () => {
  const error = await errorOf('a:\n  - password: {{ pillar.password }}\n x: 1\n', { facts: { pillar: { password: 'topsecret' } } });
  assert.doesNotMatch(explainError(error), /topsecret/);
  assert.match(explainError(error), /password: \*{10}/);
});
