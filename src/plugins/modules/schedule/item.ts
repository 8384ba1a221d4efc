/** The description of a scheduled job. Source: read and observed, Salt 3008.3. */
import { PythonError } from '../../../kernel/contract/errors.js';
import { str } from '../../../kernel/std/python-text.js';
import { isMap, mapGet, type PlainMap, type Value } from '../../../kernel/std/value.js';

const INTERVALS = ['seconds', 'minutes', 'hours', 'days'];
const FURTHER = ['range', 'when', 'once', 'once_fmt', 'cron', 'returner', 'after', 'return_config', 'return_kwargs', 'until', 'run_on_start', 'skip_during_range'];
/** What a listing shows of a job. */
export const SHOWN: ReadonlySet<string> = new Set([
  'name', 'maxrunning', 'function', 'splay', 'range', 'when', 'once', 'once_fmt', 'returner', 'jid_include', 'args', 'kwargs', '_seconds', ...INTERVALS, 'enabled', 'return_job', 'metadata',
  'cron', 'until', 'after', 'return_config', 'return_kwargs', 'run_on_start', 'skip_during_range', 'run_after_skip_range',
]);
export const BOTH_WHEN_AND_CRON = 'Unable to use "when" and "cron" options together.  Ignoring.';

const has = (given: PlainMap, name: string): boolean => Object.hasOwn(given, name);

/** An interval together with fixed times. */
export const isTimeConflict = (given: PlainMap): boolean => INTERVALS.some((name) => has(given, name)) && (has(given, 'when') || has(given, 'cron'));

const refused = (comment: string): PlainMap => ({ comment, result: false });

/** Numbers, or names of days and months: what could be a time at all. */
const looksLikeTime = (text: string): boolean => /\d|^\s*(?:mon|tue|wed|thu|fri|sat|sun|jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec|today|now)/i.test(text);

function problemOf(given: PlainMap): string | undefined {
  if (isTimeConflict(given)) return 'Unable to use "seconds", "minutes", "hours", or "days" with "when" or "cron" options.';
  if (has(given, 'when') && has(given, 'cron')) return BOTH_WHEN_AND_CRON;
  if (has(given, 'job_args') && !Array.isArray(given['job_args'])) return 'job_args is not a list. please correct and try again.';
  if (has(given, 'job_kwargs') && !isMap(given['job_kwargs'])) return 'job_kwargs is not a dict. please correct and try again.';
  const times = has(given, 'when') ? [given['when'] ?? null].flat() as Value[] : [];
  const wrong = times.find((time) => !looksLikeTime(str(time)));
  return wrong === undefined ? undefined : `Schedule item ${str(wrong)} for "when" in invalid.`;
}

/** The job, or `{comment, result: False}`. */
export function scheduleItem(name: string, given: PlainMap): PlainMap {
  if (name === '') return refused('Job name is required.');
  if (!has(given, 'function')) throw new PythonError('KeyError', "'function'");
  const problem = problemOf(given);
  if (problem !== undefined) return refused(problem);
  const item: PlainMap = { function: given['function'] ?? null };
  const take = (from: string, to = from): void => { if (has(given, from)) item[to] = given[from] ?? null; };
  for (const interval of INTERVALS) take(interval);
  for (const key of ['return_job', 'metadata']) take(key);
  take('job_args', 'args');
  take('job_kwargs', 'kwargs');
  Object.assign(item, { maxrunning: given['maxrunning'] ?? 1, name: given['name'] ?? name, enabled: given['enabled'] ?? true, jid_include: given['jid_include'] ?? true });
  const splay = given['splay'];
  if (splay !== undefined) item['splay'] = isMap(splay) ? { start: mapGet(splay, 'start') ?? null, end: mapGet(splay, 'end') ?? null } : splay;
  for (const key of FURTHER) take(key);
  return item;
}
