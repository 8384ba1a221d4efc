/** Execution modules on the host of the master, loaded anew for every call, as Salt does, so that synced ones are seen. */
import type { MasterModulesPort, MasterSyncPort, Ports } from '../../kernel/contract/ports.js';
import type { Logger } from '../../kernel/contract/log.js';
import type { PluginKind } from '../../kernel/contract/plugin.js';
import type { Sys } from '../../kernel/contract/sys.js';
import { gatherFacts } from '../../kernel/facts/facts.js';
import { ModuleHost } from '../../kernel/loader/module-host.js';
import type { PlainMap } from '../../kernel/std/value.js';
import { FileClient } from '../../sls/files/file-client.js';
import { localFiles } from '../../sls/files/local-files.js';
import type { FileServer } from '../../sls/files/file-server.js';
import { syncPlugins } from '../../sls/files/sync-plugins.js';

export interface MasterModulesParts {
  readonly distDir: string;
  readonly opts: Readonly<PlainMap>;
  readonly sys: Sys;
  readonly log: Logger;
  readonly id: string;
  readonly server: FileServer;
  /** Has the master look for its plugins again. */
  readonly reload: () => void;
  readonly userDirs: (kind: PluginKind) => readonly string[];
  /** The pillar that the top file gives to the master. */
  readonly pillar: (grains: PlainMap) => Promise<PlainMap>;
  readonly ports: Partial<Ports>;
}

const GATHER_MS = 30_000;

export function masterModulesPort(parts: MasterModulesParts): MasterModulesPort {
  return {
    async call({ fun, args, kwargs, withPillar, signal }) {
      let [grains, pillar]: [PlainMap, PlainMap] = [{}, {}];
      const { distDir, opts, sys, log, id, userDirs } = parts;
      await using host = new ModuleHost({
        distDir, opts, sys, log, id, userDirs, grains: () => grains, pillar: () => pillar, ports: { ...parts.ports, files: fileClient(parts) },
      });
      grains = await gatherFacts({
        opts, sys, log, plugins: () => host.loadAll('grains'),
        context: (name, before) => host.context(name, { signal: AbortSignal.any([signal, AbortSignal.timeout(GATHER_MS)]), grains: before }),
      });
      if (withPillar) pillar = await parts.pillar(grains);
      // Which plugins fit depends on the facts.
      host.reload();
      const session = host.session({ signal, nested: true });
      if (await session.find(fun) === undefined) return undefined;
      return { value: await session.call(fun, args, kwargs) };
    },
  };
}

export function masterSyncPort(parts: Omit<MasterModulesParts, 'ports'>): MasterSyncPort {
  return {
    async syncKind(kind, saltenvs, names = {}) {
      const { changed, touched } = await syncPlugins({
        files: fileClient(parts), kind, saltenvs, extmods: String(parts.opts['extension_modules']), only: names.only, without: names.without,
        clean: parts.opts['clean_dynamic_modules'] !== false,
      });
      if (touched) parts.reload();
      return changed;
    },
  };
}

function fileClient({ server, opts, id }: Omit<MasterModulesParts, 'ports'>): FileClient {
  return new FileClient({ source: localFiles(server), cacheDir: String(opts['cachedir']), hashType: String(opts['hash_type'] ?? 'sha256'), id });
}
