/** Every module, state, runner and wheel module has the functions and parameters that were recorded from Salt 3008.3. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { decodeDefault, type FunctionEntry, type PluginEntry, type PluginIndex } from '../../../src/kernel/loader/index-file.js';
import { fitsGrains } from '../../../src/kernel/loader/plugin-table.js';
import { equalValues, type Value } from '../../../src/kernel/std/value.js';
import { pluginIndex, readJson } from '../../support/module-host.js';

interface RecordedFunction {
  readonly args: readonly string[];
  readonly defaults: readonly Value[];
  readonly varargs?: string;
  readonly kwargs?: string;
  readonly kwonly?: readonly string[];
}
type Recorded = Readonly<Record<string, Readonly<Record<string, { readonly functions: Readonly<Record<string, RecordedFunction>> }>>>>;

const KINDS = ['modules', 'states', 'runners', 'wheel'] as const;
/** Where the recording was made: other systems' providers of a name are not compared. */
const RECORDED_ON = {
  kernel: 'Linux', os: 'Debian', os_family: 'Debian', osfullname: 'Debian', osrelease: '12', osmajorrelease: 12, init: 'systemd', systemd: { version: '252' },
};

const root = join(import.meta.dirname, '..', '..', '..', '..');
const recorded = await readJson(join(root, 'test/golden-facts/modules.json')) as Recorded;
/** Modules that serve a name where the recording's host had another, by file name. */
const elsewhere = await readJson(join(root, 'test/golden-facts/modules-other-hosts.json')) as Recorded;
/** `missing`: what a later part of the program brings. */
const { extra: ours, missing: later } = await readJson(join(root, 'test/unit/plugins/ours.json')) as { extra: Record<string, string>; missing: Record<string, string> };
const index: PluginIndex = await pluginIndex();

/** A default of the recording that JSON could not carry. */
const isPlaceholder = (value: Value): boolean => typeof value === 'string' && /^<.*>$/.test(value);

/** `isOurs` tells parameters of ours; they may only stand after all of Salt's, so that calls by position mean the same. */
function differences(wanted: RecordedFunction, { params }: FunctionEntry, isOurs: (name: string) => boolean = () => false): string[] {
  const restAt = params.findIndex(([, kind]) => kind === 'rest');
  const named = params.filter(([, kind]) => kind !== 'rest' && kind !== 'keywords');
  const positional = named.filter((param) => restAt < 0 || params.indexOf(param) < restAt);
  const byName = named.filter((param) => !positional.includes(param)).map(([name]) => name);
  const found: string[] = [];
  const all = positional.map(([name]) => name);
  const names = all.filter((name, at) => at < wanted.args.length || !isOurs(name));
  if (names.join() !== wanted.args.join()) found.push(`parameters (${names.join(', ')}), recorded (${wanted.args.join(', ')})`);
  if (byName.toSorted().join() !== (wanted.kwonly ?? []).toSorted().join()) found.push(`by name only (${byName.join(', ')}), recorded (${(wanted.kwonly ?? []).join(', ')})`);
  if ((restAt >= 0) !== (wanted.varargs !== undefined)) found.push(restAt >= 0 ? 'takes further arguments' : 'takes no further arguments');
  const keywords = params.some(([, kind]) => kind === 'keywords');
  if (keywords !== (wanted.kwargs !== undefined)) found.push(keywords ? 'takes any keywords' : 'takes no further keywords');
  if (found.length > 0) return found;
  const required = wanted.args.length - wanted.defaults.length;
  for (const [at, [name, , ...fallback]] of positional.entries()) {
    if (at >= names.length) {
      if (fallback.length === 0) found.push(`${name} is ours, but not optional`);
      continue;
    }
    const expected = at < required ? undefined : wanted.defaults[at - required];
    const given = fallback.length === 0 ? undefined : decodeDefault(fallback[0] as Value);
    if (expected !== undefined && isPlaceholder(expected) && given !== undefined) continue;
    if (expected === undefined || given === undefined ? expected !== given : !equalValues(expected, given)) {
      found.push(`default of ${name} is ${JSON.stringify(given)}, recorded ${JSON.stringify(expected)}`);
    }
  }
  return found;
}

function complaints(kind: string, plugin: PluginEntry): string[] {
  const path = `${kind}.${plugin.serves}`;
  const wanted = (elsewhere[kind]?.[plugin.name] ?? recorded[kind]?.[plugin.serves])?.functions;
  if (wanted === undefined) return path in ours ? [] : [`${path} is not of Salt and not in ours.json`];
  const have: Record<string, FunctionEntry> = { ...plugin.functions };
  for (const [alias, target] of Object.entries(plugin.aliases ?? {})) have[alias] = plugin.functions[target] as FunctionEntry;
  const missing = Object.keys(wanted).filter((name) => !(name in have) && !(`${path}.${name}` in later)).map((name) => `${path}.${name} is missing`);
  const extra = Object.keys(have).filter((name) => !(name in wanted) && !(`${path}.${name}` in ours)).map((name) => `${path}.${name} is not of Salt and not in ours.json`);
  const other = Object.entries(wanted).flatMap(([name, signature]) =>
    (name in have ? differences(signature, have[name] as FunctionEntry, (param) => `${path}.${name}.${param}` in ours).map((text) => `${path}.${name}: ${text}`) : []));
  return [...missing, ...extra, ...other];
}

for (const kind of KINDS) {
  for (const plugin of index.plugins[kind] ?? []) {
    if (!fitsGrains(plugin.when, RECORDED_ON) && elsewhere[kind]?.[plugin.name] === undefined) continue;
    test(`${kind} ${plugin.name} has the recorded functions and parameters`, () => {
      assert.deepEqual(complaints(kind, plugin), []);
    });
  }
}

test('every entry of ours.json is there and has a reason', () => {
  for (const [path, reason] of Object.entries(ours)) {
    const [kind, serves, name, param] = path.split('.') as [keyof PluginIndex['plugins'], string, string | undefined, string | undefined];
    const plugins = (index.plugins[kind] ?? []).filter((plugin) => plugin.serves === serves);
    assert.ok(plugins.some(({ functions, aliases }) => {
      if (name === undefined) return true;
      const entry = functions[aliases?.[name] ?? name];
      return entry !== undefined && (param === undefined || entry.params.some(([own]) => own === param));
    }), path);
    assert.ok(reason.length > 10, path);
  }
});

test('what is said to be missing is missing, for a reason', () => {
  for (const [path, reason] of Object.entries(later)) {
    const [kind, serves, name] = path.split('.') as [keyof PluginIndex['plugins'], string, string];
    const have = (index.plugins[kind] ?? []).filter((plugin) => plugin.serves === serves).flatMap(({ functions, aliases }) => [...Object.keys(functions), ...Object.keys(aliases ?? {})]);
    assert.ok(have.length > 0 && !have.includes(name), path);
    assert.ok(name in (recorded[kind]?.[serves]?.functions ?? {}), path);
    assert.ok(reason.length > 10, path);
  }
});

test('a wrong signature would be seen', () => {
  const echo = recorded['modules']?.['test']?.functions['echo'] as RecordedFunction;
  assert.deepEqual(differences(echo, { doc: '', params: [['text', 'any']] }), []);
  assert.equal(differences(echo, { doc: '', params: [['message', 'any']] }).length, 1);
  assert.equal(differences(echo, { doc: '', params: [['text', 'any', null]] }).length, 1);
  assert.equal(differences(echo, { doc: '', params: [['text', 'any'], ['args', 'rest'], ['kwargs', 'keywords']] }).length, 2);
});

test('a parameter of ours stands after those of Salt and may be left out', () => {
  const echo = recorded['modules']?.['test']?.functions['echo'] as RecordedFunction;
  const isOurs = (name: string): boolean => name === 'loud';
  assert.deepEqual(differences(echo, { doc: '', params: [['text', 'any'], ['loud', 'bool', false]] }, isOurs), []);
  assert.equal(differences(echo, { doc: '', params: [['text', 'any'], ['quiet', 'bool', false]] }, isOurs).length, 1);
  assert.equal(differences(echo, { doc: '', params: [['text', 'any'], ['loud', 'bool']] }, isOurs).length, 1);
  assert.equal(differences(echo, { doc: '', params: [['loud', 'bool', false], ['text', 'any']] }, isOurs).length, 1);
});
