/** Empties the folders in which the minion keeps what it can fetch again. */
import type { Dirent } from 'node:fs';
import { join } from 'node:path';
import type { Context } from '../../../kernel/contract/context.js';
import { asError } from '../../../kernel/std/async.js';

const HOUR_MS = 3_600_000;

async function entriesOf(ctx: Context, folder: string): Promise<Dirent[]> {
  try {
    return await ctx.sys.fs.readdir(folder, { withFileTypes: true });
  } catch (error) {
    // What is not there, or was removed meanwhile, is empty already.
    if (['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '')) return [];
    throw error;
  }
}

async function removeFiles(ctx: Context, folder: string): Promise<void> {
  for (const entry of await entriesOf(ctx, folder)) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) await removeFiles(ctx, path);
    else await ctx.sys.fs.rm(path, { force: true });
  }
}

async function reporting(ctx: Context, work: () => Promise<void>): Promise<boolean> {
  try {
    await work();
    return true;
  } catch (error) {
    ctx.log.error({ err: asError(error) }, 'cache not cleared');
    return false;
  }
}

/** Removes every file below the cache folder; folders stay, links are not followed. */
export function clearCache(ctx: Context): Promise<boolean> {
  return reporting(ctx, () => removeFiles(ctx, String(ctx.opts['cachedir'])));
}

/** Removes kept jobs that are older. */
export function clearJobCache(ctx: Context, hours: number): Promise<boolean> {
  return reporting(ctx, async () => {
    const folder = join(String(ctx.opts['cachedir']), 'minion_jobs');
    for (const entry of await entriesOf(ctx, folder)) {
      if (!entry.isDirectory()) continue;
      const path = join(folder, entry.name);
      const { mtimeMs } = await ctx.sys.fs.stat(path);
      if (mtimeMs < ctx.sys.now() - hours * HOUR_MS) await ctx.sys.fs.rm(path, { recursive: true, force: true });
    }
  });
}

/** Names of custom modules by kind, as they lie in the cache; without file endings. */
export async function listExtmods(ctx: Context): Promise<Record<string, string[]>> {
  const root = join(String(ctx.opts['cachedir']), 'extmods');
  const found: Record<string, string[]> = {};
  for (const { name: kind } of await entriesOf(ctx, root)) {
    const names = new Set<string>();
    await collectNames(ctx, join(root, kind), names);
    found[kind] = [...names];
  }
  return found;
}

async function collectNames(ctx: Context, folder: string, names: Set<string>): Promise<void> {
  for (const entry of await entriesOf(ctx, folder)) {
    if (entry.isDirectory()) await collectNames(ctx, join(folder, entry.name), names);
    else names.add(entry.name.split('.')[0] ?? '');
  }
}
