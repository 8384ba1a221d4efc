/** What is known of one process, by the names of psutil. Source: observed, Salt 3008.3 with psutil 7.2; proc(5). */
import type { Context } from '../../../kernel/contract/context.js';
import { CommandExecutionError, PythonError } from '../../../kernel/contract/errors.js';
import { reprText, str } from '../../../kernel/std/python-text.js';
import { floatOf, isMap, mapFrom, mapKeys, typeName, type PlainMap, type Value } from '../../../kernel/std/value.js';
import { fields } from '../lookup/programs.js';
import { memoryMaps, memoryTotals } from './memory-maps.js';
import {
  CLOCK_TICKS, commandLine, createdAt, isForbidden, isGone, pageSize, processName, processUser, readProc, readStat, statNumber, statSeconds, type ProcessStat,
} from './proc.js';
import { openFiles, socketsOf } from './open-files.js';

type Reader = (stat: ProcessStat, ctx: Context) => Promise<Value>;

/** Numbers behind a name in `status`. */
async function statusNumbers(pid: number, name: string, ctx: Context): Promise<number[]> {
  const line = new RegExp(`^${name}:\\t(.*)$`, 'm').exec(await readProc(`${pid}/status`, ctx))?.[1] ?? '';
  return fields(line).map(Number);
}

/** Resident, all, shared, text, libraries, data, dirty; in bytes. */
export async function memoryInfo(pid: number, ctx: Context): Promise<number[]> {
  const size = await pageSize(ctx);
  const [all = 0, resident = 0, shared = 0, text = 0, libraries = 0, data = 0, dirty = 0] = fields(await readProc(`${pid}/statm`, ctx)).map(Number);
  return [resident, all, shared, text, libraries, data, dirty].map((pages) => pages * size);
}

/** Seconds: user, system, those of ended children, waiting for disks. */
export const cpuTimes = (stat: ProcessStat): number[] => [14, 15, 16, 17, 42].map((place) => statSeconds(stat, place));

/** `0-2,5` */
function readCpuList(text: string): number[] {
  return text.split(',').flatMap((range) => {
    const [first = 0, last = first] = range.split('-').map(Number);
    return Array.from({ length: last - first + 1 }, (_, at) => first + at);
  });
}

async function linkOf(stat: ProcessStat, name: string, ctx: Context): Promise<string> {
  try {
    return (await ctx.sys.fs.readlink(`/proc/${stat.pid}/${name}`)).replace(/\0.*$/s, '').replace(/ \(deleted\)$/, '');
  } catch (err) {
    if (!isGone(err)) throw err;
    // A kernel thread has none.
    if (stat.status === 'zombie') throw Object.assign(new Error('zombie'), { code: 'EACCES' });
    return '';
  }
}

/** Environment: what does not look like an assignment is left out, an empty piece ends it. */
function readEnvironment(text: string): Value {
  const pieces = text.split('\0').slice(0, -1);
  const end = pieces.indexOf('');
  return mapFrom(pieces.slice(0, end < 0 ? undefined : end).filter((piece) => piece.indexOf('=') > 0).map((piece) => {
    const at = piece.indexOf('=');
    return [piece.slice(0, at), piece.slice(at + 1)] as const;
  }));
}

async function terminal(stat: ProcessStat, ctx: Context): Promise<string | null> {
  const number = statNumber(stat, 7);
  if (number === 0) return null;
  const listed = async (folder: string, start: string): Promise<string[]> =>
    (await ctx.sys.fs.readdir(folder).catch(() => [] as string[])).filter((name) => name.startsWith(start)).map((name) => `${folder}/${name}`);
  for (const path of [...await listed('/dev', 'tty'), ...await listed('/dev/pts', '')]) {
    if ((await ctx.sys.fs.stat(path)).rdev === number) return path;
  }
  return null;
}

async function threads({ pid }: ProcessStat, ctx: Context): Promise<Value> {
  const ids = (await ctx.sys.fs.readdir(`/proc/${pid}/task`)).sort();
  const rows: Value[] = [];
  for (const id of ids) {
    const own = await readProc(`${pid}/task/${id}/stat`, ctx).catch(() => undefined);
    if (own === undefined) continue;
    const rest = fields(own.slice(own.lastIndexOf(')') + 1));
    const seconds = (place: number): Value => floatOf(Number(rest[place - 3]) / CLOCK_TICKS);
    rows.push([Number(id), seconds(14), seconds(15)]);
  }
  return rows;
}

const IO_CLASSES: Readonly<Record<string, number>> = { none: 0, realtime: 1, 'best-effort': 2, idle: 3 };

/** Only a program can ask for it; null without that program. */
async function ioPriority({ pid }: ProcessStat, ctx: Context): Promise<Value> {
  if ((await ctx.sys.which('ionice')) === undefined) return null;
  const { stdout } = await ctx.sys.run(['ionice', '-p', String(pid)], { signal: ctx.signal, env: { LC_ALL: 'C' } });
  const [, name = '', priority = '0'] = /^([a-z-]+)(?:: prio (\d+))?/.exec(Buffer.from(stdout).toString('utf8')) ?? [];
  return name in IO_CLASSES ? [IO_CLASSES[name] ?? 0, Number(priority)] : null;
}

async function ioCounters({ pid }: ProcessStat, ctx: Context): Promise<Value> {
  const counts = new Map((await readProc(`${pid}/io`, ctx)).split('\n').map((line) => line.split(': ')).map(([name = '', value = '0']) => [name, Number(value)]));
  return ['syscr', 'syscw', 'read_bytes', 'write_bytes', 'rchar', 'wchar'].map((name) => counts.get(name) ?? 0);
}

async function memoryPercent({ pid }: ProcessStat, ctx: Context): Promise<Value> {
  const total = Number(/^MemTotal:\s+(\d+)/m.exec(await readProc('meminfo', ctx))?.[1] ?? 0) * 1024;
  return floatOf((await memoryInfo(pid, ctx))[0] as number / total * 100);
}

const READERS: Readonly<Record<string, Reader>> = {
  cmdline: ({ pid }, ctx) => commandLine(pid, ctx),
  cpu_affinity: async ({ pid }, ctx) => readCpuList(/^Cpus_allowed_list:\t(.*)$/m.exec(await readProc(`${pid}/status`, ctx))?.[1] ?? ''),
  cpu_num: (stat) => Promise.resolve(statNumber(stat, 39)),
  // Between two looks of the same program; there is no earlier one here.
  cpu_percent: () => Promise.resolve(floatOf(0)),
  cpu_times: (stat) => Promise.resolve(cpuTimes(stat).map(floatOf)),
  create_time: async (stat, ctx) => floatOf(await createdAt(stat, ctx)),
  cwd: (stat, ctx) => linkOf(stat, 'cwd', ctx),
  environ: async ({ pid }, ctx) => readEnvironment(await readProc(`${pid}/environ`, ctx)),
  exe: (stat, ctx) => linkOf(stat, 'exe', ctx),
  gids: async ({ pid }, ctx) => (await statusNumbers(pid, 'Gid', ctx)).slice(0, 3),
  io_counters: ioCounters,
  ionice: ioPriority,
  memory_full_info: async ({ pid }, ctx) => [...await memoryInfo(pid, ctx), ...await memoryTotals(pid, ctx)],
  memory_info: ({ pid }, ctx) => memoryInfo(pid, ctx),
  memory_maps: ({ pid }, ctx) => memoryMaps(pid, ctx),
  memory_percent: memoryPercent,
  name: processName,
  net_connections: ({ pid }, ctx) => socketsOf(pid, ctx),
  nice: (stat) => Promise.resolve(statNumber(stat, 19)),
  num_ctx_switches: async ({ pid }, ctx) => [...await statusNumbers(pid, 'voluntary_ctxt_switches', ctx), ...await statusNumbers(pid, 'nonvoluntary_ctxt_switches', ctx)],
  num_fds: async ({ pid }, ctx) => (await ctx.sys.fs.readdir(`/proc/${pid}/fd`)).length,
  num_threads: (stat) => Promise.resolve(statNumber(stat, 20)),
  open_files: ({ pid }, ctx) => openFiles(pid, ctx),
  pid: ({ pid }) => Promise.resolve(pid),
  ppid: (stat) => Promise.resolve(statNumber(stat, 4)),
  status: ({ status }) => Promise.resolve(status),
  terminal,
  threads,
  uids: async ({ pid }, ctx) => (await statusNumbers(pid, 'Uid', ctx)).slice(0, 3),
  username: ({ pid }, ctx) => processUser(pid, ctx),
};

function readNames(attrs: Value): readonly string[] {
  if (attrs === null) return Object.keys(READERS);
  if (!Array.isArray(attrs)) throw new PythonError('TypeError', `invalid attrs type <class '${typeName(attrs)}'>`);
  const names = [...new Set(isMap(attrs) ? mapKeys(attrs).map(str) : (attrs as readonly Value[]).map(str))];
  const wrong = names.filter((name) => !Object.hasOwn(READERS, name));
  if (wrong.length > 0) throw new PythonError('ValueError', `invalid attr name${wrong.length > 1 ? 's' : ''} ${wrong.map(reprText).join(', ')}`);
  return names;
}

/** Facts by name; null for those that may not be read. */
export async function processFacts(pid: number, attrs: Value, ctx: Context): Promise<PlainMap> {
  const gone = new CommandExecutionError(`process PID not found (pid=${pid})`);
  if (pid < 0) throw new PythonError('ValueError', `pid must be a positive integer (got ${pid})`);
  const stat = await readStat(pid, ctx);
  if (stat === undefined) throw gone;
  const facts: PlainMap = {};
  for (const name of readNames(attrs)) {
    try {
      facts[name] = await READERS[name]?.(stat, ctx) ?? null;
    } catch (err) {
      if (isGone(err)) throw gone;
      if (!isForbidden(err)) throw err;
      facts[name] = null;
    }
  }
  return facts;
}
