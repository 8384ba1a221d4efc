/** Questions about a path: is it there, what is it, where does it lead. Answers are Python's, which never raise. */
import type { BigIntStats } from 'node:fs';
import type { Sys } from '../../contract/sys.js';
import { failedWith, isSystemError } from './os-error.js';
import { absolutePath, joinPath } from './paths.js';

/** As many links as Linux follows in one path. */
const LINKS_MAX = 40;

/** What `stat` says, links followed; undefined when it cannot be asked. */
export async function statOf(sys: Sys, path: string): Promise<BigIntStats | undefined> {
  return quiet(sys.fs.stat(path, { bigint: true }));
}

/** What `lstat` says of the path itself; undefined when it cannot be asked. */
export async function lstatOf(sys: Sys, path: string): Promise<BigIntStats | undefined> {
  return quiet(sys.fs.lstat(path, { bigint: true }));
}

/** Python's `os.path.*` questions take every refusal of the system for a no. */
async function quiet<T>(work: Promise<T>): Promise<T | undefined> {
  try {
    return await work;
  } catch (error) {
    if (isSystemError(error) || isNulInPath(error)) return undefined;
    throw error;
  }
}

function isNulInPath(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ERR_INVALID_ARG_VALUE';
}

export async function pathExists(sys: Sys, path: string): Promise<boolean> {
  return (await statOf(sys, path)) !== undefined;
}

/** True also for a link that leads nowhere. */
export async function linkOrPathExists(sys: Sys, path: string): Promise<boolean> {
  return (await lstatOf(sys, path)) !== undefined;
}

export async function isDirectory(sys: Sys, path: string): Promise<boolean> {
  return (await statOf(sys, path))?.isDirectory() ?? false;
}

export async function isRegularFile(sys: Sys, path: string): Promise<boolean> {
  return (await statOf(sys, path))?.isFile() ?? false;
}

export async function isSymlink(sys: Sys, path: string): Promise<boolean> {
  return (await lstatOf(sys, path))?.isSymbolicLink() ?? false;
}

/** `os.path.realpath`: links resolved as far as the path exists, the rest kept as it is written. */
export async function realPath(sys: Sys, path: string): Promise<string> {
  try {
    return await sys.fs.realpath(path);
  } catch (error) {
    if (!isSystemError(error)) throw error;
  }
  return resolveKnownPart(sys, absolutePath(path));
}

async function resolveKnownPart(sys: Sys, path: string): Promise<string> {
  const waiting = path.split('/').filter((part) => part !== '').reverse();
  let resolved = '/';
  let followed = 0;
  while (waiting.length > 0) {
    const part = waiting.pop() ?? '';
    if (part === '.' || part === '') continue;
    if (part === '..') {
      resolved = absolutePath(joinPath(resolved, '..'));
      continue;
    }
    const next = joinPath(resolved, part);
    const target = followed < LINKS_MAX ? await linkTarget(sys, next) : undefined;
    if (target === undefined) {
      resolved = next;
      continue;
    }
    followed += 1;
    if (target.startsWith('/')) resolved = '/';
    waiting.push(...target.split('/').reverse());
  }
  return resolved;
}

async function linkTarget(sys: Sys, path: string): Promise<string | undefined> {
  try {
    return await sys.fs.readlink(path);
  } catch (error) {
    if (failedWith(error, 'EINVAL', 'ENOENT', 'ENOTDIR', 'EACCES', 'ELOOP', 'ENAMETOOLONG')) return undefined;
    throw error;
  }
}

/** `os.path.expanduser`: `~` and `~name` at the front; unknown users stay as written. */
export async function expandUser(sys: Sys, path: string): Promise<string> {
  if (!path.startsWith('~')) return path;
  const end = path.indexOf('/');
  const name = path.slice(1, end < 0 ? undefined : end);
  const home = name === '' ? await ownHome(sys) : (await sys.userByName(name))?.home;
  if (home === undefined) return path;
  const rest = end < 0 ? '' : path.slice(end);
  return home.replace(/\/+$/, '') + rest || '/';
}

async function ownHome(sys: Sys): Promise<string | undefined> {
  const fromEnv = sys.env['HOME'];
  if (fromEnv !== undefined) return fromEnv;
  return (await sys.userById(process.getuid?.() ?? 0))?.home;
}
