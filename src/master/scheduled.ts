/**
 * The scheduler of the master: its jobs are runners.
 *
 * Source: read, Salt 3008.3, `salt.utils.schedule` with the role master. Differs: a run is one like all others, with its events and its trace.
 */
import { Scheduler } from '../automation/schedule/scheduler.js';
import type { EventBus } from '../bus/event/bus.js';
import type { Logger } from '../kernel/contract/log.js';
import { plainOf } from '../kernel/contract/schedule.js';
import type { PlainMap } from '../kernel/std/value.js';
import type { FunctionDesk } from './functions/function-desk.js';

export interface MasterSchedule {
  readonly opts: Readonly<PlainMap>;
  readonly bus: EventBus;
  readonly functions: FunctionDesk;
  readonly user: string;
  readonly log: Logger;
}

/** Undefined where nothing is scheduled. */
export function openMasterSchedule({ opts, bus, functions, user, log }: MasterSchedule): Scheduler | undefined {
  const configured = plainOf(opts['schedule']);
  if (Object.keys(configured).length === 0) return undefined;
  const scheduler = new Scheduler({
    configured, pillar: () => ({}), whens: () => [], save: () => Promise.resolve(), fire: (tag, data) => void bus.fire(tag, data),
    lookMs: Math.max(1, Number(opts['loop_interval'] ?? 60)) * 1000, now: Date.now, steadyNow: () => performance.now(),
    random: ({ start, end }) => start + Math.floor(Math.random() * (end - start + 1)), log,
    async run({ entry, fun }) {
      const { done } = functions.start('runner', { fun, args: entry.args, kwargs: entry.kwargs }, user);
      const { success, return: value } = await done;
      if (success !== true) log.error({ job: entry.name, fun }, `scheduled runner failed: ${typeof value === 'string' ? value : JSON.stringify(value)}`);
    },
  });
  scheduler.refresh();
  return scheduler;
}
