/** How edited files are written and their former content kept. */
import type { Context } from '../../../../kernel/contract/context.js';
import { CommandExecutionError } from '../../../../kernel/contract/errors.js';
import type { Sys } from '../../../../kernel/contract/sys.js';
import { copyWithTimes } from '../../../../kernel/sys/file/copying.js';
import { errorText, isSystemError } from '../../../../kernel/sys/file/os-error.js';
import { dirname } from '../../../../kernel/sys/file/paths.js';
import { createTemporary } from '../../../../kernel/sys/file/temporary.js';
import { alignPerms } from '../change/perms.js';
import { factsOf, type PathFacts } from '../look/stat.js';

/** Copies a file beside itself with its mode and times; what had that name is replaced, links are not followed. */
export async function keepCopy(sys: Sys, path: string, copy: string): Promise<void> {
  const temporary = await besideName(sys, copy);
  try {
    await copyWithTimes(sys, path, temporary);
    await sys.fs.rename(temporary, copy);
  } catch (error) {
    await sys.fs.rm(temporary, { force: true });
    throw error;
  }
}

/** Gives the file itself a second name, so that its owner and rights are kept as well. */
async function keepOriginal(sys: Sys, path: string, copy: string): Promise<void> {
  const temporary = await besideName(sys, copy);
  await sys.fs.rm(temporary);
  await sys.fs.link(path, temporary);
  await sys.fs.rename(temporary, copy);
}

/** An empty file of ours in the folder of a path. */
async function besideName(sys: Sys, path: string): Promise<string> {
  const { path: temporary, handle } = await createTemporary(sys, dirname(path));
  await handle.close();
  return temporary;
}

interface Saving {
  /** What is appended to the path for the copy of the former content; empty or false keeps none. */
  readonly backup: string | false;
  /** The backup is a copy; otherwise the former file itself becomes the backup. */
  readonly keepInode: boolean;
  /** Write into the file as it is; otherwise a new file takes its place. Default: as `keepInode`. */
  readonly inPlace?: boolean;
}

/** Writes the content; the former content goes to the backup first. Owner and mode stay. */
export async function saveEdited(ctx: Context, path: string, content: Uint8Array, saving: Saving): Promise<void> {
  const { sys } = ctx;
  const before = await factsOf(sys, path);
  if (saving.backup !== false && saving.backup !== '') await makeBackup(sys, path, `${path}${saving.backup}`, saving.keepInode);
  try {
    if (saving.inPlace ?? saving.keepInode) await sys.fs.writeFile(path, content);
    else await sys.writeFile(path, content);
  } catch (error) {
    if (!isSystemError(error)) throw error;
    throw new CommandExecutionError(`Exception: ${errorText(error)}`, { cause: error });
  }
  await restoreRights(ctx, path, before);
}

/** Owner and mode as they were. */
export async function restoreRights(ctx: Context, path: string, { user, group, mode }: PathFacts): Promise<void> {
  await alignPerms(ctx, path, null, { user, group, mode });
}

async function makeBackup(sys: Sys, path: string, copy: string, keepInode: boolean): Promise<void> {
  try {
    await (keepInode ? keepCopy(sys, path, copy) : keepOriginal(sys, path, copy));
  } catch (error) {
    if (!isSystemError(error)) throw error;
    throw new CommandExecutionError(
      `Unable to move the temp file '${path}' to the backup file '${copy}'. Exception: ${errorText(error)}`, { cause: error },
    );
  }
}
