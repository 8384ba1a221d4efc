/**
 * A minion for one command (`tsalt-call`): modules, and what they need of this machine or of a master.
 *
 * Without a master it gathers grains and pillar, and loads what modules reach, only when a function may need them: most of
 * the time of a small command would go there.
 */
import { join } from 'node:path';
import type { Logger } from '../kernel/contract/log.js';
import type { StateProgress } from '../kernel/contract/state-engine.js';
import type { Sys } from '../kernel/contract/sys.js';
import { ModuleHost } from '../kernel/loader/module-host.js';
import type { DeferredFacts } from '../kernel/facts/deferred-facts.js';
import { isTruthy, type PlainMap } from '../kernel/std/value.js';
import { extensionModules, pluginFolders } from './plugin-folders.js';

export interface LocalMinionOptions {
  readonly opts: Readonly<PlainMap>;
  readonly sys: Sys;
  readonly log: Logger;
  readonly distDir: string;
  readonly local: boolean;
  readonly skipGrains: boolean;
  /** Hears the runs of states. */
  readonly progress?: StateProgress | undefined;
}

export interface LocalMinion extends AsyncDisposable {
  readonly id: string;
  readonly host: ModuleHost;
  grains(): Promise<PlainMap>;
  /** Tells the master, where there is one. */
  report(load: PlainMap): Promise<void>;
  giveTo(returners: readonly string[], ret: PlainMap): Promise<void>;
}

/** Longest that a command waits for its returners. */
const RETURNERS_MS = 60_000;

/** @throws SignInError, RequestTimeoutError when the master does not let it in */
export async function openLocalMinion(options: LocalMinionOptions): Promise<LocalMinion> {
  if (options.local) return masterless(options);
  return (await import('./call-minion.js')).openCallMinion(options);
}

/** Grains and pillar of the machine; of the grains perhaps only a part so far. */
class HostState {
  pillar: PlainMap = {};
  deferred: DeferredFacts | undefined;
  #grains: PlainMap = {};

  get grains(): PlainMap {
    return this.deferred?.grains ?? this.#grains;
  }

  set grains(grains: PlainMap) {
    this.deferred = undefined;
    this.#grains = grains;
  }

  async complete(names: 'all' | Iterable<string> = 'all'): Promise<void> {
    if (names === 'all' || this.deferred?.lacks(names) === true) await this.deferred?.complete();
  }
}

function masterless(options: LocalMinionOptions): LocalMinion {
  const { opts, sys, log, distDir } = options;
  const id = String(opts['id']);
  const state = new HostState();
  let prepared: Promise<void> | undefined;
  // Templates of the pillar call functions: these find the grains there and wait for nothing.
  let hasGrains = false;
  const prepare = async (needs: 'quick' | 'all' | Iterable<string>): Promise<void> => {
    if (!hasGrains) await (prepared ??= prepareHost(host, state, options, () => (hasGrains = true)));
    if (needs !== 'quick') await state.complete(needs);
  };
  const host: ModuleHost = new ModuleHost({
    distDir, opts, sys, log, id, grains: () => state.grains, pillar: () => state.pillar, userDirs: pluginFolders(opts), ports: {}, prepare,
  });
  return {
    id, host,
    async grains() {
      await prepare('all');
      return state.grains;
    },
    report: () => Promise.resolve(),
    async giveTo(names, ret) {
      await prepare('all');
      await giveNow(host, options, names, ret);
    },
    [Symbol.asyncDispose]: () => host[Symbol.asyncDispose](),
  };
}

async function prepareHost(
  host: ModuleHost, state: HostState, { opts, sys, log, skipGrains, progress, distDir }: LocalMinionOptions, onGrains: () => void,
): Promise<void> {
  const [{ masterlessPorts, ownPillar }, { minionSessionPorts }, { deferredGrains, gatherGrains }, { EventBus }, { RunningJobs }, { beaconsDoor }, { scheduleDoor }, { configuredTops }] = await Promise.all([
    import('./masterless-ports.js'), import('./session-ports.js'), import('./grains.js'), import('../bus/event/bus.js'), import('./job/running.js'),
    import('./beacons-door.js'), import('./daemon-door.js'), import('../sls/state/configured-tops.js'),
  ]);
  const refreshGrains = async (): Promise<boolean> => {
    state.grains = await gatherGrains(host, { opts, sys, log });
    // Which modules work depends on the grains.
    host.reload();
    return true;
  };
  host.addPorts({ beacons: beaconsDoor(opts), schedule: scheduleDoor(opts) });
  host.addPorts(masterlessPorts({
    opts, sys, log, host: () => host, state, refreshGrains, extmods: extensionModules(opts), running: new RunningJobs(),
    bus: new EventBus((err, tag) => log.error({ err, tag }, 'event listener failed')),
    // The catalog waits for this preparation; to forget lookups needs no waiting.
    reload: () => Promise.resolve(host.reload()),
  }), minionSessionPorts(opts, {
    hasMaster: false, isDaemon: false, progress, ownTops: () => configuredTops({ opts, log, host }, { opts, grains: state.grains }),
  }));
  if (!skipGrains) {
    state.deferred = await deferredGrains(host, { opts, sys, log, distDir });
    if (state.deferred === undefined) await refreshGrains();
    else host.reload();
  }
  onGrains();
  // External pillars are given all grains.
  if (isTruthy(opts['ext_pillar'])) await state.complete();
  state.pillar = await ownPillar({ opts, sys, log, host: () => host, state, ready: (names) => state.complete(names) }, {});
}

/**
 * Gives a result to returners now. What one does not take stays on disk: the minion gives it at its next start, or the next such
 * command does.
 */
export async function giveNow(host: ModuleHost, { opts, log }: Pick<LocalMinionOptions, 'opts' | 'log'>, names: readonly string[], ret: PlainMap): Promise<void> {
  const { ReturnerQueues } = await import('../bus/returners/returner-queue.js');
  await using queues = new ReturnerQueues({ host, dir: join(String(opts['cachedir']), 'returners'), log });
  await Promise.all(names.map(async (name) => {
    const queue = await queues.of(name);
    if (queue === undefined) return;
    if (!queue.put('returner', ret)) log.error({ returner: name }, 'returner does not take results');
    await queue.settled(RETURNERS_MS);
  }));
}
