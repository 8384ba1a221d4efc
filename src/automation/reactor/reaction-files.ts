/** The files that a reference of the map names: of the file server, or of this machine with wildcards in any part of the path. */
import { readFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { FilePort } from '../../kernel/contract/ports.js';
import type { Sys } from '../../kernel/contract/sys.js';
import { fnmatchFilter } from '../../kernel/std/fnmatch.js';
import type { ReactionFile } from './compile.js';

const FILE_BYTES_MAX = 1024 * 1024;
const FILES_MAX = 1000;
const GLOB = /[*?[]/;

export async function reactionFiles(reference: string, { files, sys }: { files: Pick<FilePort, 'cacheFile'>; sys: Sys }): Promise<ReactionFile[]> {
  if (reference.startsWith('salt://')) {
    const cached = await files.cacheFile(reference, 'base');
    return cached === undefined ? [] : [{ path: cached, source: reference, text: await readText(cached) }];
  }
  const paths = await expand(reference, sys);
  return Promise.all(paths.map(async (path) => ({ path, source: path, text: await readText(path) })));
}

async function readText(path: string): Promise<string> {
  const bytes = await readFile(path);
  if (bytes.length > FILE_BYTES_MAX) throw new RangeError(`${path} has ${bytes.length} bytes: a reaction file may have ${FILE_BYTES_MAX}`);
  return bytes.toString('utf8');
}

/** Wildcards in any part of a path; files that begin with a dot only where the pattern does. */
async function expand(pattern: string, sys: Sys): Promise<string[]> {
  if (!GLOB.test(pattern)) return (await isFile(pattern, sys)) ? [pattern] : [];
  const folders = GLOB.test(dirname(pattern)) ? await expandFolders(dirname(pattern), sys) : [dirname(pattern)];
  const found: string[] = [];
  for (const folder of folders) {
    const names = fnmatchFilter(await namesIn(folder, sys), basename(pattern)).filter((name) => !name.startsWith('.') || basename(pattern).startsWith('.'));
    for (const name of names.sort()) if (found.length < FILES_MAX && await isFile(join(folder, name), sys)) found.push(join(folder, name));
  }
  return found;
}

async function expandFolders(pattern: string, sys: Sys): Promise<string[]> {
  const parents = GLOB.test(dirname(pattern)) ? await expandFolders(dirname(pattern), sys) : [dirname(pattern)];
  const found: string[] = [];
  for (const parent of parents) for (const name of fnmatchFilter(await namesIn(parent, sys), basename(pattern)).sort()) found.push(join(parent, name));
  return found;
}

const namesIn = (folder: string, sys: Sys): Promise<string[]> => sys.fs.readdir(folder).catch(() => []);
const isFile = (path: string, sys: Sys): Promise<boolean> => sys.fs.stat(path).then((stat) => stat.isFile(), () => false);
