/** What `tsalt-cp --chunked` sends: the files and empty folders below the named paths, and where each comes to lie. */
import { readdirSync, realpathSync, statSync } from 'node:fs';
import { basename, join, relative, resolve } from 'node:path';
import { globPaths, hasMagic } from '../../kernel/sys/glob.js';

export interface SourceFile {
  readonly path: string;
  readonly dest: string;
  readonly bytes: number;
  /** Permission bits. */
  readonly mode: number;
}

export interface Sources {
  readonly files: readonly SourceFile[];
  /** Where empty folders are made. */
  readonly folders: readonly string[];
}

/** A named path is not there. */
export class NoSuchSourceError extends Error {
  constructor(path: string) {
    super(`${path} does not exist`);
  }
}

/**
 * Patterns that no shell took up, since they were quoted, stand for the paths that fit; what fits nothing is told by its name. Paths
 * are whole, and links stand for what they lead to. Source: observed, Salt 3008.3.
 */
export function namedPaths(words: readonly string[]): string[] {
  return words.flatMap((word) => {
    const fitting = hasMagic(word) && statSync(word, { throwIfNoEntry: false }) === undefined ? globPaths(word) : [];
    return (fitting.length === 0 ? [word] : fitting).map(realPath);
  });
}

const realPath = (path: string): string => (statSync(path, { throwIfNoEntry: false }) === undefined ? resolve(path) : realpathSync(path));

const MODE_BITS = 0o7777;

/**
 * With several files, with an empty folder, or with `/` at its end, `dest` is a folder; a named folder comes below it with its name.
 * Source: golden cli/cp-chunked*; read, Salt 3008.3. @throws NoSuchSourceError
 */
export function gatherSources(named: readonly string[], dest: string): Sources {
  const found: { path: string; below: string | undefined; bytes: number; mode: number }[] = [];
  const empty: { path: string; below: string | undefined }[] = [];
  const walk = (path: string, below: string | undefined): void => {
    const stat = statSync(path, { throwIfNoEntry: false });
    if (stat === undefined) {
      // A link that leads nowhere, below a named folder, is no file to send.
      if (below === undefined) throw new NoSuchSourceError(path);
      return;
    }
    if (stat.isFile()) found.push({ path, below, bytes: stat.size, mode: stat.mode & MODE_BITS });
    if (!stat.isDirectory()) return;
    const names = readdirSync(path).sort();
    if (names.length === 0) empty.push({ path, below });
    for (const name of names) walk(join(path, name), below ?? path);
  };
  for (const path of named) walk(path, undefined);
  const destIsFolder = empty.length > 0 || found.length > 1 || dest.endsWith('/');
  const place = (path: string, below: string | undefined): string => {
    if (below !== undefined) return join(dest, basename(below), relative(below, path));
    return destIsFolder ? join(dest, basename(path)) : dest;
  };
  return {
    files: found.map(({ path, below, bytes, mode }) => ({ path, dest: place(path, below), bytes, mode })),
    folders: empty.map(({ path, below }) => place(path, below)),
  };
}
