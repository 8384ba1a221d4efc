/** What a process and all below it use: CPU, memory, descriptors; and what stands on the disk. */
import { readFileSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** Clock ticks of `/proc` a second; the kernel shows this number to every program. */
const TICKS_A_SECOND = 100;
const BLOCK_BYTES = 512;

/** CPU seconds that a process and all below it, also those that have ended and were waited for, took so far. */
export function cpuSeconds(pid: number): number {
  return family(pid).reduce((sum, member) => sum + ticksOf(member), 0) / TICKS_A_SECOND;
}

/** utime, stime, cutime, cstime. */
function ticksOf(pid: number): number {
  const stat = readOr(`/proc/${pid}/stat`);
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return fields.slice(11, 15).reduce((sum, field) => sum + Number(field), 0);
}

/** Proportional memory of a process and all below it, in MB. */
export function pssMegabytes(pid: number): number {
  return family(pid).reduce((sum, member) => sum + rollup(member, 'Pss'), 0) / 1024;
}

export function privateMegabytes(pid: number): number {
  return family(pid).reduce((sum, member) => sum + rollup(member, 'Private_Clean') + rollup(member, 'Private_Dirty'), 0) / 1024;
}

/** Open descriptors of a process and all below it. */
export function descriptors(pid: number): number {
  return family(pid).reduce((sum, member) => sum + namesIn(`/proc/${member}/fd`).length, 0);
}

/** What the files and folders below a folder take on the disk, and how many there are. */
export function diskUse(folder: string): { bytes: number; files: number } {
  let [bytes, files] = [0, 0];
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    // A file may be renamed between two looks.
    bytes += (statSync(join(entry.parentPath, entry.name), { throwIfNoEntry: false })?.blocks ?? 0) * BLOCK_BYTES;
    files += 1;
  }
  return { bytes, files };
}

function rollup(pid: number, field: string): number {
  return Number(new RegExp(`^${field}:\\s+(\\d+)`, 'm').exec(readOr(`/proc/${pid}/smaps_rollup`))?.[1] ?? 0);
}

function family(pid: number): number[] {
  const children = namesIn(`/proc/${pid}/task`).flatMap((task) =>
    readOr(`/proc/${pid}/task/${task}/children`).trim().split(' ').filter((word) => word !== '').map(Number));
  return [pid, ...children.flatMap(family)];
}

/** A process may end between two looks: it uses nothing then. */
function readOr(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (isGone(error)) return '';
    throw error;
  }
}

function namesIn(path: string): string[] {
  try {
    return readdirSync(path);
  } catch (error) {
    if (isGone(error)) return [];
    throw error;
  }
}

const isGone = (error: unknown): boolean => ['ENOENT', 'ESRCH'].includes(String((error as NodeJS.ErrnoException).code));
