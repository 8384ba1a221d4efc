/** Returns and pictures without what differs from run to run of one program. */
import { isPlainMap, type PlainMap } from '../../../src/kernel/std/value.js';
import { comparable } from '../states/comparable.js';
import type { Picture, Told } from './machines.js';

export interface Row {
  readonly result: boolean | null;
  readonly changes: PlainMap;
  readonly comment: string;
  readonly __run_num__: number;
}

/** Real Salt goes through sets here, whose order is that of a hash. */
const OF_SETS = /^file_\|.*\|-recurse$/;

export function rowsOf({ stdout, stderr }: Told): Record<string, Row> {
  const { local } = JSON.parse(stdout === '' ? '{}' : stdout) as { local?: unknown };
  if (!isPlainMap(local)) throw new Error(`no states: ${stdout.slice(0, 4000)}${stderr.slice(-4000)}`);
  return local as unknown as Record<string, Row>;
}

/** Temporary files and processes; of a traceback its last line without the class, whose place is Python's. */
const withoutNames = (text: string): string => text
  .replaceAll(/__salt\.tmp\.\w+/g, 'TEMPORARY').replaceAll(/("pid": |pid:\n +)\d+/g, '$1PID')
  .replace(/Traceback \(most recent call last\):[^]*\n[\w.]*(?:Error|Exception): /, 'TRACEBACK ');

export function comparableRow(tag: string, row: Row | undefined): unknown {
  if (row === undefined) return undefined;
  const text = withoutNames(JSON.stringify(comparable({ ...row, comment: undefined })));
  const rest = JSON.parse(text, (key, value: unknown) => (key === 'removed' && Array.isArray(value) ? value.map(String).toSorted() : value)) as object;
  const comment = comparable(withoutNames(row.comment)) as string;
  return { ...rest, comment: OF_SETS.test(tag) ? comment.split('\n').toSorted() : comment };
}

/** The tags in the order in which they ran. */
export const orderOf = (rows: Record<string, Row>): string[] => Object.entries(rows).toSorted(([, a], [, b]) => a.__run_num__ - b.__run_num__).map(([tag]) => tag);

export const changesOf = (rows: Record<string, Row>): string[] => orderOf(rows).filter((tag) => Object.keys(rows[tag]?.changes ?? {}).length > 0);

const BACKUPS = '/srv/minion/var/cache/salt/minion/file_backup/';
/** Times, caches, logs, locks and compiled files: what programs of the system write when they like. */
const LOOSE = /^\/var\/(?:log|cache)(?:\/|$)|\/__pycache__(?:\/|$)|\/\.git\/(?:index$|logs\/)|^\/var\/lib\/apt\/|^\/srv\/minion(?:\/|$)|^\/opt\/(?!made)|^\/etc\/tsalt-broad$/;

/** The second line of a table of cron names a temporary file and the time. */
const withoutTimes = (path: string, facts: string): string =>
  (path.startsWith('/var/spool/cron/') ? facts.replace(/^# \(\S+ installed on .*\)$/m, '# (INSTALLED)') : facts);

/** Backups count; the rest of what a minion keeps for itself does not. */
export function comparablePicture(picture: Picture): Picture {
  const kept = Object.entries(picture).filter(([path]) => path.startsWith(BACKUPS) || !LOOSE.test(path));
  return Object.fromEntries(kept.map(([path, facts]) => [path.startsWith(BACKUPS) ? path.replace(/_\w{3}_\w{3}_\d\d_[\d_:]+$/, '_TIME') : path, withoutTimes(path, facts)]));
}

/** Paths that are not the same in both. */
export const differing = (one: Picture, other: Picture): string[] =>
  [...new Set([...Object.keys(one), ...Object.keys(other)])].filter((path) => one[path] !== other[path]).toSorted();
