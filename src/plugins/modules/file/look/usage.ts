/** Sizes of trees and files that programs hold open. */
import type { Dirent } from 'node:fs';
import type { Context } from '../../../../kernel/contract/context.js';
import type { Sys } from '../../../../kernel/contract/sys.js';
import { mapFrom, type Value, type ValueMap } from '../../../../kernel/std/value.js';
import { failedWith, isSystemError } from '../../../../kernel/sys/file/os-error.js';
import { joinPath } from '../../../../kernel/sys/file/paths.js';
import { isDirectory, isRegularFile, pathExists, realPath, statOf } from '../../../../kernel/sys/file/probe.js';

export interface Folder {
  readonly path: string;
  /** Names of folders, links to folders among them. */
  readonly folders: string[];
  readonly files: string[];
}

/** Python's `os.walk`: links to folders are listed as folders and not entered; a folder that cannot be read is left out. */
export async function* walk(sys: Sys, top: string, signal?: AbortSignal): AsyncGenerator<Folder> {
  const waiting = [top];
  for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
    signal?.throwIfAborted();
    const entries = await entriesOf(sys, path);
    if (entries === undefined) continue;
    const folder: Folder = { path, folders: [], files: [] };
    const real = new Set<string>();
    for (const entry of entries) {
      const linked = entry.isSymbolicLink() && await isDirectory(sys, joinPath(path, entry.name));
      if (entry.isDirectory()) real.add(entry.name);
      (entry.isDirectory() || linked ? folder.folders : folder.files).push(entry.name);
    }
    yield folder;
    for (const name of folder.folders.toReversed()) if (real.has(name)) waiting.push(joinPath(path, name));
  }
}

async function entriesOf(sys: Sys, path: string): Promise<Dirent[] | undefined> {
  try {
    return await sys.fs.readdir(path, { withFileTypes: true });
  } catch (error) {
    if (isSystemError(error)) return undefined;
    throw error;
  }
}

/** `file.diskusage`: bytes of all files below, each inode once. */
export async function treeBytes(ctx: Context, path: string): Promise<number> {
  const { sys } = ctx;
  if (await isRegularFile(sys, path)) return Number((await sys.fs.stat(path)).size);
  const seen = new Set<bigint>();
  let total = 0;
  for await (const folder of walk(sys, path, ctx.signal)) {
    for (const name of folder.files) {
      const stat = await statOf(sys, joinPath(folder.path, name));
      if (stat === undefined || seen.has(stat.ino)) continue;
      seen.add(stat.ino);
      total += Number(stat.size);
    }
  }
  return total;
}

/** `file.open_files`: `{path: [pid, ...]}`, or `{pid: [path, ...]}`. */
export async function openFiles(ctx: Context, byPid: boolean): Promise<ValueMap> {
  const { sys } = ctx;
  const pids = (await sys.fs.readdir('/proc')).filter((name) => /^\d+$/.test(name)).map(Number);
  const files = new Map<string, number[]>();
  const perPid = new Map<Value, Value>();
  for (const pid of pids) {
    ctx.signal.throwIfAborted();
    const held = await heldBy(sys, pid);
    perPid.set(pid, held);
    for (const path of held) files.set(path, [...(files.get(path) ?? []), pid].sort((a, b) => a - b));
  }
  return mapFrom(byPid ? perPid : files);
}

/** Paths a process has open, its program included; empty when it ended meanwhile or is hidden from us. */
async function heldBy(sys: Sys, pid: number): Promise<string[]> {
  const links = (await namesOf(sys, `/proc/${pid}/fd`)).map((name) => `/proc/${pid}/fd/${name}`);
  for (const tid of await namesOf(sys, `/proc/${pid}/task`)) {
    links.push(`/proc/${pid}/task/${tid}/exe`);
    for (const name of await namesOf(sys, `/proc/${pid}/task/${tid}/fd`)) links.push(`/proc/${pid}/task/${tid}/fd/${name}`);
  }
  const paths = new Set<string>();
  for (const link of links) {
    const path = await realPath(sys, link);
    if (path !== link && await pathExists(sys, path)) paths.add(path);
  }
  return [...paths].sort();
}

async function namesOf(sys: Sys, path: string): Promise<string[]> {
  try {
    return await sys.fs.readdir(path);
  } catch (error) {
    if (failedWith(error, 'ENOENT', 'ESRCH', 'EACCES', 'EPERM')) return [];
    throw error;
  }
}
