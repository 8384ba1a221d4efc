/**
 * The schedule as data, where no scheduler runs: the file `_schedule.conf` once there is one, else the configuration; changes that
 * are not to be kept live as long as the program. Source: read and observed, Salt 3008.3 (format of the file, names of commands).
 */
import { dirname, join } from 'node:path';
import type { Context } from '../../../kernel/contract/context.js';
import { CommandExecutionError } from '../../../kernel/contract/errors.js';
import type { SchedulePort } from '../../../kernel/contract/ports.js';
import { str } from '../../../kernel/std/python-text.js';
import { isMap, isTruthy, mapEntries, type PlainMap, type Value } from '../../../kernel/std/value.js';
import { dumpYaml } from '../../../kernel/yaml/dump.js';
import { loadYaml } from '../../../kernel/yaml/load.js';

/** Where the memory of this module has changes that are not kept in the file. */
const UNSAVED = 'schedule.unsaved';

const plain = (value: Value | undefined): PlainMap => (value !== undefined && isMap(value) ? Object.fromEntries(mapEntries(value).map(([key, item]) => [str(key), item])) : {});

export function schedulePath(ctx: Context): string {
  const folder = str(ctx.opts['conf_dir'] ?? ctx.opts['config_dir'] ?? dirname(str(ctx.opts['conf_file'] ?? '/etc/salt/minion')));
  return join(folder, dirname(str(ctx.opts['default_include'] ?? 'minion.d/*.conf')), '_schedule.conf');
}

/** What the file has; undefined without one. */
export async function savedSchedule(ctx: Context): Promise<PlainMap | undefined> {
  const text = await ctx.sys.readText(schedulePath(ctx));
  if (text === undefined) return undefined;
  const found = text === '' ? null : loadYaml(text);
  return plain(plain(found)['schedule']);
}

/** Facts that only a running scheduler has stay out of the file. */
export async function saveSchedule(schedule: PlainMap, ctx: Context): Promise<void> {
  const path = schedulePath(ctx);
  const kept = Object.entries(schedule).map(([name, job]) => [name, isMap(job) ? Object.fromEntries(Object.entries(plain(job)).filter(([key]) => !key.startsWith('_'))) : job]);
  await ctx.sys.fs.mkdir(dirname(path), { recursive: true });
  await ctx.sys.writeFile(path, dumpYaml({ schedule: Object.fromEntries(kept) as PlainMap }));
}

const ofPillar = (ctx: Context): PlainMap => plain(ctx.pillar['schedule']);
async function ofOptions(ctx: Context): Promise<PlainMap> {
  const unsaved = ctx.memory.get(UNSAVED);
  return unsaved === undefined ? await savedSchedule(ctx) ?? plain(ctx.opts['schedule']) : unsaved as PlainMap;
}

type Change = (schedule: PlainMap, command: PlainMap) => PlainMap;

const changeJob = (schedule: PlainMap, name: string, change: (job: PlainMap) => PlainMap): PlainMap =>
  (Object.hasOwn(schedule, name) ? { ...schedule, [name]: change(plain(schedule[name])) } : schedule);

/** Adds a time to one of the lists that a scheduler reads. */
function withTime(job: PlainMap, list: string, time: Value, format: Value): PlainMap {
  const times = Array.isArray(job[list]) ? job[list] as readonly Value[] : [];
  return { ...job, [list]: [...times, { time, time_fmt: format }] };
}

const nameOf = (command: PlainMap): string => str(command['name'] ?? '');

const CHANGES: Readonly<Record<string, Change>> = {
  add: (schedule, command) => ({ ...schedule, ...plain(command['schedule']) }),
  modify: (schedule, command) => changeJob(schedule, nameOf(command), () => plain(command['schedule'])),
  delete: (schedule, command) => Object.fromEntries(Object.entries(schedule).filter(([name]) => name !== nameOf(command))),
  enable_job: (schedule, command) => changeJob(schedule, nameOf(command), (job) => ({ ...job, enabled: true })),
  disable_job: (schedule, command) => changeJob(schedule, nameOf(command), (job) => ({ ...job, enabled: false })),
  enable: (schedule) => ({ ...schedule, enabled: true }),
  disable: (schedule) => ({ ...schedule, enabled: false }),
  save_schedule: (schedule) => schedule,
  reload: (_schedule, command) => plain(plain(command['schedule'])['schedule']),
  postpone_job: (schedule, command) => changeJob(schedule, nameOf(command), (job) =>
    withTime(withTime(job, 'skip_explicit', command['time'] ?? null, command['time_fmt'] ?? null), 'run_explicit', command['new_time'] ?? null, command['time_fmt'] ?? null)),
  skip_job: (schedule, command) => changeJob(schedule, nameOf(command), (job) => withTime(job, 'skip_explicit', command['time'] ?? null, command['time_fmt'] ?? null)),
};

async function list(where: Value, ctx: Context): Promise<PlainMap> {
  if (where === 'pillar') return ofPillar(ctx);
  return where === 'opts' ? ofOptions(ctx) : { ...ofPillar(ctx), ...await ofOptions(ctx) };
}

async function manage(command: PlainMap, ctx: Context): Promise<PlainMap> {
  const func = str(command['func'] ?? '');
  if (func === 'list') return { schedule: await list(command['where'] ?? null, ctx) };
  if (func === 'job_status') return { data: plain((await list(null, ctx))[nameOf(command)]) };
  if (func === 'get_next_fire_time') return {};
  const change = Object.hasOwn(CHANGES, func) ? CHANGES[func] : undefined;
  if (change === undefined) throw new CommandExecutionError('No scheduler runs here');
  // The pillar is the master's: it cannot be changed from here.
  if (command['where'] === 'pillar') return { schedule: ofPillar(ctx) };
  const schedule = change(await ofOptions(ctx), command);
  if (func === 'save_schedule' || isTruthy(command['persist'] ?? true)) {
    await saveSchedule(schedule, ctx);
    ctx.memory.delete(UNSAVED);
  } else ctx.memory.set(UNSAVED, schedule);
  return { schedule };
}

/** The scheduler of this minion, or the data alone. */
export function scheduleOf(ctx: Context): SchedulePort {
  try {
    return ctx.port('schedule');
  } catch (err) {
    if (!(err instanceof CommandExecutionError)) throw err;
    return { manage: (command) => manage(command, ctx) };
  }
}
