/** Owner and mode of everything below a folder. */
import type { Context } from '../../../../kernel/contract/context.js';
import { CommandExecutionError, PythonError } from '../../../../kernel/contract/errors.js';
import { str } from '../../../../kernel/std/python-text.js';
import { isTruthy, type Value } from '../../../../kernel/std/value.js';
import { joinPath } from '../../../../kernel/sys/file/paths.js';
import { answerOf, type Answer } from '../ground/answer.js';
import { levelsOf, type DirectoryWish } from './check-directory.js';
import type { Rights } from './folder-meta.js';
import { recurseSet } from './recurse-set.js';

interface Progress {
  readonly answer: Answer;
  /** What went wrong on single paths. */
  readonly errors: string[];
}

export async function alignBelow(ctx: Context, path: string, wish: DirectoryWish, { answer: begun, errors }: Progress): Promise<Answer> {
  let kinds: ReadonlySet<string>;
  try {
    kinds = recurseSet(wish.recurse);
  } catch (error) {
    if (!(error instanceof PythonError)) throw error;
    return { ...begun, result: false, comment: error.message };
  }
  let answer = await checkAccounts(ctx, kinds, wish, begun);
  if (kinds.has('silent')) answer = { ...answer, changes: { recursion: 'Changes silenced' } };
  const rights: Rights = { user: kinds.has('user') ? wish.user : null, group: kinds.has('group') ? wish.group : null, mode: kinds.has('mode') ? wish.dirMode : null };
  const ofFiles = { ...rights, mode: kinds.has('mode') ? wish.fileMode : null };
  const align = async (below: string, { user, group, mode }: Rights): Promise<void> => {
    try {
      answer = answerOf(await ctx.call('file.check_perms', [below, answer, user, group, mode, null, wish.follow]));
    } catch (error) {
      if (!(error instanceof CommandExecutionError)) throw error;
      if (!error.message.startsWith('Path not found')) errors.push(error.message);
    }
  };
  for (const { folder, folders, files } of await levelsOf(ctx, path, wish.maxDepth)) {
    if (!kinds.has('ignore_files')) for (const name of files) await align(joinPath(folder, name), ofFiles);
    if (!kinds.has('ignore_dirs')) for (const name of folders) await align(joinPath(folder, name), rights);
  }
  return answer;
}

const isNamed = (who: Value): boolean => isTruthy(who) || typeof who === 'number';

/** An account that an earlier state should have made may be missing. */
async function checkAccounts(ctx: Context, kinds: ReadonlySet<string>, { user, group }: DirectoryWish, answer: Answer): Promise<Answer> {
  const failing = (comment: string): Answer => ({ ...answer, result: false, comment });
  let checked = answer;
  if (kinds.has('user')) {
    if (!isNamed(user)) checked = failing('user not specified, but configured as a target for recursive ownership management');
    else if (typeof await ctx.call('file.user_to_uid', [user]) === 'string') checked = failing(`Failed to enforce ownership for user ${str(user)} (user does not exist)`);
  }
  if (kinds.has('group')) {
    if (!isNamed(group)) checked = failing('group not specified, but configured as a target for recursive ownership management');
    else if (typeof await ctx.call('file.group_to_gid', [group]) === 'string') checked = failing(`Failed to enforce group ownership for group ${str(group)}`);
  }
  return checked;
}
