/** Execution modules on the host of the master, loaded anew for every call, as Salt does, so that synced ones are seen. */
import type { JobsPort, MasterModulesPort, MasterSyncPort, Ports, RefreshPort } from '../../kernel/contract/ports.js';
import type { Logger } from '../../kernel/contract/log.js';
import type { PluginKind } from '../../kernel/contract/plugin.js';
import type { Sys } from '../../kernel/contract/sys.js';
import { heardLog, type HeardLevel } from './heard-log.js';
import { gatherFacts } from '../../kernel/facts/facts.js';
import { ModuleHost } from '../../kernel/loader/module-host.js';
import type { PlainMap } from '../../kernel/std/value.js';
import { FileClient } from '../../sls/files/file-client.js';
import { localFiles } from '../../sls/files/local-files.js';
import type { FileServer } from '../../sls/files/file-server.js';
import { syncPlugins } from '../../sls/files/sync-plugins.js';
import { toldStates, type RunningState } from '../../sls/state/running-state.js';
import { sessionPorts } from '../../sls/state/session-ports.js';

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
  readonly pillar: (grains: PlainMap, options?: PillarOptions) => Promise<PlainMap>;
  /** What calls may reach besides files, templates and states; `cause` is the run that asks. */
  readonly ports: (cause: string | undefined) => Partial<Ports>;
  /** A warning or error of a call, for whoever waits for the run that asked. */
  readonly hear: (cause: string, level: HeardLevel, text: string) => void;
  /** The state that a run is at, for the same. */
  readonly follow: (cause: string, state: RunningState) => void;
}

export interface PillarOptions {
  readonly saltenv?: string;
  readonly pillarenv?: string;
  readonly override?: PlainMap;
}

const GATHER_MS = 30_000;

export function masterModulesPort(parts: MasterModulesParts): MasterModulesPort {
  return {
    async call({ fun, args, kwargs, withPillar, signal, job, cause }) {
      let [grains, pillar]: [PlainMap, PlainMap] = [{}, {}];
      const { distDir, sys, id, userDirs } = parts;
      const log = cause === undefined ? parts.log : heardLog(parts.log, (level, text) => parts.hear(cause, level, text));
      const opts: PlainMap = { ...parts.opts, file_client: 'local' };
      await using host = new ModuleHost({
        distDir, opts, sys, log, id, userDirs, grains: () => grains, pillar: () => pillar, sessionPorts: sessionPorts({ hasMaster: false, isDaemon: true, progress: cause === undefined ? undefined : toldStates((state) => parts.follow(cause, state)) }),
        ports: {
          ...parts.ports(cause), files: fileClient(parts), jobs: NO_JOBS,
          refresh: refreshPort({ parts, reload: () => host.catalog.reload(), gather: () => gather(), grains: () => grains }),
        },
      });
      const gather = (): Promise<PlainMap> => gatherFacts({
        opts, sys, log, plugins: () => host.loadAll('grains'),
        context: (name, before) => host.context(name, { signal: AbortSignal.any([signal, AbortSignal.timeout(GATHER_MS)]), grains: before }),
      });
      grains = await gather();
      if (withPillar) pillar = await parts.pillar(grains);
      // Which plugins fit depends on the facts.
      host.reload();
      const session = host.session({ signal, nested: true, ...(job === undefined ? {} : { job }) });
      if (await session.find(fun) === undefined) return undefined;
      return { value: await session.call(fun, args, kwargs) };
    },
  };
}

/** The master runs no jobs of its own modules that another call could look for. */
const NO_JOBS: JobsPort = { running: () => [], signal: () => Promise.resolve('') };

interface RefreshParts {
  readonly parts: MasterModulesParts;
  readonly reload: () => Promise<boolean>;
  readonly gather: () => Promise<PlainMap>;
  readonly grains: () => PlainMap;
}

function refreshPort({ parts, reload, gather, grains }: RefreshParts): RefreshPort {
  return {
    grains: async () => {
      Object.assign(grains(), await gather());
      return true;
    },
    // Each run compiles the pillar anew.
    pillar: () => Promise.resolve(true),
    modules: reload, compilePillar: (options) => parts.pillar(grains(), options), revokeAuth: () => Promise.resolve(false),
    syncKind: (kind, saltenvs, names) => masterSyncPort(parts).syncKind(kind, saltenvs, names),
  };
}

export function masterSyncPort(parts: Omit<MasterModulesParts, 'ports' | 'hear' | 'follow'>): MasterSyncPort {
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

function fileClient({ server, opts, id }: Omit<MasterModulesParts, 'ports' | 'hear' | 'follow'>): FileClient {
  return new FileClient({ source: localFiles(server), cacheDir: String(opts['cachedir']), hashType: String(opts['hash_type'] ?? 'sha256'), id });
}
