/** `file.manage_file` for a file that is not there yet. */
import { CommandExecutionError } from '../../../../kernel/contract/errors.js';
import { str } from '../../../../kernel/std/python-text.js';
import { isTruthy, type Value } from '../../../../kernel/std/value.js';
import { makeParents } from '../change/folders.js';
import type { Outcome } from '../change/outcome.js';
import { alignPerms } from '../change/perms.js';
import { currentUmask } from '../../../../kernel/sys/file/mode.js';
import { isSystemError, reasonOf } from '../../../../kernel/sys/file/os-error.js';
import { dirname } from '../../../../kernel/sys/file/paths.js';
import { isDirectory } from '../../../../kernel/sys/file/probe.js';
import { removeTemporary, writeTemporary } from '../../../../kernel/sys/file/temporary.js';
import { commitFile } from './commit.js';
import { differenceOf, isLenient } from './difference.js';
import { contentsFile, verifyContent } from './manage-content.js';
import { fetchSource, ManageFailure, plainDiff, type Managed } from './managed.js';

export async function manageNew(managed: Managed): Promise<Outcome> {
  const { ctx, wish, path, outcome } = managed;
  if (managed.source === '') {
    await makeRoom(managed);
    if (!ctx.test) await createEmpty(managed);
  } else {
    await fetchSource(managed);
    await verifyContent(managed, path, false);
    outcome.changes['diff'] = wish.newFileDiff ? await newFileDiff(managed, managed.sfn) : 'New file';
    await makeRoom(managed);
  }
  await putContent(managed);
  const mode = managed.mode ?? (0o666 & ~(await currentUmask(ctx.sys))).toString(8);
  const [aligned] = await alignPerms(ctx, path, outcome, {
    user: wish.user, group: wish.group, mode, attrs: wish.attrs, selinux: wish.selinux,
  });
  await removeTemporary(ctx, managed.sfn);
  return finished(managed, aligned);
}

function finished({ ctx, wish, path, counts }: Managed, outcome: Outcome): Outcome {
  const changed = Object.keys(outcome.changes).length > 0;
  if (!isTruthy(outcome.comment)) outcome.comment = `File ${path} updated`;
  if (ctx.test) outcome.comment = `File ${path} not updated`;
  else if (!changed && isTruthy(outcome.result)) outcome.comment = `File ${path} is in the correct state`;
  if (isLenient(wish.leniency) && changed && !counts) outcome['skip_req'] = true;
  return outcome;
}

/** Makes the folder above, where that is wanted. @throws ManageFailure */
async function makeRoom(managed: Managed): Promise<void> {
  const { ctx, wish, path, outcome } = managed;
  if (await isDirectory(ctx.sys, dirname(path))) return;
  if (!wish.makedirs) {
    await removeTemporary(ctx, managed.sfn);
    delete outcome.changes['diff'];
    throw new ManageFailure('Parent directory not present');
  }
  await makeParents(ctx, path, { user: wish.user, group: wish.group, mode: folderMode(wish.dirMode, managed.mode) });
}

/** A folder may be entered by everybody who may do anything with the file. */
function folderMode(dirMode: Value, mode: Value): Value {
  if (dirMode !== null || mode === null) return dirMode;
  return Array.from(str(mode)).slice(-3).map((digit) => (digit === '0' ? digit : String(Number(digit) | 1))).join('');
}

async function createEmpty(managed: Managed): Promise<void> {
  const { ctx, wish, path, outcome } = managed;
  try {
    // With a mode of its own nobody else may look into the file before it has it.
    await (await ctx.sys.fs.open(path, 'a', isTruthy(managed.mode) ? 0o600 : 0o666)).close();
  } catch (error) {
    if (!isSystemError(error)) throw error;
    throw new CommandExecutionError(reasonOf(error), { cause: error });
  }
  if (wish.contents !== null) {
    outcome.changes['diff'] = 'New file';
    return;
  }
  outcome.changes['new'] = `file ${path} created`;
  outcome.comment = 'Empty file';
}

async function putContent(managed: Managed): Promise<void> {
  const { ctx, wish, path, outcome } = managed;
  if (wish.contents === null) {
    if (managed.sfn !== '') await commitFile(ctx, managed.sfn, path, wish.backup);
    return;
  }
  const temporary = await contentsFile(managed);
  try {
    if (wish.newFileDiff && outcome.changes['diff'] === 'New file') outcome.changes['diff'] = await newFileDiff(managed, temporary);
    await commitFile(ctx, temporary, path, wish.backup);
  } finally {
    await removeTemporary(ctx, temporary);
  }
}

async function newFileDiff({ ctx }: Managed, fresh: string): Promise<string> {
  const empty = await writeTemporary(ctx.sys, '');
  try {
    return (await differenceOf(ctx, empty, fresh, plainDiff)).text;
  } finally {
    await removeTemporary(ctx, empty);
  }
}
