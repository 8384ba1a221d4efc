/**
 * Paths that fit a shell pattern, as Python's `glob.glob` without `recursive`: `*`, `?`, `[...]` within one part of the
 * path, hidden names only for patterns that begin with a dot. Sorted, as every caller wants them.
 */
import { lstatSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fnmatch } from '../std/fnmatch.js';
import { isMissing } from './files.js';

/** Entries looked at in all; a pattern that needs more is refused. */
const ENTRIES_MAX = 200_000;

/** True when the text has a character of a pattern. */
export function hasMagic(text: string): boolean {
  return /[*?[]/.test(text);
}

/** Existing paths that fit the pattern, in order of their names. @throws RangeError when the pattern fits too much */
export function globPaths(pattern: string): string[] {
  const parts = pattern.split('/');
  let found = [pattern.startsWith('/') ? '/' : ''];
  let looked = 0;
  for (const [at, part] of parts.entries()) {
    const isLast = at === parts.length - 1;
    if (part === '' && !isLast) continue;
    const next: string[] = [];
    for (const folder of found) {
      const names = hasMagic(part) ? namesIn(folder, part) : [part];
      looked += names.length;
      if (looked > ENTRIES_MAX) throw new RangeError(`The pattern '${pattern}' fits more than ${ENTRIES_MAX} paths`);
      for (const name of names) {
        const path = name === '' ? `${folder}/` : join(folder, name);
        // A pattern that ends in a slash asks for folders; `join` keeps `..` apart only where it is literal.
        if (isLast && name !== '' ? isThere(path) : isFolder(path)) next.push(path);
      }
    }
    found = next;
  }
  return found.sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
}

function namesIn(folder: string, pattern: string): string[] {
  let names: string[];
  try {
    names = readdirSync(folder === '' ? '.' : folder);
  } catch (err) {
    if (isMissing(err) || isRefused(err)) return [];
    throw err;
  }
  return names.filter((name) => (!name.startsWith('.') || pattern.startsWith('.')) && fnmatch(name, pattern));
}

function isThere(path: string): boolean {
  return look(() => lstatSync(path)) !== undefined;
}

function isFolder(path: string): boolean {
  return look(() => statSync(path))?.isDirectory() ?? false;
}

function look<T>(stat: () => T): T | undefined {
  try {
    return stat();
  } catch (err) {
    if (isMissing(err) || isRefused(err)) return undefined;
    throw err;
  }
}

function isRefused(err: unknown): boolean {
  return err instanceof Error && 'code' in err && (err.code === 'EACCES' || err.code === 'ELOOP');
}
