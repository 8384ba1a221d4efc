/** The pillar compiler where no recording reaches: bad input, sources that fail, what is kept of it all and what is logged. */
import assert from 'node:assert/strict';
import { symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { PlainMap } from '../../../../src/kernel/std/value.js';
import { covered } from '../../../../src/sls/render/covered.js';
import { everybody, PillarFolder } from '../../../support/pillar-tree.js';

const errorsOf = (pillar: PlainMap): string[] => pillar['_errors'] as string[];

test('includes that lead in a circle end, each file counts once', async () => {
  const folder = new PillarFolder().write({
    'base/top.sls': everybody('a'), 'base/a.sls': 'include: [b]\na: 1\n', 'base/b.sls': 'include: [c]\nb: 1\n', 'base/c.sls': 'include: [a, c]\nc: 1\n',
  });
  const { pillar } = await folder.compile();
  assert.deepEqual(pillar, { a: 1, b: 1, c: 1 });
});

test('templates that import each other end with an error, the other files count', async () => {
  const folder = new PillarFolder().write({
    'base/top.sls': everybody('bad', 'good'), 'base/bad.sls': "{% include 'bad.sls' %}\n", 'base/good.sls': 'good: yes\n',
  });
  const { pillar } = await folder.compile();
  assert.equal(pillar['good'], true);
  assert.deepEqual(errorsOf(pillar), ["Rendering SLS 'bad' failed. Please see master log for details."]);
});

test('a file that is too large is an error of that SLS alone, at once', async () => {
  const folder = new PillarFolder().write({ 'base/top.sls': everybody('big', 'good'), 'base/big.sls': Buffer.alloc(50_000_000, 'a: 1\n'), 'base/good.sls': 'good: 1\n' });
  const began = Date.now();
  const { pillar, log } = await folder.compile();
  assert.ok(Date.now() - began < 5000);
  assert.deepEqual(pillar, { good: 1, _errors: ["Rendering SLS 'big' failed. Please see master log for details."] });
  assert.ok(log.some(({ text }) => text.includes('has 50000000 bytes, more than the 33554432 that are allowed')));
});

test('a template that never ends is stopped', async () => {
  const loop = "{% macro m(n) %}{% for i in range(100000) %}{{ m(n) if i > 5 else '' }}{% endfor %}{% endmacro %}{{ m(1) }}";
  const { pillar } = await new PillarFolder().write({ 'base/top.sls': everybody('bad', 'good'), 'base/bad.sls': loop, 'base/good.sls': 'good: 1\n' }).compile();
  assert.equal(pillar['good'], 1);
  assert.equal(errorsOf(pillar).length, 1);
});

test('names with .., absolute ones, NUL and links reach nothing outside of the roots', async () => {
  const folder = new PillarFolder().write({
    'outside.sls': 'outside: secret\n', 'base/top.sls': everybody('../outside', '..outside', '/etc/passwd', 'inc', "'a\\0b'"),
    'base/inc.sls': "include: ['../outside', '/../outside', '..outside', '....outside']\n{% import_yaml '../outside.sls' as x ignore missing %}\n",
  });
  symlinkSync(join(folder.dir, 'outside.sls'), join(folder.dir, 'base/link.sls'));
  const { pillar } = await folder.compile({ fileserver_followsymlinks: false });
  assert.doesNotMatch(JSON.stringify(pillar), /secret/);
  folder.write({ 'base/top.sls': everybody('link') });
  assert.doesNotMatch(JSON.stringify((await folder.compile({ fileserver_followsymlinks: false })).pillar), /secret/);
});

test('a source that hangs is left after its time, one that fails or prints garbage is told, the rest of the pillar goes on', async () => {
  const folder = new PillarFolder().write({ 'base/top.sls': everybody('a'), 'base/a.sls': 'a: 1\n' });
  const ext_pillar = [{ cmd_yaml: 'sleep 60' }, { cmd_json: 'printf "\\001\\377garbage secret"' }, { cmd_yaml: 'echo "a: : ["' }, { nosuch: 1 }, { cmd_json: [] }, { cmd_json: 'echo \'{"b": 2}\'' }];
  const began = Date.now();
  const { pillar, log } = await folder.compile({ ext_pillar }, {}, { sourceMsMax: 1500 });
  assert.ok(Date.now() - began < 20_000);
  assert.equal(pillar['a'], 1);
  assert.equal(pillar['b'], 2);
  assert.deepEqual(errorsOf(pillar), [
    'Failed to load ext_pillar cmd_yaml: no answer within 1.5 seconds',
    "Failed to load ext_pillar cmd_json: ext_pillar() missing 1 required positional argument: 'command'",
  ]);
  assert.doesNotMatch(JSON.stringify(log), /garbage|secret/);
});

test('an id that a shell would read as more than a word stands in no command', async () => {
  const { pillar } = await new PillarFolder().compile({ ext_pillar: [{ cmd_yaml: 'echo "x: %s"' }] }, { id: 'm1;id' });
  assert.match(errorsOf(pillar)[0] ?? '', /cannot stand in a command/);
});

test('an unknown kind of target means nobody, and the log says so with names that are close', async () => {
  const folder = new PillarFolder().write({ 'base/top.sls': "base:\n  'os:TestOS':\n    - match: grians\n    - a\n  '*': [b]\n", 'base/a.sls': 'a: 1\n', 'base/b.sls': 'b: 1\n' });
  const { pillar, log } = await folder.compile();
  assert.deepEqual(pillar, { b: 1 });
  const told = log.find(({ level }) => level === 'error');
  assert.deepEqual([told?.fields['match'], told?.fields['close']], ['grians', ['grain']]);
});

test('a source that a minion asks for counts only when it is allowed', async () => {
  const folder = new PillarFolder();
  const external = { cmd_json: 'echo \'{"x": 1}\'' };
  assert.deepEqual((await folder.compile({ on_demand_ext_pillar: ['cmd_json'] }, { external })).pillar, { x: 1 });
  const { pillar, log } = await folder.compile({ on_demand_ext_pillar: ['libvirt'] }, { external });
  assert.deepEqual(pillar, {});
  assert.ok(log.some(({ level, text }) => level === 'error' && text === 'on-demand external pillar is not allowed'));
});

test('what a minion passes reaches the source that takes it, and no other; a plain function is a source', async () => {
  const folder = new PillarFolder().write({
    'ext/pillar/plain.mjs': 'export async function ext_pillar(minion_id, pillar, word, times = 2, extra_minion_data = {}) {\n  return { [word.repeat(times)]: minion_id, seen: Object.keys(pillar), extra: extra_minion_data };\n}\n',
    'base/top.sls': everybody('a'), 'base/a.sls': 'a: 1\n',
  });
  const opts = { ext_pillar: [{ plain: { word: 'w' } }], extension_modules: join(folder.dir, 'ext') };
  const { pillar } = await folder.compile(opts, { extra: { path: 'x' } });
  assert.deepEqual(pillar, { a: 1, ww: 'm1', seen: ['a'], extra: { path: 'x' } });
});

test('decrypt_pillar: a renderer that is not allowed is refused, the value stays as it is', async () => {
  const folder = new PillarFolder().write({ 'base/top.sls': everybody('a'), 'base/a.sls': 's: {inner: "{{ 1 }}"}\nt: "plain"\n' });
  const { pillar } = await folder.compile({ decrypt_pillar: [{ 's:inner': 'jinja' }, 'missing'], decrypt_pillar_renderers: ['gpg'], decrypt_pillar_delimiter: ':' });
  assert.deepEqual(errorsOf(pillar), ["Failed to decrypt pillar key 's:inner': 'jinja' is not a valid decryption renderer. Valid choices are: gpg"]);
  const other = await folder.compile({ decrypt_pillar: { 's:inner': 'text' }, decrypt_pillar_renderers: ['text'], decrypt_pillar_delimiter: ':' });
  assert.deepEqual(other.pillar, { s: { inner: '1' }, t: 'plain' });
});

test('errors: Salt says little to the minion, the log of the master tells file, line, neighbours and the way there, without values', async () => {
  const folder = new PillarFolder().write({
    'base/top.sls': everybody('outer'), 'base/outer.sls': 'include: [app.inner]\n',
    'base/app/inner.sls': "password: hunter2-AbC\nlist:\n  - tokenvalue99\nuser: {{ pillar['nme'] }}\nafter: deadbeef12345\n",
  });
  const { pillar, log } = await folder.compile();
  assert.deepEqual([...new Set(errorsOf(pillar))], ["Rendering SLS 'app.inner' failed. Please see master log for details."]);
  const line = log.find(({ level }) => level === 'error');
  assert.ok(line !== undefined);
  assert.equal(line.fields['source'], 'salt://app/inner.sls');
  assert.equal(line.fields['line'], 4);
  assert.deepEqual(line.fields['included_by'], ['outer']);
  assert.match(line.text, /user: \{\{ pillar\['nme'\] \}\} +<=+/);
  assert.match(line.text, /password: \*{10}/);
  assert.doesNotMatch(JSON.stringify(log), /hunter2|tokenvalue|deadbeef/);
});

test('lines are shown without what may be a value', () => {
  const shown = covered('---\nkey: secret\n  - item\n  "quoted key": x\nlong_key_9f8a7b6c5d4e3f: 1\n{% set x = "literal" %}\n12 | a: b\n---').split('\n');
  assert.deepEqual(shown, ['---', 'key: **********', '  - **********', '  "quoted key": **********', '**********: **********', '{% set x = "literal" %}', '12 | a: **********', '---']);
});

test('what went in is told: files that were read and missed; chance, functions and sources make the pillar fleeting', async () => {
  const folder = new PillarFolder().write({ 'base/top.sls': everybody('a'), 'base/a.sls': "{% import_yaml 'map.yml' as m %}a: {{ m.x }} {{ salt['grains.get']('os') }}\n", 'base/map.yml': 'x: 1\n' });
  const { inputs } = await folder.compile();
  assert.equal(inputs.fleeting, '');
  assert.deepEqual(inputs.files.map(({ path, state }) => `${path} ${state === '' ? 'missing' : 'read'}`).sort(), ['a.sls read', 'map.yml read', 'top.sls read']);
  for (const text of ["a: {{ salt['cmd.run']('true') }}", 'a: {{ None | strftime }}', '#!js\nexport const run = () => ({ a: 1 });', "a: {{ [1, 2] | random }}"]) {
    folder.write({ 'base/a.sls': `${text}\n` });
    assert.notEqual((await folder.compile()).inputs.fleeting, '', text);
  }
  folder.write({ 'base/top.sls': everybody("'*_all'"), 'base/x_all.sls': 'x: 1\n' });
  assert.equal((await folder.compile()).inputs.listings.length, 1);
});
