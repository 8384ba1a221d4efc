/** Making folders. */
import type { Context } from '../../../../kernel/contract/context.js';
import { InvocationError } from '../../../../kernel/contract/errors.js';
import { isTruthy, type Value } from '../../../../kernel/std/value.js';
import { normalizeMode } from '../../../../kernel/sys/file/mode.js';
import { failedWith } from '../../../../kernel/sys/file/os-error.js';
import { dirname, normalizePath, splitPath } from '../../../../kernel/sys/file/paths.js';
import { expandUser, isDirectory, pathExists } from '../../../../kernel/sys/file/probe.js';
import { alignPerms } from './perms.js';
import { readInteger } from '../look/read.js';

interface Owner {
  readonly user: Value;
  readonly group: Value;
  readonly mode: Value;
}

/** `file.mkdir`. */
export async function makeFolder(ctx: Context, given: string, owner: Owner): Promise<true> {
  const folder = normalizePath(await expandUser(ctx.sys, given));
  if (!(await isDirectory(ctx.sys, folder))) await makeFolderWithPerms(ctx, folder, owner);
  return true;
}

/** `file.makedirs`: the folders *above* a path; a path that ends in a slash is its own folder. */
export async function makeParents(ctx: Context, given: string, owner: Owner): Promise<string | null> {
  const path = await expandUser(ctx.sys, given);
  const wish = { ...owner, mode: isTruthy(owner.mode) ? normalizeMode(owner.mode) : owner.mode };
  let folder = normalizePath(dirname(path));
  if (await isDirectory(ctx.sys, folder)) return `Directory '${folder}' already exists`;
  if (await pathExists(ctx.sys, folder)) return `The path '${folder}' already exists and is not a directory`;
  const missing: string[] = [];
  while (!(await isDirectory(ctx.sys, folder))) {
    missing.push(folder);
    const parent = dirname(folder);
    if (parent === folder) {
      throw new InvocationError(
        `Recursive creation for path '${parent}' would result in an infinite loop. Please use an absolute path.`,
      );
    }
    folder = parent;
  }
  for (const path of missing.toReversed()) await makeFolder(ctx, path, wish);
  return null;
}

/** `file.makedirs_perms`: the folder and what is missing above it, all with the same owner and mode. */
export async function makeFolderWithPerms(ctx: Context, given: string, owner: Owner): Promise<null> {
  const path = await expandUser(ctx.sys, given);
  let [head, tail] = splitPath(path);
  if (tail === '') [head, tail] = splitPath(head);
  if (head !== '' && tail !== '' && !(await pathExists(ctx.sys, head))) {
    try {
      await makeFolderWithPerms(ctx, head, owner);
    } catch (error) {
      if (!failedWith(error, 'EEXIST')) throw error;
    }
    if (tail === '.') return null;
  }
  await ctx.sys.fs.mkdir(path);
  // Salt reads the digits as a decimal number first, so '0o755' is an error here.
  const mode = isTruthy(owner.mode) ? readInteger(owner.mode) : null;
  await alignPerms(ctx, path, null, { user: owner.user, group: owner.group, mode });
  return null;
}
