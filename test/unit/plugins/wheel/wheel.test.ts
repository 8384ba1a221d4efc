/** Wheel modules on real folders; answers observed with Salt 3008.3. */
import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { PythonError } from '../../../../src/kernel/contract/errors.js';
import config from '../../../../src/plugins/wheel/config.js';
import error from '../../../../src/plugins/wheel/error.js';
import fileRoots from '../../../../src/plugins/wheel/file_roots.js';
import minions from '../../../../src/plugins/wheel/minions.js';
import pillarRoots from '../../../../src/plugins/wheel/pillar_roots.js';
import { machine, type Machine } from '../modules/machine.js';

async function master(t: TestContext): Promise<{ host: Machine; folder: string; root: string }> {
  const folder = await mkdtemp(join(tmpdir(), 'tsalt-wheel-'));
  t.after(() => rm(folder, { recursive: true }));
  const root = join(folder, 'srv');
  await mkdir(join(root, 'web'), { recursive: true });
  await writeFile(join(root, 'top.sls'), 'base: {}\n');
  await writeFile(join(root, 'web/logo.png'), Buffer.from([0x89, 0, 1]));
  await writeFile(join(folder, 'outside'), 'secret');
  await symlink('../outside', join(root, 'link'));
  const opts = { file_roots: { base: [root] }, pillar_roots: { base: [root], dev: [] }, conf_file: join(folder, 'master'), config_dir: folder, default_include: 'master.d/*.conf' };
  const ports = { keys: { connected: () => Promise.resolve(['web1']) } };
  return { host: machine({ modules: [config, error, fileRoots, minions, pillarRoots], opts, ports }), folder, root };
}

test('file_roots: finding, listing, reading', async (t) => {
  const { host, root } = await master(t);
  assert.deepEqual(await host.call('file_roots.find', ['top.sls']), [{ [`${root}/top.sls`]: 'txt' }]);
  assert.deepEqual(await host.call('file_roots.find', ['web/logo.png']), [{ [`${root}/web/logo.png`]: 'bin' }]);
  assert.deepEqual(await host.call('file_roots.read', ['top.sls']), [{ [`${root}/top.sls`]: 'base: {}\n' }]);
  assert.deepEqual(await host.call('file_roots.read', ['web/logo.png']), []);
  assert.deepEqual(await host.call('file_roots.find', ['top.sls', 'nosuch']), []);
  assert.deepEqual(await host.call('file_roots.list_env'), { [root]: { 'link': 'f', 'top.sls': 'f', 'web': { 'logo.png': 'f' } } });
  assert.deepEqual(await host.call('pillar_roots.list_roots'), { base: [{ [root]: { 'link': 'f', 'top.sls': 'f', 'web': { 'logo.png': 'f' } } }], dev: [{}] });
});

test('nothing outside of the folders is read or written', async (t) => {
  const { host, folder, root } = await master(t);
  for (const module of ['file_roots', 'pillar_roots']) {
    for (const path of ['../outside', '/etc/passwd', 'web/../../outside', 'link']) assert.deepEqual(await host.call(`${module}.read`, [path]), [], `${module} ${path}`);
    for (const path of ['../outside', 'web/../../outside', 'link']) assert.match(String(await host.call(`${module}.write`, ['evil', path])), /^Invalid path/);
    assert.equal(await host.call(`${module}.write`, ['evil', `${folder}/outside`]), `The path passed in ${folder}/outside is not relative to the environment base`);
  }
  assert.equal(await readFile(join(folder, 'outside'), 'utf8'), 'secret');
  assert.equal(await host.call('file_roots.write', ['a: 1\n', 'new/deep/x.sls']), `Wrote data to file ${root}/new/deep/x.sls`);
  assert.equal(await readFile(join(root, 'new/deep/x.sls'), 'utf8'), 'a: 1\n');
  assert.equal(await host.call('file_roots.write', ['x', 'y', 'nosuch']), 'Named environment nosuch is not present');
  assert.equal(await host.call('file_roots.write', ['x', 'y', 'base', 5]), 'Specified index 5 in environment base is not present');
});

test('what is no text and what is no file cannot be written', async (t) => {
  const { host, root } = await master(t);
  for (const [data, path, className, message] of [
    [5, 'number', 'TypeError', "expected str, bytes, or bytearray not <class 'int'>"],
    [null, 'none', 'TypeError', "expected str, bytes, or bytearray not <class 'NoneType'>"],
    ['text', 'web', 'IsADirectoryError', `[Errno 21] Is a directory: '${root}/web'`],
  ] as const) {
    await assert.rejects(host.call('file_roots.write', [data, path]), (err) => err instanceof PythonError && err.className === className && err.message === message);
  }
});

test('config: values, further files, one value', async (t) => {
  const { host, folder } = await master(t);
  assert.equal((await host.call('config.values') as { config_dir: string }).config_dir, folder);
  assert.equal(await host.call('config.update_config', ['mine', { a: { b: [1] } }]), 'Wrote mine.conf');
  assert.equal(await readFile(join(folder, 'master.d/mine.conf'), 'utf8'), 'a:\n  b:\n  - 1\n');
  assert.equal(await host.call('config.update_config', ['../evil', {}]), 'Invalid path');
  await writeFile(join(folder, 'master'), 'timeout: 5\nuser: root\n');
  assert.equal(await host.call('config.apply', ['timeout', 9]), null);
  assert.equal(await readFile(join(folder, 'master'), 'utf8'), 'timeout: 9\nuser: root\n');
});

test('minions and error', async (t) => {
  const { host } = await master(t);
  assert.deepEqual(await host.call('minions.connected'), ['web1']);
  assert.deepEqual(await host.call('error.error'), {});
  await assert.rejects(host.call('error.error', ['ValueError', 'text']), (err) => err instanceof PythonError && err.className === 'ValueError' && err.message === 'text');
  await assert.rejects(host.call('error.error', ['KeyError', 'text']), (err) => err instanceof PythonError && err.className === 'KeyError' && err.message === "'text'");
  await assert.rejects(host.call('error.error', ['NoSuch', 'text']), (err) => err instanceof PythonError && err.className === 'salt.exceptions.SaltException');
});
