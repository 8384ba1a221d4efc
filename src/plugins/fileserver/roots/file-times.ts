/** When each served file was changed, and what that says since the last look. Kept in the form of Salt's own `mtime_map`. */
import { stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Context } from '../../../kernel/contract/context.js';
import { isOsError } from '../../../kernel/std/os-error.js';
import type { PlainMap } from '../../../kernel/std/value.js';
import { FolderListing, type ListingRules } from '../../../kernel/sys/tree/folder-listing.js';

/** Path to seconds. */
export type FileTimes = ReadonlyMap<string, number>;

const LOOKS_AT_ONCE = 32;

export async function timesOf(folders: readonly string[], rules: ListingRules): Promise<FileTimes> {
  const times = new Map<string, number>();
  for (const folder of new Set(folders)) {
    const { files } = await FolderListing.of([folder], rules);
    for (let at = 0; at < files.length; at += LOOKS_AT_ONCE) {
      await Promise.all(files.slice(at, at + LOOKS_AT_ONCE).map(async (rel) => {
        const path = join(folder, rel);
        const time = await changedAt(path);
        if (time !== undefined) times.set(path, time);
      }));
    }
  }
  return times;
}

async function changedAt(path: string): Promise<number | undefined> {
  try {
    return (await stat(path)).mtimeMs / 1000;
  } catch (error) {
    // Removed meanwhile, or a link to nothing.
    if (isOsError(error)) return undefined;
    throw error;
  }
}

/** Source: read, Salt 3008.3, `roots.update`. */
export function changesSince(before: FileTimes, now: FileTimes): { changed: boolean; files: PlainMap } {
  const changed = [...before].filter(([path, time]) => now.has(path) && now.get(path) !== time).map(([path]) => path);
  const removed = [...before.keys()].filter((path) => !now.has(path));
  const added = [...now.keys()].filter((path) => !before.has(path));
  return { changed: changed.length + removed.length + added.length > 0, files: { changed, removed, added } };
}

export async function readTimes(ctx: Context, path: string): Promise<FileTimes> {
  const lines = ((await ctx.sys.readText(path)) ?? '').split('\n');
  return new Map(lines.flatMap((line) => {
    const match = /^(.+):([\d.]+)$/.exec(line);
    return match === null ? [] : [[match[1] ?? '', Number(match[2])] as const];
  }));
}

export async function writeTimes(ctx: Context, path: string, times: FileTimes): Promise<void> {
  await ctx.sys.fs.mkdir(dirname(path), { recursive: true, mode: 0o700 });
  await ctx.sys.writeFile(path, [...times].filter(([file]) => !file.includes('\n')).map(([file, time]) => `${file}:${time}\n`).join(''), { mode: 0o600 });
}
