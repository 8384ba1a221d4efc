/** Copies that the minion keeps of files before it changes them: `cachedir/file_backup/<folder>/<name>_<time>`. */
import type { Context } from '../../../../kernel/contract/context.js';
import { PythonError } from '../../../../kernel/contract/errors.js';
import type { Sys } from '../../../../kernel/contract/sys.js';
import { str } from '../../../../kernel/std/python-text.js';
import { mapFrom, type PlainMap, type Value, type ValueMap } from '../../../../kernel/std/value.js';
import { copyContent, makeFolders } from '../../../../kernel/sys/file/copying.js';
import { pourInto } from '../../../../kernel/sys/file/content.js';
import { upTo } from '../ground/lists.js';
import { errorText, isSystemError } from '../../../../kernel/sys/file/os-error.js';
import { joinPath, splitPath } from '../../../../kernel/sys/file/paths.js';
import { expandUser, isDirectory, isRegularFile } from '../../../../kernel/sys/file/probe.js';
import { readInteger } from '../look/read.js';

const DAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const PERMISSION_BITS = 0o7777;
const two = (value: number): string => String(value).padStart(2, '0');

/** Folder of the backups of a path that lies in this folder. */
function backupFolder(ctx: Context, folder: string): string {
  return joinPath(backupRoot(ctx), folder.slice(1));
}

export function backupRoot(ctx: Context): string {
  return joinPath(str(ctx.opts['cachedir'] ?? ''), 'file_backup');
}

/** Keeps a copy of a file with its owner and mode; until it has them nobody else can read it. */
export async function backUp(sys: Sys, path: string, root: string): Promise<void> {
  const [folder, name] = splitPath(path);
  const stat = await sys.fs.stat(path);
  const place = joinPath(root, folder.slice(1));
  await makeFolders(sys, place);
  const copy = joinPath(place, `${name}_${stampNow(sys)}`);
  const handle = await sys.fs.open(copy, 'wx', 0o600);
  try {
    await pourInto(sys, path, handle);
    if (stat.uid !== process.getuid?.() || stat.gid !== process.getgid?.()) await handle.chown(stat.uid, stat.gid);
    await handle.chmod(stat.mode & PERMISSION_BITS);
  } finally {
    await handle.close();
  }
}

/** `Mon_Jan_05_03:04:05_000006_2026`. The microseconds below the clock's milliseconds only tell copies apart. */
function stampNow(sys: Sys): string {
  const now = new Date(sys.now());
  const below = Number((process.hrtime.bigint() / 1000n) % 1000n);
  const micros = String(now.getMilliseconds() * 1000 + below).padStart(6, '0');
  const day = `${DAYS[now.getDay()] ?? ''}_${MONTHS[now.getMonth()] ?? ''}_${two(now.getDate())}`;
  return `${day}_${two(now.getHours())}:${two(now.getMinutes())}:${two(now.getSeconds())}_${micros}_${now.getFullYear()}`;
}

interface Backup {
  /** Sorts in time. */
  readonly key: string;
  readonly time: string;
  readonly size: number;
  readonly path: string;
}

const STAMP = /^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)_([A-Z][a-z]{2})_(\d{1,2})_(\d{1,2}):(\d{1,2}):(\d{1,2})_(\d{1,6})_(\d{4})$/i;

/** What stands behind a name in the time stamp, or undefined when it is none. */
function readStamp(text: string): Pick<Backup, 'key' | 'time'> | undefined {
  const [, month = '', day = '', hour = '', minute = '', second = '', micros = '', year = ''] = STAMP.exec(text) ?? [];
  const at = MONTHS.findIndex((name) => name.toLowerCase() === month.toLowerCase());
  const date = new Date(Number(year), at, Number(day), Number(hour), Number(minute), Number(second));
  if (at < 0 || date.getDate() !== Number(day) || date.getMonth() !== at || date.getSeconds() !== Number(second)) return undefined;
  const clock = `${two(Number(hour))}:${two(Number(minute))}:${two(Number(second))}.${micros.padEnd(6, '0')}`;
  return {
    key: `${year}${two(at)}${two(Number(day))}${clock}`,
    time: `${DAYS[date.getDay()] ?? ''} ${MONTHS[at] ?? ''} ${two(Number(day))} ${year} ${clock}`,
  };
}

/** Backups whose name is this and a stamp, latest first. */
async function backupsNamed(sys: Sys, folder: string, names: readonly string[], name: string): Promise<Backup[]> {
  const found = new Map<string, Backup>();
  for (const entry of names) {
    const stamp = entry.startsWith(`${name}_`) ? readStamp(entry.slice(name.length + 1)) : undefined;
    if (stamp === undefined) continue;
    const path = joinPath(folder, entry);
    found.set(stamp.key, { ...stamp, size: Number((await sys.fs.stat(path)).size), path });
  }
  return [...found.values()].sort((a, b) => (a.key < b.key ? 1 : -1));
}

function numbered(backups: readonly Backup[]): ValueMap {
  return mapFrom(backups.map(({ time, size, path }, at) => [at, { 'Backup Time': time, Size: size, Location: path }]));
}

function readLimit(ctx: Context, limit: Value): number | null {
  if (limit === null) return null;
  try {
    return readInteger(limit);
  } catch (error) {
    if (!(error instanceof PythonError)) throw error;
    ctx.log.error({ err: error }, "file.list_backups: 'limit' value must be numeric");
    return null;
  }
}

async function backupsOf(ctx: Context, path: string): Promise<Backup[]> {
  const [parent, name] = splitPath(path);
  const folder = backupFolder(ctx, parent);
  if (!(await isDirectory(ctx.sys, folder))) return [];
  const files: string[] = [];
  for (const entry of await ctx.sys.fs.readdir(folder)) {
    if (await isRegularFile(ctx.sys, joinPath(folder, entry))) files.push(entry);
  }
  return backupsNamed(ctx.sys, folder, files, name);
}

/** `file.list_backups`: `{0: {Backup Time, Size, Location}}`, the latest first. */
export async function listBackups(ctx: Context, given: string, limit: Value): Promise<ValueMap> {
  const path = await expandUser(ctx.sys, given);
  return numbered(upTo(await backupsOf(ctx, path), readLimit(ctx, limit)));
}

/** `file.list_backups_dir`: the same for each name in a folder. Salt takes a name to end at its first underscore. */
export async function listFolderBackups(ctx: Context, given: string, limit: Value): Promise<ValueMap> {
  const [parent] = splitPath(await expandUser(ctx.sys, given));
  const folder = backupFolder(ctx, parent);
  if (!(await isDirectory(ctx.sys, folder))) return {};
  const entries = (await ctx.sys.fs.readdir(folder)).sort();
  const names = [...new Set(entries.map((entry) => entry.split('_')[0] ?? ''))];
  const rows: [Value, Value][] = [];
  for (const name of names) {
    rows.push([name, numbered(upTo(await backupsNamed(ctx.sys, folder, entries, name), readLimit(ctx, limit)))]);
  }
  return mapFrom(rows);
}

/** The backup of a number, or the answer that says why there is none. */
async function chosen(ctx: Context, path: string, id: Value): Promise<Backup | PlainMap> {
  const invalid = { result: false, comment: `Invalid backup_id '${str(id)}'` };
  if (!/^-?\d+$/.test(str(id)) || String(Number(str(id))).length !== str(id).length) return invalid;
  const backup = (await backupsOf(ctx, path))[Number(str(id))];
  return backup ?? { result: false, comment: `backup_id '${str(id)}' does not exist for ${path}` };
}

const isBackup = (choice: Backup | PlainMap): choice is Backup => 'key' in choice;

/** `file.restore_backup`: what is there now becomes a backup itself. */
export async function restoreBackup(ctx: Context, given: string, id: Value): Promise<PlainMap> {
  const path = await expandUser(ctx.sys, given);
  const choice = await chosen(ctx, path, id);
  if (!isBackup(choice)) return choice;
  await backUp(ctx.sys, path, backupRoot(ctx));
  try {
    await copyContent(ctx.sys, choice.path, path);
  } catch (error) {
    if (!isSystemError(error)) throw error;
    return { result: false, comment: `Unable to restore ${choice.path} to ${path}: ${errorText(error)}` };
  }
  return { result: true, comment: `Successfully restored ${choice.path} to ${path}` };
}

/** `file.delete_backup`. */
export async function deleteBackup(ctx: Context, given: string, id: Value): Promise<PlainMap> {
  const path = await expandUser(ctx.sys, given);
  const choice = await chosen(ctx, path, id);
  if (!isBackup(choice)) return choice;
  try {
    await ctx.sys.fs.unlink(choice.path);
  } catch (error) {
    if (!isSystemError(error)) throw error;
    return { result: false, comment: `Unable to remove ${choice.path}: ${errorText(error)}` };
  }
  return { result: true, comment: `Successfully removed ${choice.path}` };
}
