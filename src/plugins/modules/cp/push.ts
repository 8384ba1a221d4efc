/** Sends files of this minion to the master, where `file_recv` allows it. */
import { basename, isAbsolute, join, normalize } from 'node:path';
import type { Context } from '../../../kernel/contract/context.js';
import { fnmatch } from '../../../kernel/std/fnmatch.js';
import { isOsError } from '../../../kernel/std/os-error.js';

export interface PushOptions {
  readonly keepSymlinks?: boolean;
  readonly uploadPath?: string | undefined;
  readonly removeSource?: boolean;
}

async function realPath(ctx: Context, path: string): Promise<string> {
  return (await ctx.sys.exists(path)) ? ctx.sys.fs.realpath(path) : path;
}

async function isFile(ctx: Context, path: string): Promise<boolean> {
  return (await ctx.sys.exists(path)) && (await ctx.sys.fs.stat(path)).isFile();
}

/** True when the master has taken the file. */
export async function pushFile(ctx: Context, path: string, options: PushOptions): Promise<boolean> {
  if (path.includes('../') || !isAbsolute(path)) return false;
  const source = options.keepSymlinks === true ? path : await realPath(ctx, path);
  if (!(await isFile(ctx, source))) return false;
  const wanted = options.uploadPath ?? source;
  if (wanted.includes('../')) return false;
  const parts = normalize(wanted.replace(/^\/+/, '')).split('/').filter((part) => part !== '');
  if (!(await ctx.port('files').push(source, parts))) {
    ctx.log.error({ path: source }, "push failed: the master needs 'file_recv', and files below 'file_recv_max_size'");
    return false;
  }
  return options.removeSource === true ? removeSource(ctx, source) : true;
}

async function removeSource(ctx: Context, source: string): Promise<boolean> {
  try {
    await ctx.sys.fs.rm(source);
    return true;
  } catch (error) {
    if (!isOsError(error)) throw error;
    ctx.log.error({ err: error, path: source }, 'pushed file not removed');
    return false;
  }
}

/** Every file below a folder whose name fits the pattern; stops at the first that the master does not take. */
export async function pushFolder(ctx: Context, path: string, glob: string | null, uploadPath: string | undefined): Promise<boolean> {
  if (path.includes('../') || !isAbsolute(path)) return false;
  const root = await realPath(ctx, path);
  if (await isFile(ctx, root)) return pushFile(ctx, root, { uploadPath });
  const files = (await filesBelow(ctx, root)).filter((file) => glob === null || fnmatch(basename(file), glob));
  for (const file of files) {
    const upload = uploadPath === undefined ? undefined : join('/', uploadPath, file.slice(root.length));
    if (!(await pushFile(ctx, file, { uploadPath: upload }))) return false;
  }
  return files.length > 0;
}

async function filesBelow(ctx: Context, folder: string): Promise<string[]> {
  if (!(await ctx.sys.exists(folder))) return [];
  const files: string[] = [];
  const folders: string[] = [];
  for (const entry of await ctx.sys.fs.readdir(folder, { withFileTypes: true })) {
    (entry.isDirectory() ? folders : files).push(join(folder, entry.name));
  }
  for (const below of folders) files.push(...(await filesBelow(ctx, below)));
  return files;
}
