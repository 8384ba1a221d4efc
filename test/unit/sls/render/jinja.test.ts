/** The language where the recordings are silent: waiting for functions, scopes, templates that use others. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { floatOf, type Value } from '../../../../src/kernel/std/value.js';
import { renderBench, textOf } from '../../../support/render-bench.js';

const later = (value: Value): Promise<Value> => new Promise((resolve) => setImmediate(() => resolve(value)));
const salt = { 'test.echo': (value: Value = null) => later(value), 'test.list': () => later([1, 2, 3]), 'test.true': () => later(true), 'test.float': () => later(floatOf(1)) };

const WAITING: readonly (readonly [what: string, template: string, text: string])[] = [
  ['operands', "{{ salt['test.echo'](1) + salt.test.echo(2) * 3 }}", '7'],
  ['comparisons, once each', "{{ 1 < salt.test.echo(2) < 3 }}", 'True'],
  ['`and` and `or`', "{{ salt.test.echo('') or salt.test.echo('x') }}{{ salt.test.echo(0) and nope() }}", 'x0'],
  ['conditions', "{{ 'yes' if salt.test.true() else nope() }}", 'yes'],
  ['arguments and keys', "{{ {'a': salt.test.echo(1)}[salt.test.echo('a')] }}", '1'],
  ['filters and their arguments', "{{ salt.test.list() | join(salt.test.echo('-')) }}", '1-2-3'],
  ['tests', '{{ salt.test.echo(4) is divisibleby salt.test.echo(2) }}', 'True'],
  ['slices', '{{ salt.test.list()[salt.test.echo(1):] }}', '[2, 3]'],
  ['loops, their filters and bodies', "{% for x in salt.test.list() if salt.test.echo(x) != 2 %}{{ salt.test.echo(x) }}{{ loop.last }},{% endfor %}", '1False,3True,'],
  ['`else` of loops, breaks', "{% for x in salt.test.list() %}{% if salt.test.echo(x) == 2 %}{% break %}{% endif %}{{ x }}{% else %}no{% endfor %}", '1'],
  ['recursive loops', "{% for x in [1, [2, [3]]] recursive %}{% if x is number %}{{ salt.test.echo(x) }}{% else %}({{ loop(x) }}){% endif %}{% endfor %}", '1(2(3))'],
  ['macros and their defaults', "{% macro m(a, b=salt.test.echo('d')) %}{{ a }}{{ b }}{{ salt.test.echo(a) }}{% endmacro %}{{ m(1) }}{{ m(2, 3) }}", '1d1232'],
  ['call blocks', "{% macro w() %}<{{ caller(salt.test.echo(5)) }}>{% endmacro %}{% call(x) w() %}{{ salt.test.echo(x) }}{% endcall %}", '<5>'],
  ['set, set blocks, filter blocks', "{% set a = salt.test.echo('q') %}{% set b %}{{ salt.test.echo(a) }}!{% endset %}{% filter upper %}{{ b }}{{ salt.test.echo('z') }}{% endfilter %}", 'Q!Z'],
  ['with and do', "{% with a = salt.test.echo(1), b = salt.test.echo(2) %}{{ a + b }}{% endwith %}{% do salt.test.true() %}", '3'],
  ['load_yaml', "{% load_yaml as d %}a: {{ salt.test.echo(3) }}{% endload %}{{ d.a + 1 }}", '4'],
  ['floats of functions', '{{ salt.test.float() }}', '1.0'],
];

for (const [what, template, text] of WAITING) {
  test(`functions are waited for in ${what}`, async () => assert.equal(await textOf(template, {}, { salt }), text));
}

test('the order of text is that of the template, whatever is waited for', async () => {
  const files = { 'i.jinja': '[{{ salt.test.echo(x) }}]', 'b.jinja': "<{% block b %}{{ salt.test.echo('p') }}{% endblock %}>" };
  assert.equal(await textOf("a{% set x = 1 %}{% include 'i.jinja' %}b{{ salt.test.echo('c') }}d", {}, { salt, files }), 'a[1]bcd');
  assert.equal(await textOf("{% extends 'b.jinja' %}{% block b %}{{ salt.test.echo('c') }}{{ super() }}{% endblock %}ignored", {}, { salt, files }), '<cp>');
});

const LANGUAGE: readonly (readonly [what: string, template: string, text: string])[] = [
  ['a block sees variables of the top, not of loops', '{% set t = 1 %}{% for i in [1] %}{% block b %}{{ t }}{{ i is defined }}{% endblock %}{% endfor %}', '1False'],
  ['a scoped block sees those of loops', '{% for i in [1] %}{% block b scoped %}{{ i }}{% endblock %}{% endfor %}', '1'],
  ['`self` gives blocks again', '{% block b %}x{% endblock %}{{ self.b() }}', 'xx'],
  ['a macro sees what is set later', '{% macro m() %}{{ x }}{% endmacro %}{% set x = 1 %}{{ m() }}{% set x = 2 %}{{ m() }}', '12'],
  ['namespace keeps values of loops', '{% set ns = namespace(n=0) %}{% for i in range(4) %}{% set ns.n = ns.n + i %}{% endfor %}{{ ns.n }}', '6'],
  ['a filter of a loop sees what the body did', '{% set ns = namespace(seen=[]) %}{% for i in [1, 1, 2] if i not in ns.seen %}{% do ns.seen.append(i) %}{{ i }}{% endfor %}', '12'],
  ['targets take values apart', '{% set a, (b, c) = 1, (2, 3) %}{{ a }}{{ b }}{{ c }}', '123'],
  ['autoescape', "{% autoescape true %}{{ '<' }}{{ '<' | safe }}{% endautoescape %}{{ '<' }}", '&lt;<<'],
  ['None as a value', "{% set a = none %}{{ a }}{{ {'k': none}.k }}{{ {'k': none}.get('k', 1) }}{% macro m(x=1) %}{{ x }}{% endmacro %}{{ m(none) }}", 'NoneNoneNoneNone'],
  ['joined arguments', "{{ '{}{}{c}'.format(*[1, 2], **{'c': 3}) }}", '123'],
  ['raw keeps tags', '{% raw -%}  {{ x }}{%- endraw %}', '{{ x }}'],
];

for (const [what, template, text] of LANGUAGE) {
  test(`the language has ${what}`, async () => assert.equal(await textOf(template), text));
}

test('an import without context is a module of its own; with context it sees a copy', async () => {
  const files = { 'l.jinja': '{% macro m() %}{{ x | default("none") }}{% endmacro %}' };
  assert.equal(await textOf("{% set x = 1 %}{% from 'l.jinja' import m %}{{ m() }}", {}, { files }), 'none');
  assert.equal(await textOf("{% set x = 1 %}{% from 'l.jinja' import m with context %}{% set x = 2 %}{{ m() }}", {}, { files }), '1');
});

test('imported files know their own place', async () => {
  const files = { 'a/lib.jinja': '{% set where = tplfile ~ " " ~ tpldir ~ " " ~ tpldot %}' };
  assert.equal(await textOf("{% from 'a/lib.jinja' import where %}{{ where }}", {}, { files }), 'a/lib.jinja a a');
});

test('a template does not change the facts of the renderer', async () => {
  const bench = renderBench({ facts: { grains: { os: 'Debian' } } });
  const place = { saltenv: 'base' };
  await bench.renderTemplate("{% do grains.update({'os': 'x'}) %}", 'jinja', place);
  assert.equal(await bench.renderTemplate('{{ grains.os }}', 'jinja', place), 'Debian');
});

test('Salt changes the first argument of defaults.merge in place', async () => {
  const merge = { 'defaults.merge': async (a: Value = null, b: Value = null) => ({ ...a as object, ...b as object }) as Value };
  assert.equal(await textOf("{% set d = {'a': 1} %}{% do salt['defaults.merge'](d, {'b': 2}) %}{{ d }}", {}, { salt: merge }), "{'a': 1, 'b': 2}");
});
