/**
 * One scheduled job as its author wrote it, read and checked once.
 *
 * Source: read, Salt 3008.3, `salt.utils.schedule`: names, forms and texts of errors.
 */
import { Cron } from 'croner';
import { readDate, readDateBy } from '../../kernel/std/date-text.js';
import { str } from '../../kernel/std/python-text.js';
import { DateTime, isList, isMap, isNumber, isPlainMap, isTruthy, mapEntries, mapGet, type PlainMap, type Value } from '../../kernel/std/value.js';

/** Times on the wall are milliseconds without zone (`kernel/std/date-text`). */
export type Timing =
  | { readonly kind: 'every'; readonly ms: number }
  | { readonly kind: 'cron'; readonly next: (afterWallMs: number) => number | undefined }
  /** Sorted. */
  | { readonly kind: 'at'; readonly walls: readonly number[] };

export interface Span {
  readonly start: number;
  readonly end: number;
}

export interface Entry {
  readonly name: string;
  readonly fun: string;
  readonly args: readonly Value[];
  readonly kwargs: PlainMap;
  readonly timing: Timing;
  /** Seconds. */
  readonly splay: Span | undefined;
  readonly isEnabled: boolean;
  readonly runOnStart: boolean;
  readonly maxRunning: number;
  /** False: may run any number of times at once (`jid_include: False`). */
  readonly isCounted: boolean;
  readonly isDryRun: boolean;
  readonly returners: readonly string[];
  readonly returnConfig: string | undefined;
  readonly returnKwargs: PlainMap | undefined;
  /** `return_job`: whether the master hears of it, and keeps it. */
  readonly returnJob: 'store' | 'tell' | 'keep quiet';
  readonly metadata: PlainMap | undefined;
  /** Runs only within, or only outside. */
  readonly range: (Span & { readonly isInverted: boolean }) | undefined;
  readonly skipDuring: Span | undefined;
  readonly skipAt: readonly number[];
  readonly runAt: readonly number[];
  readonly until: number | undefined;
  readonly after: number | undefined;
}

export interface EntryFacts {
  readonly nowWall: number;
  /** Named times (`whens`) of pillar and grains. */
  readonly whens: readonly (Value | undefined)[];
  /** Those of the whole schedule, for jobs without their own. */
  readonly splay?: Value;
  readonly skipDuringRange?: Value;
}

/** Why a job is left out, in words. */
export class EntryFault extends Error {}

const INTERVALS = { seconds: 1, minutes: 60, hours: 3600, days: 86_400 } as const;
const FIXED = ['when', 'cron', 'once'] as const;
/** `run_after_skip_range`. */
const JUST_AFTER_MS = 1000;
const TIME_FORMAT = '%Y-%m-%dT%H:%M:%S';

/** @throws EntryFault with the reason */
export function readEntry(key: string, value: Value, facts: EntryFacts): Entry {
  if (!isMap(value)) throw new EntryFault(`Scheduled job "${key}" should have a dict value, not ${str(value)}`);
  const data = Object.fromEntries(mapEntries(value).map(([name, item]) => [str(name), item]));
  const name = str(data['name'] ?? key);
  const fun = data['function'] ?? data['func'] ?? data['fun'];
  if (typeof fun !== 'string' || fun === '') throw new EntryFault(`Scheduled job "${name}" names no function`);
  const timing = readTiming(name, data, facts);
  const span = (field: string, what: string): Span | undefined => readSpan(data[field] ?? (field === 'skip_during_range' ? facts.skipDuringRange : undefined), name, what, facts.nowWall);
  const range = span('range', '');
  const skipDuring = span('skip_during_range', 'skip_during_range');
  const afterSkip = skipDuring !== undefined && isTruthy(data['run_after_skip_range'] ?? false) ? [skipDuring.end + JUST_AFTER_MS] : [];
  return {
    name, fun, timing,
    args: isList(data['args'] ?? null) ? data['args'] as readonly Value[] : [], kwargs: isPlainMap(data['kwargs'] ?? null) ? data['kwargs'] as PlainMap : {},
    splay: readSplay(data['splay'] ?? facts.splay), isEnabled: isTruthy(data['enabled'] ?? true),
    runOnStart: isTruthy(data['run_on_start'] ?? timing.kind === 'every'),
    maxRunning: isNumber(data['maxrunning'] ?? null) ? Number(data['maxrunning']) : 1, isCounted: isTruthy(data['jid_include'] ?? true), isDryRun: isTruthy(data['dry_run'] ?? false),
    returners: texts(data['returner']), returnConfig: typeof data['return_config'] === 'string' ? data['return_config'] : undefined,
    returnKwargs: isPlainMap(data['return_kwargs'] ?? null) ? data['return_kwargs'] as PlainMap : undefined,
    returnJob: data['return_job'] === 'nocache' ? 'tell' : isTruthy(data['return_job'] ?? true) ? 'store' : 'keep quiet',
    metadata: isPlainMap(data['metadata'] ?? null) ? data['metadata'] as PlainMap : undefined,
    range: range === undefined ? undefined : { ...range, isInverted: isMap(data['range'] ?? null) && isTruthy(mapGet(data['range'] as PlainMap, 'invert') ?? false) },
    skipDuring, skipAt: explicitTimes(data['skip_explicit']), runAt: [...explicitTimes(data['run_explicit']), ...afterSkip],
    until: readMoment(data['until'], name, facts.nowWall), after: readMoment(data['after'], name, facts.nowWall),
  };
}

function readTiming(name: string, data: PlainMap, facts: EntryFacts): Timing {
  const intervals = Object.keys(INTERVALS).filter((unit) => unit in data);
  const fixed = FIXED.filter((kind) => kind in data);
  if (fixed.length > 1) throw new EntryFault(`Unable to use "${FIXED.join('", "')}" options together. Ignoring.`);
  if (fixed.length > 0 && intervals.length > 0) throw new EntryFault(`Unable to use "${Object.keys(INTERVALS).join('", "')}" with "${FIXED.join('", "')}" options. Ignoring`);
  if (intervals.length > 0) return { kind: 'every', ms: readInterval(name, data) };
  const [kind] = fixed;
  if (kind === undefined) throw new EntryFault(`Scheduled job "${name}" says no time: give seconds, minutes, hours, days, when, once or cron`);
  switch (kind) {
    case 'when': return { kind: 'at', walls: readWhen(name, data['when'] ?? null, facts) };
    case 'once': return { kind: 'at', walls: [readOnce(name, data)] };
    case 'cron': return readCron(name, data['cron'] ?? null);
  }
}

function readInterval(name: string, data: PlainMap): number {
  let seconds = 0;
  for (const [unit, factor] of Object.entries(INTERVALS)) {
    const amount = Number(data[unit] ?? 0);
    if (!Number.isFinite(amount)) throw new EntryFault(`Scheduled job "${name}": ${unit} is no number: ${str(data[unit] ?? null)}`);
    seconds += Math.trunc(amount) * factor;
  }
  if (seconds <= 0) throw new EntryFault(`Scheduled job "${name}": its interval must be longer than nothing`);
  return seconds * 1000;
}

function readWhen(name: string, value: Value, { whens, nowWall }: EntryFacts): number[] {
  const walls = (isList(value) ? value : [value]).map((item) => {
    const named = whens.map((table) => (isMap(table ?? null) ? mapGet(table as PlainMap, item) : undefined)).find((found) => found !== undefined);
    const wall = readDate(str(named ?? item), nowWall);
    if (wall === undefined) throw new EntryFault(`Invalid date string ${str(item)}. Ignoring job ${name}.`);
    return wall;
  });
  return walls.sort((a, b) => a - b);
}

function readOnce(name: string, data: PlainMap): number {
  const [text, format] = [str(data['once'] ?? null), str(data['once_fmt'] ?? TIME_FORMAT)];
  const wall = data['once'] instanceof DateTime ? readDate(text, 0) : readDateBy(text, format);
  if (wall === undefined) throw new EntryFault(`Date string could not be parsed: ${text}, ${format}. Ignoring job ${name}.`);
  return wall;
}

function readCron(name: string, value: Value): Timing {
  try {
    // Times on the wall are taken for times of UTC, so that no hour of it is missing or there twice.
    const cron = new Cron(str(value), { paused: true, timezone: 'UTC' });
    return { kind: 'cron', next: (after) => cron.nextRun(new Date(after))?.getTime() };
  } catch {
    throw new EntryFault(`Invalid cron string. Ignoring job ${name}.`);
  }
}

function readSplay(value: Value | undefined): Span | undefined {
  if (isMap(value ?? null)) {
    const [start, end] = ['start', 'end'].map((key) => Number(mapGet(value as PlainMap, key) ?? Number.NaN)) as [number, number];
    if (!(end >= start)) throw new EntryFault('schedule.handle_func: Invalid Splay, end must be larger than start. Ignoring splay.');
    return { start, end };
  }
  const end = Number(value ?? 0);
  return end > 0 ? { start: 1, end } : undefined;
}

function readSpan(value: Value | undefined, name: string, what: string, nowWall: number): Span | undefined {
  if (value === undefined || value === null) return undefined;
  if (!isMap(value)) throw new EntryFault(`schedule.handle_func: Invalid, range must be specified as a dictionary. Ignoring job ${name}.`);
  const [start, end] = (['start', 'end'] as const).map((side) => {
    const wall = readDate(str(mapGet(value, side) ?? ''), nowWall);
    if (wall === undefined) throw new EntryFault(`Invalid date string for ${side}${what === '' ? '' : ` in ${what}`}. Ignoring job ${name}.`);
    return wall;
  }) as [number, number];
  if (end <= start) throw new EntryFault(`schedule.handle_func: Invalid range, end must be larger than start. Ignoring job ${name}.`);
  return { start, end };
}

function readMoment(value: Value | undefined, name: string, nowWall: number): number | undefined {
  if (value === undefined || value === null) return undefined;
  const wall = readDate(str(value), nowWall);
  if (wall === undefined) throw new EntryFault(`Invalid date string ${str(value)}. Ignoring job ${name}.`);
  return wall;
}

/** `[{time, time_fmt}]`; what is no time is left out. */
function explicitTimes(value: Value | undefined): number[] {
  const items = isList(value ?? null) ? value as readonly Value[] : [];
  return items.map((item) => (isMap(item) ? readDateBy(str(mapGet(item, 'time') ?? ''), str(mapGet(item, 'time_fmt') ?? TIME_FORMAT)) : undefined))
    .filter((wall) => wall !== undefined).sort((a, b) => a - b);
}

function texts(value: Value | undefined): string[] {
  if (typeof value === 'string') return value === '' ? [] : value.split(',').map((text) => text.trim());
  return isList(value ?? null) ? (value as readonly Value[]).map(str) : [];
}
