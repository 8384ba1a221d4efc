import assert from 'node:assert/strict';
import { chmod, mkdir, mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { importFailure, listUserFiles, namesAnother, UserFilePreparer } from '../../../../src/kernel/loader/user-files.js';

let root = '';
before(async () => {
  root = await mkdtemp(join(tmpdir(), 'tsalt-files-'));
});
after(() => rm(root, { recursive: true, force: true }));

async function folderWith(files: Record<string, string>): Promise<string> {
  const folder = await mkdtemp(join(root, 'f-'));
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
  return folder;
}

test('listUserFiles() takes the first of equal names and leaves out what is no plugin', async () => {
  const first = await folderWith({ 'a.mjs': '', 'b.ts': '', 'b.mjs': '', '_private.mjs': '', '.hidden.mjs': '', 'types.d.ts': '', 'x.py': '', 'not-good.js': '', 'notes.txt': '' });
  const second = await folderWith({ 'a.js': '', 'c.js': '' });
  await mkdir(join(second, 'folder.mjs'));
  const { files, python, misnamed } = await listUserFiles([first, second, join(root, 'nowhere')]);
  assert.deepEqual(files.map(({ path }) => path), [join(first, 'a.mjs'), join(first, 'b.mjs'), join(second, 'c.js')]);
  assert.deepEqual([python, misnamed], [[join(first, 'x.py')], [join(first, 'not-good.js')]]);
});

test('a file without rewriting is imported where it lies, a rewritten one from a private folder', async () => {
  const folder = await folderWith({ 'plain.mjs': 'export const x = 1;', 'door.mjs': "import { p } from 'tsalt/plugin';\nexport { p };" });
  const cacheRoot = await mkdtemp(join(root, 'cache-'));
  await using preparer = new UserFilePreparer({ door: '/somewhere/plugin.js', cacheRoot });
  const plain = await preparer.prepare(join(folder, 'plain.mjs'));
  assert.match(plain.url, new RegExp(`^${pathToFileURL(join(folder, 'plain.mjs')).href}\\?v=[0-9a-f]{24}$`));
  const door = await preparer.prepare(join(folder, 'door.mjs'));
  assert.ok(door.url.startsWith(pathToFileURL(join(cacheRoot, 'tsalt-plugins/door.')).href));
  assert.equal((await preparer.prepare(join(folder, 'door.mjs'))).url, door.url);
  assert.equal((await stat(join(cacheRoot, 'tsalt-plugins'))).mode & 0o777, 0o700);
  await writeFile(join(folder, 'door.mjs'), "import 'tsalt/plugin';\nexport const y = 2;");
  assert.notEqual((await preparer.prepare(join(folder, 'door.mjs'))).url, door.url);
  assert.equal((await readdir(join(cacheRoot, 'tsalt-plugins'))).length, 2);
});

test('without a cache folder rewritten files live below the temporary folder and go away', async () => {
  const folder = await folderWith({ 'door.mjs': "import 'tsalt/plugin';" });
  const preparer = new UserFilePreparer({ door: '/somewhere/plugin.js' });
  const { url } = await preparer.prepare(join(folder, 'door.mjs'));
  assert.ok((await stat(new URL(url))).isFile());
  await preparer[Symbol.asyncDispose]();
  await assert.rejects(stat(new URL(url)), { code: 'ENOENT' });
});

test('neighbours are followed, a circle is refused', async () => {
  const folder = await folderWith({ 'a.mjs': "import { b } from './_b.mjs';\nexport const a = b;", '_b.mjs': "import { sep } from 'node:path';\nexport const b = sep;" });
  await using preparer = new UserFilePreparer({ door: '/somewhere/plugin.js', cacheRoot: root });
  const { a } = await import((await preparer.prepare(join(folder, 'a.mjs'))).url) as { a: string };
  assert.equal(a, '/');
  await writeFile(join(folder, '_b.mjs'), "import './a.mjs';");
  await assert.rejects(preparer.prepare(join(folder, 'a.mjs')), /imports itself by way of/);
});

test('wrong TypeScript is named with its line', async () => {
  const folder = await folderWith({ 'bad.ts': 'export const a: number = 1;\nexport function (: {\n' });
  await using preparer = new UserFilePreparer({ door: '/somewhere/plugin.js', cacheRoot: root });
  await assert.rejects(preparer.prepare(join(folder, 'bad.ts')), (error: Error) => error.message.startsWith(`${join(folder, 'bad.ts')}:2: `));
});

test('a file too large or not readable is refused', async () => {
  const folder = await folderWith({ 'large.mjs': '//'.padEnd(4 * 1024 * 1024 + 1, 'x') });
  await using preparer = new UserFilePreparer({ door: '/somewhere/plugin.js', cacheRoot: root });
  await assert.rejects(preparer.prepare(join(folder, 'large.mjs')), /larger than/);
  await assert.rejects(preparer.prepare(join(folder, 'gone.mjs')), { code: 'ENOENT' });
});

test('importFailure() finds file, line and reason', async () => {
  const folder = await folderWith({ 'throws.mjs': '\n\nthrow new Error("no way");', 'syntax.mjs': 'const a = 1;\nconst a = 2;' });
  for (const [name, line, reason] of [['throws', 3, 'no way'], ['syntax', 2, "Identifier 'a' has already been declared"]] as const) {
    const path = join(folder, `${name}.mjs`);
    const error: unknown = await import(pathToFileURL(path).href).catch((thrown: unknown) => thrown);
    assert.equal(await importFailure(path, error), `${path}:${line}: ${reason}`);
  }
});

test('namesAnother() sees both ways to serve another name', async () => {
  const folder = await folderWith({ 'a.mjs': "defineModule({ serves: 'pkg' })", 'b.mjs': "export const __virtualname__ = 'pkg';", 'c.mjs': 'export const observes = 1;' });
  await chmod(folder, 0o700);
  assert.deepEqual(await Promise.all(['a', 'b', 'c'].map((name) => namesAnother(join(folder, `${name}.mjs`)))), [true, true, false]);
});
