/** Copying, moving and removing. */
import type { Context } from '../../../../kernel/contract/context.js';
import { CommandExecutionError, InvocationError } from '../../../../kernel/contract/errors.js';
import type { Sys } from '../../../../kernel/contract/sys.js';
import { isTruthy, type PlainMap, type Value } from '../../../../kernel/std/value.js';
import { copyContent, copyTree, makeFolders, moveTo, removeTree, ShutilError } from '../../../../kernel/sys/file/copying.js';
import { errorText, isSystemError, systemErrorText } from '../../../../kernel/sys/file/os-error.js';
import { isAbsolute, joinPath } from '../../../../kernel/sys/file/paths.js';
import { expandUser, isDirectory, isSymlink, pathExists } from '../../../../kernel/sys/file/probe.js';
import { readInteger } from '../look/read.js';
import { factsOf } from '../look/stat.js';
import { walk } from '../look/usage.js';
import { alignPerms } from './perms.js';

const DAY_SECONDS = 86_400;

/** `file.rename`. */
export async function rename(sys: Sys, from: string, to: string): Promise<true> {
  const [source, target] = [await expandUser(sys, from), await expandUser(sys, to)];
  if (!isAbsolute(source)) throw new InvocationError('File path must be absolute.');
  try {
    await sys.fs.rename(source, target);
    return true;
  } catch (error) {
    if (!isSystemError(error)) throw error;
    throw new CommandExecutionError(`Could not rename '${source}' to '${target}'`, { cause: error });
  }
}

/** `file.copy`: content, then owner and mode of the source on the top of the copy. */
export async function copy(ctx: Context, from: string, to: string, recurse: boolean, replace: boolean): Promise<true> {
  const { sys } = ctx;
  const [source, target] = [await expandUser(sys, from), await expandUser(sys, to)];
  if (!isAbsolute(source)) throw new InvocationError('File path must be absolute.');
  if (!(await pathExists(sys, source))) throw new CommandExecutionError(`No such file or directory '${source}'`);
  const before = await factsOf(sys, source);
  try {
    if (await isDirectory(sys, target) || await isDirectory(sys, source)) {
      if (!recurse) throw new InvocationError('Cannot copy overwriting a directory without recurse flag set to true!');
      if (replace && await pathExists(sys, target)) await removeTree(sys, target);
      await (replace ? copyTree(sys, source, target) : copyFilesInto(ctx, source, target));
    } else {
      await copyContent(sys, source, target);
    }
  } catch (error) {
    if (!isSystemError(error) && !(error instanceof ShutilError)) throw error;
    throw new CommandExecutionError(`Could not copy '${source}' to '${target}'`, { cause: error });
  }
  await alignPerms(ctx, target, null, { user: before.user, group: before.group, mode: before.mode });
  return true;
}

/** Lays the files of a tree over another: what is there and not in the source stays. */
async function copyFilesInto(ctx: Context, source: string, target: string): Promise<void> {
  for await (const folder of walk(ctx.sys, source, ctx.signal)) {
    const below = folder.path.replaceAll(source, '').replace(/^\/+/, '');
    await makeFolders(ctx.sys, joinPath(target, below));
    for (const name of folder.files) await copyContent(ctx.sys, joinPath(source, below, name), joinPath(target, below, name));
  }
}

/** `file.move`. */
export async function move(sys: Sys, from: string, to: string): Promise<PlainMap> {
  const [source, target] = [await expandUser(sys, from), await expandUser(sys, to)];
  if (!isAbsolute(source)) throw new InvocationError('Source path must be absolute.');
  if (!isAbsolute(target)) throw new InvocationError('Destination path must be absolute.');
  try {
    await moveTo(sys, source, target);
    return { result: true, comment: `'${source}' moved to '${target}'` };
  } catch (error) {
    if (!isSystemError(error) && !(error instanceof ShutilError)) throw error;
    throw new CommandExecutionError(`Unable to move '${source}' to '${target}': ${errorText(error)}`, { cause: error });
  }
}

/** `file.remove`: true when something was removed. */
export async function remove(sys: Sys, given: string): Promise<boolean> {
  const path = await expandUser(sys, given);
  if (!isAbsolute(path)) throw new InvocationError(`File path must be absolute: ${path}`);
  try {
    const folder = await isDirectory(sys, path);
    if (await isSymlink(sys, path) || (!folder && await pathExists(sys, path))) {
      await sys.fs.unlink(path);
      return true;
    }
    if (folder) await removeTree(sys, path);
    return folder;
  } catch (error) {
    if (!isSystemError(error)) throw error;
    throw new CommandExecutionError(`Could not remove '${path}': ${systemErrorText(error)}`, { cause: error });
  }
}

export interface RemovalOptions {
  readonly recurse: boolean;
  readonly verbose: boolean;
  /** Days since the last change; null takes any age. */
  readonly olderThan: Value;
}

/** `file.rmdir`: empty folders only; with `recurse` every empty one below, deepest first. */
export async function removeFolder(ctx: Context, given: string, options: RemovalOptions): Promise<Value> {
  const { sys } = ctx;
  const path = await expandUser(sys, given);
  if (!isAbsolute(path)) throw new InvocationError('File path must be absolute.');
  if (!(await isDirectory(sys, path))) throw new InvocationError(`A valid directory was not specified: ${path}`);
  const limit = oldestAllowed(ctx, options.olderThan);
  const deleted: string[] = [];
  const errors: Value[] = [];
  const tryRemove = async (folder: string): Promise<void> => {
    if (limit !== null && Number((await sys.fs.stat(folder)).mtimeMs) / 1000 >= limit) return;
    try {
      await sys.fs.rmdir(folder);
      deleted.push(folder);
    } catch (error) {
      if (!isSystemError(error)) throw error;
      errors.push([folder, errorText(error)]);
    }
  };
  if (options.recurse) {
    const below: string[] = [];
    for await (const folder of walk(sys, path, ctx.signal)) {
      below.push(...folder.folders.map((name) => joinPath(folder.path, name)));
    }
    for (const folder of below.toReversed()) await tryRemove(folder);
  }
  const clean = options.recurse && errors.length === 0;
  const counted = deleted.length;
  const failures = errors.length;
  await tryRemove(path);
  const removed = deleted.length > counted;
  const result = errors.length > failures ? false : removed ? clean || !options.recurse : clean;
  return options.verbose ? { deleted, errors, result } : result;
}

/** Time in seconds before which a folder counts as old; null when the age does not matter. */
function oldestAllowed(ctx: Context, days: Value): number | null {
  if (!isTruthy(days)) return null;
  try {
    return ctx.sys.now() / 1000 - readInteger(days) * DAY_SECONDS;
  } catch (error) {
    ctx.log.error({ err: error }, "Unable to set 'older_than'. Defaulting to 0 days");
    return null;
  }
}
