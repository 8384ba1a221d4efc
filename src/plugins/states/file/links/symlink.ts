/** `file.symlink`. */
import type { Context } from '../../../../kernel/contract/context.js';
import { CommandExecutionError } from '../../../../kernel/contract/errors.js';
import { done } from '../../../../kernel/contract/state.js';
import { str } from '../../../../kernel/std/python-text.js';
import type { PlainMap, Value } from '../../../../kernel/std/value.js';
import { errorText, isSystemError } from '../../../../kernel/sys/file/os-error.js';
import { basename, dirname, isAbsolute, joinPath, normalizePath } from '../../../../kernel/sys/file/paths.js';
import { isDirectory, isRegularFile, isSymlink, linkOrPathExists, pathExists } from '../../../../kernel/sys/file/probe.js';
import { freshAnswer, Refusal, type Answer } from '../ground/answer.js';
import { missingAccounts, ownerOrOwn, refuseAll, type Owner } from '../ground/checks.js';
import { linkOwner, ownLink } from './link-owner.js';

export interface SymlinkWish {
  readonly target: string;
  readonly force: boolean;
  readonly backupname: Value;
  readonly makedirs: boolean;
  readonly user: Value;
  readonly group: Value;
  readonly mode: string | null;
  readonly atomic: boolean;
  readonly renameOnly: boolean;
  readonly inheritOwner: boolean;
  readonly follow: boolean;
}

interface Link {
  readonly ctx: Context;
  readonly path: string;
  readonly owner: Owner;
  readonly wish: SymlinkWish;
}

/** @throws Refusal */
export async function symlink(ctx: Context, path: string, wish: SymlinkWish): Promise<PlainMap> {
  const owner = await ownerOf(ctx, path, wish);
  refuseAll([
    ...await missingAccounts(ctx, owner),
    ...(isAbsolute(path) ? [] : [`Specified file ${path} is not an absolute path`]),
  ]);
  const link: Link = { ctx, path, owner, wish };
  if (ctx.test) return foretell(link);
  await makeRoom(link);
  if (await isSymlink(ctx.sys, path)) {
    if (normalizePath(await ctx.sys.fs.readlink(path)) === normalizePath(wish.target)) return alignOwner(link);
    await ctx.call('file.remove', [path]);
  } else if (await isThere(link)) {
    await clearWay(link);
  }
  return makeLink(link);
}

async function ownerOf(ctx: Context, path: string, { user, group, inheritOwner }: SymlinkWish): Promise<Owner> {
  if (!inheritOwner || (user !== null && group !== null) || !await isSymlink(ctx.sys, path)) return ownerOrOwn(ctx, user, group);
  const now = await linkOwner(ctx, path);
  return ownerOrOwn(ctx, user ?? now.user, group ?? now.group);
}

const isThere = ({ ctx, path, wish }: Link): Promise<boolean> => (wish.follow ? pathExists : linkOrPathExists)(ctx.sys, path);

async function foretell(link: Link): Promise<PlainMap> {
  const { ctx, path, wish } = link;
  const answer = await foretellLink(link);
  const folder = dirname(path);
  if (await isDirectory(ctx.sys, folder)) return answer;
  const addition = wish.makedirs ? `${folder} will be created` : `Directory ${folder} for symlink is not present`;
  return { ...answer, comment: `${str(answer.comment)}\n${addition}` };
}

async function foretellLink(link: Link): Promise<Answer> {
  const { ctx, path, owner, wish: { target, force } } = link;
  const told = (result: boolean | null, comment: string, changes: PlainMap = {}): Answer => ({ name: path, result, comment, changes });
  if (!await isSymlink(ctx.sys, path)) {
    if (!await isThere(link)) return told(null, `Symlink ${path} to ${target} is set for creation`, { new: path });
    if (force) return told(null, `The file or directory ${path} is set for removal to make way for a new symlink targeting ${target}`);
    return told(false, `File or directory exists where the symlink ${path} should be. Did you mean to use force?`);
  }
  if (await ctx.sys.fs.readlink(path) !== target) return told(null, `Link ${path} target is set to be changed to ${target}`, { change: path });
  const now = await linkOwner(ctx, path);
  if (now.user === owner.user && now.group === owner.group) return told(true, `The symlink ${path} is present`);
  const [had, wanted] = [`${str(now.user)}:${str(now.group)}`, `${str(owner.user)}:${str(owner.group)}`];
  return told(null, `The symlink ${path} is present, but the ownership of the symlink would be changed from ${had} to ${wanted}`, { ownership: had });
}

async function makeRoom({ ctx, path, owner, wish }: Link): Promise<void> {
  const folder = dirname(path);
  if (await isDirectory(ctx.sys, folder)) return;
  if (!wish.makedirs) throw new Refusal(`Directory ${folder} for symlink is not present`);
  await ctx.call('file.makedirs', [path], { ...owner, mode: wish.mode });
}

async function alignOwner({ ctx, path, owner }: Link): Promise<PlainMap> {
  const now = await linkOwner(ctx, path);
  const words = `${str(owner.user)}:${str(owner.group)}`;
  if (now.user === owner.user && now.group === owner.group) return done(path, `Symlink ${path} is present and owned by ${words}`);
  if (!await ownLink(ctx, path, owner)) throw new Refusal(`Failed to set ownership of symlink ${path} to ${words}`);
  return done(path, `Set ownership of symlink ${path} to ${words}`, { ownership: words });
}

/** Something that is no link stands where the link shall be. @throws Refusal */
async function clearWay(link: Link): Promise<void> {
  const { ctx, path, wish } = link;
  if (wish.backupname === null) {
    if (wish.force || wish.atomic) return;
    const what = await isRegularFile(ctx.sys, path) ? 'File' : await isDirectory(ctx.sys, path) ? 'Directory' : 'File system entry';
    throw new Refusal(`${what} exists where the symlink ${path} should be`);
  }
  const backup = backupPath(path, str(wish.backupname));
  if (await linkOrPathExists(ctx.sys, backup)) {
    if (!wish.force) throw new Refusal(`Symlink & backup dest exists and Force not set. ${path} -> ${wish.target} - backup: ${backup}`);
    await ctx.call('file.remove', [backup]);
  }
  try {
    await ctx.call('file.move', [path, backup], { disallow_copy_and_unlink: wish.renameOnly });
  } catch (error) {
    ctx.signal.throwIfAborted();
    throw new Refusal(`Unable to rename ${path} to backup ${backup} -> : ${errorText(error)}`);
  }
}

function backupPath(path: string, name: string): string {
  if (isAbsolute(name)) return name;
  if (name !== basename(name)) throw new Refusal(`Backupname must be an absolute path or a file name: ${name}`);
  return joinPath(dirname(normalizePath(path)), name);
}

async function makeLink({ ctx, path, owner, wish }: Link): Promise<PlainMap> {
  const { target, force, atomic, follow } = wish;
  try {
    await ctx.call('file.symlink', [target, path], { force, atomic, follow_symlinks: follow });
  } catch (error) {
    if (!(error instanceof CommandExecutionError) && !isSystemError(error)) throw error;
    throw new Refusal(`Unable to create new symlink ${path} -> ${target}: ${errorText(error)}`);
  }
  const answer: Answer = { ...freshAnswer(path), comment: `Created new symlink ${path} -> ${target}`, changes: { new: path } };
  const now = await linkOwner(ctx, path);
  if ((now.user === owner.user && now.group === owner.group) || await ownLink(ctx, path, owner)) return answer;
  const fault = `, but was unable to set ownership to ${str(owner.user)}:${str(owner.group)}`;
  return { ...answer, result: false, comment: str(answer.comment) + fault };
}

