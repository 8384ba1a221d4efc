/** Puts a prepared file in the place of another: all of it or nothing. */
import type { Context } from '../../../../kernel/contract/context.js';
import { PythonError } from '../../../../kernel/contract/errors.js';
import { str } from '../../../../kernel/std/python-text.js';
import type { Value } from '../../../../kernel/std/value.js';
import { moveTo } from '../../../../kernel/sys/file/copying.js';
import { pourInto } from '../../../../kernel/sys/file/content.js';
import { systemError } from '../../../../kernel/sys/file/os-error.js';
import { absolutePath, dirname, basename } from '../../../../kernel/sys/file/paths.js';
import { isDirectory, isRegularFile, pathExists, statOf } from '../../../../kernel/sys/file/probe.js';
import { createTemporary } from '../../../../kernel/sys/file/temporary.js';
import { backupRoot, backUp } from './backups.js';

const PERMISSION_BITS = 0o7777n;
const NAME_PREFIX_MAX = 200;

/** The path the source shall take is missing, or the source itself; Python's bare `OSError`. */
export class CommitError extends PythonError {
  constructor(path: string) {
    super('OSError', `[Errno 2] No such file or directory: ${path}`);
  }
}

/**
 * Copies a file beside the target and renames it, so that readers see the old or the new content. An existing target gives
 * its owner and mode, a new file is for its owner only. `backup` is a mode such as `minion`.
 * @throws CommitError
 */
export async function commitFile(ctx: Context, source: string, target: string, backup: Value): Promise<void> {
  const { sys } = ctx;
  if (!(await isRegularFile(sys, source))) throw new CommitError(source);
  if (!(await isDirectory(sys, dirname(target)))) throw new CommitError(target);
  // Differs: Salt moves its temporary file into a folder that is in the way.
  if (await isDirectory(sys, target)) throw systemError('EISDIR', target);
  const folder = dirname(absolutePath(target));
  const { path: temporary, handle } = await createTemporary(sys, folder, basename(target).slice(0, NAME_PREFIX_MAX));
  try {
    try {
      await pourInto(sys, source, handle);
      await keepFormer(ctx, target, backup);
      const before = await statOf(sys, target);
      if (before !== undefined) {
        await handle.chown(Number(before.uid), Number(before.gid));
        await handle.chmod(Number(before.mode & PERMISSION_BITS));
      }
    } finally {
      await handle.close();
    }
    await moveTo(sys, temporary, target);
  } catch (error) {
    await sys.fs.rm(temporary, { force: true });
    throw error;
  }
  await resetContext(ctx, target);
}

async function keepFormer(ctx: Context, target: string, backup: Value): Promise<void> {
  const mode = str(await ctx.call('config.backup_mode', [backup]));
  if ((mode === 'minion' || mode === 'both') && await pathExists(ctx.sys, target)) await backUp(ctx.sys, target, backupRoot(ctx));
}

/** A file that was made elsewhere gets the SELinux context of its place, where contexts are enforced. */
async function resetContext(ctx: Context, target: string): Promise<void> {
  if (!(await ctx.has('selinux.getenforce'))) return;
  const program = await ctx.sys.which('restorecon');
  if (program === undefined || (await ctx.call('selinux.getenforce')) !== 'Enforcing') return;
  await ctx.sys.run([program, target], { signal: ctx.signal });
}
