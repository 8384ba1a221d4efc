/** Folders below a path, each with its folders and files, sorted by name. */
import type { Dirent } from 'node:fs';
import type { Sys } from '../../../../kernel/contract/sys.js';
import { compareText } from '../../../../kernel/std/python-order.js';
import { isSystemError } from '../../../../kernel/sys/file/os-error.js';
import { joinPath } from '../../../../kernel/sys/file/paths.js';
import { isDirectory } from '../../../../kernel/sys/file/probe.js';

export interface Level {
  readonly folder: string;
  /** Links to folders count as folders, and are not entered. */
  readonly folders: readonly string[];
  readonly files: readonly string[];
}

export interface WalkWish {
  /** How many levels; 1 is the top alone. */
  readonly levels?: number;
  /** What lies deepest comes first. */
  readonly deepestFirst?: boolean;
  readonly followLinks?: boolean;
}

/** What cannot be read is left out, as Python's `os.walk` does. */
export async function* walkTree(sys: Sys, top: string, wish: WalkWish = {}): AsyncGenerator<Level> {
  const levels = wish.levels ?? Number.POSITIVE_INFINITY;
  if (levels <= 0) return;
  const entries = await entriesOf(sys, top);
  if (entries === undefined) return;
  const [folders, files, entered]: [string[], string[], string[]] = [[], [], []];
  for (const entry of entries) {
    const isLink = entry.isSymbolicLink();
    const isFolder = entry.isDirectory() || (isLink && await isDirectory(sys, joinPath(top, entry.name)));
    (isFolder ? folders : files).push(entry.name);
    if (isFolder && (!isLink || wish.followLinks === true)) entered.push(entry.name);
  }
  const level = { folder: top, folders, files };
  if (wish.deepestFirst !== true) yield level;
  for (const name of entered) yield* walkTree(sys, joinPath(top, name), { ...wish, levels: levels - 1 });
  if (wish.deepestFirst === true) yield level;
}

async function entriesOf(sys: Sys, folder: string): Promise<Dirent[] | undefined> {
  try {
    return (await sys.fs.readdir(folder, { withFileTypes: true })).sort((a, b) => compareText(a.name, b.name));
  } catch (error) {
    if (isSystemError(error)) return undefined;
    throw error;
  }
}

/** All paths below a folder, folders among them, without the folder itself. */
export async function* pathsBelow(sys: Sys, top: string, wish: WalkWish = {}): AsyncGenerator<{ path: string; isFolder: boolean }> {
  for await (const { folder, folders, files } of walkTree(sys, top, wish)) {
    for (const name of files) yield { path: joinPath(folder, name), isFolder: false };
    for (const name of folders) yield { path: joinPath(folder, name), isFolder: true };
  }
}
