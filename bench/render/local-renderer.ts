/** A renderer with all modules behind `salt`, as a minion without a master has it. */
import { join } from 'node:path';
import { decodeBus, encodeBus } from '../../src/bus/codec/codec.js';
import type { Logger } from '../../src/kernel/contract/log.js';
import { ModuleHost } from '../../src/kernel/loader/module-host.js';
import type { PlainMap } from '../../src/kernel/std/value.js';
import { createSys } from '../../src/kernel/sys/sys.js';
import { Roots, rootsOptions } from '../../src/kernel/sys/tree/roots.js';
import { FileClient } from '../../src/sls/files/file-client.js';
import { FileServer } from '../../src/sls/files/file-server.js';
import { localFiles } from '../../src/sls/files/local-files.js';
import type { Renderer } from '../../src/sls/render/contract.js';
import { createRenderer } from '../../src/sls/render/renderer.js';
import { templateFiles } from '../../src/sls/render/session-renderer.js';
import { repository } from '../kit/hosts.js';

const quiet = (): void => undefined;
const log: Logger = { error: quiet, warn: quiet, info: quiet, debug: quiet, trace: quiet, child: () => log };

export interface LocalRenderer extends AsyncDisposable {
  /** One for each rendering, as the hosts of this program do it. */
  renderer(): Renderer;
}

export async function localRenderer(folder: string, options: PlainMap): Promise<LocalRenderer> {
  const grains = options['grains'] as PlainMap;
  const opts: PlainMap = { ...options, cachedir: join(folder, 'cache'), conf_file: join(folder, 'minion'), saltenv: 'base', pillar_raise_on_missing: false };
  const server = FileServer.over({ roots: new Roots(rootsOptions(opts)) }, { opts, log });
  const files = new FileClient({ source: localFiles(server), cacheDir: join(folder, 'cache'), hashType: 'sha256', id: 'web1' });
  const sys = createSys();
  const host = new ModuleHost({
    distDir: join(repository, 'dist'), userDirs: () => [], opts, grains: () => grains, pillar: () => ({}), sys, log, id: 'web1',
    ports: { files, pack: { pack: encodeBus, unpack: decodeBus } },
  });
  const session = host.session({ signal: new AbortController().signal, unmaskPillar: true, nested: true });
  const templates = templateFiles(files, sys);
  return {
    renderer: () => createRenderer({
      files: templates, call: (fun, args, kwargs) => session.call(fun, args, kwargs), functions: () => host.catalog.functions('modules'),
      facts: { grains, pillar: {}, opts, id: 'web1' }, log, sys,
    }),
    [Symbol.asyncDispose]: () => host[Symbol.asyncDispose](),
  };
}
