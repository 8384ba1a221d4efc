/**
 * A minion for one command (`tsalt-call`): grains, modules, and, unless local, a conversation with the master. It takes no
 * jobs and fires no start events.
 */
import { openKeyPair, type KeyPair } from '../bus/channel/key-files.js';
import { EventBus } from '../bus/event/bus.js';
import type { Logger } from '../kernel/contract/log.js';
import type { Sys } from '../kernel/contract/sys.js';
import { ModuleHost } from '../kernel/loader/module-host.js';
import type { PlainMap } from '../kernel/std/value.js';
import { AllMasters } from './all-masters.js';
import { MasterConnection } from './connection/master-connection.js';
import { planMasters } from './connection/master-plan.js';
import { evaluateMaster } from './evaluate-master.js';
import { masterlessPorts, ownPillar } from './masterless-ports.js';
import { gatherGrains } from './grains.js';
import { RunningJobs } from './job/running.js';
import type { MinionState } from './minion-state.js';
import { extensionModules, pluginFolders } from './plugin-folders.js';
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
  const state: { grains: PlainMap; pillar: PlainMap } = { grains: {}, pillar: {} };
  const bus = new EventBus((err, tag) => log.error({ err, tag }, 'event listener failed'));
  const extmods = extensionModules(opts);
  const connection = options.local ? undefined : await openConnection(options, state, bus);
  const all = new AllMasters(log);
  const running = new RunningJobs();
  const host: ModuleHost = new ModuleHost({
    distDir, opts, sys, log, id, grains: () => state.grains, pillar: () => state.pillar,
    userDirs: pluginFolders(opts),
    ports: connection === undefined
      ? masterlessPorts({ opts, log, state, bus, running, extmods, refreshGrains, reload: () => host.catalog.reload() })
      : minionPorts({
        opts, id, connection: connection.connection, all, bus, running, state, refreshGrains, reload: () => host.catalog.reload(), pair: connection.pair, isDaemon: false,
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
  else state.pillar = await ownPillar({ opts, log, state }, {});
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

/** Of several masters the first that lets the command in. Source: read, Salt 3008.3. */
async function openConnection(options: LocalMinionOptions, state: MinionState, bus: EventBus): Promise<{ connection: MasterConnection; pair: KeyPair }> {
  const { opts, log } = options;
  const pair = await openKeyPair(String(opts['pki_dir']), 'minion', { bits: Number(opts['keysize'] ?? 2048) });
  const { masters } = planMasters(opts, await evaluateMaster(options));
  const connection = new MasterConnection({
    plan: { kind: 'oneOf', masters }, masters, opts, id: String(opts['id']), pair, log, bus,
    onPublication: () => undefined, onConnected: () => Promise.resolve(), grains: () => state.grains,
    setPillar: (pillar) => {
      state.pillar = pillar;
    },
  });
  return { connection, pair };
}
