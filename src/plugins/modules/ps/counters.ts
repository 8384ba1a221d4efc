/** Processors, memory, disks and networks of the whole machine, by psutil's names. Source: observed, psutil 7.2; proc(5). */
import type { Context } from '../../../kernel/contract/context.js';
import { PythonError } from '../../../kernel/contract/errors.js';
import { sleep } from '../../../kernel/std/async.js';
import { isOsError, osErrorClass, osErrorText } from '../../../kernel/std/os-error.js';
import { roundFloat } from '../../../kernel/std/python-number.js';
import { floatOf, type PlainMap, type Value } from '../../../kernel/std/value.js';
import { fields } from '../lookup/programs.js';
import { CLOCK_TICKS, readProc } from './proc.js';

const CPU_FIELDS = ['user', 'nice', 'system', 'idle', 'iowait', 'irq', 'softirq', 'steal', 'guest', 'guest_nice'];
const SECTOR_BYTES = 512;
const PAGE_IN_SWAP_BYTES = 4096;
const SECONDS_MAX = 600;

const oneDigit = (value: number): Value => floatOf(roundFloat(value, 1));

/** Ticks of all processors together first, then of each. */
async function cpuTicks(ctx: Context): Promise<number[][]> {
  const lines = (await readProc('stat', ctx)).split('\n').filter((line) => /^cpu\d*\s/.test(line));
  return lines.map((line) => fields(line).slice(1, CPU_FIELDS.length + 1).map(Number));
}

const timesOf = (ticks: readonly number[]): PlainMap => Object.fromEntries(ticks.map((tick, at) => [CPU_FIELDS[at] ?? '', floatOf(tick / CLOCK_TICKS)]));

export async function cpuTimes(each: boolean, ctx: Context): Promise<Value> {
  const [all = [], ...ones] = await cpuTicks(ctx);
  return each ? ones.map(timesOf) : timesOf(all);
}

/** Guests are counted among users already; waiting for a disk is idle. */
function busyPercent(before: readonly number[], after: readonly number[]): Value {
  const [user = 0, nice = 0, system = 0, idle = 0, wait = 0, irq = 0, soft = 0, steal = 0] = after.map((tick, at) => Math.max(0, tick - (before[at] ?? 0)));
  const busy = user + nice + system + irq + soft + steal;
  const total = busy + idle + wait;
  return total === 0 ? floatOf(0) : oneDigit(busy / total * 100);
}

export async function cpuPercent(seconds: number, each: boolean, ctx: Context): Promise<Value> {
  const before = await cpuTicks(ctx);
  await sleep(Math.min(Math.max(seconds, 0), SECONDS_MAX) * 1000, ctx.signal);
  const percents = (await cpuTicks(ctx)).map((after, at) => busyPercent(before[at] ?? [], after));
  return each ? percents.slice(1) : percents[0] ?? floatOf(0);
}

export async function cpuCount(ctx: Context): Promise<number> {
  return (await cpuTicks(ctx)).length - 1;
}

async function memoryTable(ctx: Context): Promise<(name: string) => number> {
  const table = new Map([...(await readProc('meminfo', ctx)).matchAll(/^(\S+):\s+(\d+)/gm)].map(([, name = '', value]) => [name, Number(value) * 1024]));
  return (name) => table.get(name) ?? 0;
}

export async function virtualMemory(ctx: Context): Promise<PlainMap & { total: number }> {
  const of = await memoryTable(ctx);
  const [total, available] = [of('MemTotal'), of('MemAvailable')];
  const used = total - available;
  return {
    total, available, percent: oneDigit(used / total * 100), used, free: of('MemFree'), active: of('Active'), inactive: of('Inactive'),
    buffers: of('Buffers'), cached: of('Cached') + of('SReclaimable'), shared: of('Shmem'), slab: of('Slab'),
  };
}

export async function swapMemory(ctx: Context): Promise<PlainMap> {
  const of = await memoryTable(ctx);
  const moved = await ctx.sys.readText('/proc/vmstat') ?? '';
  const bytes = (name: string): number => Number(new RegExp(`^${name} (\\d+)`, 'm').exec(moved)?.[1] ?? 0) * PAGE_IN_SWAP_BYTES;
  const [total, free] = [of('SwapTotal'), of('SwapFree')];
  const percent = total === 0 ? floatOf(0) : oneDigit((total - free) / total * 100);
  return { total, used: total - free, free, percent, sin: bytes('pswpin'), sout: bytes('pswpout') };
}

export async function diskUsage(path: string, ctx: Context): Promise<PlainMap> {
  try {
    const { bsize, blocks, bfree, bavail } = await ctx.sys.fs.statfs(path);
    const [total, used, free] = [blocks * bsize, (blocks - bfree) * bsize, bavail * bsize];
    return { total, used, free, percent: used + free === 0 ? floatOf(0) : oneDigit(used / (used + free) * 100) };
  } catch (err) {
    if (isOsError(err)) throw new PythonError(osErrorClass(err), osErrorText(err), err);
    throw err;
  }
}

const unescaped = (text: string): string => text.replace(/\\([0-7]{3})/g, (_whole, digits: string) => String.fromCharCode(parseInt(digits, 8)));

/** What is mounted; only file systems on devices unless all are wanted. */
export async function partitions(all: boolean, ctx: Context): Promise<(PlainMap & { mountpoint: string })[]> {
  const kinds = (await readProc('filesystems', ctx)).split('\n').map((line) => line.trim());
  const physical = new Set([...kinds.filter((line) => !line.startsWith('nodev')), ...kinds.flatMap((line) => (/^nodev\s+zfs$/.test(line) ? ['zfs'] : []))]);
  return (await readProc('self/mounts', ctx)).split('\n').filter((line) => line !== '').flatMap((line) => {
    const [source = '', mountpoint = '', fstype = '', opts = ''] = line.split(' ').map(unescaped);
    const device = source === 'none' ? '' : source;
    return all || (device !== '' && physical.has(fstype)) ? [{ device, mountpoint, fstype, opts }] : [];
  });
}

const NET_FIELDS = { bytes_sent: 8, bytes_recv: 0, packets_sent: 9, packets_recv: 1, errin: 2, errout: 10, dropin: 3, dropout: 11 };

/** Of one interface; false when there is none of that name. */
export async function networkCounters(name: string | null, ctx: Context): Promise<PlainMap | false> {
  const rows = [...(await readProc('net/dev', ctx)).matchAll(/^\s*(.+):\s*(\d.*)$/gm)].map(([, device = '', numbers = '']) => [device, fields(numbers).map(Number)] as const);
  const kept = name === null || name === '' ? rows : rows.filter(([device]) => device === name);
  if (kept.length === 0 && name !== null) return false;
  return Object.fromEntries(Object.entries(NET_FIELDS).map(([field, at]) => [field, kept.reduce((sum, [, numbers]) => sum + (numbers[at] ?? 0), 0)]));
}

const DISK_FIELDS = {
  read_count: 0, write_count: 4, read_bytes: 2, write_bytes: 6, read_time: 3, write_time: 7, read_merged_count: 1, write_merged_count: 5, busy_time: 9,
};

/** Of one disk or partition; of all disks together, without their partitions. */
export async function diskCounters(name: string | null, ctx: Context): Promise<PlainMap | false> {
  const rows = (await readProc('diskstats', ctx)).split('\n').map(fields).filter((row) => row.length >= 14);
  const disks = new Set(await ctx.sys.fs.readdir('/sys/block').catch(() => [] as string[]));
  const all = name === null || name === '';
  const kept = rows.filter(([, , device = '']) => (all ? disks.has(device.replaceAll('/', '!')) : device === name));
  if (kept.length === 0 && !all) return false;
  return Object.fromEntries(Object.entries(DISK_FIELDS).map(([field, at]) =>
    [field, kept.reduce((sum, row) => sum + Number(row[at + 3]) * (field.endsWith('bytes') ? SECTOR_BYTES : 1), 0)]));
}
