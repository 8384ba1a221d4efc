/** The index the build writes, and how plugins that compete for a name are chosen by it. */
import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { argspecOf } from '../../../../src/kernel/loader/catalog.js';
import { readPluginDocs, readPluginIndex } from '../../../../src/kernel/loader/index-file.js';
import type { PlainMap } from '../../../../src/kernel/std/value.js';
import { BUILT, indexPlugins, listeningLog, neverAborted, testHost } from '../../../support/module-host.js';

let root = '';
before(async () => {
  root = await mkdtemp(join(tmpdir(), 'tsalt-index-'));
});
after(() => rm(root, { recursive: true, force: true }));

const HEAD = "import { defineModule, fn, p, Float } from '../../plugin.js';\n";
const give = (name: string, serves: string, more = '') => `${HEAD}globalThis.imported?.push('${name}');\nexport default defineModule({ name: '${name}', serves: '${serves}', doc: 'Does.', ${more} functions: { who: fn({ doc: 'Says who.', run: () => '${name}' }) } });`;

/** A folder laid out as `dist/` with these plugins. */
async function distWith(files: Record<string, string>): Promise<string> {
  const folder = await mkdtemp(join(root, 'dist-'));
  const from = (path: string) => `export * from ${JSON.stringify(pathToFileURL(join(BUILT, path)).href)};`;
  await writeFile(join(folder, 'plugin.js'), from('kernel/contract/plugin-door.js'));
  await writeFile(join(folder, 'describe-plugin.js'), from('kernel/loader/describe.js'));
  await writeFile(join(folder, 'package.json'), '{"type":"module"}');
  await mkdir(join(folder, 'plugins/modules'), { recursive: true });
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, 'plugins/modules', name), text);
  return folder;
}

test('the index holds parameters, first sentences and docs of their own', async () => {
  const folder = await distWith({
    'wide.js': `${HEAD}export default defineModule({ name: 'wide', doc: 'Wide things.\\n\\nAt length.', when: { os: ['Debian'] }, aliases: { other: 'all' }, functions: {
      all: fn({ doc: 'Takes all. And more.\\n\\n    example', outputter: 'txt', params: { a: p.any(), f: p.float(new Float(1)), n: p.int(2n ** 70n), m: p.map({ k: [null] }), args: p.rest(), key: p.any(null), kwargs: p.keywords({ pub: true }) }, run: () => 1 }) } });`,
  });
  await indexPlugins(folder);
  const [entry] = (await readPluginIndex(folder)).plugins.modules ?? [];
  assert.deepEqual(entry as unknown, {
    name: 'wide', serves: 'wide', virtual: false, when: { os: ['Debian'] }, aliases: { other: 'all' },
    functions: { all: { doc: 'Takes all.', outputter: 'txt', params: [['a', 'any'], ['f', 'float', { $float: 1 }], ['n', 'int', { $int: String(2n ** 70n) }], ['m', 'map', { k: [null] }], ['args', 'rest'], ['key', 'any', null], ['kwargs', 'keywords', true]] } },
  });
  assert.deepEqual((await readPluginDocs(folder)).modules?.['wide'], { '': 'Wide things.\n\nAt length.', all: 'Takes all. And more.\n\n    example' });
  const spec = argspecOf(entry?.functions['all'] ?? { doc: '', params: [] });
  assert.deepEqual([spec['args'], spec['varargs'], spec['kwargs']], [['a', 'f', 'n', 'm', 'key'], true, true]);
  assert.equal(String((spec['defaults'] as unknown[])[0]), '1.0');
});

test('plugins that cannot be indexed are all named with the reason', async () => {
  const folder = await distWith({
    'fine.js': give('fine', 'fine'), 'named.js': give('other', 'x'), 'broken.js': 'export default {', 'empty.js': 'export const x = 1;',
    'silent.js': `${HEAD}export default defineModule({ name: 'silent', doc: 'x', functions: { f: fn({ doc: ' ', run: () => 1 }) } });`,
    'order.js': `${HEAD}export default defineModule({ name: 'order', doc: 'x', functions: { f: fn({ doc: 'F.', params: { a: p.any(1), b: p.any() }, run: () => 1 }) } });`,
  });
  await assert.rejects(indexPlugins(folder), (error: Error) => {
    const lines = error.message.split('\n').slice(1).map((line) => line.trim());
    assert.deepEqual(lines.map((line) => line.split(':')[0]), ['broken', 'empty', 'named', 'order', 'silent'].map((name) => `plugins/modules/${name}`));
    assert.match(error.message, /order: a required parameter of 'f' stands behind one with a default/);
    assert.match(error.message, /named: its name is 'other', not that of the file/);
    return true;
  });
});

test('only the plugin that fits the grains is imported, and listing imports none', async () => {
  const folder = await distWith({
    'aptpkg.js': give('aptpkg', 'pkg', "when: { os_family: ['Debian'] },"), 'yumpkg.js': give('yumpkg', 'pkg', "when: { os_family: ['RedHat'] },"),
    'shy.js': give('shy', 'shy', "virtual: (ctx) => ctx.grains.shy === true || 'too shy',"), 'plain.js': give('plain', 'plain'),
  });
  await indexPlugins(folder);
  const imported: string[] = [];
  Object.assign(globalThis, { imported });
  after(() => Object.assign(globalThis, { imported: undefined }));
  let grains: PlainMap = { os_family: 'RedHat' };
  const host = await testHost({ distDir: folder, grains: () => grains });
  const session = host.session({ signal: neverAborted() });
  assert.deepEqual(await host.catalog.functions('modules'), ['pkg.who', 'plain.who']);
  assert.deepEqual(imported, ['shy'], 'it had to be asked');
  assert.equal(await session.call('pkg.who'), 'yumpkg');
  assert.deepEqual(imported, ['shy', 'yumpkg']);
  await assert.rejects(session.call('shy.who'), { message: "'shy' __virtual__ returned False: too shy" });
  grains = { os_family: 'Debian', shy: true };
  assert.equal(await session.call('pkg.who'), 'yumpkg', 'answers are kept');
  host.reload();
  assert.equal(await session.call('pkg.who'), 'aptpkg');
  assert.equal(await session.call('shy.who'), 'shy');
  grains = { os_family: 'Gentoo' };
  host.reload();
  await assert.rejects(session.call('pkg.who'), { message: "'pkg.who' is not available." });
});

test('a built-in plugin whose import fails leaves the name to the next and says so', async () => {
  const folder = await distWith({ 'a_first.js': give('a_first', 'pair'), 'b_second.js': give('b_second', 'pair') });
  await indexPlugins(folder);
  await writeFile(join(folder, 'plugins/modules/a_first.js'), "import 'package-that-is-not-there';");
  const log = listeningLog();
  const session = (await testHost({ distDir: folder, log })).session({ signal: neverAborted() });
  assert.equal(await session.call('pair.who'), 'b_second');
  assert.deepEqual(log.lines.map(({ level, fields }) => [level, fields['plugin']]), [['error', 'a_first']]);
});
