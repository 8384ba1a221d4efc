import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { FunctionMissingError, InvocationError, PythonError } from '../../../../src/kernel/contract/errors.js';
import type { ModuleHostOptions } from '../../../../src/kernel/loader/module-host.js';
import { listeningLog, neverAborted, testHost } from '../../../support/module-host.js';

let root = '';
before(async () => {
  root = await mkdtemp(join(tmpdir(), 'tsalt-loader-'));
});
const hosts: AsyncDisposable[] = [];
after(async () => {
  await Promise.all(hosts.map((host) => host[Symbol.asyncDispose]()));
  await rm(root, { recursive: true, force: true });
});

/** Writes files and gives a host that has their folder for execution modules. */
async function hostWith(files: Record<string, string>, more: Partial<ModuleHostOptions> = {}) {
  const folder = await mkdtemp(join(root, 'case-'));
  await mkdir(join(folder, 'modules'));
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, 'modules', name), text);
  const log = listeningLog();
  const host = await testHost({
    userDirs: (kind) => (kind === 'modules' ? [join(folder, 'modules')] : []), log, opts: { cachedir: join(folder, 'cache') }, ...more,
  });
  hosts.push(host);
  return { host, log, folder: join(folder, 'modules'), call: host.session({ signal: neverAborted() }) };
}

test('a built-in function is found, bound and called', async () => {
  const host = await testHost();
  const session = host.session({ signal: neverAborted() });
  assert.equal(await session.call('test.ping'), true);
  assert.deepEqual(await session.call('test.echo', [], { text: 'hello' }), 'hello');
  const found = await session.find('test.echo');
  assert.deepEqual({ plugin: found?.plugin, user: found?.user, name: found?.fullName }, { plugin: 'test', user: false, name: 'test.echo' });
});

test('facts of the job reach only functions that ask for them', async () => {
  const host = await testHost();
  const session = host.session({ signal: neverAborted(), job: { jid: '20260101000000000001', fun: 'test.kwarg' } });
  assert.deepEqual(await session.call('test.kwarg', [], { a: 1 }), { a: 1, __pub_jid: '20260101000000000001', __pub_fun: 'test.kwarg' });
  const clean = await session.call('test.arg_clean', [1], { a: 1, __pub_x: 2 });
  assert.deepEqual(JSON.parse(JSON.stringify(clean)), { args: [1], kwargs: { a: 1 } });
  assert.deepEqual(await session.call('test.cross_test', ['test.kwarg']), {}, 'a call inside a call has no facts');
});

test('a function that is not there is named in words of Salt', async () => {
  const { call } = await hostWith({
    'refused.mjs': 'export function __virtual__() { return "no such program"; }\nexport function run() { return 1; }',
  });
  for (const [fun, message] of [
    ['nosuch.fun', "'nosuch.fun' is not available."],
    ['test.nosuch', "'test.nosuch' is not available."],
    ['test', "'test' is not available."],
    ['test.constructor', "'test.constructor' is not available."],
    ['refused.run', "'refused' __virtual__ returned False: no such program"],
  ] as const) {
    await assert.rejects(call.call(fun), (error) => error instanceof FunctionMissingError && error.message === message, fun);
    assert.equal(await call.find(fun), undefined);
  }
});

test('wrong keywords are refused before the call, and are a TypeError in nested calls', async () => {
  const host = await testHost();
  const job = host.session({ signal: neverAborted() });
  await assert.rejects(job.call('test.echo', ['a'], { bogus: [1, 'b', null] }), (error) =>
    error instanceof InvocationError && error.message === "The following keyword arguments are not valid: bogus=[1, 'b', None]");
  const nested = host.session({ signal: neverAborted(), nested: true });
  await assert.rejects(nested.call('test.echo', ['a'], { bogus: 1 }), (error) =>
    error instanceof PythonError && error.className === 'TypeError' && error.message === "echo() got an unexpected keyword argument 'bogus'");
  await assert.rejects(job.call('test.true', [1]), { message: 'true_() takes 0 positional arguments but 1 was given' });
});

test('a user module of three lines works, declared or plain', async () => {
  const { call, host } = await hostWith({
    'declared.mjs': "import { defineModule, fn, p } from 'tsalt/plugin';\nexport default defineModule({ name: 'declared', doc: 'x', functions: {\n  hi: fn({ doc: 'Greets.', params: { who: p.string('you') }, run: ({ who }, ctx) => `hi ${who} from ${ctx.id}` }) } });",
    'plain.mjs': "/** Says hello. */\nexport function hello(name = 'world', times = 1) { return `hello ${name}`.repeat(times); }\nexport async function twice(fun) { return [await this.call(fun), await this.call(fun)]; }",
  });
  assert.equal(await call.call('declared.hi'), 'hi you from web1');
  assert.equal(await call.call('plain.hello', [], { name: 'web' }), 'hello web');
  assert.deepEqual(await call.call('plain.twice', ['plain.hello']), ['hello world', 'hello world']);
  assert.deepEqual(await host.catalog.argspec('modules', 'plain.hello'), { args: ['name', 'times'], defaults: ['world', 1], varargs: null, kwargs: null });
  assert.equal(await host.catalog.doc('modules', 'plain.hello'), 'Says hello.');
  await assert.rejects(call.call('plain.twice'), { message: "twice() missing 1 required positional argument: 'fun'" });
});

test('renderers are listed and documented, though they are no plugins', async () => {
  const { host } = await hostWith({});
  assert.ok((await host.catalog.names('renderers')).includes('jinja'));
  assert.match(await host.catalog.doc('renderers', 'yaml') ?? '', /YAML/);
  assert.equal(await host.catalog.doc('renderers', 'nosuch'), undefined);
});

test('TypeScript modules and their neighbours are imported', async () => {
  const { call, log } = await hostWith({
    '_words.ts': "export const word: string = 'typed';\n",
    'typed.ts': "import { CommandExecutionError, type PlainMap } from 'tsalt/plugin';\nimport { word } from './_words.js';\nexport function get(key: keyof PlainMap = 'a'): string {\n  if (key === 'bad') throw new CommandExecutionError('bad key');\n  return `${word} ${key}`;\n}\n",
  });
  assert.equal(await call.call('typed.get'), 'typed a', JSON.stringify(log.lines));
  await assert.rejects(call.call('typed.get', ['bad']), { code: 'job.command_failed', message: 'bad key' });
});

test('a user module hides the built-in one of its name, and others are not disturbed by a broken one', async () => {
  const { call, log, folder, host } = await hostWith({
    'test.mjs': 'export function ping() { return "mine"; }',
    'broken.mjs': 'export function fine() {}\nexport function broken( {',
    'old.py': 'def x(): pass',
    'dash-ed.mjs': 'export function x() {}',
  });
  assert.equal(await call.call('test.ping'), 'mine');
  await assert.rejects(call.call('test.echo', ['a']), FunctionMissingError);
  assert.equal((await call.find('test.ping'))?.user, true);
  assert.ok(!(await host.catalog.names('modules')).includes('broken'));
  await assert.rejects(call.call('broken.fine'), FunctionMissingError);
  const errors = log.lines.filter(({ level, fields }) => level === 'error' && fields['plugin'] === 'broken');
  assert.equal(errors.length, 1, 'said once');
  assert.match(String(errors[0]?.fields['reason']), new RegExp(`^${folder}/broken\\.mjs:2: `));
  assert.deepEqual(log.lines.filter(({ level }) => level === 'warn').map(({ fields }) => fields['count'] ?? fields['path']), [1, `${folder}/dash-ed.mjs`]);
});

test('a changed file is seen after a reload, and not before', async () => {
  const { call, host, folder } = await hostWith({ 'changing.mjs': 'export function n() { return 1; }' });
  assert.equal(await call.call('changing.n'), 1);
  await assert.rejects(call.call('late.n'), FunctionMissingError);
  await writeFile(join(folder, 'changing.mjs'), 'export function n() { return 2; }');
  await writeFile(join(folder, 'late.mjs'), 'export function n() { return 3; }');
  assert.equal(await call.call('changing.n'), 1);
  await assert.rejects(call.call('late.n'), FunctionMissingError);
  assert.equal(await host.catalog.reload(), true);
  assert.equal(await call.call('changing.n'), 2);
  assert.equal(await call.call('late.n'), 3);
});

test('sessions of one job share return code and memory; plugins do not see each other\'s memory', async () => {
  const count = "export function count() { const n = (this.memory.get('n') ?? 0) + 1; this.memory.set('n', n); return n; }";
  const { host } = await hostWith({ 'one.mjs': count, 'two.mjs': count });
  const session = host.session({ signal: neverAborted() });
  assert.deepEqual([await session.call('one.count'), await session.call('one.count'), await session.call('two.count')], [1, 2, 1]);
  const states = session.as('states', { test: true });
  await session.call('test.retcode', [7]);
  assert.equal(states.retcode, 7);
  assert.equal(await states.as('modules').call('one.count'), 3);
  assert.equal(await host.session({ signal: neverAborted() }).call('one.count'), 1);
});

test('an aborted job starts nothing more', async () => {
  const host = await testHost();
  const stop = new AbortController();
  const session = host.session({ signal: stop.signal });
  const sleeping = session.call('test.sleep', [30]);
  stop.abort();
  await assert.rejects(sleeping, { name: 'AbortError' });
  await assert.rejects(session.call('test.ping'), { name: 'AbortError' });
});

test('a function that calls itself for ever is ended', async () => {
  const { call } = await hostWith({ 'loop.mjs': "export function round() { return this.call('loop.round'); }" });
  await assert.rejects(call.call('loop.round'), { className: 'RecursionError' });
});

test('pieces of a generator are collected as Salt does it and reported one by one', async () => {
  const { host } = await hostWith({
    'pieces.mjs': 'export function* maps() { yield { a: 1 }; yield { b: 2 }; }\nexport async function* list() { yield 1; yield 2; }\nexport function nothing() {}',
  });
  const seen: unknown[] = [];
  const session = host.session({ signal: neverAborted(), onProgress: (piece, number) => void seen.push([number, piece]) });
  assert.deepEqual(await session.call('pieces.maps'), { a: 1, b: 2 });
  assert.deepEqual(await session.call('pieces.list'), [1, 2]);
  assert.equal(await session.call('pieces.nothing'), null);
  assert.deepEqual(seen, [[0, { a: 1 }], [1, { b: 2 }], [0, 1], [1, 2]]);
});

test('options switch modules off and choose providers', async () => {
  const off = await testHost({ opts: { disable_modules: ['sys'] } });
  assert.equal(await off.session({ signal: neverAborted() }).find('sys.doc'), undefined);
  const only = await testHost({ opts: { whitelist_modules: ['sys'] } });
  assert.deepEqual(await only.catalog.names('modules'), ['sys']);
  const { host } = await hostWith({
    'apples.mjs': 'export const __virtualname__ = "fruit";\nexport function get() { return "apple"; }',
    'pears.mjs': 'export const __virtualname__ = "fruit";\nexport function get() { return "pear"; }',
  }, { opts: { providers: { fruit: 'pears' } } });
  assert.equal(await host.session({ signal: neverAborted() }).call('fruit.get'), 'pear');
  assert.equal(await host.catalog.provider('modules', 'fruit'), 'pears');
  assert.ok((await host.catalog.notLoaded('modules')).includes('apples'));
});
