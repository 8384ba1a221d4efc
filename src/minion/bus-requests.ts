/**
 * What others on this machine ask of the minion through its bus: to read grains, modules and pillar again, to change its schedule
 * and its beacons, and to pass an event on to the master.
 *
 * Source: observed, Salt 3008.3 (tags `module_refresh`, `grains_refresh`, `pillar_refresh`, `manage_schedule`, `manage_beacons`, `beacons_refresh`, `fire_master`).
 */
import type { BusEvent, EventBus } from '../bus/event/bus.js';
import type { Logger } from '../kernel/contract/log.js';
import type { BeaconsPort, EventPort, RefreshPort, SchedulePort } from '../kernel/contract/ports.js';
import { isList } from '../kernel/std/value.js';

type Work = (event: BusEvent) => Promise<unknown>;

export interface BusRequestPorts {
  readonly refresh: RefreshPort;
  readonly events: EventPort;
  readonly schedule: SchedulePort;
  readonly beacons: BeaconsPort & { refresh(how: { readonly anew: boolean }): Promise<void> };
}

export function answerBus(bus: EventBus, ports: BusRequestPorts, log: Logger): Disposable {
  const { refresh, events, schedule, beacons } = ports;
  const requests: Readonly<Record<string, Work>> = {
    module_refresh: async () => {
      await refresh.modules();
      await beacons.refresh({ anew: true });
    },
    beacons_refresh: () => beacons.refresh({ anew: true }),
    manage_beacons: ({ data }) => beacons.manage(data),
    grains_refresh: () => refresh.grains(),
    pillar_refresh: ({ data }) => refresh.pillar({ cleanCache: data['clean_cache'] === true }),
    manage_schedule: ({ data }) => schedule.manage(data),
    fire_master: ({ data: { tag, data, pretag, events: several } }) => events.fireMaster(String(tag ?? ''), data ?? null, {
      pretag: null,
      ...(typeof pretag === 'string' ? { pretag } : {}), ...(isList(several) ? { events: several } : {}),
    }),
  };
  const subscriptions = Object.entries(requests).map(([name, work]) => bus.subscribe(name, (event) => {
    if (event.tag !== name) return;
    work(event).catch((err: unknown) => log.warn({ err, tag: event.tag }, 'what was asked for on the bus failed'));
  }));
  return {
    [Symbol.dispose]() {
      for (const subscription of subscriptions) subscription[Symbol.dispose]();
    },
  };
}
