/** Processes of this machine, and what they use. */
import type { Context } from '../../kernel/contract/context.js';
import { InvocationError, PythonError } from '../../kernel/contract/errors.js';
import { p } from '../../kernel/contract/params.js';
import { defineModule, fn } from '../../kernel/contract/plugin.js';
import { sleep } from '../../kernel/std/async.js';
import { compileLinear, RegexRefusedError, RegexSyntaxError } from '../../kernel/std/linear-regex.js';
import { isOsError } from '../../kernel/std/os-error.js';
import { floatOf, type PlainMap, type Value } from '../../kernel/std/value.js';
import { formatDate } from './lookup/date-format.js';
import { needProgram, outputLines, word } from './lookup/programs.js';
import { cpuTimes as timesOfProcess, memoryInfo, processFacts } from './ps/attributes.js';
import { cpuCount, cpuPercent, cpuTimes, diskCounters, diskUsage, networkCounters, partitions, swapMemory, virtualMemory } from './ps/counters.js';
import { allProcesses, bootSeconds, commandLineIfAny, createdAt, isGone, processIds, processName, processUser, readStat, type ProcessStat } from './ps/proc.js';
import { loggedInUsers } from './ps/users.js';

const SECONDS_MAX = 3600;
const CPU_NAMES = ['user', 'system', 'children_user', 'children_system', 'iowait'];
const MEMORY_NAMES = ['rss', 'vms', 'shared', 'text', 'lib', 'data', 'dirty'];

/** Patterns come from outside: they are read by an engine that cannot be stalled. */
function searcher(pattern: string): (text: string) => boolean {
  try {
    const compiled = compileLinear(pattern);
    return (text) => compiled.exec(text, 'search') !== undefined;
  } catch (err) {
    if (err instanceof RegexSyntaxError || err instanceof RegexRefusedError) throw new PythonError('error', err.message, err);
    throw err;
  }
}

/** What a process that is just ending no longer tells. */
async function ifThere<T>(asked: Promise<T>): Promise<T | null> {
  try {
    return await asked;
  } catch (err) {
    if (isGone(err)) return null;
    throw err;
  }
}

const named = (names: readonly string[], values: readonly Value[]): PlainMap => Object.fromEntries(names.map((name, at) => [name, values[at] ?? 0]));
const used = (stat: ProcessStat): number => timesOfProcess(stat).slice(0, 2).reduce((sum, seconds) => sum + seconds, 0);

/** The processes that used most processor time during some seconds. */
async function top(count: number, seconds: number, ctx: Context): Promise<PlainMap[]> {
  const before = new Map((await allProcesses(ctx)).map((stat) => [stat.pid, used(stat)]));
  await sleep(Math.min(Math.max(seconds, 0), SECONDS_MAX) * 1000, ctx.signal);
  const now = (await allProcesses(ctx)).filter(({ pid }) => before.has(pid));
  const order = now.map((stat) => ({ stat, diff: used(stat) - (before.get(stat.pid) ?? 0) })).sort((a, b) => b.diff - a.diff);
  const rows: PlainMap[] = [];
  for (const { stat } of order) {
    const memory = await ifThere(memoryInfo(stat.pid, ctx));
    if (memory !== null) rows.push(await topRow(stat, memory, ctx));
    if (rows.length >= count) break;
  }
  return rows;
}

async function topRow(stat: ProcessStat, memory: readonly number[], ctx: Context): Promise<PlainMap> {
  const command = await commandLineIfAny(stat.pid, ctx);
  return {
    cmd: command.length > 0 ? command : await processName(stat, ctx), user: await ifThere(processUser(stat.pid, ctx)), status: stat.status, pid: stat.pid,
    create_time: floatOf(await createdAt(stat, ctx)), cpu: named(CPU_NAMES, timesOfProcess(stat).map(floatOf)), mem: named(MEMORY_NAMES, memory),
  };
}

interface Wanted {
  readonly user: string | null;
  readonly full: boolean;
  readonly fits: (text: string) => boolean;
}

async function find({ user, full, fits }: Wanted, ctx: Context): Promise<number[]> {
  const found: number[] = [];
  for (const stat of await allProcesses(ctx)) {
    const text = full ? (await commandLineIfAny(stat.pid, ctx)).join(' ') : await processName(stat, ctx);
    if (fits(text) && (user === null || user === await ifThere(processUser(stat.pid, ctx)))) found.push(stat.pid);
  }
  return found;
}

async function grep(pattern: string, wanted: { user: string | null; full: boolean; pattern_is_regex: boolean }, ctx: Context): Promise<Value> {
  const fits = wanted.pattern_is_regex ? searcher(pattern) : (text: string) => text.includes(pattern);
  const found = await find({ ...wanted, fits }, ctx);
  return found.length === 0 ? null : found;
}

/** False when there is no such process. */
function send(pid: number, signal: number): boolean {
  try {
    process.kill(pid, signal);
    return true;
  } catch (err) {
    if (isOsError(err, 'ESRCH')) return false;
    if (isOsError(err, 'EPERM')) throw new PythonError('psutil.AccessDenied', `(pid=${pid})`, err);
    throw err;
  }
}

async function kill(pid: number, signal: number, ctx: Context): Promise<boolean> {
  // To 0 and below the system would take it for a group of processes.
  if (pid <= 0) throw new PythonError('ValueError', `pid must be a positive integer (got ${pid})`);
  return (await readStat(pid, ctx)) === undefined ? false : send(pid, signal);
}

async function killMatching(pattern: string, wanted: { user: string | null; full: boolean; signal: number }, ctx: Context): Promise<Value> {
  if (pattern === '') throw new InvocationError('An empty pattern would fit every process');
  const killed = (await find({ ...wanted, fits: (text) => text.includes(pattern) }, ctx)).filter((pid) => send(pid, wanted.signal));
  return killed.length === 0 ? null : { killed };
}

async function bootTime(format: string | null, ctx: Context): Promise<Value> {
  const seconds = await bootSeconds(ctx);
  return format === null || format === '' ? seconds : formatDate(new Date(seconds * 1000), format);
}

async function withStatus(status: string, ctx: Context): Promise<PlainMap[]> {
  if (status === '') throw new InvocationError('Filter is required for ps.status');
  const found = (await allProcesses(ctx)).filter((stat) => stat.status === status);
  return Promise.all(found.map(async (stat) => ({ pid: stat.pid, name: await processName(stat, ctx) })));
}

/** Lines of a program's list that have a text in them. */
async function linesWith(argv: readonly string[], name: string, ctx: Context): Promise<Value> {
  await needProgram(ctx, argv[0] ?? '');
  return [name, (await outputLines(ctx, argv)).filter((line) => line.includes(name))];
}

/** Calls of this very function are left out. */
async function psAux(name: string, ctx: Context): Promise<Value> {
  const [fits, own] = [searcher(name), searcher('salt.+ps.psaux.+')];
  const found = (await outputLines(ctx, ['ps', 'aux'])).filter((line) => fits(line) && !own(line));
  return [name, found, `${found.length} occurrence(s).`];
}

const per_cpu = p.bool(false);
const all = p.bool(false, 'also file systems that are on no device');
const name = p.string();
const user = p.string(null);
const full = p.bool(false, 'the whole command line counts, not the name alone');

export default defineModule({
  name: 'ps',
  when: { kernel: ['Linux'] },
  doc: 'Processes of this machine, and what they use.',
  functions: {
    top: fn({
      doc: "List the processes that use the processor most.\n\nsalt '*' ps.top 5 10", params: { num_processes: p.int(5), interval: p.float(3) },
      run: (args, ctx) => top(args.num_processes, args.interval, ctx),
    }),
    get_pid_list: fn({ doc: "List the ids of all processes.\n\nsalt '*' ps.get_pid_list", run: (_, ctx) => processIds(ctx) }),
    proc_info: fn({
      doc: "Give what is known of a process, or some of it.\n\nsalt '*' ps.proc_info 2322 attrs='[\"pid\", \"name\"]'", params: { pid: p.int(), attrs: p.any(null) },
      run: ({ pid, attrs }, ctx) => processFacts(pid, attrs, ctx),
    }),
    kill_pid: fn({ doc: "Send a signal to a process.\n\nsalt '*' ps.kill_pid 2322 signal=9", params: { pid: p.int(), signal: p.int(15) }, run: ({ pid, signal }, ctx) => kill(pid, signal, ctx) }),
    pkill: fn({
      doc: "Send a signal to the processes with a text in their name.\n\nsalt '*' ps.pkill httpd signal=9", params: { pattern: p.string(), user, signal: p.int(15), full },
      run: ({ pattern, ...wanted }, ctx) => killMatching(pattern, wanted, ctx),
    }),
    pgrep: fn({
      doc: "List the ids of the processes with a text in their name.\n\nsalt '*' ps.pgrep httpd", params: { pattern: p.string(), user, full, pattern_is_regex: p.bool(false) },
      run: ({ pattern, ...wanted }, ctx) => grep(pattern, wanted, ctx),
    }),
    cpu_percent: fn({ doc: "Give how busy the processors are.\n\nsalt '*' ps.cpu_percent", params: { interval: p.float(0.1), per_cpu }, run: (args, ctx) => cpuPercent(args.interval, args.per_cpu, ctx) }),
    cpu_times: fn({ doc: "Give what the processors spent their time with, in seconds.\n\nsalt '*' ps.cpu_times", params: { per_cpu }, run: (args, ctx) => cpuTimes(args.per_cpu, ctx) }),
    virtual_memory: fn({ doc: "Give the use of memory, in bytes.\n\nsalt '*' ps.virtual_memory", run: (_, ctx) => virtualMemory(ctx) }),
    swap_memory: fn({ doc: "Give the use of swap space, in bytes.\n\nsalt '*' ps.swap_memory", run: (_, ctx) => swapMemory(ctx) }),
    disk_partitions: fn({ doc: "List what is mounted.\n\nsalt '*' ps.disk_partitions", params: { all }, run: (args, ctx) => partitions(args.all, ctx) }),
    disk_usage: fn({ doc: "Give the use of a file system, in bytes.\n\nsalt '*' ps.disk_usage /home", params: { path: p.string() }, run: ({ path }, ctx) => diskUsage(path, ctx) }),
    disk_partition_usage: fn({
      doc: "List what is mounted, with its use.\n\nsalt '*' ps.disk_partition_usage", params: { all },
      run: async (args, ctx) => Promise.all((await partitions(args.all, ctx)).map(async (one) => ({ ...one, ...await diskUsage(one.mountpoint, ctx) }))),
    }),
    total_physical_memory: fn({ doc: "Give the size of memory, in bytes.\n\nsalt '*' ps.total_physical_memory", run: async (_, ctx) => (await virtualMemory(ctx)).total }),
    num_cpus: fn({ doc: "Give the number of processors.\n\nsalt '*' ps.num_cpus", run: (_, ctx) => cpuCount(ctx) }),
    boot_time: fn({ doc: "Give when the machine was started, as number or in a format.\n\nsalt '*' ps.boot_time", params: { time_format: p.string(null) }, run: (args, ctx) => bootTime(args.time_format, ctx) }),
    network_io_counters: fn({ doc: "Give what went over the networks, or one interface.\n\nsalt '*' ps.network_io_counters interface=eth0", params: { interface: p.string(null) }, run: (args, ctx) => networkCounters(args.interface, ctx) }),
    disk_io_counters: fn({ doc: "Give what was read and written, of all disks or one device.\n\nsalt '*' ps.disk_io_counters device=sda1", params: { device: p.string(null) }, run: ({ device }, ctx) => diskCounters(device, ctx) }),
    get_users: fn({ doc: "List who is logged in.\n\nsalt '*' ps.get_users", run: (_, ctx) => loggedInUsers(ctx) }),
    lsof: fn({
      doc: "Give the open files of the programs whose names begin so.\n\nsalt '*' ps.lsof apache2", params: { name },
      run: async (args, ctx) => [args.name, await ctx.call('cmd.run', [['lsof', '-c', word(args.name, 'Name')]], { python_shell: false })],
    }),
    netstat: fn({ doc: "Give the lines of `netstat` that have a text in them.\n\nsalt '*' ps.netstat apache2", params: { name }, run: (args, ctx) => linesWith(['netstat', '-nap'], args.name, ctx) }),
    ss: fn({ doc: "Give the lines of `ss` that have a text in them.\n\nsalt '*' ps.ss apache2", params: { name }, run: (args, ctx) => linesWith(['ss', '-neap'], args.name, ctx) }),
    psaux: fn({ doc: "Give the lines of `ps aux` that fit a pattern.\n\nsalt '*' ps.psaux www-data.+apache2", params: { name }, run: (args, ctx) => psAux(args.name, ctx) }),
    status: fn({ doc: "List the processes in a state: running, sleeping, zombie and so on.\n\nsalt '*' ps.status sleeping", params: { status: p.string() }, run: ({ status }, ctx) => withStatus(status, ctx) }),
  },
});
