/**
 * What a minion says to its master about itself: loads of the pillar, of its start and of its resources.
 *
 * Source: wire-protocol section 11; golden wire/startup, events/minion-start.
 */
import { asctime } from '../../kernel/std/time.js';
import type { PlainMap } from '../../kernel/std/value.js';
import { extraMinionData } from './extra-data.js';

export interface AboutMinion {
  readonly opts: Readonly<PlainMap>;
  readonly id: string;
  readonly grains: () => PlainMap;
}

/** Order of the fields as real Salt: golden wire/startup. */
export function pillarLoad({ id, opts, grains }: AboutMinion, more: PlainMap = {}): PlainMap {
  return {
    id, grains: grains(), saltenv: opts['saltenv'] ?? null, pillarenv: opts['pillarenv'] ?? null,
    pillar_override: {}, extra_minion_data: extraMinionData(opts), ver: '2', cmd: '_pillar', ...more,
  };
}

export function resourcesLoad(id: string): PlainMap {
  return { cmd: '_register_resources', id, resources: {}, resource_grains: {} };
}

/** In the order in which they are sent. Source: wire-protocol section 11, point 4. */
export function startLoads(about: AboutMinion): PlainMap[] {
  const { id, opts } = about;
  const data = `Minion ${id} started at ${asctime(new Date())}`;
  const event = (tag: string): PlainMap => ({ id, cmd: '_minion_event', pretag: null, data, tag, ...startGrains(about) });
  return [
    ...(opts['enable_legacy_startup_events'] === false ? [] : [event('minion_start')]),
    resourcesLoad(id),
    event(`salt/minion/${id}/start`),
  ];
}

function startGrains({ opts, grains: grainsOf }: AboutMinion): PlainMap {
  const names = opts['start_event_grains'];
  if (!Array.isArray(names) || names.length === 0) return {};
  const grains = grainsOf();
  return { grains: Object.fromEntries(names.map(String).filter((name) => name in grains).map((name) => [name, grains[name] ?? null])) };
}
