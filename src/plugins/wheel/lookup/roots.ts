/** Files below the folders that a master serves, by environment: what `file_roots` and `pillar_roots` share. Source: read, Salt 3008.3. */
import { isUtf8 } from 'node:buffer';
import { dirname, join } from 'node:path';
import type { Context } from '../../../kernel/contract/context.js';
import { PythonError } from '../../../kernel/contract/errors.js';
import { p } from '../../../kernel/contract/params.js';
import { fn, type Fn } from '../../../kernel/contract/plugin.js';
import { reprText, str } from '../../../kernel/std/python-text.js';
import { isMap, mapEntries, mapFrom, mapGet, typeName, type PlainMap, type Value, type ValueMap } from '../../../kernel/std/value.js';
import { safeJoinReal, UnsafePathError } from '../../../kernel/sys/safe-path.js';

export type RootsOption = 'file_roots' | 'pillar_roots';

const START_BYTES = 512;
const FILE_BYTES_MAX = 64 * 1024 * 1024;
const DEPTH_MAX = 100;

function environments(option: RootsOption, ctx: Context): ValueMap {
  const roots = ctx.opts[option];
  return roots !== undefined && isMap(roots) ? roots : {};
}

/** Undefined when there is no such environment. */
function rootsOf(option: RootsOption, saltenv: string, ctx: Context): string[] | undefined {
  const roots = mapGet(environments(option, ctx), saltenv);
  return roots === undefined ? undefined : (Array.isArray(roots) ? roots as readonly Value[] : [roots]).map(str);
}

/** The path below a root, also behind its links; undefined for one that leads out. */
async function below(root: string, path: string): Promise<string | undefined> {
  try {
    return await safeJoinReal(root, path);
  } catch (err) {
    if (err instanceof UnsafePathError) return undefined;
    throw err;
  }
}

/** Text is what has no null character and is UTF-8 at its beginning. */
function isText(bytes: Buffer): boolean {
  const start = bytes.subarray(0, START_BYTES);
  if (start.includes(0)) return false;
  // A letter may be cut at the end.
  return [0, 1, 2, 3].some((cut) => isUtf8(start.subarray(0, start.length - cut)));
}

interface Found {
  readonly full: string;
  readonly bytes: Buffer;
}

async function findAll(option: RootsOption, path: string, saltenv: string, ctx: Context): Promise<Found[]> {
  const found: Found[] = [];
  for (const root of rootsOf(option, saltenv, ctx) ?? []) {
    const full = await below(root, path);
    const stat = full === undefined ? undefined : await ctx.sys.fs.stat(full).catch(() => undefined);
    if (full === undefined || stat?.isFile() !== true || stat.size > FILE_BYTES_MAX) continue;
    found.push({ full: join(root, path), bytes: await ctx.sys.fs.readFile(full) });
  }
  return found;
}

async function tree(folder: string, depth: number, ctx: Context): Promise<Value> {
  const entries = await ctx.sys.fs.readdir(folder, { withFileTypes: true }).catch(() => []);
  const pairs: [string, Value][] = [];
  for (const entry of entries) {
    const path = join(folder, entry.name);
    const isFolder = entry.isDirectory() || (entry.isSymbolicLink() && (await ctx.sys.fs.stat(path).catch(() => undefined))?.isDirectory() === true);
    pairs.push([entry.name, !isFolder ? 'f' : entry.isSymbolicLink() || depth >= DEPTH_MAX ? {} : await tree(path, depth + 1, ctx)]);
  }
  return mapFrom(pairs);
}

async function listEnvironment(option: RootsOption, saltenv: string, ctx: Context): Promise<ValueMap> {
  const found: [string, Value][] = [];
  for (const root of rootsOf(option, saltenv, ctx) ?? []) found.push([root, await tree(root, 0, ctx)]);
  return mapFrom(found);
}

/** @throws PythonError for what is no text: Salt writes no numbers either */
function textOf(data: Value): string {
  if (typeof data === 'string') return data;
  throw new PythonError('TypeError', `expected str, bytes, or bytearray not <class '${typeName(data)}'>`);
}

async function write(option: RootsOption, request: { data: Value; path: string; saltenv: string; index: number }, ctx: Context): Promise<string> {
  const { data, path, saltenv, index } = request;
  const text = textOf(data);
  const roots = rootsOf(option, saltenv, ctx);
  if (roots === undefined) return `Named environment ${saltenv} is not present`;
  const root = roots.at(index);
  if (root === undefined) return `Specified index ${index} in environment ${saltenv} is not present`;
  if (path.startsWith('/')) return `The path passed in ${path} is not relative to the environment ${saltenv}`;
  const target = await below(root, path);
  if (target === undefined || path === '' || path.endsWith('/')) return option === 'file_roots' ? `Invalid path: ${path}` : 'Invalid path';
  if ((await ctx.sys.fs.stat(target).catch(() => undefined))?.isDirectory() === true) {
    throw new PythonError('IsADirectoryError', `[Errno 21] Is a directory: ${reprText(`${root}/${path}`)}`);
  }
  await ctx.sys.fs.mkdir(dirname(target), { recursive: true });
  await ctx.sys.writeFile(target, text);
  return `Wrote data to file ${join(root, path)}`;
}

const saltenv = p.string('base');
const path = p.string();

/** The functions of a wheel module for one of the options. */
export function rootsFunctions(option: RootsOption): Record<string, Fn> {
  return {
    find: fn({
      doc: 'List where a file lies, and whether it is text or not.', params: { path, saltenv },
      run: async (args, ctx) => (await findAll(option, args.path, args.saltenv, ctx)).map(({ full, bytes }): PlainMap => ({ [full]: isText(bytes) ? 'txt' : 'bin' })),
    }),
    list_env: fn({ doc: 'Give all files and folders of an environment.', params: { saltenv }, run: (args, ctx) => listEnvironment(option, args.saltenv, ctx) }),
    list_roots: fn({
      doc: 'Give all files and folders of every environment.',
      run: async (_, ctx) => {
        const found: [Value, Value][] = [];
        for (const [name] of mapEntries(environments(option, ctx))) found.push([name, [await listEnvironment(option, str(name), ctx)]]);
        return mapFrom(found);
      },
    }),
    read: fn({
      doc: 'Give the text of a file from each folder that has it.', params: { path, saltenv },
      run: async (args, ctx) => (await findAll(option, args.path, args.saltenv, ctx)).filter(({ bytes }) => isText(bytes)).map(({ full, bytes }): PlainMap => ({ [full]: bytes.toString('utf8') })),
    }),
    write: fn({
      doc: 'Write a file below one of the folders of an environment.', params: { data: p.any(), path, saltenv, index: p.int(0) },
      run: (args, ctx) => write(option, args, ctx),
    }),
  };
}
