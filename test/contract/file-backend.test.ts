import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { FileBackend } from '../../src/kernel/contract/file-backend.js';
import type { PlainMap } from '../../src/kernel/std/value.js';
import { createSys } from '../../src/kernel/sys/sys.js';
import { GitRepository } from '../support/git-repository.js';
import { neverAborted, testHost } from '../support/module-host.js';
import { fileBackendContract, TREE, type OfferedBackend } from './file-backend.js';

async function put(folder: string): Promise<void> {
  for (const [path, text] of Object.entries(TREE)) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), text);
  }
}

async function opened(name: string, opts: PlainMap, root: string): Promise<{ backend: FileBackend; close(): Promise<void> }> {
  const host = await testHost({ opts: { ...opts, cachedir: join(root, 'cache') }, sys: createSys() });
  const plugin = await host.load('fileserver', name);
  assert.ok(plugin !== undefined);
  return {
    backend: await plugin.open(host.context(name, { signal: neverAborted() })),
    close: async () => {
      await host[Symbol.asyncDispose]();
      await rm(root, { recursive: true, force: true });
    },
  };
}

const folder = (): Promise<string> => mkdtemp(join(tmpdir(), 'tsalt-backend-'));

fileBackendContract('roots', async (): Promise<OfferedBackend> => {
  const root = await folder();
  await put(join(root, 'srv'));
  await writeFile(join(root, 'x'), 'outside');
  return { ...await opened('roots', { file_roots: { base: [join(root, 'srv')] } }, root), saltenv: 'base', prefix: '' };
});

fileBackendContract('minionfs', async (): Promise<OfferedBackend> => {
  const root = await folder();
  await put(join(root, 'cache', 'minions', 'web1', 'files'));
  await mkdir(join(root, 'cache', 'minions', 'web2'), { recursive: true });
  await writeFile(join(root, 'cache', 'minions', 'web1', 'x'), 'outside');
  return { ...await opened('minionfs', { file_recv: true, minionfs_env: 'sent', minionfs_mountpoint: 'salt://from' }, root), saltenv: 'sent', prefix: 'from/web1/' };
});

for (const [title, settings, prefix] of [['gitfs', [], ''], ['gitfs with root and mountpoint', [{ root: '/srv/salt/' }, { mountpoint: 'salt://mnt/a/' }], 'mnt/a/']] as const) {
  fileBackendContract(title, async (): Promise<OfferedBackend> => {
    const root = await folder();
    const repository = await GitRepository.create(join(root, 'origin'));
    await put(settings.length === 0 ? repository.folder : join(repository.folder, 'srv', 'salt'));
    if (settings.length > 0) await writeFile(join(repository.folder, 'srv', 'x'), 'outside');
    await repository.commit({});
    const offered = await opened('gitfs', { gitfs_remotes: [settings.length === 0 ? repository.folder : { [repository.folder]: [...settings] }], gitfs_depth: 1 }, root);
    await offered.backend.update?.({ remotes: [], signal: neverAborted() });
    return { ...offered, saltenv: 'base', prefix };
  });
}
