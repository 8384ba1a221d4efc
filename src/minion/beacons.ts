/**
 * The beacons of a minion: what they find goes over its own bus (`__beacons_return`), so that programs of this machine hear it and can add
 * to it, and from there to the masters.
 *
 * Source: golden events/beacon-*; read, Salt 3008.3.
 */
import { Beacons } from '../automation/beacons/beacons.js';
import type { EventBus } from '../bus/event/bus.js';
import type { Logger } from '../kernel/contract/log.js';
import { plainOf } from '../kernel/contract/schedule.js';
import type { ModuleHost } from '../kernel/loader/module-host.js';
import { isList, isPlainMap, type PlainMap } from '../kernel/std/value.js';
import { BeaconEvents } from './beacon-events.js';
import type { RunningJobs } from './job/running.js';
import type { MinionState } from './minion-state.js';

export interface MinionBeaconsParts {
  readonly opts: Readonly<PlainMap>;
  readonly id: string;
  readonly state: MinionState;
  readonly host: ModuleHost;
  readonly bus: EventBus;
  readonly running: RunningJobs;
  /** Sends events to every master. @throws when none took them */
  readonly send: (events: readonly PlainMap[]) => Promise<void>;
  readonly log: Logger;
}

const FOUND = '__beacons_return';
const CALL_MS = 60_000;

export function openBeacons(parts: MinionBeaconsParts): { readonly beacons: Beacons } & AsyncDisposable {
  const { opts, id, state, host, bus, running, send, log } = parts;
  const steadyNow = (): number => performance.now();
  const outgoing = new BeaconEvents({ send, steadyNow, log });
  const found = bus.subscribe(FOUND, ({ tag, data }) => {
    if (tag === FOUND && isList(data['beacons'])) outgoing.put(data['beacons'].filter(isPlainMap));
  });
  const beacons = new Beacons({
    id, log, steadyNow, callMs: CALL_MS, loopMs: Math.max(0.1, Number(opts['loop_interval'] ?? 1)) * 1000,
    configured: plainOf(opts['beacons']), pillar: () => plainOf(state.pillar['beacons']),
    load: (module) => host.load('beacons', module), available: () => host.catalog.names('beacons'),
    context: (module, call) => host.beaconContext(module, call),
    isStateRunning: () => running.running().some(({ fun }) => [fun].flat().some((name) => String(name).startsWith('state.'))),
    tell: (events) => void bus.fire(FOUND, { beacons: events }), fire: (tag, data) => void bus.fire(tag, data),
  });
  return {
    beacons,
    async [Symbol.asyncDispose]() {
      await beacons[Symbol.asyncDispose]();
      found[Symbol.dispose]();
      outgoing[Symbol.dispose]();
    },
  };
}
