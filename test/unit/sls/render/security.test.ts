/** What templates must not reach, and how much they may do. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RenderError } from '../../../../src/sls/render/render-error.js';
import { renderBench, textOf } from '../../../support/render-bench.js';

const ATTACKS: readonly string[] = [
  "{{ grains.constructor.constructor('return process')() }}",
  "{{ range.constructor('return process.version')() }}",
  "{{ ''.constructor }}", "{{ [].constructor }}", "{{ {}.constructor }}", '{{ (1).constructor }}', '{{ {}.hasOwnProperty }}', '{{ {}.toString() }}', '{{ [].map }}',
  "{{ {}['__proto__'] }}", '{{ {}.__proto__ }}', "{{ grains['__proto__'] }}", '{{ salt.__proto__ }}', '{{ process }}', '{{ require }}', '{{ globalThis }}', '{{ this }}', '{{ module }}',
  "{{ ''.__class__ }}", "{{ ''.__class__.__mro__ }}", "{{ ''['__class__'] }}", "{{ '' | attr('__class__') }}", "{{ self.__init__ }}", '{{ range.__globals__ }}', '{{ namespace.__init__ }}',
  "{{ '{0.__class__}'.format(1) }}", "{{ '{0.__class__.__mro__}'.format('') }}", "{{ '{x.__globals__}'.format(x=range) }}", "{{ '{0[__class__]}'.format('') }}", "{{ '{0.__class__}'.format_map({'0': 1}) }}",
  "{% set f = ''.format %}{{ f.__self__ }}", "{% macro m() %}{% endmacro %}{{ m.__call__ }}", "{{ m.constructor }}", "{{ loop.constructor }}", "{{ {}.items.constructor }}", "{{ ('a' | e).constructor }}",
  "{% for x in [1] %}{{ loop.__class__ }}{% endfor %}", "{{ cycler.constructor('return 1')() }}", "{{ [1] | map('constructor') | list }}", "{{ [''] | map(attribute='__class__') | join }}", "{{ [{}] | selectattr('constructor') | list or nope }}",
  "{{ '' | method_call('constructor') or nope }}", "{{ grains | json_query('constructor') or nope }}", "{{ grains | traverse('constructor') or nope }}", "{{ grains | traverse('__proto__:x') or nope }}",
];

for (const template of ATTACKS) {
  test(`a template is refused: ${template}`, async () => {
    await assert.rejects(textOf(template, {}, { facts: { grains: { os: 'Debian' } } }), RenderError);
  });
}

test('keys named like members of JavaScript are keys like any other', async () => {
  const text = await textOf("{% set d = {'__proto__': 1, 'constructor': 2, 'toString': 3} %}{{ d['__proto__'] }}{{ d.constructor }}{{ d }}{{ {}.get('constructor') }}");
  assert.equal(text, "12{'__proto__': 1, 'constructor': 2, 'toString': 3}None");
  assert.equal(({} as Record<string, unknown>)['polluted'], undefined);
});

test('dicts cannot change the prototype of objects', async () => {
  const found = await renderBench().renderSls('{% set d = {} %}{% do d.update({"__proto__": {"polluted": true}}) %}{{ d | tojson }}', { saltenv: 'base', sls: 'a' });
  assert.ok(found instanceof Map);
  assert.equal(({} as Record<string, unknown>)['polluted'], undefined);
});

const ENDLESS: readonly (readonly [title: string, template: string])[] = [
  ['a list that grows while it is walked', '{% set l = [1] %}{% for x in l %}{% do l.append(x) %}{% endfor %}'],
  ['loops in loops', '{% for a in range(100000) %}{% for b in range(100000) %}{% endfor %}{% endfor %}'],
  ['a macro that calls itself', '{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}'],
  ['a recursive loop', '{% set l = [] %}{% do l.append(l) %}{% for x in l recursive %}{{ loop(x) }}{% endfor %}'],
  ['much text', "{% for a in range(100000) %}{{ 'x' * 100000 }}{% endfor %}"],
  ['text of great length', "{{ 'x' * 10 ** 9 }}"], ['a long list', '{{ [0] * 10 ** 9 }}'], ['a wide format', "{{ '%1000000000d' % 1 }}"],
  ['a wide field', "{{ '{:>1000000000}'.format(1) }}"], ['a wide line', "{{ 'x'.ljust(1000000000) }}"], ['many replacements', "{{ ('a' * 100000).replace('a', 'b' * 10000) }}"],
  ['a great power', '{{ 10 ** (10 ** 8) }}'], ['products of great numbers', '{% set n = 10 ** 200000 %}{{ n * n }}'], ['text that doubles', "{% set ns = namespace(t='x' * 1000) %}{% for i in range(40) %}{% set ns.t = ns.t + ns.t %}{% endfor %}"],
  ['a great range', '{{ range(10 ** 7) }}'], ['many combinations', '{{ range(100) | permutations(50) | list | length }}'], ['many hosts', "{{ '10.0.0.0/1' | network_hosts | length }}"],
  ['brackets in brackets', `{{ ${'('.repeat(5000)}1${')'.repeat(5000)} }}`], ['tags in tags', '{% if 1 %}'.repeat(3000)],
];

for (const [title, template] of ENDLESS) {
  test(`limits end ${title}`, async () => {
    const bench = renderBench({ options: { limits: { stepsMax: 300_000, outputLengthMax: 1_000_000, computeMsMax: 5000 } } });
    await assert.rejects(bench.renderTemplate(template, 'jinja', { saltenv: 'base' }), RenderError);
  });
}

test('a regular expression that never ends is stopped', { timeout: 20_000 }, async () => {
  await assert.rejects(textOf("{{ ('a' * 40 ~ '!') | regex_match('(a+)+$') }}"), /was stopped after|refused/);
});

test('imports do not leave the tree', async () => {
  const files = { 'a/b.jinja': 'x', 'etc/passwd': 'no' };
  for (const name of ['/etc/passwd', '../../etc/passwd', 'a/../../etc/passwd', './../../etc/passwd', 'a\0b', 'file:///etc/passwd', 'salt://a/b.jinja']) {
    await assert.rejects(textOf(`{% include name %}`, { name, tpldir: 'a' }, { files }), RenderError, name);
  }
});

test('others have their turn while a template works', async () => {
  let turns = 0;
  const timer = setInterval(() => (turns += 1), 1);
  await textOf('{% for a in range(3000) %}{% for b in range(100) %}{% set x = a * b %}{% endfor %}{% endfor %}');
  clearInterval(timer);
  assert.ok(turns > 0, 'a timer ran meanwhile');
});
