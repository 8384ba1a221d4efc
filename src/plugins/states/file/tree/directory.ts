/** `file.directory`. */
import type { Context } from '../../../../kernel/contract/context.js';
import { wouldChange } from '../../../../kernel/contract/state.js';
import { str } from '../../../../kernel/std/python-text.js';
import { isTruthy, type PlainMap, type Value } from '../../../../kernel/std/value.js';
import { dirname } from '../../../../kernel/sys/file/paths.js';
import { isDirectory, isRegularFile, isSymlink, linkOrPathExists } from '../../../../kernel/sys/file/probe.js';
import { answerOf, hasChanges, Refusal, type Answer } from '../ground/answer.js';
import { demandAbsolute, demandAccounts } from '../ground/checks.js';
import { alignBelow } from './align-below.js';
import { checkDirectory, type DirectoryWish } from './check-directory.js';
import { cleanFolder } from './clean.js';
import { keptPaths } from './keep.js';

export interface FullDirectoryWish extends DirectoryWish {
  readonly makedirs: boolean;
  readonly force: boolean;
  readonly backupname: Value;
  readonly allowLink: boolean;
}

/** `shown` is the name of the answer. @throws Refusal */
export async function directory(ctx: Context, shown: string, wish: FullDirectoryWish): Promise<PlainMap> {
  const path = shown.endsWith('/') && shown !== '/' ? shown.slice(0, -1) : shown;
  if (wish.maxDepth !== null && wish.clean) throw new Refusal('Cannot specify both max_depth and clean');
  await demandAccounts(ctx, wish.user, wish.group);
  demandAbsolute(path);
  const answer: Answer = { name: shown, changes: {}, result: true, comment: '' };
  const early = await clearWay(ctx, path, wish, answer.changes);
  if (early !== undefined) return wouldChange(shown, early, answer.changes);
  const foretold = await checkDirectory(ctx, path, wish);
  Object.assign(answer.changes, foretold.changes);
  if (ctx.test || !hasChanges(answer)) return { ...answer, result: foretold.result, comment: foretold.comment };
  if (!await isDirectory(ctx.sys, path)) return make(ctx, path, wish, answer);
  return align(ctx, path, wish, answer);
}

/** Moves or removes what stands in the way; gives the sentence of a test run that ends here. @throws Refusal */
async function clearWay(ctx: Context, path: string, wish: FullDirectoryWish, changes: PlainMap): Promise<string | undefined> {
  const [isFile, isLink] = [await isRegularFile(ctx.sys, path), await isSymlink(ctx.sys, path)];
  if (!isFile && !(isLink && (wish.force || !wish.allowLink))) return undefined;
  if (wish.backupname !== null) return backUp(ctx, path, wish, changes);
  if (!wish.force) throw new Refusal(`Specified location ${path} exists and is a ${isFile ? 'file' : 'symlink'}`);
  changes['forced'] = `${isFile ? 'File' : 'Symlink'} ${ctx.test ? 'would be' : 'was'} forcibly replaced`;
  if (!ctx.test) await ctx.sys.fs.unlink(path);
  return undefined;
}

async function backUp(ctx: Context, path: string, { backupname, force }: FullDirectoryWish, changes: PlainMap): Promise<string | undefined> {
  const backup = str(backupname);
  if (await linkOrPathExists(ctx.sys, backup)) {
    if (!force) throw new Refusal(`File exists where the backup target ${backup} should go`);
    if (ctx.test) changes['forced'] = `Existing file at backup path ${backup} would be removed`;
    else await ctx.call('file.remove', [backup]);
  }
  if (!ctx.test) {
    await ctx.sys.fs.rename(path, backup);
    return undefined;
  }
  changes['backup'] = `${path} would be renamed to ${backup}`;
  changes[path] = { directory: 'new' };
  return `${path} would be backed up and replaced with a new directory`;
}

async function make(ctx: Context, path: string, { makedirs, user, group, dirMode }: FullDirectoryWish, answer: Answer): Promise<PlainMap> {
  if (!await isDirectory(ctx.sys, dirname(path))) {
    if (!makedirs) throw new Refusal(`No directory to create ${path} in`, answer.changes);
    await ctx.call('file.makedirs', [path], { user, group, mode: dirMode });
  }
  await ctx.call('file.mkdir', [path], { user, group, mode: dirMode });
  if (!await isDirectory(ctx.sys, path)) throw new Refusal(`Failed to create directory ${path}`, answer.changes);
  answer.changes[path] = { directory: 'new' };
  return answer;
}

async function align(ctx: Context, path: string, wish: FullDirectoryWish, begun: Answer): Promise<PlainMap> {
  const { user, group, dirMode, follow, childrenOnly } = wish;
  let answer = childrenOnly ? begun : answerOf(await ctx.call('file.check_perms', [path, begun, user, group, dirMode, null, follow]));
  const errors: string[] = [];
  if (isTruthy(wish.recurse)) answer = await alignBelow(ctx, path, wish, { answer, errors });
  if (wish.clean) {
    const removed = await cleanFolder(ctx, path, await keptPaths(ctx, path, wish.require), wish.excludePat);
    if (removed.length > 0) {
      answer.changes['removed'] = removed;
      answer.comment = `Files cleaned from directory ${path}`;
    }
  }
  return finished(path, wish, answer, errors);
}

function finished(path: string, { childrenOnly }: FullDirectoryWish, answer: Answer, errors: readonly string[]): PlainMap {
  let comment = str(answer.comment);
  if (comment === '' && childrenOnly) comment = `Directory ${path}/* updated`;
  else if (comment === '' && hasChanges(answer)) comment = `Directory ${path} updated`;
  if (!hasChanges(answer) && answer.result !== false) {
    comment = [`Directory ${path} is in the correct state`, ...(comment === '' ? [] : [comment])].join('\n');
  }
  if (errors.length === 0) return { ...answer, comment };
  const list = errors.map((error) => `\n- ${error}`).join('');
  return { ...answer, result: false, comment: `${comment}\n\nThe following errors were encountered:\n${list}` };
}
