/** `file.retention_schedule`: of the files in a folder those stay that a schedule keeps. */
import type { Context } from '../../../../kernel/contract/context.js';
import { PythonError } from '../../../../kernel/contract/errors.js';
import { p } from '../../../../kernel/contract/params.js';
import { fn, type Fn } from '../../../../kernel/contract/plugin.js';
import { compareText } from '../../../../kernel/std/python-order.js';
import { reprText, str } from '../../../../kernel/std/python-text.js';
import { isList, isMap, isPlainMap, isTruthy, mapEntries, typeName, type PlainMap, type Value, type ValueMap } from '../../../../kernel/std/value.js';
import { joinPath } from '../../../../kernel/sys/file/paths.js';
import { isDirectory } from '../../../../kernel/sys/file/probe.js';
import { onPath, Refusal } from '../ground/answer.js';
import { momentReader, weekOf, type Moment } from '../ground/strptime.js';

/** Names of files below numbers: year, month, day, hour, second; or year, week, weekday, second. */
type Calendar = Map<number, Calendar | string>;

/** How deep each rule counts. Source: read, Salt 3008.3. */
const DEPTHS: Readonly<Record<string, number>> = { first_of_year: 1, first_of_month: 2, first_of_day: 3, first_of_hour: 4, most_recent: 5 };
const WEEK_DEPTH = 2;

function enter(calendar: Calendar, keys: readonly number[], name: string): void {
  const [key = 0, ...rest] = keys;
  if (rest.length === 0) {
    calendar.set(key, name);
    return;
  }
  const known = calendar.get(key);
  const below: Calendar = known instanceof Map ? known : new Map<number, Calendar | string>();
  calendar.set(key, below);
  enter(below, rest, name);
}

const ascending = (calendar: Calendar): number[] => [...calendar.keys()].sort((a, b) => a - b);

function first(entry: Calendar | string | undefined): string[] {
  if (!(entry instanceof Map)) return entry === undefined ? [] : [entry];
  return first(entry.get(ascending(entry)[0] ?? Number.NaN));
}

/** The first file of each of the latest `count` stretches of this depth. */
function latest(entry: Calendar | string | undefined, depth: number, count: number): Set<string> {
  if (depth <= 0 || !(entry instanceof Map)) return new Set(first(entry));
  const found = new Set<string>();
  for (const key of ascending(entry).reverse()) {
    if (found.size >= count) break;
    for (const name of latest(entry.get(key), depth - 1, count - found.size)) found.add(name);
  }
  return found;
}

async function changedAt(ctx: Context, path: string, zone: Value): Promise<Moment | undefined> {
  const facts = await ctx.call('file.lstat', [path]);
  if (!isPlainMap(facts) || !isTruthy(facts)) return undefined;
  if (zone !== null) throw new PythonError('TypeError', `tzinfo argument must be None or of a tzinfo subclass, not type '${typeName(zone)}'`);
  const epoch = Number(facts['st_mtime']);
  const date = new Date(epoch * 1000);
  return { year: date.getFullYear(), month: date.getMonth() + 1, day: date.getDate(), hour: date.getHours(), epoch };
}

interface Backups {
  readonly byDate: Calendar;
  readonly byWeek: Calendar;
  readonly relevant: Set<string>;
  readonly ignored: string[];
}

async function backupsIn(ctx: Context, folder: string, momentOf: (name: string) => Promise<Moment | undefined>): Promise<Backups> {
  const backups: Backups = { byDate: new Map<number, Calendar | string>(), byWeek: new Map<number, Calendar | string>(), relevant: new Set(), ignored: [] };
  const names = await ctx.call('file.readdir', [folder]);
  for (const name of isList(names) ? names.map(str) : []) {
    const moment = await momentOf(name);
    if (moment === undefined) {
      backups.ignored.push(name);
      continue;
    }
    const { year, month, day, hour, epoch } = moment;
    const { week, weekday } = weekOf(moment);
    enter(backups.byDate, [year, month, day, hour, epoch], name);
    enter(backups.byWeek, [year, week, weekday, epoch], name);
    backups.relevant.add(name);
  }
  return backups;
}

function keptBy({ byDate, byWeek }: Backups, retain: ValueMap): Set<string> {
  const kept = new Set<string>();
  for (const [rule, wanted] of mapEntries(retain)) {
    const count = wanted === 'all' ? Number.MAX_SAFE_INTEGER : Number.parseInt(str(wanted), 10);
    const word = str(rule);
    const depth = Object.hasOwn(DEPTHS, word) ? DEPTHS[word] : undefined;
    if (depth === undefined && word !== 'first_of_week') throw new PythonError('KeyError', reprText(word));
    // One more week than asked for: Salt's own way.
    const names = depth === undefined ? latest(byWeek, WEEK_DEPTH, count + 1) : latest(byDate, depth, count);
    for (const name of names) kept.add(name);
  }
  return kept;
}

const descending = (names: Iterable<string>): string[] => [...names].sort((a, b) => compareText(b, a));

async function retention(ctx: Context, folder: string, retain: Value, format: Value, zone: Value): Promise<PlainMap> {
  if (!await isDirectory(ctx.sys, folder)) throw new Refusal('Name provided to file.retention must be a directory');
  if (!isMap(retain)) throw new PythonError('AttributeError', `'${typeName(retain)}' object has no attribute 'items'`);
  const read = isTruthy(format) ? momentReader(str(format)) : undefined;
  const backups = await backupsIn(ctx, folder, async (name) => {
    if (read !== undefined) return read(name);
    return name === '.' || name === '..' ? undefined : changedAt(ctx, joinPath(folder, name), zone);
  });
  const kept = keptBy(backups, retain);
  const deleted = descending([...backups.relevant].filter((name) => !kept.has(name)));
  const changes: PlainMap = deleted.length === 0 ? {} : { retained: descending(kept), deleted, ignored: descending(backups.ignored) };
  if (!ctx.test) for (const name of deleted) await ctx.call('file.remove', [joinPath(folder, name)]);
  const verb = ctx.test ? 'would have been' : 'were';
  return {
    name: folder, changes, result: ctx.test && deleted.length > 0 ? null : true, comment: `${deleted.length} backups ${verb} removed from ${folder}.\n`,
  };
}

export const RETENTION: Readonly<Record<string, Fn>> = {
  retention_schedule: fn({
    doc: 'Remove the files of a folder that a schedule does not keep: `first_of_day: 7` keeps the first file of each of the last seven days that have one.',
    params: {
      name: p.string(), retain: p.any(), strptime_format: p.any(null, 'Read times from names; without it the time of the last change counts'),
      timezone: p.any(null),
    },
    run: ({ name, retain, strptime_format, timezone }, ctx) =>
      onPath(ctx, name, 'retention_schedule', (path) => retention(ctx, path, retain, strptime_format, timezone)),
  }),
};
