/** Copying and moving as Python's `shutil` does: contents, modes, times, whole trees. */
import type { Stats } from 'node:fs';
import { PythonError } from '../../contract/errors.js';
import type { Sys } from '../../contract/sys.js';
import { pourInto } from './content.js';
import { isSystemError, systemError } from './os-error.js';
import { basename, joinPath } from './paths.js';
import { isDirectory, lstatOf, pathExists, statOf } from './probe.js';

const PERMISSION_BITS = 0o7777;

/** What `shutil` refuses by itself; an `OSError` in Python, too. */
export class ShutilError extends PythonError {
  constructor(message: string) {
    super('Error', message);
  }
}

/** Copies the content only; links are followed on both sides, mode and owner of an existing target stay. */
export async function copyContent(sys: Sys, source: string, target: string): Promise<void> {
  const [from, to] = [await statOf(sys, source), await statOf(sys, target)];
  if (from !== undefined && to !== undefined && from.ino === to.ino && from.dev === to.dev) {
    throw new ShutilError(`'${source}' and '${target}' are the same file`);
  }
  if (from?.isFIFO() === true || to?.isFIFO() === true) throw systemError('EINVAL', from?.isFIFO() === true ? source : target);
  if (to?.isDirectory() === true) throw systemError('EISDIR', target);
  if (from === undefined) await sys.fs.stat(source);
  const handle = await sys.fs.open(target, 'w');
  try {
    await pourInto(sys, source, handle);
  } finally {
    await handle.close();
  }
}

/** Copies content, mode and times (`shutil.copy2`). */
export async function copyWithTimes(sys: Sys, source: string, target: string): Promise<void> {
  const place = (await isDirectory(sys, target)) ? joinPath(target, basename(source)) : target;
  await copyContent(sys, source, place);
  await copyStat(sys, source, place);
}

async function copyStat(sys: Sys, source: string, target: string): Promise<void> {
  const stat: Stats = await sys.fs.stat(source);
  await sys.fs.utimes(target, stat.atimeMs / 1000, stat.mtimeMs / 1000);
  await sys.fs.chmod(target, stat.mode & PERMISSION_BITS);
}

/** Copies a tree into a folder that must not exist (`shutil.copytree`): links are followed, modes and times kept. */
export async function copyTree(sys: Sys, source: string, target: string, keepLinks = false): Promise<void> {
  const entries = await sys.fs.readdir(source, { withFileTypes: true });
  await makeFolders(sys, target, false);
  for (const entry of entries) {
    const [from, to] = [joinPath(source, entry.name), joinPath(target, entry.name)];
    if (keepLinks && entry.isSymbolicLink()) await sys.fs.symlink(await sys.fs.readlink(from), to);
    else if (await isDirectory(sys, from)) await copyTree(sys, from, to, keepLinks);
    else await copyWithTimes(sys, from, to);
  }
  await copyStat(sys, source, target);
}

/** `os.makedirs`: parents too; an existing last folder is an error unless allowed. */
export async function makeFolders(sys: Sys, path: string, existing = true): Promise<void> {
  if (!existing && await pathExists(sys, path)) throw systemError('EEXIST', path);
  await sys.fs.mkdir(path, { recursive: true });
}

/** Removes a tree; fails when it is not there or is a link. */
export async function removeTree(sys: Sys, path: string): Promise<void> {
  await sys.fs.rm(path, { recursive: true });
}

/**
 * Moves as `shutil.move`: into an existing folder, by renaming where the system can, else by copying and removing.
 * Gives the place where it ended.
 */
export async function moveTo(sys: Sys, source: string, target: string): Promise<string> {
  const place = (await isDirectory(sys, target)) ? joinPath(target, basename(source.replace(/\/+$/, ''))) : target;
  if (place !== target && await pathExists(sys, place)) throw new ShutilError(`Destination path '${place}' already exists`);
  try {
    await sys.fs.rename(source, place);
  } catch (error) {
    // Another device, or a target that is a mount point of its own, such as a file that a container got from its host.
    // What the system refuses for another reason it refuses again, and then in the words that Python gives.
    if (!isSystemError(error)) throw error;
    await copyAndRemove(sys, source, place);
  }
  return place;
}

async function copyAndRemove(sys: Sys, source: string, target: string): Promise<void> {
  const stat = await lstatOf(sys, source);
  if (stat?.isSymbolicLink() === true) {
    await sys.fs.symlink(await sys.fs.readlink(source), target);
    await sys.fs.unlink(source);
  } else if (stat?.isDirectory() === true) {
    await copyTree(sys, source, target, true);
    await removeTree(sys, source);
  } else {
    await copyWithTimes(sys, source, target);
    await sys.fs.unlink(source);
  }
}


/** Copies a file with its mode but not its times, or a whole tree with its links (`shutil.copy`, `shutil.copytree`). */
export async function copyWithMode(sys: Sys, source: string, target: string): Promise<void> {
  if (await isDirectory(sys, source)) {
    await copyTree(sys, source, target, true);
    return;
  }
  const place = (await isDirectory(sys, target)) ? joinPath(target, basename(source)) : target;
  await copyContent(sys, source, place);
  await sys.fs.chmod(place, (await sys.fs.stat(source)).mode & PERMISSION_BITS);
}
