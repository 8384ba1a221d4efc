/** `file.rename`. */
import type { Context } from '../../../../kernel/contract/context.js';
import { PythonError } from '../../../../kernel/contract/errors.js';
import { done, wouldChange } from '../../../../kernel/contract/state.js';
import type { PlainMap } from '../../../../kernel/std/value.js';
import { moveTo } from '../../../../kernel/sys/file/copying.js';
import { isSystemError } from '../../../../kernel/sys/file/os-error.js';
import { dirname } from '../../../../kernel/sys/file/paths.js';
import { isDirectory, isSymlink, linkOrPathExists } from '../../../../kernel/sys/file/probe.js';
import { Refusal } from '../ground/answer.js';
import { demandAbsolute } from '../ground/checks.js';

export interface RenameWish {
  readonly source: string;
  readonly force: boolean;
  readonly makedirs: boolean;
}

/** @throws Refusal */
export async function rename(ctx: Context, target: string, { source, force, makedirs }: RenameWish): Promise<PlainMap> {
  demandAbsolute(target);
  if (!await linkOrPathExists(ctx.sys, source)) return done(target, `Source file "${source}" has already been moved out of place`);
  const isInTheWay = await linkOrPathExists(ctx.sys, target);
  if (isInTheWay && !force) return done(target, `The target file "${target}" exists and will not be overwritten`);
  if (ctx.test) return wouldChange(target, `File "${source}" is set to be moved to "${target}"`);
  if (isInTheWay) await ctx.call('file.remove', [target]);
  if (!await isDirectory(ctx.sys, dirname(target))) {
    if (!makedirs) throw new Refusal(`The target directory ${dirname(target)} is not present`);
    await ctx.call('file.makedirs', [target]);
  }
  try {
    await move(ctx, source, target);
  } catch (error) {
    if (!isSystemError(error) && !(error instanceof PythonError)) throw error;
    throw new Refusal(`Failed to move "${source}" to "${target}"`);
  }
  return done(target, `Moved "${source}" to "${target}"`, { [target]: source });
}

async function move({ sys }: Context, source: string, target: string): Promise<void> {
  if (!await isSymlink(sys, source)) {
    await moveTo(sys, source, target);
    return;
  }
  await sys.fs.symlink(await sys.fs.readlink(source), target);
  await sys.fs.unlink(source);
}
