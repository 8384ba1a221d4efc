import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { createSys } from '../../../../src/kernel/sys/sys.js';
import { masterModulesPort, masterSyncPort } from '../../../../src/master/functions/master-modules.js';
import { FileServer } from '../../../../src/sls/files/file-server.js';
import { Roots, rootsOptions } from '../../../../src/kernel/sys/tree/roots.js';
import { silentLog } from '../../../support/logs.js';
import { BUILT, indexPlugins } from '../../../support/module-host.js';

async function site() {
  await indexPlugins(BUILT);
  const root = await mkdtemp(join(tmpdir(), 'tsalt-master-modules-'));
  const served = join(root, 'srv');
  await mkdir(join(served, '_modules'), { recursive: true });
  await writeFile(join(served, '_modules', 'mine_own.mjs'), 'export const hello = () => "hi";\n');
  const opts = { cachedir: join(root, 'cache'), extension_modules: join(root, 'ext'), file_roots: { base: [served] }, grains: { role: 'hub' }, file_client: 'local' };
  const parts = {
    distDir: BUILT, opts, sys: createSys(), log: silentLog, id: 'hub_master', server: FileServer.over({ roots: new Roots(rootsOptions(opts)) }, { opts, log: silentLog }), reload: () => undefined,
    userDirs: (kind: string) => [join(root, 'ext', kind)], pillar: async () => ({ secret: 'x' }),
  };
  return { root, parts, [Symbol.asyncDispose]: () => rm(root, { recursive: true, force: true }) };
}

const signal = AbortSignal.timeout(60_000);
const plain = { args: [], kwargs: {}, withPillar: false, signal };

test('execution functions run with the facts and, when asked for, the pillar of the master', async () => {
  await using place = await site();
  const modules = masterModulesPort({ ...place.parts, ports: () => ({}), hear: () => undefined, follow: () => undefined });
  assert.deepEqual(await modules.call({ ...plain, fun: 'test.ping' }), { value: true });
  assert.deepEqual(await modules.call({ ...plain, fun: 'grains.get', args: ['role'] }), { value: 'hub' });
  assert.deepEqual(await modules.call({ ...plain, fun: 'pillar.get', args: ['secret'] }), { value: '' });
  assert.deepEqual(await modules.call({ ...plain, fun: 'pillar.get', args: ['secret'], withPillar: true }), { value: '**********' }, 'there, and masked as everywhere');
  assert.equal(await modules.call({ ...plain, fun: 'no.such' }), undefined);
  await assert.rejects(modules.call({ ...plain, fun: 'test.ping', kwargs: { a: 1 } }), { className: 'TypeError' });
});

test('plugins are copied to the master once', async () => {
  await using place = await site();
  const sync = masterSyncPort(place.parts);
  assert.deepEqual(await sync.syncKind('modules', ['base']), ['modules.mine_own']);
  assert.match(await readFile(join(place.root, 'ext', 'modules', 'mine_own.mjs'), 'utf8'), /hello/);
  assert.deepEqual(await sync.syncKind('modules', ['base']), []);
  assert.deepEqual(await sync.syncKind('runners', ['base']), []);
});
