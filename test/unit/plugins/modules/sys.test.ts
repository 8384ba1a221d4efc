import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CatalogPort } from '../../../../src/kernel/contract/ports.js';
import type { Value } from '../../../../src/kernel/std/value.js';
import { neverAborted, testHost } from '../../../support/module-host.js';

const functions: Record<string, string[]> = {
  modules: ['sys.doc', 'sys.list_functions', 'sysctl.get', 'test.echo', 'test.ping'],
  states: ['test.nop', 'test.show'], runners: ['test.arg', 'jobs.active'], returners: ['local.returner', 'local_cache.returner', 'local_cache.get_jid'],
};
const specs: Record<string, { args: string[] | null; defaults: Value[] | null; varargs: true | null; kwargs: true | null }> = {
  'test.echo': { args: ['text'], defaults: null, varargs: null, kwargs: null },
  'test.nop': { args: ['name', 'changes', 'comment'], defaults: [true, null], varargs: null, kwargs: true },
};
let reloads = 0;
const catalog: CatalogPort = {
  card: async () => undefined,
  names: async (kind) => (kind === 'renderers' ? ['jinja', 'json', 'yaml'] : [...new Set((functions[kind] ?? []).map((name) => name.split('.')[0] as string))]),
  functions: async (kind) => functions[kind] ?? [],
  functionsOf: async (kind, module) => (functions[kind] ?? []).filter((name) => name.startsWith(`${module}.`)),
  doc: async (kind, name) => `${kind} ${name}`,
  argspec: async (_, name) => specs[name],
  provider: async () => undefined, notLoaded: async () => [],
  reload: async () => {
    reloads += 1;
    return true;
  },
};
const host = await testHost({ ports: { catalog } });
const call = (fun: string, ...args: Value[]) => host.session({ signal: neverAborted() }).call(`sys.${fun}`, args);

/** Observed: the same questions asked of Salt 3008.3. */
const lists: readonly [string, Value[], string[]][] = [
  ['list_functions', [], ['sys.doc', 'sys.list_functions', 'sysctl.get', 'test.echo', 'test.ping']],
  ['list_functions', ['sys'], ['sys.doc', 'sys.list_functions']],
  ['list_functions', ['sys.l*', 'test.echo'], ['sys.list_functions', 'test.echo']],
  ['list_functions', ['test.'], []],
  ['list_functions', ['nosuch'], []],
  ['list_modules', [], ['sys', 'sysctl', 'test']],
  ['list_modules', ['s*'], ['sys', 'sysctl']],
  ['list_modules', ['tes?'], []],
  ['list_modules', ['test'], ['test']],
  ['list_state_modules', [], ['test']],
  ['list_state_functions', ['te*'], ['test.nop', 'test.show']],
  ['list_runners', [], ['jobs', 'test']],
  ['list_runner_functions', ['jobs'], ['jobs.active']],
  ['list_returners', ['l*'], ['local', 'local_cache']],
  ['list_returner_functions', ['local'], ['local.returner']],
  ['list_renderers', [], ['jinja', 'json', 'yaml']],
  ['list_renderers', ['j*'], ['jinja', 'json']],
];
for (const [fun, args, wanted] of lists) {
  test(`sys.${fun} ${args.join(' ')}`, async () => assert.deepEqual(await call(fun, ...args), wanted));
}

test('sys.doc takes functions, modules with or without dot, and patterns', async () => {
  assert.deepEqual(await call('doc', 'test.echo'), { 'test.echo': 'modules test.echo' });
  assert.deepEqual(Object.keys(await call('doc', 'sys') as object), ['sys.doc', 'sys.list_functions']);
  assert.deepEqual(Object.keys(await call('doc', 'sys.', 'sys*') as object), ['sys.doc', 'sys.list_functions', 'sysctl.get']);
  assert.deepEqual(await call('doc', 'nosuch'), {});
  assert.equal(Object.keys(await call('doc') as object).length, 5);
});

test('sys.state_doc puts the text of the module before its functions', async () => {
  assert.deepEqual(await call('state_doc', 'test.nop'), { test: 'states test', 'test.nop': 'states test.nop' });
});

test('the other documentation functions ask for their own kind', async () => {
  assert.deepEqual(await call('runner_doc', 'jobs'), { 'jobs.active': 'runners jobs.active' });
  assert.deepEqual(await call('returner_doc', 'local'), { 'local.returner': 'returners local.returner' });
  assert.deepEqual(await call('renderer_doc', 'y*'), { yaml: 'renderers yaml' });
});

test('sys.argspec and its sisters give the parameters', async () => {
  assert.deepEqual(await call('argspec', 'test.echo'), { 'test.echo': specs['test.echo'] });
  assert.deepEqual(await call('state_argspec', 'test.n*'), { 'test.nop': specs['test.nop'] });
  assert.deepEqual(await call('argspec'), {});
  assert.deepEqual(Object.keys(await call('runner_argspec', 'jobs') as object), ['jobs.active']);
  assert.deepEqual(Object.keys(await call('returner_argspec', 'local_cache') as object), ['local_cache.returner', 'local_cache.get_jid']);
});

test('sys.state_schema is a JSON schema with every simple type for each parameter', async () => {
  const [schema] = await call('state_schema', 'test.nop') as [Record<string, unknown>];
  assert.equal(schema['$schema'], 'http://json-schema.org/draft-04/schema#');
  assert.deepEqual(schema['x-ordering'], ['name', 'changes', 'comment']);
  const { name, changes, comment } = schema['properties'] as Record<string, { oneOf: Record<string, unknown>[] }>;
  assert.deepEqual(name?.oneOf.map(({ type }) => type), ['boolean', 'integer', 'number', 'string']);
  assert.deepEqual(changes?.oneOf[3], { type: 'string', title: 'changes', description: 'changes', default: true });
  assert.ok(!('default' in (comment?.oneOf[0] ?? {})));
});

test('sys.reload_modules asks the catalog to reload', async () => {
  assert.equal(await call('reload_modules'), true);
  assert.equal(reloads, 1);
});
