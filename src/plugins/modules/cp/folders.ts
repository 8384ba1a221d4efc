/** Many files at once: whole folders and environments, from the master to the cache or to a folder here. */
import { dirname, join } from 'node:path';
import type { Context } from '../../../kernel/contract/context.js';
import { fnmatch } from '../../../kernel/std/fnmatch.js';
import { pythonMatch } from '../../../kernel/std/python-regex.js';
import { isTruthy, type Value } from '../../../kernel/std/value.js';
import { cachedPath, masterPath } from './address.js';
import { digestOf } from './digest.js';
import { cacheFile, fetchFromMaster } from './fetch.js';

const saltAddress = (path: string): string => `salt://${path}`;

/** Order of texts as Python sorts them: by code point. */
const byText = (a: string, b: string): number => Buffer.compare(Buffer.from(a), Buffer.from(b));

export async function cacheMaster(ctx: Context, saltenv: string): Promise<Value[]> {
  const cached: Value[] = [];
  for (const path of await ctx.port('files').fileList(saltenv, '')) cached.push(await cacheFile(ctx, saltAddress(path), { saltenv }));
  return cached;
}

/** Patterns are globs, or regular expressions behind `E@`; several in a list. */
export interface Patterns {
  readonly include: Value;
  readonly exclude: Value;
}

function fitsAny(path: string, patterns: Value): boolean {
  const list = Array.isArray(patterns) ? (patterns as readonly Value[]) : [patterns];
  return list.some((pattern) => {
    const text = String(pattern);
    return text.startsWith('E@') ? pythonMatch(text.slice(2), path, 'search') : fnmatch(path, text);
  });
}

function isWanted(path: string, { include, exclude }: Patterns): boolean {
  if (isTruthy(include) && !fitsAny(path, include)) return false;
  return !isTruthy(exclude) || !fitsAny(path, exclude);
}

export async function cacheFolder(ctx: Context, address: string, saltenv: string, includeEmpty: boolean, patterns: Patterns): Promise<string[]> {
  const files = ctx.port('files');
  const prefix = masterPath(address).replace(/\/?$/, '/');
  const cached: string[] = [];
  for (const path of await files.fileList(saltenv, '')) {
    if (!path.startsWith(prefix) || !isWanted(path, patterns)) continue;
    const copy = await cacheFile(ctx, saltAddress(path), { saltenv });
    if (copy !== false && copy !== '') cached.push(copy);
  }
  if (!includeEmpty) return cached;
  for (const path of await files.fileListEmptyDirs(saltenv, '')) {
    if (!path.startsWith(prefix)) continue;
    const folder = files.cachePath(path, saltenv);
    await ctx.sys.fs.mkdir(folder, { recursive: true });
    cached.push(folder);
  }
  return cached;
}

/** A folder of the master into `dest`, under its own name; empty folders too. Gives the paths, sorted. */
export async function getFolder(ctx: Context, address: string, dest: string, saltenv: string, gzip: number | undefined): Promise<string[]> {
  const files = ctx.port('files');
  const path = masterPath(address).replace(/\/+$/, '');
  const above = path.includes('/') ? path.slice(0, path.lastIndexOf('/')) : '';
  const below = (found: string): string => `${dest}/${found.slice(above.length).replace(/^\/+/, '')}`;
  const isInside = (found: string): boolean => found.startsWith(`${path}/`);
  const got: string[] = [];
  for (const found of (await files.fileList(saltenv, path)).filter(isInside)) {
    const copy = await fetchFromMaster(ctx, saltAddress(found), below(found), { saltenv, makedirs: true, ...(gzip === undefined ? {} : { gzip }) });
    if (copy !== false) got.push(copy);
  }
  for (const found of (await files.fileListEmptyDirs(saltenv, path)).filter(isInside)) {
    await ctx.sys.fs.mkdir(below(found), { recursive: true });
    got.push(below(found));
  }
  return got.sort(byText);
}

/** Names of the SLS files of an environment, sorted. */
export async function listStates(ctx: Context, saltenv: string): Promise<string[]> {
  const files = await ctx.port('files').fileList(saltenv, '');
  const names = files.filter((path) => path.endsWith('.sls')).map((path) => path.replace(/(\/init)?\.sls$/, '').replaceAll('/', '.'));
  return [...new Set(names)].sort(byText);
}

/** What lies in the cache: files of the master and local ones. */
export async function listCached(ctx: Context, saltenv: string): Promise<string[]> {
  const root = String(ctx.opts['cachedir']);
  const found = new Set<string>();
  for (const folder of [join(root, 'files', saltenv), join(root, 'localfiles')]) await collectFiles(ctx, folder, found);
  return [...found].sort(byText);
}

async function collectFiles(ctx: Context, folder: string, found: Set<string>): Promise<void> {
  if (!(await ctx.sys.exists(folder))) return;
  for (const entry of await ctx.sys.fs.readdir(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) await collectFiles(ctx, path, found);
    else found.add(path);
  }
}

/** A copy of a file of this machine in the cache; empty text when there is no such file. */
export async function cacheLocalFile(ctx: Context, path: string, saltenv: string): Promise<string> {
  if (!(await ctx.sys.exists(path))) return '';
  const known = await cachedPath(ctx, path, saltenv);
  const digest = (file: string): Promise<string> => digestOf(ctx, file, String(ctx.opts['hash_type'] ?? 'sha256'));
  if (known !== '' && (await digest(known)) === (await digest(path))) return known;
  const copy = join(String(ctx.opts['cachedir']), 'localfiles', path.replace(/^\/+/, ''));
  await ctx.sys.fs.mkdir(dirname(copy), { recursive: true });
  await ctx.sys.fs.copyFile(path, copy);
  return copy;
}
