/** A master and minions of our own, as processes. */
import type { PlainMap } from '../../../src/kernel/std/value.js';
import { MasterHost } from '../../support/fleet/master.js';
import { enrol, MinionHost } from '../../support/fleet/minion.js';
import type { Hearing } from '../../support/fleet/events.js';
import type { Site } from '../../support/fleet/site.js';

export interface Fleet {
  readonly master: MasterHost;
  readonly minions: readonly MinionHost[];
  readonly bus: Hearing;
}

/** Configures a master and minions, starts them, accepts the keys and waits until every minion answers. */
export async function startFleet(site: Site, ids: readonly string[], config: { master?: PlainMap; minion?: PlainMap } = {}): Promise<Fleet> {
  const master = await MasterHost.prepare(site, 'tsalt', 'master', config.master ?? {});
  await master.start();
  const bus = await master.hear();
  const minions = ids.map((id) => new MinionHost(site, 'tsalt', id, master, config.minion ?? {}));
  await enrol(master, bus, minions);
  await master.allAnswer(...ids);
  bus.clear();
  return { master, minions, bus };
}
