import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { FunctionPlugin } from '../../../../src/kernel/contract/plugin.js';
import { describePlugin } from '../../../../src/kernel/loader/describe.js';
import { pluginOfExports, readParameters } from '../../../../src/kernel/loader/plain-form.js';
import type { PlainMap } from '../../../../src/kernel/std/value.js';
import { listeningLog } from '../../../support/module-host.js';

const cases: readonly [string, string, unknown[]][] = [
  ['no parameters', 'function f() {}', []],
  ['names', 'async function f(a, b) { return (a); }', ['a', 'b']],
  ['one bare name', 'name => name', ['name']],
  ['literals', "function f(a = 'x', b = 1.5, c = -2, d = null, e = true, f = \"y\") {}", [['a', 'x'], ['b', 1.5], ['c', -2], ['d', null], ['e', true], ['f', 'y']]],
  ['lists and maps', "(a = [1, 'http://two'], b = {k:'v', n: 1}) => 1", [['a', [1, 'http://two']], ['b', { k: 'v', n: 1 }]]],
  ['signs inside strings', "function f(a = ')', b = ',=') {}", [['a', ')'], ['b', ',=']]],
  ['comments', 'function f(a /* first, it\'s ( */, b = 1 // last\n) {}', ['a', ['b', 1]]],
  ['words that JavaScript keeps', 'function f(default_ = 1, plain_ = 2) {}', [['default', 1], ['plain_', 2]]],
  ['generators and methods', 'async *list(a, ...more) {}', ['a', '...more']],
];
for (const [title, text, wanted] of cases) {
  test(`readParameters() reads ${title}`, () => {
    const shown = readParameters(text).map(({ name, fallback, rest }) => (rest ? `...${name}` : fallback === undefined ? name : [name, fallback]));
    assert.deepEqual(shown, wanted);
  });
}

test('readParameters() leaves expressions to JavaScript', () => {
  assert.deepEqual(readParameters('function f(a = Date.now(), b = [x], c = `t`) {}').map(({ fallback, hidden }) => [fallback, hidden]), [[null, true], [null, true], [null, true]]);
});

test('readParameters() refuses a parameter without a name', () => {
  assert.throws(() => readParameters('function f({ a, b }) {}'), /parameter '\{ a, b \}' has no name/);
});

test('exports with Salt\'s marks become a plugin', async () => {
  const exports = {
    __virtualname__: 'fruit', __func_alias__: { list_: 'list' }, __virtual__: () => true,
    list_: () => ['apple'], delete_: (name: string) => name, _private: () => 1, CONSTANT: 5,
    late: (when = Date.now(), ctx?: { id: string }) => [typeof when, ctx?.id],
  };
  const plugin = pluginOfExports('modules', 'apples', exports, '/** Fruit. */\n\n/**\n * Lists fruit.\n *\n * More words.\n */\nexport function list_() {}') as FunctionPlugin;
  assert.deepEqual(Object.keys(plugin.functions), ['list', 'delete', 'late']);
  assert.deepEqual([plugin.serves, plugin.doc, plugin.functions['list']?.doc], ['fruit', 'Fruit.', 'Lists fruit.\n\nMore words.']);
  assert.deepEqual(await plugin.functions['late']?.run({ when: null }, { id: 'web1' } as never), ['number', 'web1']);
  const { entry } = describePlugin('modules', 'apples', plugin);
  assert.deepEqual(entry.functions['late']?.params, [['when', 'any', null]]);
  assert.equal(entry.virtual, true);
});

test('plain exports of other kinds become their methods', async () => {
  const returner = pluginOfExports('returners', 'mine', { returner: () => undefined, event_return: () => undefined }, '');
  assert.ok(returner.kind === 'returners' && returner.eventReturn !== undefined);
  assert.throws(() => pluginOfExports('modules', 'mine', { CONSTANT: 1 }, ''), /exports no function/);
});

test('plain grains functions run by name, see what came before, and fail alone', async () => {
  const plugin = pluginOfExports('grains', 'mine', {
    z: (grains: { os: string; a: number }) => ({ seen: [grains.os, grains.a], deep: { z: 1 } }),
    b: async (proxy: unknown, ctx: { id: string }) => ({ id: ctx.id, proxy }),
    a() { return { a: 1, deep: { a: 1 } }; },
    broken() { throw new Error('no'); },
    number: () => 3,
  }, '');
  assert.ok(plugin.kind === 'grains');
  const log = listeningLog();
  const gather = (opts: PlainMap) => plugin.grains({ opts, grains: { os: 'Debian' }, id: 'web1', log } as never);
  assert.deepEqual(await gather({}), { a: 1, id: 'web1', proxy: null, seen: ['Debian', 1], deep: { z: 1 } });
  assert.deepEqual(log.lines.map(({ level, fields }) => [level, fields['function']]), [['error', 'broken']]);
  assert.deepEqual((await gather({ grains_deep_merge: true }))['deep'], { a: 1, z: 1 });
});

test('describePlugin() refuses what cannot be called', () => {
  const fn = (params: Record<string, unknown>) => ({ doc: 'Does.', params, run: () => 1 });
  const plugin = (functions: unknown, more = {}) => ({ kind: 'modules', name: 'x', doc: 'X.', functions, ...more }) as unknown as FunctionPlugin;
  assert.throws(() => describePlugin('states', 'x', plugin({ f: fn({}) })), /of kind 'modules' but lies in 'states'/);
  assert.throws(() => describePlugin('modules', 'x', plugin({})), /no functions/);
  assert.throws(() => describePlugin('modules', 'x', plugin({ f: () => 1 })), /not made by fn/);
  assert.throws(() => describePlugin('modules', 'x', plugin({ f: fn({ a: 1 }) })), /not made by p/);
  assert.throws(() => describePlugin('modules', 'x', plugin({ f: fn({}) }, { aliases: { g: 'h' } })), /names 'h'/);
  assert.throws(() => describePlugin('modules', 'x', plugin({ f: fn({}) }, { serves: 'a-b' })), /cannot be the name/);
});
