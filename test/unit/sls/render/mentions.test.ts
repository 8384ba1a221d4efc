/** What a template needs to know of the machine is found out before it runs, and no more than that. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { PlainMap } from '../../../../src/kernel/std/value.js';
import { RenderError } from '../../../../src/sls/render/render-error.js';
import { renderBench, type BenchSetup } from '../../../support/render-bench.js';

const SALT = {
  'test.echo': (value: unknown) => value as string, 'test.ping': () => true, 'grains.get': () => 'Debian', 'config.get': () => '', 'match.ifelse': () => 'matched',
};

interface Asked {
  readonly text: string;
  readonly modules: readonly string[];
  readonly wholeList: boolean;
  readonly grains: readonly string[];
}

async function render(text: string, { files = {}, facts = {} }: BenchSetup = {}): Promise<Asked> {
  const modules: string[] = [];
  const grains: string[] = [];
  let wholeList = false;
  const renderer = renderBench({
    files, facts, salt: SALT, options: {
      functions: async () => {
        wholeList = true;
        return Object.keys(SALT);
      },
      functionsOf: async (module) => {
        modules.push(module);
        return Object.keys(SALT).filter((name) => name.startsWith(`${module}.`));
      },
      ready: async (names) => void grains.push(...(names === 'all' ? ['all'] : names)),
    },
  });
  const rendered = await renderer.renderTemplate(text, 'jinja', { saltenv: 'base' }).catch((error: Error) => error.message);
  return { text: rendered, modules: modules.sort(), wholeList, grains };
}

const FUNCTIONS: readonly [template: string, modules: readonly string[], wholeList: boolean][] = [
  ['{{ 1 + 1 }} salt', [], false],
  ["{{ salt['test.echo']('x') }}", ['test'], false],
  ['{{ salt.test.echo("x") }}', ['test'], false],
  ['{% set t = salt.test %}{{ t.echo("x") }}', ['test'], false],
  ["{% if false %}{{ salt['grains.get']('os') }}{% endif %}", ['grains'], false],
  ["{% macro m() %}{{ salt['test.ping']() }}{% endmacro %}{{ m() }}", ['test'], false],
  ["{{ 'docker.ps' in salt }}", ['docker'], false],
  ["{{ 'test.ping' in salt }}", ['test'], false],
  ['{{ ifelse("web*", 1, 2) }}', ['match'], false],
  ["{% set f = 'test.ping' %}{{ salt[f]() }}", [], true],
  ['{% set s = salt %}{{ s["test.ping"]() }}', [], true],
  ["{{ salt['test.nothing'] is defined }}", ['test'], true],
];

for (const [template, modules, wholeList] of FUNCTIONS) {
  test(`functions: ${template}`, async () => {
    const asked = await render(template);
    assert.deepEqual({ modules: asked.modules, wholeList: asked.wholeList }, { modules, wholeList });
  });
}

test('what is found does not depend on how much was asked', async () => {
  assert.equal((await render("{{ 'test.ping' in salt }} {{ 'test.none' in salt }} {{ 'docker.ps' in salt }} {{ salt.docker is defined }}")).text, 'True False False False');
  assert.equal((await render("{{ salt.test is defined }} {{ salt['test.echo'](3) }}")).text, 'True 3');
});

test('a name that does not exist is told its neighbours among all names', async () => {
  const renderer = renderBench({ salt: SALT, options: { functionsOf: async () => [] } });
  const error = await renderer.renderTemplate("{{ salt['tset.ping']() }}", 'jinja', { saltenv: 'base' }).catch((err: unknown) => err);
  assert.ok(error instanceof RenderError);
  assert.deepEqual(error.suggestions, ['test.ping']);
});

test('a template that is imported says what it needs itself', async () => {
  const asked = await render("{% from 'map.jinja' import a with context %}{{ a }}", { files: { 'map.jinja': "{% set a = salt['test.echo'](grains.fqdn) %}" }, facts: { grains: { fqdn: 'web1.example' } } });
  assert.deepEqual(asked, { text: 'web1.example', modules: ['test'], wholeList: false, grains: ['fqdn'] });
});

const GRAINS: readonly [template: string, grains: readonly string[]][] = [
  ['{{ pillar.x }}', []],
  ['{{ grains.os }}{{ grains["ip4_interfaces"]["lo"] }}', ['os', 'ip4_interfaces']],
  ['{{ grains.get("fqdn", "") }}', ['fqdn']],
  ['{% if "virtual" in grains %}{% endif %}', ['virtual']],
  ['{{ salt["grains.get"]("selinux:enabled") }}', ['selinux']],
  ['{{ salt.grains.filter_by({"a": 1}, grain="virtual") }}', ['virtual']],
  ['{{ salt["config.get"]("host") }}', ['host']],
  ['{% for name in grains %}{% endfor %}', ['all']],
  ['{{ grains.items() | length }}', ['all']],
  ['{% set name = "os" %}{{ grains[name] }}', ['all']],
];

for (const [template, grains] of GRAINS) {
  test(`grains: ${template}`, async () => assert.deepEqual((await render(template)).grains, grains));
}

test('one value of many is taken alone', async () => {
  const taken: string[] = [];
  const grains: PlainMap = new Proxy({ os: 'Debian', roles: ['a'], nest: { deep: 1 }, other: 1 }, {
    get: (all, name) => {
      taken.push(String(name));
      return Reflect.get(all, name) as unknown;
    },
    ownKeys: () => assert.fail('the names of all grains were asked for'),
  });
  const { text } = await render('{{ grains.os }} {{ "roles" in grains }} {% do grains.roles.append("b") %}{{ grains.roles }} {{ grains.nest.deep }} {{ grains.none is defined }}', { facts: { grains } });
  assert.equal(text, "Debian True ['a', 'b'] 1 False");
  assert.ok(!taken.includes('other'));
});

test('values taken alone are those of the whole', async () => {
  const { text } = await render('{% do grains.roles.append("b") %}{% do grains.update({"os": "x"}) %}{{ grains }} {{ grains.roles }} {{ grains.os }}', { facts: { grains: { os: 'Debian', roles: ['a'] } } });
  assert.equal(text, "{'os': 'x', 'roles': ['a', 'b']} ['a', 'b'] x");
});

test('what a template changed in a value reaches the functions it calls', async () => {
  const { text } = await render('{% do pillar.list.append(2) %}{{ salt["test.echo"](pillar) }}', { facts: { pillar: { list: [1] } } });
  assert.equal(text, "{'list': [1, 2]}");
});
