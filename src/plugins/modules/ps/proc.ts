/** Processes as `/proc` shows them. Source: read, proc(5); values observed with psutil 7.2. */
import type { Context } from '../../../kernel/contract/context.js';
import { isOsError } from '../../../kernel/std/os-error.js';
import { fields } from '../lookup/programs.js';

/** Ticks of the clock in a second, as the kernel counts for programs on every platform of today. */
export const CLOCK_TICKS = 100;
/** The kernel keeps so much of a name. */
const COMM_CHARS = 15;

const STATES: Readonly<Record<string, string>> = {
  R: 'running', S: 'sleeping', D: 'disk-sleep', T: 'stopped', t: 'tracing-stop', Z: 'zombie', X: 'dead', x: 'dead', K: 'wake-kill', W: 'waking', I: 'idle', P: 'parked',
};

export interface ProcessStat {
  readonly pid: number;
  readonly comm: string;
  readonly status: string;
  /** Everything behind the name: `rest[0]` is the state. */
  readonly rest: readonly string[];
}

export const isGone = (err: unknown): boolean => isOsError(err, 'ENOENT') || isOsError(err, 'ESRCH');
export const isForbidden = (err: unknown): boolean => isOsError(err, 'EACCES') || isOsError(err, 'EPERM');

export const readProc = (path: string, ctx: Context): Promise<string> => ctx.sys.fs.readFile(`/proc/${path}`, 'utf8');

export async function processIds(ctx: Context): Promise<number[]> {
  return (await ctx.sys.fs.readdir('/proc')).filter((name) => /^\d+$/.test(name)).map(Number).sort((a, b) => a - b);
}

/** Undefined when the process is gone. */
export async function readStat(pid: number, ctx: Context): Promise<ProcessStat | undefined> {
  try {
    const text = await readProc(`${pid}/stat`, ctx);
    const end = text.lastIndexOf(')');
    const rest = fields(text.slice(end + 1));
    return { pid, comm: text.slice(text.indexOf('(') + 1, end), status: STATES[rest[0] ?? ''] ?? '?', rest };
  } catch (err) {
    if (isGone(err)) return undefined;
    throw err;
  }
}

export async function allProcesses(ctx: Context): Promise<ProcessStat[]> {
  const found: ProcessStat[] = [];
  for (const pid of await processIds(ctx)) {
    const stat = await readStat(pid, ctx);
    if (stat !== undefined) found.push(stat);
  }
  return found;
}

/** A program that wrote over its arguments separates them by spaces. */
export async function commandLine(pid: number, ctx: Context): Promise<string[]> {
  const data = await readProc(`${pid}/cmdline`, ctx);
  if (data === '') return [];
  const separator = data.endsWith('\0') ? '\0' : ' ';
  const plain = data.endsWith(separator) ? data.slice(0, -1) : data;
  const words = plain.split(separator);
  return separator === '\0' && words.length === 1 && plain.includes(' ') ? plain.split(' ') : words;
}

/** The command line, or nothing when it may not be read or the process is gone. */
export async function commandLineIfAny(pid: number, ctx: Context): Promise<string[]> {
  try {
    return await commandLine(pid, ctx);
  } catch (err) {
    if (isGone(err) || isForbidden(err)) return [];
    throw err;
  }
}

/** A name that the kernel may have cut off is completed from the command line. */
export async function processName({ pid, comm }: ProcessStat, ctx: Context): Promise<string> {
  if (comm.length < COMM_CHARS) return comm;
  const program = (await commandLineIfAny(pid, ctx))[0]?.split('/').at(-1) ?? '';
  return program.startsWith(comm) ? program : comm;
}

/** Number in a place of `stat`, counted as proc(5) does. */
export const statNumber = ({ rest }: ProcessStat, place: number): number => Number(rest[place - 3] ?? 0);
export const statSeconds = (stat: ProcessStat, place: number): number => statNumber(stat, place) / CLOCK_TICKS;

export async function bootSeconds(ctx: Context): Promise<number> {
  return Number(/^btime (\d+)/m.exec(await readProc('stat', ctx))?.[1] ?? 0);
}

export const createdAt = async (stat: ProcessStat, ctx: Context): Promise<number> => statSeconds(stat, 22) + await bootSeconds(ctx);

/** Name of the real user, his number when he has none. */
export async function processUser(pid: number, ctx: Context): Promise<string> {
  const uid = Number(/^Uid:\t(\d+)/m.exec(await readProc(`${pid}/status`, ctx))?.[1] ?? 0);
  return (await ctx.sys.userById(uid))?.name ?? String(uid);
}

const AT_PAGESZ = 6n;
const pageSizes = new WeakMap<object, number>();

/** Bytes of a page, from what the kernel hands to every program. */
export async function pageSize(ctx: Context): Promise<number> {
  const known = pageSizes.get(ctx.sys);
  if (known !== undefined) return known;
  const table = await ctx.sys.fs.readFile('/proc/self/auxv');
  let size = 4096;
  for (let at = 0; at + 16 <= table.length; at += 16) if (table.readBigUInt64LE(at) === AT_PAGESZ) size = Number(table.readBigUInt64LE(at + 8));
  pageSizes.set(ctx.sys, size);
  return size;
}
