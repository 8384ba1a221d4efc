/** Many files at once: whole folders and environments, from the master to the cache or to a folder here. */
import { dirname, join } from 'node:path';
import type { Context } from '../../../kernel/contract/context.js';
import { mapLimited } from '../../../kernel/std/async.js';
import { fnmatch } from '../../../kernel/std/fnmatch.js';
import { pythonMatch } from '../../../kernel/std/python-regex.js';
import { isTruthy, type Value } from '../../../kernel/std/value.js';
import { cachedPath, masterPath } from './address.js';
import { digestOf } from './digest.js';
import { cacheFile, fetchFromMaster } from './fetch.js';

/** A name with a question mark is marked, else what follows counts as options. */
const saltAddress = (path: string): string => `salt://${path.includes('?') ? '|' : ''}${path}`;

/** Files on their way at once. */
const FILES_AT_ONCE = 8;

/** Order of texts as Python sorts them: by code point. */
const byText = (a: string, b: string): number => Buffer.compare(Buffer.from(a), Buffer.from(b));

export async function cacheMaster(ctx: Context, saltenv: string): Promise<Value[]> {
  return mapLimited(await ctx.port('files').fileList(saltenv, ''), FILES_AT_ONCE, (path) => cacheFile(ctx, saltAddress(path), { saltenv }));
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
  const wanted = (await files.fileList(saltenv, '')).filter((path) => path.startsWith(prefix) && isWanted(path, patterns));
  const copies = await mapLimited(wanted, FILES_AT_ONCE, (path) => cacheFile(ctx, saltAddress(path), { saltenv }));
  const cached = copies.filter((copy): copy is string => copy !== false && copy !== '');
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
  const options = { saltenv, makedirs: true, ...(gzip === undefined ? {} : { gzip }) };
  const wanted = (await files.fileList(saltenv, path)).filter(isInside);
  const copies = await mapLimited(wanted, FILES_AT_ONCE, (found) => fetchFromMaster(ctx, saltAddress(found), below(found), options));
  const got = copies.filter((copy): copy is string => copy !== false);
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
