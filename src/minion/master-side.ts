/**
 * A minion as one master sees it: the conversation with it, its pillar, and modules that speak to it. A minion of several
 * masters at once has one for each; a minion without a master one that speaks to nobody.
 *
 * Source: read, Salt 3008.3 (each of several masters has modules, pillar and files of its own; grains and jobs are shared).
 */
import type { KeyPair } from '../bus/channel/key-files.js';
import type { EventBus } from '../bus/event/bus.js';
import type { Publication } from '../kernel/contract/job.js';
import type { Logger } from '../kernel/contract/log.js';
import type { Ports } from '../kernel/contract/ports.js';
import type { Sys } from '../kernel/contract/sys.js';
import { ModuleHost } from '../kernel/loader/module-host.js';
import type { StateProgress } from '../kernel/contract/state-engine.js';
import type { PlainMap } from '../kernel/std/value.js';
import type { AllMasters } from './all-masters.js';
import { MasterConnection } from './connection/master-connection.js';
import type { MasterPlan } from './connection/master-plan.js';
import type { MasterAddress } from './connection/masters.js';
import type { Refusals } from './connection/refusals.js';
import type { RunningJobs } from './job/running.js';
import { masterlessPorts } from './masterless-ports.js';
import type { MinionState } from './minion-state.js';
import { extensionModules, pluginFolders } from './plugin-folders.js';
import { minionPorts } from './ports.js';
import { minionSessionPorts } from './session-ports.js';

export interface SideParts {
  readonly opts: Readonly<PlainMap>;
  readonly sys: Sys;
  readonly log: Logger;
  readonly distDir: string;
  readonly id: string;
  readonly pair: KeyPair;
  readonly bus: EventBus;
  readonly running: RunningJobs;
  readonly all: AllMasters;
  readonly refusals: Refusals;
  /** All masters of the configuration. */
  readonly masters: readonly MasterAddress[];
  readonly facts: { readonly grains: PlainMap };
  readonly refreshGrains: () => Promise<boolean>;
  readonly onPublication: (job: Publication, master: MasterAddress, side: MasterSide) => void;
  readonly onConnected: (master: MasterAddress, side: MasterSide) => Promise<void>;
  /** Hears how far the run of states of a job is. */
  readonly statesOf: (jid: string) => StateProgress;
  readonly onBack: (master: MasterAddress) => void;
  /** The pillar is a new one. */
  readonly onPillar: () => void;
}

/** Every minion has these, with or without a master. */
type MinionPorts = Partial<Ports> & Pick<Ports, 'events' | 'refresh'>;

export class MasterSide implements AsyncDisposable {
  /** Undefined: this minion has no master. */
  readonly connection: MasterConnection | undefined;
  readonly host: ModuleHost;
  readonly state: MinionState;
  readonly ports: MinionPorts;
  /** The one this side speaks to, or those of which it speaks to one at a time. */
  readonly masters: readonly MasterAddress[];

  constructor(plan: MasterPlan, parts: SideParts) {
    const { sys, log, distDir, id, facts, all, bus, running, pair, refreshGrains } = parts;
    this.masters = plan.masters;
    this.state = {
      get grains() {
        return facts.grains;
      },
      pillar: {},
    };
    const { state } = this;
    const grains = (): PlainMap => state.grains;
    if (plan.kind !== 'none') {
      this.connection = new MasterConnection({
        ...parts, plan, grains, onPublication: (job, master) => parts.onPublication(job, master, this), onConnected: (master) => parts.onConnected(master, this),
        onBack: parts.onBack,
        setPillar: (pillar) => {
          state.pillar = pillar;
          parts.onPillar();
        },
      });
      all.add(this.connection);
    }
    const opts = optionsOf(parts, plan, () => this.connection?.current);
    const reload = (): Promise<boolean> => this.host.catalog.reload();
    const shared = { opts, bus, running, state, refreshGrains, reload };
    this.ports = this.connection === undefined
      ? masterlessPorts({ ...shared, sys, log, host: () => this.host, extmods: extensionModules(opts) })
      : minionPorts({ ...shared, id, connection: this.connection, all, pair, isDaemon: true });
    this.host = new ModuleHost({ distDir, opts, sys, log, id, grains, pillar: () => state.pillar, ports: this.ports, sessionPorts: minionSessionPorts(opts, {
      hasMaster: this.connection !== undefined, isDaemon: true, progressOf: parts.statesOf,
      ownTops: async () => (await import('../sls/state/configured-tops.js')).configuredTops({ opts, log, host: this.host }, { opts, grains: state.grains }),
    }), userDirs: pluginFolders(opts) });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.connection?.[Symbol.asyncDispose]();
    await this.host[Symbol.asyncDispose]();
  }
}

/** Of several masters, modules see the one they work for as `master`, as with real Salt; the list is `master_list`. */
function optionsOf({ opts, masters }: SideParts, plan: MasterPlan, current: () => MasterAddress | undefined): Readonly<PlainMap> {
  if (masters.length < 2) return opts;
  const [first = { host: '', requestPort: 0 }] = plan.masters;
  const about = {
    get master() {
      return (current() ?? first).host;
    },
    get master_port() {
      return (current() ?? first).requestPort;
    },
    get master_uri() {
      return uriOf(current() ?? first);
    },
    ...(plan.kind === 'oneOf' ? { master_list: opts['master'] ?? null, master_uri_list: plan.masters.map(uriOf) } : { multimaster: true }),
  };
  // Accessors, not values: the current master changes.
  return Object.defineProperties({ ...opts }, Object.getOwnPropertyDescriptors(about));
}

const uriOf = ({ host, requestPort }: MasterAddress): string => `tcp://${host.includes(':') ? `[${host}]` : host}:${requestPort}`;
