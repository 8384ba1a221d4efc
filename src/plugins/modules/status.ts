/** How the machine is: load, memory, processors, disks, network, processes, users. */
import { loadavg } from 'node:os';
import type { Context } from '../../kernel/contract/context.js';
import { CommandExecutionError, FunctionMissingError, PythonError } from '../../kernel/contract/errors.js';
import { p } from '../../kernel/contract/params.js';
import { defineModule, fn } from '../../kernel/contract/plugin.js';
import { compileLinear, RegexRefusedError, RegexSyntaxError } from '../../kernel/std/linear-regex.js';
import { str } from '../../kernel/std/python-text.js';
import { floatOf, isMap, mapGet, type PlainMap, type Value } from '../../kernel/std/value.js';
import { formatDate } from './lookup/date-format.js';
import { diskUsage } from './status/disk-usage.js';
import { answersPing, isConnected, reconnectProxy } from './status/masters.js';
import {
  numberOrText, readCpuInfo, readCpuStats, readDiskStats, readInterfaces, readMemory, readNetStats, readProcesses, readUsers, readVmStats,
} from './status/proc-tables.js';

const UNSUPPORTED = 'This method is unsupported on the current operating system!';

/** A table of `/proc`; an empty mapping where the kernel does not have it. */
async function table(path: string, read: (text: string) => PlainMap, ctx: Context): Promise<Value> {
  if (ctx.grains['kernel'] !== 'Linux') return UNSUPPORTED;
  return read((await ctx.sys.readText(path)) ?? '');
}

const output = async (command: string, ctx: Context, options: PlainMap = {}): Promise<string> =>
  str(await ctx.call('cmd.run', [command], options));

function load(): PlainMap {
  const [one = 0, five = 0, fifteen = 0] = loadavg();
  return { '1-min': floatOf(one), '5-min': floatOf(five), '15-min': floatOf(fifteen) };
}

async function uptime(ctx: Context): Promise<PlainMap> {
  const text = await ctx.sys.readText('/proc/uptime');
  if (text === undefined) throw new CommandExecutionError('File /proc/uptime was not found.');
  const seconds = Math.floor(Number(text.split(' ')[0]));
  const bootMs = ctx.sys.now() - seconds * 1000;
  const days = Math.floor(seconds / 86_400);
  const rest = seconds % 86_400;
  const facts: PlainMap = {
    seconds, since_iso: isoTime(bootMs), since_t: Math.floor(bootMs / 1000), days, time: `${Math.floor(rest / 3600)}:${Math.floor(rest % 3600 / 60)}`,
  };
  // One line even without users: Salt counts so (observed).
  if ((await ctx.sys.which('who')) !== undefined) facts['users'] = (await output('who -s', ctx)).split('\n').length;
  return facts;
}

/** Python's `isoformat()`: six digits of a second, none when it is whole. */
function isoTime(ms: number): string {
  const [whole = '', fraction = ''] = new Date(ms).toISOString().slice(0, -1).split('.');
  return fraction === '000' ? whole : `${whole}.${fraction}000`;
}

async function users(ctx: Context): Promise<Value> {
  return ctx.grains['kernel'] === 'Linux' ? readUsers(await output('w -fh', ctx)) : UNSUPPORTED;
}

/** Ids of the processes whose line in the list of `ps` has the pattern, one a line; without ourselves. */
async function processIds(pattern: string, ctx: Context): Promise<string> {
  const fits = compile(pattern);
  const list = str(await ctx.call('cmd.run_stdout', [ctx.grains['ps'] ?? 'ps -efHww'], { python_shell: true }));
  const own = String(process.pid);
  return list.split('\n').filter((line) => !line.includes(own) && fits(line)).map((line) => line.trim().split(/\s+/)[1] ?? '').join('\n');
}

/** Patterns come from outside: they are read by an engine that cannot be stalled. */
function compile(pattern: string): (line: string) => boolean {
  try {
    const compiled = compileLinear(pattern);
    return (line) => compiled.exec(line, 'search') !== undefined;
  } catch (err) {
    if (err instanceof RegexSyntaxError || err instanceof RegexRefusedError) throw new PythonError('error', err.message, err);
    throw err;
  }
}

/** `status.<function>.custom: [names]` in the configuration picks values of other functions. */
async function custom(ctx: Context): Promise<PlainMap> {
  const picked: PlainMap = {};
  const configured = await ctx.call('config.dot_vals', ['status']) as PlainMap;
  for (const [key, names] of Object.entries(configured)) {
    const fun = key.split('.').slice(0, -1).join('.');
    if (fun === 'status.custom') continue;
    const values = await valuesOf(fun, ctx);
    for (const name of values === undefined || !Array.isArray(names) ? [] : (names as readonly Value[]).map(str)) {
      const value = mapGet(values as PlainMap, name);
      if (value === undefined) ctx.log.warn({}, `val ${name} not in return of ${fun}`);
      picked[name] = value ?? 'UNKNOWN';
    }
  }
  return picked;
}

async function valuesOf(fun: string, ctx: Context): Promise<PlainMap | undefined> {
  try {
    const values = await ctx.call(fun);
    return isMap(values) && !(values instanceof Map) ? values : {};
  } catch (err) {
    if (!(err instanceof FunctionMissingError)) throw err;
    ctx.log.warn({}, `custom status ${fun} isn't loaded`);
    return undefined;
  }
}

async function allStatus(ctx: Context): Promise<PlainMap> {
  return {
    cpuinfo: await table('/proc/cpuinfo', readCpuInfo, ctx), cpustats: await table('/proc/stat', readCpuStats, ctx),
    diskstats: await table('/proc/diskstats', readDiskStats, ctx), diskusage: await diskUsage([], ctx), loadavg: load(),
    meminfo: await table('/proc/meminfo', readMemory, ctx), netdev: await table('/proc/net/dev', readInterfaces, ctx),
    netstats: await table('/proc/net/netstat', readNetStats, ctx), uptime: await uptime(ctx), vmstats: await table('/proc/vmstat', readVmStats, ctx),
    w: await users(ctx),
  };
}

export default defineModule({
  name: 'status',
  doc: 'Figures about the running system.',
  functions: {
    all_status: fn({
      doc: "Gives all figures at once.\nsalt '*' status.all_status",
      run: (_args, ctx) => allStatus(ctx),
    }),
    cpuinfo: fn({
      doc: "Gives facts about the processor.\nsalt '*' status.cpuinfo",
      run: (_args, ctx) => table('/proc/cpuinfo', readCpuInfo, ctx),
    }),
    cpustats: fn({
      doc: "Gives the counters of the processors.\nsalt '*' status.cpustats",
      run: (_args, ctx) => table('/proc/stat', readCpuStats, ctx),
    }),
    custom: fn({
      doc: "Gives the figures that the configuration names.\nsalt '*' status.custom",
      run: (_args, ctx) => custom(ctx),
    }),
    diskstats: fn({
      doc: "Gives the counters of the disks.\nsalt '*' status.diskstats",
      run: (_args, ctx) => table('/proc/diskstats', readDiskStats, ctx),
    }),
    diskusage: fn({
      doc: "Gives space by path or type of file system.\nsalt '*' status.diskusage / ext?",
      params: { args: p.rest() },
      run: ({ args }, ctx) => diskUsage(args.map(str), ctx),
    }),
    loadavg: fn({
      doc: "Gives the load of one, five and fifteen minutes.\nsalt '*' status.loadavg",
      run: () => load(),
    }),
    master: fn({
      doc: "Says whether the minion is connected to a master, and fires an event when that is not what is expected.\nsalt '*' status.master",
      params: { master: p.string(null), connected: p.bool(true) },
      run: ({ master, connected }, ctx) => isConnected(master, connected, ctx),
    }),
    meminfo: fn({
      doc: "Gives the figures of the memory.\nsalt '*' status.meminfo",
      run: (_args, ctx) => table('/proc/meminfo', readMemory, ctx),
    }),
    netdev: fn({
      doc: "Gives the counters of the network interfaces.\nsalt '*' status.netdev",
      run: (_args, ctx) => table('/proc/net/dev', readInterfaces, ctx),
    }),
    netstats: fn({
      doc: "Gives the counters of the network protocols.\nsalt '*' status.netstats",
      run: (_args, ctx) => table('/proc/net/netstat', readNetStats, ctx),
    }),
    nproc: fn({
      doc: "Gives the number of processors.\nsalt '*' status.nproc",
      run: async (_args, ctx) => numberOrText((await output('nproc', ctx)).trim()),
    }),
    pid: fn({
      doc: "Gives the ids of the processes that fit a pattern.\nsalt '*' status.pid nginx",
      params: { sig: p.string() },
      run: ({ sig }, ctx) => processIds(sig, ctx),
    }),
    ping_master: fn({
      doc: "Says whether a master answers.\nsalt '*' status.ping_master localhost",
      params: { master: p.any() },
      run: ({ master }, ctx) => answersPing(master === null ? null : str(master), ctx),
    }),
    procs: fn({
      doc: "Gives the processes.\nsalt '*' status.procs",
      run: async (_args, ctx) => readProcesses(await output(str(ctx.grains['ps'] ?? 'ps -efHww'), ctx, { python_shell: true })),
    }),
    proxy_reconnect: fn({
      doc: "Starts a proxy anew that has lost its device.\nsalt '*' status.proxy_reconnect rest_sample",
      params: { proxy_name: p.string(), opts: p.any(null) },
      run: ({ proxy_name: name }, ctx) => reconnectProxy(name, ctx),
    }),
    time: fn({
      doc: "Gives the time of the machine.\nsalt '*' status.time '%s'",
      params: { format: p.string('%A, %d. %B %Y %I:%M%p') },
      run: ({ format }, ctx) => formatDate(new Date(ctx.sys.now()), format),
    }),
    uptime: fn({
      doc: "Gives how long the machine runs, since when, and how many users are there.\nsalt '*' status.uptime",
      run: (_args, ctx) => uptime(ctx),
    }),
    version: fn({
      doc: "Gives the version of the kernel.\nsalt '*' status.version",
      run: async (_args, ctx) => (ctx.grains['kernel'] === 'Linux' ? (await ctx.sys.readText('/proc/version'))?.trim() ?? {} : UNSUPPORTED),
    }),
    vmstats: fn({
      doc: "Gives the counters of virtual memory.\nsalt '*' status.vmstats",
      run: (_args, ctx) => table('/proc/vmstat', readVmStats, ctx),
    }),
    w: fn({
      doc: "Gives the users that are logged in.\nsalt '*' status.w",
      run: (_args, ctx) => users(ctx),
    }),
  },
});
