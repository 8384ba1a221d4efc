/** Reads the tables of `/proc`, in the forms of Salt. Pure: text in, values out. */
import { parseFloatText } from '../../../kernel/std/python-number.js';
import { floatOf, mapFrom, type PlainMap, type Value, type ValueMap } from '../../../kernel/std/value.js';

/** A number where the text is one, else the text. */
export function numberOrText(text: string | undefined): Value {
  if (text === undefined) return '';
  if (/^\d+$/.test(text)) return Number.isSafeInteger(Number(text)) ? Number(text) : BigInt(text);
  const number = parseFloatText(text);
  return number === undefined ? text : floatOf(number);
}

const rowsOf = (text: string): string[][] => text.split('\n').filter((line) => line.trim() !== '').map((line) => line.trim().split(/\s+/));

/** Values of a row under names, by their place in the row. */
function named(row: readonly string[], places: Readonly<Record<string, number>>): PlainMap {
  return Object.fromEntries(Object.entries(places).map(([name, at]) => [name, numberOrText(row[at])]));
}

const CPU_PLACES = { idle: 4, iowait: 5, irq: 6, nice: 2, softirq: 7, steal: 8, system: 3, user: 1 };

/** `/proc/stat`. Of the single processors Salt has the first figure only. */
export function readCpuStats(text: string): PlainMap {
  const stats: PlainMap = {};
  for (const row of rowsOf(text)) {
    const [name = '', total, ...others] = row;
    if (name === 'cpu') stats[name] = named(row, CPU_PLACES);
    else if (name === 'intr') stats[name] = { total: numberOrText(total), irqs: others.map(numberOrText) };
    else if (name === 'softirq') stats[name] = { total: numberOrText(total), softirqs: others.map(numberOrText) };
    else stats[name] = numberOrText(total);
  }
  return stats;
}

/** `/proc/meminfo`; values stay text. */
export function readMemory(text: string): PlainMap {
  return Object.fromEntries(rowsOf(text).map(([name = '', value = '', unit]) =>
    [name.replaceAll(':', ''), { value, ...(unit === undefined ? {} : { unit }) }]));
}

/** `/proc/cpuinfo`; the last processor stands for all. */
export function readCpuInfo(text: string): PlainMap {
  const facts: PlainMap = {};
  for (const line of text.split('\n')) {
    const [name = '', value] = line.split(':');
    if (value === undefined) continue;
    facts[name.trim()] = name.trim() === 'flags' ? value.split(/\s+/).filter((flag) => flag !== '') : value.trim();
  }
  return facts;
}

const DISK_PLACES = {
  major: 0, minor: 1, device: 2, reads_issued: 3, reads_merged: 4, sectors_read: 5, ms_spent_reading: 6, writes_completed: 7,
  writes_merged: 8, sectors_written: 9, ms_spent_writing: 10, io_in_progress: 11, ms_spent_in_io: 12, weighted_ms_spent_in_io: 13,
};

/** `/proc/diskstats` */
export function readDiskStats(text: string): PlainMap {
  return Object.fromEntries(rowsOf(text).map((row) => [row[DISK_PLACES.device] ?? '', named(row, DISK_PLACES)]));
}

/** `/proc/vmstat` */
export function readVmStats(text: string): PlainMap {
  return Object.fromEntries(rowsOf(text).map(([name = '', value]) => [name, numberOrText(value)]));
}

/**
 * `/proc/net/netstat`: pairs of lines, names and values.
 * The last column is left out, as in real Salt (observed).
 */
export function readNetStats(text: string): PlainMap {
  const stats: PlainMap = {};
  let names: readonly string[] = [];
  for (const row of rowsOf(text)) {
    if (row[0] !== names[0]) {
      names = row;
      continue;
    }
    const columns = names.slice(1, -1).map((name, at) => [name, numberOrText(row[at + 1])] as const);
    stats[(row[0] ?? '').replaceAll(':', '')] = Object.fromEntries(columns);
  }
  return stats;
}

/** Columns behind the name of the interface. */
const INTERFACE_PLACES = {
  rx_bytes: 0, rx_compressed: 6, rx_drop: 3, rx_errs: 2, rx_fifo: 4, rx_frame: 5, rx_multicast: 7, rx_packets: 1, tx_bytes: 8,
  tx_carrier: 14, tx_colls: 13, tx_compressed: 15, tx_drop: 11, tx_errs: 10, tx_fifo: 12, tx_packets: 9,
};

/** `/proc/net/dev` */
export function readInterfaces(text: string): PlainMap {
  const found: PlainMap = {};
  for (const line of text.split('\n')) {
    const at = line.indexOf(':');
    if (at < 0) continue;
    const iface = line.slice(0, at).trim();
    found[iface] = { iface, ...named(line.slice(at + 1).trim().split(/\s+/), INTERFACE_PLACES) };
  }
  return found;
}

/** Mount points and types of `/proc/mounts`. */
export function readMounts(text: string): { readonly path: string; readonly type: string }[] {
  return rowsOf(text).filter((row) => row.length >= 3).map(([, path = '', type = '']) => ({ path, type }));
}

/** Processes as `ps` lists them, by id, in its order. */
export function readProcesses(output: string): ValueMap {
  const [head = [], ...rows] = rowsOf(output);
  const place = (...names: readonly string[]): number => Math.max(0, head.indexOf(names.find((name) => head.includes(name)) ?? ''));
  const user = place('USER', 'UID');
  const pid = place('PID');
  const command = place('COMMAND', 'CMD');
  const processes: [string, Value][] = rows.map((row) => [row[pid] ?? '', { user: row[user] ?? '', cmd: row.slice(command).join(' ') }]);
  return mapFrom(processes);
}

/** Users as `w -fh` lists them. */
export function readUsers(output: string): PlainMap[] {
  return rowsOf(output).map(([user = '', tty = '', login = '', idle = '', jcpu = '', pcpu = '', ...what]) =>
    ({ idle, jcpu, login, pcpu, tty, user, what: what.join(' ') }));
}
