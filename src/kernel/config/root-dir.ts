/**
 * Puts `root_dir` before path options.
 *
 * Source: observed, Salt 3008.3. Its compiled-in root is `/`, which it takes off every absolute path first; so any
 * absolute path is prefixed unless it is below `root_dir` already.
 */
import { isAbsolute, join, resolve } from 'node:path';
import type { PlainMap } from '../std/value.js';

/** True when a value is a path and not an address such as `file:///dev/log`. */
function isPath(value: unknown): value is string {
  return typeof value === 'string' && !/^[A-Za-z][A-Za-z0-9+.-]*:/.test(value);
}

function prefixed(root: string, path: string): string {
  const below = path.startsWith(`${root}/`) ? path.slice(root.length) : path;
  const joined = join(root, below);
  return joined.length > 1 && joined.endsWith('/') ? joined.slice(0, -1) : joined;
}

/** Changes the named options that are set. Those in `maybeAddresses` may be addresses, which stay. */
export function prefixRootDir(opts: PlainMap, paths: readonly string[], maybeAddresses: readonly string[] = []): void {
  const given = opts['root_dir'];
  const root = resolve(typeof given === 'string' && given !== '' ? given : '/');
  for (const name of paths) {
    const value = opts[name];
    // An empty path option means the root itself, as any relative path is below it.
    if (typeof value === 'string') opts[name] = prefixed(root, value);
  }
  for (const name of maybeAddresses) {
    const value = opts[name];
    if (isPath(value)) opts[name] = prefixed(root, value);
  }
}

/** Joins as Python's `os.path.join`: an absolute second part wins, nothing is normalised. */
export function joinPath(first: string, second: string): string {
  if (isAbsolute(second) || first === '') return second;
  return first.endsWith('/') ? first + second : `${first}/${second}`;
}
