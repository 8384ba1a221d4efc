/** Memory of a process by what is mapped. Source: read, proc(5); observed, psutil 7.2. */
import type { Context } from '../../../kernel/contract/context.js';
import type { Value } from '../../../kernel/std/value.js';
import { readProc } from './proc.js';

const COLUMNS = ['Rss', 'Size', 'Pss', 'Shared_Clean', 'Shared_Dirty', 'Private_Clean', 'Private_Dirty', 'Referenced', 'Anonymous', 'Swap'];
const HEADER = /^[0-9a-f]+-[0-9a-f]+ \S+ \S+ \S+ \d+\s*(.*)$/;

const kilobytes = (line: string): readonly [string, number] => {
  const [name = '', value = ''] = line.split(/:\s+/);
  return [name, parseInt(value, 10) * 1024];
};

/** Path and sums in bytes, of each mapped file and of what has none. */
export async function memoryMaps(pid: number, ctx: Context): Promise<Value> {
  const sums = new Map<string, Map<string, number>>();
  let current = new Map<string, number>();
  for (const line of (await readProc(`${pid}/smaps`, ctx)).split('\n')) {
    const path = HEADER.exec(line)?.[1];
    if (path === undefined) {
      const [name, bytes] = kilobytes(line);
      if (!Number.isNaN(bytes)) current.set(name, (current.get(name) ?? 0) + bytes);
    } else {
      const key = path === '' ? '[anon]' : path.replace(/ \(deleted\)$/, '');
      current = sums.get(key) ?? new Map<string, number>();
      sums.set(key, current);
    }
  }
  return [...sums].map(([path, counts]) => [path, ...COLUMNS.map((name) => counts.get(name) ?? 0)]);
}

/** Bytes of this process alone, its part of shared ones, and swapped out ones. */
export async function memoryTotals(pid: number, ctx: Context): Promise<number[]> {
  let own = 0;
  const counts = new Map<string, number>();
  for (const line of (await readProc(`${pid}/smaps_rollup`, ctx)).split('\n')) {
    const [name, bytes] = kilobytes(line);
    if (name.startsWith('Private_')) own += bytes;
    counts.set(name, bytes);
  }
  return [own, counts.get('Pss') ?? 0, counts.get('Swap') ?? 0];
}
