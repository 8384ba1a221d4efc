/**
 * A minion for one command (`tsalt-call`): grains, modules, and, unless local, a conversation with the master. It takes no
 * jobs and fires no start events.
 */
import { join } from 'node:path';
import { openKeyPair, type KeyPair } from '../bus/channel/key-files.js';
import { decodeBus, encodeBus } from '../bus/codec/codec.js';
import { EventBus } from '../bus/event/bus.js';
import type { Logger } from '../kernel/contract/log.js';
import type { Ports } from '../kernel/contract/ports.js';
import type { Sys } from '../kernel/contract/sys.js';
import { ModuleHost } from '../kernel/loader/module-host.js';
import { isPlainMap, type PlainMap } from '../kernel/std/value.js';
import { FileClient } from '../sls/files/file-client.js';
import { localFiles } from '../sls/files/local-files.js';
import { Roots, rootsOptions } from '../sls/files/roots.js';
import { syncPlugins } from '../sls/files/sync-plugins.js';
import { compilePillar, pillarRoots } from '../sls/pillar/compile.js';
import { compileTarget } from '../sls/target/target.js';
import { MasterConnection } from './connection/master-connection.js';
import { resolveMasters } from './connection/masters.js';
import { gatherGrains } from './grains.js';
import { RunningJobs } from './job/running.js';
import type { MinionState } from './minion-state.js';
import { minionPorts } from './ports.js';

export interface LocalMinionOptions {
  readonly opts: Readonly<PlainMap>;
  readonly sys: Sys;
  readonly log: Logger;
  readonly distDir: string;
  readonly local: boolean;
  readonly skipGrains: boolean;
}

export interface LocalMinion extends AsyncDisposable {
  readonly id: string;
  readonly host: ModuleHost;
  readonly state: MinionState;
  report(load: PlainMap): Promise<void>;
  giveTo(returner: string, ret: PlainMap): Promise<void>;
}

const RETURNER_MS = 60_000;

/** @throws SignInError, RequestTimeoutError when the master does not let it in */
export async function openLocalMinion(options: LocalMinionOptions): Promise<LocalMinion> {
  const { opts, sys, log, distDir } = options;
  const id = String(opts['id']);
  const state: MinionState = { grains: {}, pillar: {} };
  const bus = new EventBus((err, tag) => log.error({ err, tag }, 'event listener failed'));
  const extmods = String(opts['extension_modules'] ?? join(String(opts['cachedir']), 'extmods'));
  const connection = options.local ? undefined : await openConnection(options, state, bus);
  const host: ModuleHost = new ModuleHost({
    distDir, opts, sys, log, id, grains: () => state.grains, pillar: () => state.pillar,
    userDirs: (kind) => [...texts(opts['module_dirs']).flatMap((dir) => [join(dir, kind), join(dir, `_${kind}`)]), join(extmods, kind)],
    ports: connection === undefined
      ? masterlessPorts(options, state, bus, extmods, refreshGrains, () => host.catalog.reload())
      : minionPorts({
        opts, id, connection: connection.connection, bus, running: new RunningJobs(), state, refreshGrains, reload: () => host.catalog.reload(), pair: connection.pair, isDaemon: false,
      }),
  });
  async function refreshGrains(): Promise<boolean> {
    state.grains = await gatherGrains(host, { opts, sys, log });
    // Which modules work depends on the grains.
    host.reload();
    return true;
  }
  if (!options.skipGrains) await refreshGrains();
  if (connection !== undefined) await connection.connection.open();
  else state.pillar = await ownPillar(options, state, {});
  return {
    id, host, state,
    async report(load) {
      await connection?.connection.request({ ...load, id });
    },
    async giveTo(name, ret) {
      const plugin = await host.load('returners', name);
      if (plugin === undefined) log.error({ returner: name }, 'returner is not available on this minion');
      else await plugin.returner(ret, host.context(name, { signal: AbortSignal.timeout(RETURNER_MS) }));
    },
    async [Symbol.asyncDispose]() {
      await connection?.connection[Symbol.asyncDispose]();
      await host[Symbol.asyncDispose]();
    },
  };
}

async function openConnection({ opts, log }: LocalMinionOptions, state: MinionState, bus: EventBus): Promise<{ connection: MasterConnection; pair: KeyPair }> {
  const pair = await openKeyPair(String(opts['pki_dir']), 'minion', { bits: Number(opts['keysize'] ?? 2048) });
  const connection = new MasterConnection({
    masters: resolveMasters(opts), opts, id: String(opts['id']), pair, log, bus,
    onPublication: () => undefined, onConnected: () => Promise.resolve(), compileLoad: () => ({ grains: state.grains }),
    setPillar: (pillar) => {
      state.pillar = pillar;
    },
  });
  return { connection, pair };
}

function masterlessPorts(
  options: LocalMinionOptions, state: MinionState, bus: EventBus, extmods: string, refreshGrains: () => Promise<boolean>, reload: () => Promise<boolean>,
): Partial<Ports> {
  const { opts } = options;
  const files = new FileClient({
    source: localFiles(new Roots(rootsOptions(opts))), cacheDir: String(opts['cachedir']), hashType: String(opts['hash_type'] ?? 'sha256'), id: String(opts['id']),
  });
  const fire = (tag: string, data: unknown): Promise<boolean> => {
    bus.fire(tag, isPlainMap(data) ? data : {});
    return Promise.resolve(true);
  };
  return {
    files, pack: { pack: (value) => encodeBus(value), unpack: (bytes) => decodeBus(bytes) },
    jobs: new RunningJobs(), events: { fireLocal: fire, fireMaster: fire },
    refresh: {
      grains: refreshGrains, modules: reload,
      pillar: async () => {
        state.pillar = await ownPillar(options, state, {});
        return true;
      },
      compilePillar: (request) => ownPillar(options, state, request),
      revokeAuth: () => Promise.resolve(false),
      syncKind: (kind, saltenvs, names) => syncPlugins({ files, kind, saltenvs, extmods, only: names?.only, without: names?.without }),
    },
    match: {
      matches: (expr, kind, delimiter, minionId) => Promise.resolve(
        compileTarget({ expr, kind, delimiter }, { nodegroups: opts['nodegroups'] ?? {} })({ id: minionId ?? String(opts['id']), grains: state.grains, pillar: state.pillar })),
    },
  };
}

/** The pillar of `pillar_roots` on this machine. */
function ownPillar(
  { opts, log }: LocalMinionOptions, state: MinionState, request: { saltenv?: string; pillarenv?: string; override?: PlainMap },
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

const texts = (value: unknown): string[] => (Array.isArray(value) ? value.map(String) : []);
