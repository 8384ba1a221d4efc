/** A minion for one command that speaks to a master: it signs in and fetches the pillar, takes no jobs and fires no start events. */
import { openKeyPair, type KeyPair } from '../bus/channel/key-files.js';
import { EventBus } from '../bus/event/bus.js';
import { ModuleHost } from '../kernel/loader/module-host.js';
import type { PlainMap } from '../kernel/std/value.js';
import { AllMasters } from './all-masters.js';
import { beaconsDoor } from './beacons-door.js';
import { scheduleDoor } from './daemon-door.js';
import { MasterConnection } from './connection/master-connection.js';
import { planMasters } from './connection/master-plan.js';
import { evaluateMaster } from './evaluate-master.js';
import { gatherGrains } from './grains.js';
import { RunningJobs } from './job/running.js';
import { giveNow, type LocalMinion, type LocalMinionOptions } from './local-minion.js';
import { pluginFolders } from './plugin-folders.js';
import { minionPorts } from './ports.js';
import { minionSessionPorts } from './session-ports.js';

/** @throws SignInError, RequestTimeoutError when the master does not let it in */
export async function openCallMinion(options: LocalMinionOptions): Promise<LocalMinion> {
  const { opts, sys, log, distDir } = options;
  const id = String(opts['id']);
  const state: { grains: PlainMap; pillar: PlainMap } = { grains: {}, pillar: {} };
  const bus = new EventBus((err, tag) => log.error({ err, tag }, 'event listener failed'));
  const { connection, pair } = await openConnection(options, state, bus);
  const host: ModuleHost = new ModuleHost({
    distDir, opts, sys, log, id, grains: () => state.grains, pillar: () => state.pillar, userDirs: pluginFolders(opts),
    sessionPorts: minionSessionPorts(opts, { hasMaster: true, isDaemon: false, progress: options.progress }), ports: minionPorts({
      opts, id, connection, all: new AllMasters(log), bus, running: new RunningJobs(), state, refreshGrains, reload: () => host.catalog.reload(), pair, isDaemon: false,
    }),
  });
  host.addPorts({ beacons: beaconsDoor(opts), schedule: scheduleDoor(opts) });
  async function refreshGrains(): Promise<boolean> {
    state.grains = await gatherGrains(host, { opts, sys, log });
    // Which modules work depends on the grains.
    host.reload();
    return true;
  }
  if (!options.skipGrains) await refreshGrains();
  await connection.open();
  return {
    id, host,
    grains: () => Promise.resolve(state.grains),
    async report(load) {
      await connection.request({ ...load, id });
    },
    giveTo: (names, ret) => giveNow(host, options, names, ret),
    async [Symbol.asyncDispose]() {
      await connection[Symbol.asyncDispose]();
      await host[Symbol.asyncDispose]();
    },
  };
}

/** Of several masters the first that lets the command in. Source: read, Salt 3008.3. */
async function openConnection(
  options: LocalMinionOptions, state: { readonly grains: PlainMap; pillar: PlainMap }, bus: EventBus,
): Promise<{ connection: MasterConnection; pair: KeyPair }> {
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
