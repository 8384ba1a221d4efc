/** What execution modules may reach where there is no master: files and pillar of this machine. */
import { decodeBus, encodeBus } from '../bus/codec/codec.js';
import type { EventBus } from '../bus/event/bus.js';
import type { Logger } from '../kernel/contract/log.js';
import type { ModuleHost } from '../kernel/loader/module-host.js';
import type { Ports } from '../kernel/contract/ports.js';
import type { Sys } from '../kernel/contract/sys.js';
import { isPlainMap, mapEntries, mapFrom, type PlainMap, type Value } from '../kernel/std/value.js';
import { FileClient } from '../sls/files/file-client.js';
import { FileServer } from '../sls/files/file-server.js';
import { localFiles } from '../sls/files/local-files.js';
import { syncPlugins } from '../sls/files/sync-plugins.js';
import { extraMinionData } from './connection/extra-data.js';
import { hasNoPillar } from '../sls/pillar/nothing.js';
import { compileTarget } from '../sls/target/target.js';
import type { RunningJobs } from './job/running.js';
import { listening } from './listening.js';
import type { MinionState } from './minion-state.js';

/** How long the pillar of this machine may take. */
const PILLAR_MS_MAX = 120_000;

export interface MasterlessParts {
  readonly opts: Readonly<PlainMap>;
  readonly sys: Sys;
  readonly log: Logger;
  /** The modules that have these ports. */
  readonly host: () => ModuleHost;
  readonly state: MinionState;
  readonly bus: EventBus;
  readonly running: RunningJobs;
  /** Where plugins of the users lie. */
  readonly extmods: string;
  readonly refreshGrains: () => Promise<boolean>;
  readonly reload: () => Promise<boolean>;
}

export function masterlessPorts(parts: MasterlessParts): Pick<Ports, 'files' | 'pack' | 'jobs' | 'events' | 'refresh' | 'match'> {
  const { opts, state, bus, running, extmods, refreshGrains, reload } = parts;
  const files = new FileClient({
    source: localFiles(ownServer(parts)), cacheDir: String(opts['cachedir']), hashType: String(opts['hash_type'] ?? 'sha256'), id: String(opts['id']),
  });
  const fire = (tag: string, data: unknown): Promise<boolean> => {
    bus.fire(tag, isPlainMap(data) ? data : {});
    return Promise.resolve(true);
  };
  return {
    files, pack: { pack: encodeBus, unpack: decodeBus },
    jobs: running, events: { fireLocal: fire, fireMaster: fire, follow: listening(opts) },
    refresh: {
      grains: refreshGrains, modules: reload,
      pillar: async () => {
        state.pillar = await ownPillar(parts, {});
        return true;
      },
      // Source: golden pillar/functions-012: what is in memory shows through where the new pillar has nothing.
      compilePillar: async (request) => mapFrom([...new Map([...mapEntries(state.pillar), ...mapEntries(await ownPillar(parts, request))])]) as PlainMap,
      externalPillar: (external, override) => ownPillar(parts, { external, override: override ?? {} }),
      revokeAuth: () => Promise.resolve(false),
      syncKind: async (kind, saltenvs, names) => {
        const clean = opts['clean_dynamic_modules'] !== false;
        const { changed, touched } = await syncPlugins({ files, kind, saltenvs, extmods, clean, only: names?.only, without: names?.without });
        if (touched) await reload();
        return changed;
      },
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

export interface OwnPillarParts extends Pick<MasterlessParts, 'opts' | 'log' | 'state'> {
  readonly sys: Sys;
  readonly host: () => ModuleHost;
  /** Before templates read grains. */
  readonly ready?: ((names: Iterable<string> | 'all') => Promise<void>) | undefined;
}

/** The pillar of `pillar_roots` on this machine. */
export async function ownPillar(
  { opts, log, state, sys, host, ready = () => Promise.resolve() }: OwnPillarParts, request: { saltenv?: string; pillarenv?: string; override?: PlainMap; external?: Value },
): Promise<PlainMap> {
  const env = (given: string | undefined, name: string): string | null => given ?? (typeof opts[name] === 'string' ? opts[name] : null);
  const asked = {
    id: String(opts['id']), grains: state.grains, saltenv: env(request.saltenv, 'saltenv'), pillarenv: env(request.pillarenv, 'pillarenv'),
    override: request.override ?? {}, extra: extraMinionData(opts), ...(request.external === undefined ? {} : { external: request.external }),
  };
  if (request.external === undefined && await hasNoPillar(opts, asked.override)) return {};
  const { compilePillar } = await import('../sls/pillar/compile.js');
  const { pillar } = await compilePillar(asked, { opts, sys, log, modules: host, ready, unpack: (bytes) => decodeBus(bytes) }, AbortSignal.timeout(PILLAR_MS_MAX));
  return pillar;
}
