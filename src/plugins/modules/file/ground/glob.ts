/** Python's `glob.glob`, not recursive. */
import type { Sys } from '../../../../kernel/contract/sys.js';
import { fnmatch } from '../../../../kernel/std/fnmatch.js';
import { isSystemError } from '../../../../kernel/sys/file/os-error.js';
import { joinPath, splitPath } from '../../../../kernel/sys/file/paths.js';
import { isDirectory, linkOrPathExists } from '../../../../kernel/sys/file/probe.js';

const MAGIC = /[*?[]/;

/** Paths that fit, in the order of the directory. A path without wildcards fits when something is there. */
export async function globPaths(sys: Sys, pattern: string): Promise<string[]> {
  const [head, tail] = splitPath(pattern);
  if (!MAGIC.test(pattern)) {
    const there = tail === '' ? await isDirectory(sys, head) : await linkOrPathExists(sys, pattern);
    return there ? [pattern] : [];
  }
  const folders = head !== pattern && MAGIC.test(head) ? await globPaths(sys, head) : [head];
  const found: string[] = [];
  for (const folder of folders) {
    for (const name of await fittingNames(sys, folder, tail)) found.push(folder === '' ? name : joinPath(folder, name));
  }
  return found;
}

async function fittingNames(sys: Sys, folder: string, pattern: string): Promise<string[]> {
  if (!MAGIC.test(pattern)) {
    const there = pattern === ''
      ? await isDirectory(sys, folder)
      : await linkOrPathExists(sys, joinPath(folder, pattern));
    return there ? [pattern] : [];
  }
  const names = await namesIn(sys, folder === '' ? '.' : folder);
  return names.filter((name) => (pattern.startsWith('.') || !name.startsWith('.')) && fnmatch(name, pattern));
}

async function namesIn(sys: Sys, folder: string): Promise<string[]> {
  try {
    return await sys.fs.readdir(folder);
  } catch (error) {
    if (isSystemError(error)) return [];
    throw error;
  }
}
