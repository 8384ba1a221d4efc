/**
 * The scheduler of a minion: its jobs are execution functions, what they give goes to the returners they name and to the master.
 *
 * Source: golden events/schedule; read, Salt 3008.3. Differs: a failure has its reason in its return, and a return waits on disk
 * while the master is away, as that of any job.
 */
import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { Scheduler, type ScheduledRun } from '../automation/schedule/scheduler.js';
import type { EventBus } from '../bus/event/bus.js';
import type { ReturnerQueues } from '../bus/returners/returner-queue.js';
import type { Jid, Publication } from '../kernel/contract/job.js';
import type { Logger } from '../kernel/contract/log.js';
import { plainOf, schedulePathOf } from '../kernel/contract/schedule.js';
import { asctime, newJid } from '../kernel/std/time.js';
import type { PlainMap, Value } from '../kernel/std/value.js';
import { dumpYaml } from '../kernel/yaml/dump.js';
import type { RunningJobs } from './job/running.js';
import { giveToReturners } from './job/returners.js';
import type { MinionState } from './minion-state.js';

export interface ScheduledParts {
  readonly opts: Readonly<PlainMap>;
  readonly id: string;
  readonly state: MinionState;
  readonly bus: EventBus;
  readonly running: RunningJobs;
  readonly returners: ReturnerQueues;
  /** Runs a job as one that a master published, to its return. */
  readonly run: (job: Publication, signal: AbortSignal, onRaised: () => void) => Promise<PlainMap>;
  /** To every master this minion works for; kept on disk until acknowledged. */
  readonly deliver: (load: PlainMap) => void;
  readonly log: Logger;
}

const FILE_MODE = 0o600;
/** Of a function that broke or is missing. Source: observed, Salt 3008.3. */
const RAISED_RETCODE = 254;

export function openScheduler(parts: ScheduledParts): Scheduler {
  const { opts, state, bus, log } = parts;
  return new Scheduler({
    configured: plainOf(opts['schedule']), pillar: () => plainOf(state.pillar['schedule']), whens: () => [state.pillar['whens'], state.grains['whens']],
    run: (scheduled) => runScheduled(scheduled, parts),
    save(schedule) {
      const path = schedulePathOf(opts);
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(`${path}.new`, dumpYaml({ schedule }), { mode: FILE_MODE });
      renameSync(`${path}.new`, path);
      return Promise.resolve();
    },
    fire: (tag, data) => void bus.fire(tag, data),
    lookMs: Math.max(1, Number(opts['loop_interval'] ?? 1)) * 1000, now: Date.now, steadyNow: () => performance.now(),
    random: ({ start, end }) => start + Math.floor(Math.random() * (end - start + 1)), log,
  });
}

async function runScheduled({ entry, fun }: ScheduledRun, parts: ScheduledParts): Promise<void> {
  const { id, opts, running, returners, log } = parts;
  const jid = newJid() as Jid;
  const { args, kwargs, name } = entry;
  const arg: Value[] = [...args, ...(Object.keys(kwargs).length === 0 ? [] : [{ ...kwargs, __kwarg__: true }])];
  const names = [...new Set([...entry.returners, ...textsOf(opts['schedule_returner'])])];
  const job: Publication = {
    jid, fun, arg, tgt: id, tgt_type: 'glob', ret: names.join(','), user: 'root', delimiter: ':',
    more: {
      schedule: name, ...(entry.returnConfig === undefined ? {} : { ret_config: entry.returnConfig }), ...(entry.returnKwargs === undefined ? {} : { ret_kwargs: entry.returnKwargs }),
    },
  };
  const funArgs: Value[] = [...args, ...(Object.keys(kwargs).length === 0 ? [] : [kwargs])];
  const abort = new AbortController();
  running.add(jid, { about: { id, fun, fun_args: funArgs, schedule: name, jid, pid: process.pid }, startedUnixMs: Date.now(), abort });
  try {
    let raised = false;
    const done = await parts.run(job, abort.signal, () => {
      raised = true;
    });
    const ret: PlainMap = {
      cmd: '_return', id, fun, fun_args: funArgs, schedule: name, jid, ...(entry.metadata === undefined ? {} : { metadata: withTimes(entry.metadata, new Date()) }), pid: process.pid,
      return: done['return'] ?? null, ...(raised ? { success: false, retcode: RAISED_RETCODE } : { retcode: done['retcode'] ?? 0, success: true }),
    };
    await giveToReturners(returners, job, ret, opts, log);
    // Without a returner the master gives it an id, or is told not to keep it; with one, both keep it under the same.
    if (entry.returnJob !== 'keep quiet') parts.deliver({ ...ret, ...(names.length === 0 ? { jid: entry.returnJob === 'tell' ? 'nocache' : 'req' } : {}) });
  } finally {
    running.remove(jid);
  }
}

/** When and where it ran, as Salt writes it beside what the user wrote. Source: observed, Salt 3008.3; `_TT` ends with the month, as there. */
export function withTimes(metadata: PlainMap, now: Date): PlainMap {
  const minutes = -now.getTimezoneOffset();
  const offset = `${minutes < 0 ? '-' : '+'}${two(Math.trunc(Math.abs(minutes) / 60))}${two(Math.abs(minutes) % 60)}`;
  const [, month = ''] = now.toLocaleDateString('en-GB', { day: 'numeric', month: 'long', timeZone: 'UTC' }).split(' ');
  const day = now.toLocaleDateString('en-GB', { weekday: 'short', timeZone: 'UTC' });
  return {
    ...metadata, _TOS: offset, _TS: asctime(now),
    _TT: `${now.getUTCFullYear()} ${month} ${two(now.getUTCDate())} ${day} ${two(now.getUTCHours())} ${two(now.getUTCMonth() + 1)}`,
  };
}

const two = (value: number): string => String(value).padStart(2, '0');

const textsOf = (value: Value | undefined): string[] => (typeof value === 'string' && value !== '' ? [value] : Array.isArray(value) ? (value as readonly Value[]).map(String) : []);
