/** One folder of a file tree as a mapping. */
import { join } from 'node:path';
import { isUtf8 } from 'node:buffer';
import type { Context } from '../../../kernel/contract/context.js';
import { CommandExecutionError } from '../../../kernel/contract/errors.js';
import { fnmatch } from '../../../kernel/std/fnmatch.js';
import { mapFrom, type Value, type ValueMap } from '../../../kernel/std/value.js';

export interface TreeOptions {
  readonly followLinks: boolean;
  /** Whether a file keeps the line break at its end; globs name files that do. */
  readonly keepNewline: boolean | readonly string[];
  /** Renderers that the files go through; without it they are bytes. */
  readonly pipe: { readonly usual: Value; readonly refused: Value; readonly allowed: Value } | undefined;
}

const DEPTH_MAX = 100;
const FILES_MAX = 100_000;
const BYTES_MAX = 64 * 1024 * 1024;

interface Tally {
  files: number;
  bytes: number;
}

/** @throws CommandExecutionError for a tree that is too large, renderer errors */
export function readTree(folder: string, options: TreeOptions, ctx: Context): Promise<ValueMap> {
  return readFolder(folder, '', options, ctx, { files: 0, bytes: 0 }, 0);
}

async function readFolder(folder: string, prefix: string, options: TreeOptions, ctx: Context, tally: Tally, depth: number): Promise<ValueMap> {
  if (depth > DEPTH_MAX) throw new CommandExecutionError(`file_tree: folders are nested deeper than ${DEPTH_MAX} levels`);
  const names = await ctx.sys.fs.readdir(folder);
  const folders: [string, Value][] = [];
  const files: [string, Value][] = [];
  for (const name of names) {
    ctx.signal.throwIfAborted();
    const [path, inner] = [join(folder, name), join(prefix, name)];
    const kind = await kindOf(path, ctx);
    // A link to a folder that is not followed is an empty mapping, as in Salt.
    if (kind === 'folder') folders.push([name, await readFolder(path, inner, options, ctx, tally, depth + 1)]);
    else if (kind === 'linked folder') folders.push([name, options.followLinks ? await readFolder(path, inner, options, ctx, tally, depth + 1) : {}]);
    else if (kind === 'file') files.push([name, await readValue(path, inner, options, ctx, tally)]);
    else ctx.log.error({ path }, 'file_tree: not a regular file');
  }
  return mapFrom([...folders, ...files]);
}

async function kindOf(path: string, ctx: Context): Promise<'file' | 'folder' | 'linked folder' | 'other'> {
  const isLink = (await ctx.sys.fs.lstat(path)).isSymbolicLink();
  if (isLink && !await ctx.sys.exists(path)) return 'other';
  const found = await ctx.sys.fs.stat(path);
  if (found.isDirectory()) return isLink ? 'linked folder' : 'folder';
  return found.isFile() ? 'file' : 'other';
}

async function readValue(path: string, inner: string, { keepNewline, pipe }: TreeOptions, ctx: Context, tally: Tally): Promise<Value> {
  tally.files += 1;
  tally.bytes += (await ctx.sys.fs.stat(path)).size;
  if (tally.files > FILES_MAX) throw new CommandExecutionError(`file_tree: more than ${FILES_MAX} files`);
  if (tally.bytes > BYTES_MAX) throw new CommandExecutionError(`file_tree: the files have more than ${BYTES_MAX} bytes`);
  const bytes = await ctx.sys.fs.readFile(path);
  const keeps = typeof keepNewline === 'boolean' ? keepNewline : keepNewline.some((glob) => fnmatch(inner, glob));
  const content = !keeps && bytes.at(-1) === 0x0a ? bytes.subarray(0, -1) : bytes;
  if (pipe === undefined) return content;
  if (!isUtf8(content)) throw new CommandExecutionError(`file_tree: ${path} is no text and cannot be rendered`);
  const { usual, refused, allowed } = pipe;
  return ctx.port('render').pipe(content.toString('utf8'), {
    saltenv: 'base', path, variables: {}, ...(typeof usual === 'string' ? { renderer: usual } : {}), ...(Array.isArray(refused) ? { refused: refused.map(String) } : {}),
    ...(Array.isArray(allowed) ? { allowed: allowed.map(String) } : {}),
  });
}
