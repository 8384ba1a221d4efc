/** Who owns a link itself. */
import type { Context } from '../../../../kernel/contract/context.js';
import { asPythonError, isSystemError } from '../../../../kernel/sys/file/os-error.js';
import { PythonError } from '../../../../kernel/contract/errors.js';
import type { Owner } from '../ground/checks.js';

export async function linkOwner(ctx: Context, path: string): Promise<Owner> {
  const ask = (fun: string): ReturnType<Context['call']> => ctx.call(fun, [path], { follow_symlinks: false });
  return { user: await ask('file.get_user'), group: await ask('file.get_group') };
}

/** Gives the link away; says whether it has the owner now. Names are compared as they are: a number is no name. */
export async function ownLink(ctx: Context, path: string, { user, group }: Owner): Promise<boolean> {
  try {
    await ctx.call('file.lchown', [path, user, group]);
  } catch (error) {
    const refused = isSystemError(error) || (error instanceof PythonError && error.className === 'PermissionError');
    if (!refused) throw asPythonError(error);
    ctx.log.debug({ err: error, path }, 'link cannot be given away');
  }
  const now = await linkOwner(ctx, path);
  return now.user === user && now.group === group;
}
