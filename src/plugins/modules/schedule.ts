/** The schedule of this minion: jobs that start at their times. */
import { dirname, join } from 'node:path';
import type { Context } from '../../kernel/contract/context.js';
import { p } from '../../kernel/contract/params.js';
import { defineModule, fn } from '../../kernel/contract/plugin.js';
import { str } from '../../kernel/std/python-text.js';
import { equalValues, isMap, isTruthy, mapEntries, type PlainMap, type Value } from '../../kernel/std/value.js';
import { dumpYaml } from '../../kernel/yaml/dump.js';
import { loadYaml } from '../../kernel/yaml/load.js';
import { BOTH_WHEN_AND_CRON, isTimeConflict, scheduleItem, SHOWN } from './schedule/item.js';
import { savedSchedule, saveSchedule, schedulePath, scheduleOf } from './schedule/store.js';

type Result = PlainMap & { result: boolean };

const CONFLICT = 'Error: Unable to use "seconds", "minutes", "hours", or "days" with "when"';
const HIDDEN: ReadonlySet<string> = new Set(['enabled', 'skip_function', 'skip_during_range']);

const plain = (value: Value | undefined): PlainMap => (value !== undefined && isMap(value) ? Object.fromEntries(mapEntries(value).map(([key, item]) => [str(key), item])) : {});
const own = (kwargs: PlainMap): PlainMap => Object.fromEntries(Object.entries(kwargs).filter(([key]) => !key.startsWith('__')));
const said = (kwargs: PlainMap, name: string): boolean => isTruthy(kwargs[name] ?? false);

async function manage(command: PlainMap, ctx: Context): Promise<PlainMap> {
  return plain((await scheduleOf(ctx).manage(command))['schedule']);
}

interface Listing {
  readonly where?: Value;
  readonly offline?: boolean;
  readonly showAll?: boolean;
  readonly showDisabled?: boolean;
}

const truth = (value: Value): Value => (value === 'true' ? true : value === 'false' ? false : value);

/** Jobs by name, each with what a listing shows of it. */
async function jobs({ where = null, offline = false, showAll = true, showDisabled = true }: Listing, ctx: Context): Promise<PlainMap> {
  const all = offline ? await savedSchedule(ctx) ?? {} : await manage({ func: 'list', where }, ctx);
  const shown: PlainMap = {};
  for (const [name, value] of Object.entries(all)) {
    if (HIDDEN.has(name) || !isMap(value)) shown[name] = value;
    else if (!name.startsWith('__') || showAll) {
      const job = { ...plain(value), enabled: truth(plain(value)['enabled'] ?? true) };
      if (showDisabled || isTruthy(job.enabled)) {
        shown[name] = Object.fromEntries(Object.entries(job).filter(([key, item]) => SHOWN.has(key) && key !== '_seconds' && item !== null).map(([key, item]) => [key, truth(item)]));
      }
    }
  }
  return shown;
}

async function list(args: { show_all: boolean; show_disabled: boolean; where: Value; return_yaml: boolean; offline: boolean }, ctx: Context): Promise<Value> {
  const shown = await jobs({ where: args.where, offline: args.offline, showAll: args.show_all, showDisabled: args.show_disabled }, ctx);
  if (!args.return_yaml) return shown;
  const saved = await savedSchedule(ctx) ?? {};
  const marked = Object.entries(shown).map(([name, job]) => [name, isMap(job) ? { ...plain(job), saved: Object.hasOwn(saved, name) } : job]);
  return dumpYaml({ schedule: Object.fromEntries(marked) as PlainMap }, { flowStyle: false });
}

/** Where a job comes from; undefined when there is none of that name. */
async function originOf(name: string, ctx: Context): Promise<'opts' | 'pillar' | undefined> {
  for (const where of ['opts', 'pillar'] as const) if (Object.hasOwn(await jobs({ where }, ctx), name)) return where;
  return undefined;
}

const origin = (where: 'opts' | 'pillar', kwargs: PlainMap): PlainMap => (where === 'pillar' ? { where, persist: false } : { persist: kwargs['persist'] ?? true });
const missing = (name: string): string => `Job ${name} does not exist.`;

async function add(name: string, kwargs: PlainMap, ctx: Context): Promise<Result> {
  const offline = said(kwargs, 'offline');
  const failed = (comment: string): Result => ({ comment, result: false, changes: {} });
  const current = await jobs({ offline }, ctx);
  if (Object.hasOwn(current, name)) return failed(`Job ${name} already exists in schedule.`);
  if (isTimeConflict(kwargs)) return failed(`${CONFLICT} or "cron" options.`);
  if ('when' in kwargs && 'cron' in kwargs) return failed(BOTH_WHEN_AND_CRON);
  const item = scheduleItem(name, kwargs);
  if (item['result'] === false) return item as Result;
  if (said(kwargs, 'test')) return { comment: `Job: ${name} would be added to schedule.`, result: true, changes: {} };
  if (offline) await saveSchedule({ ...current, [name]: item }, ctx);
  const after = offline ? { [name]: item } : await manage({ func: 'add', name, schedule: { [name]: item }, persist: kwargs['persist'] ?? true }, ctx);
  if (!Object.hasOwn(after, name)) return failed(`Failed to add job ${name} to schedule.`);
  return { comment: `Added job: ${name} to schedule.`, result: true, changes: { [name]: 'added' } };
}

async function modify(name: string, kwargs: PlainMap, ctx: Context): Promise<Result> {
  const offline = said(kwargs, 'offline');
  const answer = (comment: string, result: boolean, changes: PlainMap = {}): Result => ({ comment, changes, result });
  if (isTimeConflict(kwargs)) return answer(`${CONFLICT} option.`, false);
  if ('when' in kwargs && 'cron' in kwargs) return answer(BOTH_WHEN_AND_CRON, false);
  const current = await jobs({ offline }, ctx);
  if (!Object.hasOwn(current, name)) return answer(`Job ${name} does not exist in schedule.`, false);
  const before = plain(current[name]);
  const item = scheduleItem(name, { function: before['function'] ?? null, ...kwargs });
  if (item['result'] === false) return item as Result;
  if (equalValues(item, before)) return answer(`Job ${name} in correct state`, true);
  const changes = { [name]: { old: before, new: item } };
  if (said(kwargs, 'test')) return answer(`Job: ${name} would be modified in schedule.`, true, changes);
  if (offline) await saveSchedule({ ...current, [name]: { ...before, ...item } }, ctx);
  else await manage({ func: 'modify', name, schedule: item, ...origin(await originOf(name, ctx) ?? 'opts', kwargs) }, ctx);
  return answer(`Modified job: ${name} in schedule.`, true, changes);
}

async function remove(name: string, kwargs: PlainMap, ctx: Context): Promise<Result> {
  const failed = (comment: string): Result => ({ comment, result: false, changes: {} });
  const done: Result = { comment: `Deleted Job ${name} from schedule.`, result: true, changes: { [name]: 'removed' } };
  if (said(kwargs, 'test')) return { comment: `Job: ${name} would be deleted from schedule.`, result: true, changes: {} };
  if (said(kwargs, 'offline')) {
    const current = await jobs({ offline: true }, ctx);
    if (!Object.hasOwn(current, name)) return failed(missing(name));
    await saveSchedule(Object.fromEntries(Object.entries(current).filter(([key]) => key !== name)), ctx);
    return done;
  }
  const where = await originOf(name, ctx);
  if (where === undefined) return failed(missing(name));
  const after = await manage({ func: 'delete', name, ...origin(where, kwargs) }, ctx);
  return Object.hasOwn(after, name) ? failed(`Failed to delete job ${name} from schedule.`) : done;
}

async function purge(kwargs: PlainMap, ctx: Context): Promise<Result> {
  const comment: string[] = [];
  const changes: PlainMap = {};
  for (const name of Object.keys(await jobs({ offline: said(kwargs, 'offline') }, ctx))) {
    if (name === 'enabled' || name.startsWith('__')) continue;
    const { result } = said(kwargs, 'test') ? { result: undefined } : await remove(name, kwargs, ctx);
    if (result === true) changes[name] = 'removed';
    comment.push(result === undefined ? `Job: ${name} would be deleted from schedule.` : result ? `Deleted job: ${name} from schedule.` : `Failed to delete job ${name} from schedule.`);
  }
  return { comment, changes, result: true };
}

/** Turns one job on or off. */
async function switchJob(name: string, on: boolean, kwargs: PlainMap, ctx: Context): Promise<Result> {
  const [verb, done] = on ? ['enable', 'Enabled'] : ['disable', 'Disabled'];
  const isTest = on ? isTruthy(ctx.opts['test'] ?? false) : said(kwargs, 'test');
  if (isTest) return { comment: `Job: ${name} would be ${done.toLowerCase()} in schedule.`, result: true, changes: {} };
  const where = await originOf(name, ctx);
  if (where === undefined) return { comment: missing(name), result: false, changes: {} };
  const after = await manage({ func: `${verb}_job`, name, ...origin(where, kwargs) }, ctx);
  if (isTruthy(plain(after[name])['enabled'] ?? false) !== on) return { comment: `Failed to ${verb} job ${name} in schedule.`, result: false, changes: {} };
  return { comment: `${done} Job ${name} in schedule.`, result: true, changes: { [name]: done.toLowerCase() } };
}

/** Turns the whole schedule on or off. */
async function switchAll(on: boolean, kwargs: PlainMap, ctx: Context): Promise<Result> {
  const [verb, done] = on ? ['enable', 'Enabled'] : ['disable', 'Disabled'];
  if (said(kwargs, 'test')) return { comment: `Schedule would be ${done.toLowerCase()}.`, changes: {}, result: true };
  const after = await manage({ func: verb, persist: kwargs['persist'] ?? true }, ctx);
  if (after['enabled'] !== on) return { comment: `Failed to ${verb} schedule on minion.`, changes: {}, result: false };
  return { comment: `${done} schedule on minion.`, changes: { schedule: done.toLowerCase() }, result: true };
}

async function save(kwargs: PlainMap, ctx: Context): Promise<Result> {
  if (said(kwargs, 'test')) return { comment: 'Schedule would be saved.', result: true };
  await manage({ func: 'save_schedule' }, ctx);
  return { comment: 'Schedule (non-pillar items) saved.', result: true };
}

/** Only a scheduler can start a job at once. */
async function runJob(name: string, force: boolean, ctx: Context): Promise<Result> {
  const current = await jobs({}, ctx);
  if (!Object.hasOwn(current, name)) return { comment: missing(name), result: false };
  if (!isTruthy(plain(current[name])['enabled'] ?? true) && !force) return { comment: `Job ${name} is disabled.`, result: true };
  try {
    await scheduleOf(ctx).manage({ func: 'run_job', name });
    return { comment: `Scheduling Job ${name} on minion.`, result: true };
  } catch (err) {
    ctx.log.error({ err, name }, 'scheduled job not started');
    return { comment: `Failed to run job ${name} on minion.`, result: false };
  }
}

const isDate = (text: Value): boolean => typeof text === 'string' && /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}$/.test(text) && !Number.isNaN(Date.parse(text));

interface Timed {
  readonly func: 'postpone_job' | 'skip_job';
  readonly times: PlainMap;
  readonly planned: string;
  readonly done: string;
  readonly failed: string;
}

async function changeTime(name: string, { func, times, planned, done, failed }: Timed, kwargs: PlainMap, ctx: Context): Promise<Result> {
  if (name === '') return { comment: 'Job name is required.', result: false };
  if (!Object.values(times).every(isDate)) return { comment: 'Date string could not be parsed.', result: false };
  if (isTruthy(ctx.opts['test'] ?? false)) return { comment: planned, result: true };
  const where = await originOf(name, ctx);
  if (where === undefined) return { comment: missing(name), result: false };
  const after = await manage({ func, name, ...times, time_fmt: '%Y-%m-%dT%H:%M:%S', ...origin(where, kwargs) }, ctx);
  return isTruthy(plain(after[name])['enabled'] ?? Object.hasOwn(after, name)) ? { comment: done, result: true } : { comment: failed, result: false };
}

/** Gives the job to other minions. */
async function send(name: string, target: string, moves: boolean, kwargs: PlainMap, ctx: Context): Promise<Result> {
  if (said(kwargs, 'test')) return { comment: `Job: ${name} would be ${moves ? 'moved' : 'copied'} from schedule.`, result: true };
  const where = await originOf(name, ctx);
  if (where === undefined) return { comment: missing(name), result: false };
  const { args, kwargs: jobKwargs, ...job } = plain((await jobs({ where }, ctx))[name]);
  const words = Object.entries({ ...job, ...(args === undefined ? {} : { job_args: args }), ...(jobKwargs === undefined ? {} : { job_kwargs: jobKwargs }) });
  const answers = plain(await ctx.call('publish.publish', [target, 'schedule.add', [name, ...words.map(([key, value]) => `${key}=${str(value)}`)]]));
  const minions = Object.keys(answers);
  if (minions.length === 0) return { comment: 'no servers answered the published schedule.add command', result: true };
  const refusing = minions.filter((id) => !isTruthy(answers[id]));
  if (refusing.length > 0) return { comment: 'the following minions return False', minions: refusing, result: true };
  if (moves) await manage({ func: 'delete', name, ...origin(where, kwargs) }, ctx);
  return { comment: moves ? `Moved Job ${name} from schedule.` : `Copied Job ${name} from schedule to minion(s).`, minions, result: true };
}

async function reload(ctx: Context): Promise<Result> {
  const comment: string[] = [];
  if (Object.hasOwn(ctx.pillar, 'schedule')) {
    await ctx.port('refresh').pillar();
    comment.push('Reloaded schedule from pillar on minion.');
  }
  const text = await ctx.sys.readText(join(dirname(schedulePath(ctx)), 'schedule.conf'));
  if (text === undefined) return { comment, result: true };
  const schedule = plain(loadYaml(text));
  const isUsable = isTruthy(schedule['schedule'] ?? false);
  if (isUsable) await manage({ func: 'reload', schedule, persist: false }, ctx);
  comment.push(isUsable ? 'Reloaded schedule on minion from schedule.conf.' : 'Failed to reload schedule on minion.  Saved file is empty or invalid.');
  return { comment, result: isUsable };
}

const name = p.string();
const kwargs = p.keywords();
const current_time = p.any();

export default defineModule({
  name: 'schedule',
  doc: 'The schedule of this minion: jobs that start at their times.',
  functions: {
    list: fn({
      doc: "List the scheduled jobs.\n\nsalt '*' schedule.list show_all=True",
      params: { show_all: p.bool(false), show_disabled: p.bool(true), where: p.any(null, 'opts or pillar'), return_yaml: p.bool(true), offline: p.bool(false) }, run: (args, ctx) => list(args, ctx),
    }),
    is_enabled: fn({
      doc: "Say whether the schedule is on, or give a job.\n\nsalt '*' schedule.is_enabled name=job_name", params: { name: p.string(null) },
      run: async (args, ctx) => {
        const current = await jobs({ showAll: false }, ctx);
        return args.name === null || args.name === '' ? current['enabled'] ?? true : current[args.name] ?? {};
      },
    }),
    purge: fn({ doc: "Delete all jobs.\n\nsalt '*' schedule.purge", params: { kwargs }, run: (args, ctx) => purge(args.kwargs, ctx) }),
    delete: fn({ doc: "Delete a job.\n\nsalt '*' schedule.delete job1", params: { name, kwargs }, run: (args, ctx) => remove(args.name, args.kwargs, ctx) }),
    build_schedule_item: fn({ doc: "Give the description of a job.\n\nsalt '*' schedule.build_schedule_item job1 function='test.ping' seconds=3600", params: { name, kwargs }, run: (args) => scheduleItem(args.name, own(args.kwargs)) }),
    add: fn({ doc: "Add a job.\n\nsalt '*' schedule.add job1 function='test.ping' seconds=3600", params: { name, kwargs }, run: (args, ctx) => add(args.name, own(args.kwargs), ctx) }),
    modify: fn({ doc: "Change a job.\n\nsalt '*' schedule.modify job1 function='test.ping' seconds=3600", params: { name, kwargs }, run: (args, ctx) => modify(args.name, own(args.kwargs), ctx) }),
    run_job: fn({ doc: "Start a job now.\n\nsalt '*' schedule.run_job job1", params: { name, force: p.bool(false) }, run: (args, ctx) => runJob(args.name, args.force, ctx) }),
    enable_job: fn({ doc: "Turn a job on.\n\nsalt '*' schedule.enable_job job1", params: { name, kwargs }, run: (args, ctx) => switchJob(args.name, true, args.kwargs, ctx) }),
    disable_job: fn({ doc: "Turn a job off.\n\nsalt '*' schedule.disable_job job1", params: { name, kwargs }, run: (args, ctx) => switchJob(args.name, false, args.kwargs, ctx) }),
    save: fn({ doc: "Write the schedule to its file.\n\nsalt '*' schedule.save", params: { kwargs }, run: (args, ctx) => save(args.kwargs, ctx) }),
    enable: fn({ doc: "Turn the schedule on.\n\nsalt '*' schedule.enable", params: { kwargs }, run: (args, ctx) => switchAll(true, args.kwargs, ctx) }),
    disable: fn({ doc: "Turn the schedule off.\n\nsalt '*' schedule.disable", params: { kwargs }, run: (args, ctx) => switchAll(false, args.kwargs, ctx) }),
    reload: fn({ doc: "Read the schedule again from its file and the pillar.\n\nsalt '*' schedule.reload", run: (_, ctx) => reload(ctx) }),
    move: fn({ doc: "Move a job to other minions.\n\nsalt '*' schedule.move jobname target", params: { name, target: name, kwargs }, run: (args, ctx) => send(args.name, args.target, true, args.kwargs, ctx) }),
    copy: fn({ doc: "Copy a job to other minions.\n\nsalt '*' schedule.copy jobname target", params: { name, target: name, kwargs }, run: (args, ctx) => send(args.name, args.target, false, args.kwargs, ctx) }),
    postpone_job: fn({
      doc: "Start a job at a later time, once.\n\nsalt '*' schedule.postpone_job job 2026-01-01T10:00:00 2026-01-01T12:00:00", params: { name, current_time, new_time: p.any(), kwargs },
      run: (args, ctx) => changeTime(args.name, {
        func: 'postpone_job', times: { time: args.current_time, new_time: args.new_time }, planned: `Job: ${args.name} would be postponed in schedule.`, done: `Postponed Job ${args.name} in schedule.`,
        failed: `Failed to postpone job ${args.name} in schedule.`,
      }, args.kwargs, ctx),
    }),
    skip_job: fn({
      doc: "Leave a job out at a time.\n\nsalt '*' schedule.skip_job job 2026-01-01T10:00:00", params: { name, current_time, kwargs },
      run: (args, ctx) => changeTime(args.name, {
        func: 'skip_job', times: { time: args.current_time }, planned: `Job: ${args.name} would be skipped in schedule.`, done: `Added Skip Job ${args.name} in schedule.`, failed: `Failed to skip job ${args.name} in schedule.`,
      }, args.kwargs, ctx),
    }),
    show_next_fire_time: fn({
      doc: "Give when a job starts next.\n\nsalt '*' schedule.show_next_fire_time job_name", params: { name, kwargs },
      run: async (args, ctx) => {
        const found = (await scheduleOf(ctx).manage({ func: 'get_next_fire_time', name: args.name }))['next_fire_time'];
        return found === undefined ? { result: true, comment: 'next fire time not available.' } : { result: true, next_fire_time: found };
      },
    }),
    job_status: fn({
      doc: "Give what is known of a job.\n\nsalt '*' schedule.job_status job_name", params: { name, time_fmt: p.string('%Y-%m-%dT%H:%M:%S') },
      run: async (args, ctx) => plain((await scheduleOf(ctx).manage({ func: 'job_status', name: args.name, time_fmt: args.time_fmt }))['data']),
    }),
  },
});
