/** What execution modules may reach where there is no master: files and pillar of this machine. */
import { decodeBus, encodeBus } from '../bus/codec/codec.js';
import type { EventBus } from '../bus/event/bus.js';
import type { Logger } from '../kernel/contract/log.js';
import type { ModuleHost } from '../kernel/loader/module-host.js';
import type { Ports } from '../kernel/contract/ports.js';
import type { Sys } from '../kernel/contract/sys.js';
import { isPlainMap, type PlainMap } from '../kernel/std/value.js';
import { FileClient } from '../sls/files/file-client.js';
import { FileServer } from '../sls/files/file-server.js';
import { localFiles } from '../sls/files/local-files.js';
import { syncPlugins } from '../sls/files/sync-plugins.js';
import { compilePillar, pillarRoots } from '../sls/pillar/compile.js';
import type { TemplateHost } from '../sls/render/host-renderer.js';
import { renderPort } from '../sls/render/port.js';
import { compileTarget } from '../sls/target/target.js';
import type { RunningJobs } from './job/running.js';
import type { MinionState } from './minion-state.js';

export interface MasterlessParts {
  readonly opts: Readonly<PlainMap>;
  readonly sys: Sys;
  readonly log: Logger;
  /** The modules that have these ports. */
  readonly host: () => TemplateHost & Pick<ModuleHost, 'load' | 'context'>;
  readonly state: MinionState;
  readonly bus: EventBus;
  readonly running: RunningJobs;
  /** Where plugins of the users lie. */
  readonly extmods: string;
  readonly refreshGrains: () => Promise<boolean>;
  readonly reload: () => Promise<boolean>;
}

export function masterlessPorts(parts: MasterlessParts): Pick<Ports, 'files' | 'pack' | 'jobs' | 'events' | 'refresh' | 'match' | 'render'> {
  const { opts, state, bus, running, extmods, refreshGrains, reload } = parts;
  const files = new FileClient({
    source: localFiles(ownServer(parts)), cacheDir: String(opts['cachedir']), hashType: String(opts['hash_type'] ?? 'sha256'), id: String(opts['id']),
  });
  const fire = (tag: string, data: unknown): Promise<boolean> => {
    bus.fire(tag, isPlainMap(data) ? data : {});
    return Promise.resolve(true);
  };
  const pack = { pack: encodeBus, unpack: decodeBus };
  return {
    files, pack, render: renderPort({ ...parts, id: String(opts['id']), files, pack }),
    jobs: running, events: { fireLocal: fire, fireMaster: fire },
    refresh: {
      grains: refreshGrains, modules: reload,
      pillar: async () => {
        state.pillar = await ownPillar(parts, {});
        return true;
      },
      compilePillar: (request) => ownPillar(parts, request),
      revokeAuth: () => Promise.resolve(false),
      syncKind: (kind, saltenvs, names) => syncPlugins({ files, kind, saltenvs, extmods, only: names?.only, without: names?.without }),
    },
    match: {
      matches: (expr, kind, delimiter, minionId) => Promise.resolve(
        compileTarget({ expr, kind, delimiter }, { nodegroups: opts['nodegroups'] ?? {} })({ id: minionId ?? String(opts['id']), grains: state.grains, pillar: state.pillar })),
    },
  };
}

/** The backends of this machine. What they fetch from elsewhere they fetch before the first file is asked for, as real Salt does. */
function ownServer({ opts, log, host }: MasterlessParts): FileServer {
  return new FileServer({
    opts, log, load: (name) => host().load('fileserver', name), context: (name) => host().context(name, { signal: new AbortController().signal }), updateFirst: true,
  });
}

/** The pillar of `pillar_roots` on this machine. */
export function ownPillar(
  { opts, log, state }: Pick<MasterlessParts, 'opts' | 'log' | 'state'>, request: { saltenv?: string; pillarenv?: string; override?: PlainMap },
): Promise<PlainMap> {
  const env = (given: string | undefined, name: string): string | null => given ?? (typeof opts[name] === 'string' ? opts[name] : null);
  const asked = {
    id: String(opts['id']), grains: state.grains, saltenv: env(request.saltenv, 'saltenv'), pillarenv: env(request.pillarenv, 'pillarenv'),
    override: request.override ?? {}, extra: {},
  };
  return compilePillar(asked, {
    roots: pillarRoots(opts), topName: 'top.sls', log,
    matches: (expr, kind, { id, grains }) => compileTarget({ expr, kind, delimiter: ':' }, { nodegroups: opts['nodegroups'] ?? {} })({ id, grains, pillar: {} }),
  });
}
