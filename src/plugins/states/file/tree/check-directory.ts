/** What bringing a folder into order would change. */
import type { Context } from '../../../../kernel/contract/context.js';
import { PythonError } from '../../../../kernel/contract/errors.js';
import { str } from '../../../../kernel/std/python-text.js';
import { isPlainMap, isTruthy, type PlainMap, type Value } from '../../../../kernel/std/value.js';
import { joinPath } from '../../../../kernel/sys/file/paths.js';
import { isDirectory } from '../../../../kernel/sys/file/probe.js';
import { isChosen } from '../ground/patterns.js';
import { walkTree, type Level } from '../ground/walk.js';
import { relative } from './clean.js';
import { fileMeta, folderMeta } from './folder-meta.js';
import { keptPaths } from './keep.js';
import { recurseSet } from './recurse-set.js';

export interface DirectoryWish {
  readonly user: Value;
  readonly group: Value;
  readonly recurse: Value;
  readonly maxDepth: number | null;
  readonly dirMode: string | null;
  readonly fileMode: string | null;
  readonly clean: boolean;
  readonly require: Value;
  readonly excludePat: Value;
  readonly follow: boolean;
  readonly childrenOnly: boolean;
}

interface Foretold {
  readonly result: boolean | null;
  readonly comment: string;
  readonly changes: PlainMap;
}

/** The levels of a folder that are looked at. */
export async function levelsOf(ctx: Context, path: string, maxDepth: number | null): Promise<Level[]> {
  const levels: Level[] = [];
  for await (const level of walkTree(ctx.sys, path, maxDepth === null ? {} : { levels: maxDepth })) levels.push(level);
  return levels;
}

export async function checkDirectory(ctx: Context, path: string, wish: DirectoryWish): Promise<Foretold> {
  const changes: PlainMap = {};
  const levels = isTruthy(wish.recurse) || wish.clean ? await levelsOf(ctx, path, wish.maxDepth) : [];
  let root = { user: wish.user, group: wish.group, mode: wish.dirMode };
  if (isTruthy(wish.recurse)) {
    const kinds = kindsOrFault(wish.recurse);
    if (typeof kinds === 'string') return { result: false, comment: kinds, changes };
    // The folder itself is asked for no more than what is below it: Salt's way.
    root = { user: kinds.has('user') ? wish.user : null, group: kinds.has('group') ? wish.group : null, mode: kinds.has('mode') ? wish.dirMode : null };
    const files = { ...root, mode: kinds.has('mode') ? wish.fileMode : null };
    for (const { folder, folders, files: names } of levels) {
      if (!kinds.has('ignore_files')) for (const name of names) note(changes, joinPath(folder, name), await fileMeta(ctx, joinPath(folder, name), files, wish.follow));
      if (!kinds.has('ignore_dirs')) for (const name of folders) note(changes, joinPath(folder, name), await folderMeta(ctx, joinPath(folder, name), root, wish.follow));
    }
  }
  if (!wish.childrenOnly) note(changes, path, await folderMeta(ctx, path, root, wish.follow));
  if (wish.clean) await noteRemovals(ctx, path, wish, levels, changes);
  if (!await isDirectory(ctx.sys, path)) changes[path] = { directory: 'new' };
  if (Object.keys(changes).length === 0) return { result: true, comment: `The directory ${path} is in the correct state`, changes };
  return { result: null, comment: `The following files will be changed:\n${linesOf(changes).join('')}`, changes };
}

function kindsOrFault(recurse: Value): ReadonlySet<string> | string {
  try {
    return recurseSet(recurse);
  } catch (error) {
    if (error instanceof PythonError) return error.message;
    throw error;
  }
}

function note(changes: PlainMap, path: string, found: PlainMap): void {
  if (Object.keys(found).length > 0) changes[path] = found;
}

async function noteRemovals(ctx: Context, path: string, wish: DirectoryWish, levels: readonly Level[], changes: PlainMap): Promise<void> {
  const kept = [...await keptPaths(ctx, path, wish.require)];
  for (const { folder, folders, files } of levels) {
    for (const name of [...files, ...folders]) {
      const below = joinPath(folder, name);
      // Part of a kept path: Salt compares text here, so a name that begins another is spared in the foretelling.
      if (kept.some((one) => one.includes(below)) || !isChosen(relative(below, path), null, wish.excludePat)) continue;
      changes[below] = { removed: 'Removed due to clean' };
    }
  }
}

const linesOf = (changes: PlainMap): string[] => Object.entries(changes).flatMap(([path, found]) =>
  (isPlainMap(found) ? Object.entries(found).map(([key, value]) => `${path}: ${key} - ${str(value)}\n`) : []));
