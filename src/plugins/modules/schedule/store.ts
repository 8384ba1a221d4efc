/**
 * The schedule as data, where no scheduler runs: the file `_schedule.conf` once there is one, else the configuration; changes that
 * are not to be kept live as long as the program. Source: read and observed, Salt 3008.3 (format of the file, names of commands).
 */
import { dirname } from 'node:path';
import type { Context } from '../../../kernel/contract/context.js';
import { CommandExecutionError } from '../../../kernel/contract/errors.js';
import type { SchedulePort } from '../../../kernel/contract/ports.js';
import { changedSchedule, changesSchedule, nameOf, plainOf as plain, schedulePathOf, withoutFacts } from '../../../kernel/contract/schedule.js';
import { str } from '../../../kernel/std/python-text.js';
import { isTruthy, type PlainMap, type Value } from '../../../kernel/std/value.js';
import { dumpYaml } from '../../../kernel/yaml/dump.js';
import { loadYaml } from '../../../kernel/yaml/load.js';

/** Where the memory of this module has changes that are not kept in the file. */
const UNSAVED = 'schedule.unsaved';

export const schedulePath = (ctx: Context): string => schedulePathOf(ctx.opts);

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
  await ctx.sys.fs.mkdir(dirname(path), { recursive: true });
  await ctx.sys.writeFile(path, dumpYaml({ schedule: withoutFacts(schedule) }));
}

const ofPillar = (ctx: Context): PlainMap => plain(ctx.pillar['schedule']);
async function ofOptions(ctx: Context): Promise<PlainMap> {
  const unsaved = ctx.memory.get(UNSAVED);
  return unsaved === undefined ? await savedSchedule(ctx) ?? plain(ctx.opts['schedule']) : unsaved as PlainMap;
}

async function list(where: Value, ctx: Context): Promise<PlainMap> {
  if (where === 'pillar') return ofPillar(ctx);
  return where === 'opts' ? ofOptions(ctx) : { ...ofPillar(ctx), ...await ofOptions(ctx) };
}

async function manage(command: PlainMap, ctx: Context): Promise<PlainMap> {
  const func = str(command['func'] ?? '');
  if (func === 'list') return { schedule: await list(command['where'] ?? null, ctx) };
  if (func === 'job_status') return { data: plain((await list(null, ctx))[nameOf(command)]) };
  if (func === 'get_next_fire_time') return {};
  if (!changesSchedule(func)) throw new CommandExecutionError('No scheduler runs here');
  // The pillar is the master's: it cannot be changed from here.
  if (command['where'] === 'pillar') return { schedule: ofPillar(ctx) };
  const schedule = changedSchedule(await ofOptions(ctx), command);
  if (func === 'save_schedule' || isTruthy(command['persist'] ?? true)) {
    await saveSchedule(schedule, ctx);
    ctx.memory.delete(UNSAVED);
  } else ctx.memory.set(UNSAVED, schedule);
  return { schedule };
}

/** The scheduler of this minion, or the data alone. */
export function scheduleOf(ctx: Context): { manage(command: PlainMap): Promise<PlainMap> } {
  const scheduler = portOf(ctx);
  return { manage: async (command) => await scheduler?.manage(command) ?? manage(command, ctx) };
}

function portOf(ctx: Context): SchedulePort | undefined {
  try {
    return ctx.port('schedule');
  } catch (err) {
    if (!(err instanceof CommandExecutionError)) throw err;
    return undefined;
  }
}
