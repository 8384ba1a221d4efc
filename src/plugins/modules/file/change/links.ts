/** Links, hard and symbolic. */
import { randomBytes } from 'node:crypto';
import { CommandExecutionError, InvocationError } from '../../../../kernel/contract/errors.js';
import type { Sys } from '../../../../kernel/contract/sys.js';
import type { Value } from '../../../../kernel/std/value.js';
import { failedWith, isSystemError, systemErrorText } from '../../../../kernel/sys/file/os-error.js';
import { dirname, isAbsolute, joinPath, normalizePath } from '../../../../kernel/sys/file/paths.js';
import { expandUser, isSymlink, linkOrPathExists, lstatOf, pathExists } from '../../../../kernel/sys/file/probe.js';

const TRIES_MAX = 5;

/** `file.link`. */
export async function hardLink(sys: Sys, given: string, path: string): Promise<true> {
  const source = await expandUser(sys, given);
  if (!isAbsolute(source)) throw new InvocationError('File path must be absolute.');
  try {
    await sys.fs.link(source, path);
    return true;
  } catch (error) {
    if (!isSystemError(error)) throw error;
    throw new CommandExecutionError(`Could not create '${path}': ${systemErrorText(error)}`, { cause: error });
  }
}

/** `file.is_hardlink`: an empty map where nothing is, as Salt's `and` gives it. */
export async function isHardLink(sys: Sys, given: string): Promise<Value> {
  const path = await expandUser(sys, given);
  if (!isAbsolute(path)) throw new InvocationError('Path to file must be absolute.');
  const stat = await lstatOf(sys, path);
  return stat === undefined ? {} : stat.nlink > 1n;
}

/** `file.is_link`; without `stat` the entry of the parent folder is asked, which also works on dead mounts. */
export async function isLink(sys: Sys, given: string, nostat: boolean): Promise<boolean> {
  if (!nostat) return isSymlink(sys, await expandUser(sys, given));
  const parent = dirname(given);
  const entries = await sys.fs.readdir(parent === '' ? '.' : parent, { withFileTypes: true });
  return entries.find((entry) => joinPath(parent, entry.name) === given)?.isSymbolicLink() ?? false;
}

export interface LinkOptions {
  readonly force: boolean;
  readonly atomic: boolean;
  readonly follow: boolean;
}

/** `file.symlink`. */
export async function symbolicLink(sys: Sys, source: string, given: string, { force, atomic, follow }: LinkOptions): Promise<true> {
  const path = await expandUser(sys, given);
  if (!isAbsolute(path)) throw new InvocationError(`Link path must be absolute: ${path}`);
  const link = await isSymlink(sys, path);
  if (link) {
    if (normalizePath(await sys.fs.readlink(path)) === normalizePath(source)) return true;
    if (!force && !atomic) throw new CommandExecutionError(`Found existing symlink: ${path}`);
  }
  const there = follow ? await pathExists(sys, path) : await linkOrPathExists(sys, path);
  if (there && !force && !atomic) throw new CommandExecutionError(`Existing path is not a symlink: ${path}`);
  if (atomic) return linkByRename(sys, source, path);
  if (force && (link || there)) await sys.fs.unlink(path);
  try {
    await sys.fs.symlink(source, path);
    return true;
  } catch (error) {
    if (!isSystemError(error)) throw error;
    throw new CommandExecutionError(`Could not create '${path}'`, { cause: error });
  }
}

async function linkByRename(sys: Sys, source: string, path: string): Promise<true> {
  for (let tries = 0; ; tries += 1) {
    const temporary = joinPath(dirname(path), `tmp${randomBytes(6).toString('hex')}`);
    try {
      await sys.fs.symlink(source, temporary);
    } catch (error) {
      if (failedWith(error, 'EEXIST') && tries < TRIES_MAX) continue;
      throw error;
    }
    try {
      await sys.fs.rename(temporary, path);
      return true;
    } catch (error) {
      if (!isSystemError(error)) throw error;
      await sys.fs.unlink(temporary);
      throw new CommandExecutionError(`Could not create '${path}'`, { cause: error });
    }
  }
}
