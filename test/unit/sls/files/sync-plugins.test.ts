import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, before, test } from 'node:test';
import type { FilePort } from '../../../../src/kernel/contract/ports.js';
import { syncPlugins } from '../../../../src/sls/files/sync-plugins.js';

let root = '';
before(async () => {
  root = await mkdtemp(join(tmpdir(), 'tsalt-sync-'));
});
after(() => rm(root, { recursive: true }));
let number = 0;

/** A master with these files: `env/path` to text. */
async function bench(files: Record<string, string>) {
  const dir = join(root, String((number += 1)));
  const extmods = join(dir, 'extmods');
  const port = {
    fileList: (env: string, prefix: string) => Promise.resolve(Object.keys(files).filter((path) => path.startsWith(`${env}/${prefix}`)).map((path) => path.slice(env.length + 1))),
    cacheFile: async (path: string, env: string) => {
      const cached = join(dir, 'files', env, path);
      await mkdir(dirname(cached), { recursive: true });
      await writeFile(cached, files[`${env}/${path}`] ?? '');
      return cached;
    },
  } as unknown as FilePort;
  const sync = async (more: { only?: string[]; without?: string[]; saltenvs?: string[]; clean?: boolean } = {}): Promise<string[]> =>
    (await syncPlugins({ files: port, kind: 'modules', saltenvs: ['base'], extmods, ...more })).changed;
  return { files, sync, folder: join(extmods, 'modules') };
}

test('new and changed plugins are told, equal and removed ones are not', async () => {
  const { files, sync, folder } = await bench({ 'base/_modules/b.mjs': '1', 'base/_modules/a.py': '1', 'base/_modules_old/c.mjs': '1', 'base/_states/d.mjs': '1' });
  assert.deepEqual(await sync(), ['modules.b', 'modules.a']);
  assert.deepEqual(await sync(), []);
  files['base/_modules/b.mjs'] = '2';
  delete files['base/_modules/a.py'];
  files['base/_modules/c.ts'] = '1';
  assert.deepEqual(await sync(), ['modules.b', 'modules.c']);
  assert.deepEqual((await readdir(folder)).sort(), ['b.mjs', 'c.ts']);
  assert.equal(await readFile(join(folder, 'b.mjs'), 'utf8'), '2');
});

test('later environments win, hidden files are left out', async () => {
  const { sync, folder } = await bench({ 'base/_modules/a.mjs': 'base', 'dev/_modules/a.mjs': 'dev', 'base/_modules/.hidden.mjs': 'x', 'base/_modules/README.md': 'x', 'base/_modules/.git/a.mjs': 'x' });
  await sync({ saltenvs: ['base', 'dev'] });
  assert.deepEqual([await readdir(folder), await readFile(join(folder, 'a.mjs'), 'utf8')], [['a.mjs'], 'dev']);
});

// Source: read, Salt 3008.3: what the lists leave out is removed like what is not served.
test('lists choose by name; what they leave out goes away', async () => {
  const { sync, folder } = await bench({ 'base/_modules/a.mjs': '1', 'base/_modules/b.mjs': '1', 'base/_modules/c.mjs': '1' });
  assert.deepEqual(await sync({ only: ['a', 'b'] }), ['modules.a', 'modules.b']);
  assert.deepEqual(await sync({ without: ['b'] }), ['modules.c']);
  assert.deepEqual((await readdir(folder)).sort(), ['a.mjs', 'c.mjs']);
});

test('folders are kept, with names that have their path; they go when they are empty', async () => {
  const { files, sync, folder } = await bench({ 'base/_modules/lib/deep/x.ts': '1', 'base/_modules/a.mjs': '1', 'base/_modules/a.py': '1' });
  assert.deepEqual(await sync(), ['modules.lib.deep.x', 'modules.a']);
  assert.equal(await readFile(join(folder, 'lib/deep/x.ts'), 'utf8'), '1');
  delete files['base/_modules/lib/deep/x.ts'];
  assert.deepEqual(await sync({ clean: false }), []);
  assert.deepEqual((await readdir(folder)).sort(), ['a.mjs', 'a.py', 'lib']);
  assert.deepEqual(await sync(), []);
  assert.deepEqual((await readdir(folder)).sort(), ['a.mjs', 'a.py']);
});

test('names that lead out of the folder are left out', async () => {
  const { sync, folder } = await bench({ 'base/_modules/../../evil.mjs': '1', 'base/_modules/a\0.mjs': '1', 'base/_modules/ok.mjs': '1' });
  assert.deepEqual(await sync(), ['modules.ok']);
  assert.deepEqual(await readdir(folder), ['ok.mjs']);
});

test('when the list cannot be had nothing is removed', async () => {
  const { sync, folder, files } = await bench({ 'base/_modules/a.mjs': '1' });
  await sync();
  const failing = { fileList: () => Promise.reject(new Error('master failed')) } as unknown as FilePort;
  await assert.rejects(syncPlugins({ files: failing, kind: 'modules', saltenvs: ['base'], extmods: dirname(folder) }), /master failed/);
  assert.deepEqual([await readdir(folder), Object.keys(files).length], [['a.mjs'], 1]);
});
