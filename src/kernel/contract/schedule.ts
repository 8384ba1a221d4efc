/**
 * A schedule as data: `{job: {function, seconds, ...}, enabled, splay, ...}`, and what each command of the module `schedule` changes in it.
 *
 * Source: read and observed, Salt 3008.3.
 */
import { dirname, join } from 'node:path';
import { str } from '../std/python-text.js';
import { isMap, mapEntries, type PlainMap, type Value } from '../std/value.js';

export const plainOf = (value: Value | undefined): PlainMap => (value !== undefined && isMap(value) ? Object.fromEntries(mapEntries(value).map(([key, item]) => [str(key), item])) : {});

/** The file in which changes are kept, among the files that the configuration includes. */
export function schedulePathOf(opts: Readonly<PlainMap>): string {
  const folder = str(opts['conf_dir'] ?? opts['config_dir'] ?? dirname(str(opts['conf_file'] ?? '/etc/salt/minion')));
  return join(folder, dirname(str(opts['default_include'] ?? 'minion.d/*.conf')), '_schedule.conf');
}

/** Facts that only a running scheduler has stay out of the file. */
export function withoutFacts(schedule: PlainMap): PlainMap {
  const kept = Object.entries(schedule).map(([name, job]): [string, Value] => [name, isMap(job) ? Object.fromEntries(Object.entries(plainOf(job)).filter(([key]) => !key.startsWith('_'))) : job]);
  return Object.fromEntries(kept);
}

type Change = (schedule: PlainMap, command: PlainMap) => PlainMap;

const changeJob = (schedule: PlainMap, name: string, change: (job: PlainMap) => PlainMap): PlainMap =>
  (Object.hasOwn(schedule, name) ? { ...schedule, [name]: change(plainOf(schedule[name])) } : schedule);

/** Adds a time to one of the lists that a scheduler reads. */
function withTime(job: PlainMap, list: string, time: Value, format: Value): PlainMap {
  const times = Array.isArray(job[list]) ? job[list] as readonly Value[] : [];
  return { ...job, [list]: [...times, { time, time_fmt: format }] };
}

export const nameOf = (command: PlainMap): string => str(command['name'] ?? '');

const CHANGES: Readonly<Record<string, Change>> = {
  add: (schedule, command) => ({ ...schedule, ...plainOf(command['schedule']) }),
  modify: (schedule, command) => changeJob(schedule, nameOf(command), () => plainOf(command['schedule'])),
  delete: (schedule, command) => Object.fromEntries(Object.entries(schedule).filter(([name]) => name !== nameOf(command))),
  enable_job: (schedule, command) => changeJob(schedule, nameOf(command), (job) => ({ ...job, enabled: true })),
  disable_job: (schedule, command) => changeJob(schedule, nameOf(command), (job) => ({ ...job, enabled: false })),
  enable: (schedule) => ({ ...schedule, enabled: true }),
  disable: (schedule) => ({ ...schedule, enabled: false }),
  save_schedule: (schedule) => schedule,
  reload: (_schedule, command) => plainOf(plainOf(command['schedule'])['schedule']),
  postpone_job: (schedule, command) => changeJob(schedule, nameOf(command), (job) =>
    withTime(withTime(job, 'skip_explicit', command['time'] ?? null, command['time_fmt'] ?? null), 'run_explicit', command['new_time'] ?? null, command['time_fmt'] ?? null)),
  skip_job: (schedule, command) => changeJob(schedule, nameOf(command), (job) => withTime(job, 'skip_explicit', command['time'] ?? null, command['time_fmt'] ?? null)),
};

export const changesSchedule = (func: string): boolean => Object.hasOwn(CHANGES, func);

/** The schedule after a command for which `changesSchedule` holds. */
export function changedSchedule(schedule: PlainMap, command: PlainMap): PlainMap {
  const func = str(command['func'] ?? '');
  const change = Object.hasOwn(CHANGES, func) ? CHANGES[func] : undefined;
  return change === undefined ? schedule : change(schedule, command);
}

/** What the minion tells on its own bus when a command is done. */
const ANSWERS: Readonly<Record<string, string>> = {
  list: 'list_complete', job_status: 'job_status_complete', get_next_fire_time: 'next_fire_time_complete',
  add: 'add_complete', modify: 'add_complete', delete: 'delete_complete', enable_job: 'enabled_job_complete', disable_job: 'disabled_job_complete',
  enable: 'enabled_complete', disable: 'disabled_complete', save_schedule: 'saved', postpone_job: 'postpone_job_complete', skip_job: 'skip_job_complete',
  reload: 'reload_complete', run_job: 'run_job_complete',
};

/** The tag of the answer to a command. */
export const scheduleAnswerTag = ({ func }: PlainMap): string => `/salt/minion/minion_schedule_${ANSWERS[str(func ?? '')] ?? 'complete'}`;
