/** `file.manage_file` for a file or link that is there. */
import { CommandExecutionError } from '../../../../kernel/contract/errors.js';
import { isList, isTruthy, type Value } from '../../../../kernel/std/value.js';
import type { Outcome } from '../change/outcome.js';
import { alignPerms } from '../change/perms.js';
import { isSymlink, realPath } from '../../../../kernel/sys/file/probe.js';
import { removeTemporary } from '../../../../kernel/sys/file/temporary.js';
import { hashFile } from '../look/hash.js';
import { differenceOf, isLenient } from './difference.js';
import { contentsFile, commitOrExplain, verifyContent } from './manage-content.js';
import { defaultHash, diffWishOf, fetchSource, type Managed } from './managed.js';

export async function manageExisting(managed: Managed): Promise<Outcome> {
  const { ctx, wish, path, outcome } = managed;
  const link = await isSymlink(ctx.sys, path);
  const target = link && wish.follow ? await realPath(ctx.sys, path) : path;
  const bareLink = link && !wish.follow;
  if (managed.source !== '') await takeSource(managed, target, bareLink);
  if (wish.contents !== null) await takeContents(managed, target, bareLink);
  if (!wish.follow && await isSymlink(ctx.sys, path)) await replaceLink(managed);
  const [aligned] = await alignPerms(ctx, path, outcome, {
    user: wish.user, group: wish.group, mode: managed.mode, attrs: wish.attrs, follow: wish.follow, selinux: wish.selinux,
  });
  return finished(managed, aligned);
}

async function finished(managed: Managed, outcome: Outcome): Promise<Outcome> {
  const { ctx, wish, path } = managed;
  if (Object.keys(outcome.changes).length > 0) {
    outcome.comment = `File ${path} updated`;
    if (isLenient(wish.leniency) && !managed.counts) outcome['skip_req'] = true;
  } else if (isTruthy(outcome.result)) {
    outcome.comment = `File ${path} is in the correct state`;
  }
  await removeTemporary(ctx, managed.sfn);
  return outcome;
}

async function takeSource(managed: Managed, target: string, bareLink: boolean): Promise<void> {
  const { ctx, wish, outcome } = managed;
  const type = managed.sum.hash_type ?? defaultHash(managed);
  const now = bareLink ? undefined : await hashFile(ctx.sys, target, type);
  if (now !== undefined && now === (managed.sum.hsum ?? defaultHash(managed))) return;
  await fetchSource(managed);
  await verifyContent(managed, managed.source, true);
  if (isTruthy(await ctx.call('config.option', ['obfuscate_templates']))) outcome.changes['diff'] = '<Obfuscated Template>';
  else if (!wish.showChanges) outcome.changes['diff'] = '<show_changes=False>';
  else await noteDifference(managed, target);
  await commitOrExplain(managed, managed.sfn, target);
}

async function noteDifference(managed: Managed, target: string): Promise<void> {
  const { ctx, outcome } = managed;
  try {
    const difference = await differenceOf(ctx, target, managed.sfn, diffWishOf(managed));
    managed.counts = difference.counts;
    if (difference.text !== '') outcome.changes['diff'] = difference.text;
  } catch (error) {
    if (!(error instanceof CommandExecutionError)) throw error;
    outcome.changes['diff'] = error.message;
  }
}

async function takeContents(managed: Managed, target: string, bareLink: boolean): Promise<void> {
  const { ctx, wish, outcome } = managed;
  const temporary = await contentsFile(managed);
  try {
    const difference = await differenceOf(ctx, target, temporary, {
      ...diffWishOf(managed), showChanges: wish.showChanges, template: true,
    });
    managed.counts = difference.counts;
    if (difference.text === '') return;
    outcome.changes['diff'] = difference.text;
    await commitOrExplain(managed, temporary, target);
  } catch (error) {
    if (!(error instanceof CommandExecutionError)) throw error;
    // A link that leads nowhere is replaced afterwards.
    if (bareLink) return;
    const warnings: Value = outcome['warnings'] ?? [];
    outcome['warnings'] = [...(isList(warnings) ? warnings : []), `Failed to detect changes to file: ${error.message}`];
  } finally {
    await removeTemporary(ctx, temporary);
  }
}

/** A link that shall not be followed gives way to a regular file. Differs: real Salt fails for contents, with a warning and an exception. */
async function replaceLink(managed: Managed): Promise<void> {
  if (managed.wish.contents === null) {
    await fetchSource(managed);
    await verifyContent(managed, managed.path, false);
    await commitOrExplain(managed, managed.sfn, managed.path);
  } else {
    const temporary = await contentsFile(managed);
    try {
      await commitOrExplain(managed, temporary, managed.path);
    } finally {
      await removeTemporary(managed.ctx, temporary);
    }
  }
  managed.outcome.changes['diff'] = 'Replace symbolic link with regular file';
}
