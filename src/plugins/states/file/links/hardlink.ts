/** `file.hardlink`. */
import type { Context } from '../../../../kernel/contract/context.js';
import { CommandExecutionError } from '../../../../kernel/contract/errors.js';
import { done, failed } from '../../../../kernel/contract/state.js';
import type { PlainMap, Value } from '../../../../kernel/std/value.js';
import { dirname, isAbsolute } from '../../../../kernel/sys/file/paths.js';
import { isDirectory, isRegularFile, lstatOf, pathExists } from '../../../../kernel/sys/file/probe.js';
import { asks, Refusal } from '../ground/answer.js';
import { missingAccounts, ownerOrOwn, refuseAll, type Owner } from '../ground/checks.js';

export interface HardLinkWish {
  readonly target: string;
  readonly force: boolean;
  readonly makedirs: boolean;
  readonly user: Value;
  readonly group: Value;
  readonly dirMode: string | null;
}

/** @throws Refusal */
export async function hardlink(ctx: Context, path: string, wish: HardLinkWish): Promise<PlainMap> {
  const owner = await ownerOrOwn(ctx, wish.user, wish.group);
  const relative = (what: string, name: string): string[] => (isAbsolute(name) ? [] : [`Specified ${what} ${name} is not an absolute path`]);
  refuseAll([...await missingAccounts(ctx, owner), ...relative('file', path), ...relative('target', wish.target)]);
  return ctx.test ? foretell(ctx, path, wish) : make(ctx, path, wish, owner);
}

async function isSame(ctx: Context, path: string, target: string): Promise<boolean> {
  const [one, other] = [await lstatOf(ctx.sys, path), await lstatOf(ctx.sys, target)];
  return one !== undefined && one.ino === other?.ino;
}

async function foretell(ctx: Context, path: string, { target, force }: HardLinkWish): Promise<PlainMap> {
  const told = (result: boolean | null, comment: string, changes: PlainMap = {}): PlainMap => ({ name: path, result, comment, changes });
  if (!await pathExists(ctx.sys, target)) return told(false, `Target ${target} for hard link does not exist`);
  if (await isDirectory(ctx.sys, target)) return told(false, `Unable to hard link from directory ${target}`);
  if (await isDirectory(ctx.sys, path)) return told(false, `Unable to hard link to directory ${path}`);
  if (!await pathExists(ctx.sys, path)) return told(null, `Hard link ${path} to ${target} is set for creation`, { new: path });
  if (await asks(ctx, 'is_hardlink', path)) {
    if (await isSame(ctx, path, target)) return told(true, `The hard link ${path} is presently targetting ${target}`);
    return told(null, `Link ${path} target is set to be changed to ${target}`, { change: path });
  }
  if (force) return told(null, `The file or directory ${path} is set for removal to make way for a new hard link targeting ${target}`);
  return told(false, `File or directory exists where the hard link ${path} should be. Did you mean to use force?`);
}

async function make(ctx: Context, path: string, { target, force, makedirs, dirMode }: HardLinkWish, owner: Owner): Promise<PlainMap> {
  if (await isDirectory(ctx.sys, path)) throw new Refusal(`Unable to hard link to directory ${path}`);
  if (await isDirectory(ctx.sys, target)) throw new Refusal(`Unable to hard link from directory ${target}`);
  if (!await pathExists(ctx.sys, target)) throw new Refusal(`Target ${target} for hard link does not exist`);
  if (!await isDirectory(ctx.sys, dirname(path))) {
    if (!makedirs) throw new Refusal(`Directory ${dirname(path)} for hard link is not present`);
    await ctx.call('file.makedirs', [path], { ...owner, mode: dirMode });
  }
  const changes: PlainMap = {};
  if (await isRegularFile(ctx.sys, path) && !await asks(ctx, 'is_hardlink', path)) {
    if (!force) throw new Refusal(`File exists where the hard link ${path} should be`);
    await ctx.sys.fs.unlink(path);
    changes['forced'] = 'File for hard link was forcibly replaced';
  }
  if (await asks(ctx, 'is_hardlink', path)) {
    if (await isSame(ctx, path, target)) return done(path, `Target of hard link ${path} is already pointing to ${target}`, changes);
    await ctx.sys.fs.unlink(path);
    return link(ctx, path, target, { changes, made: 'Set target of hard link', fault: 'Unable to set target of hard link' });
  }
  if (await pathExists(ctx.sys, path)) return done(path, '', changes);
  return link(ctx, path, target, { changes, made: 'Created new hard link', fault: 'Unable to create new hard link' });
}

interface Telling {
  readonly changes: PlainMap;
  readonly made: string;
  readonly fault: string;
}

async function link(ctx: Context, path: string, target: string, { changes, made, fault }: Telling): Promise<PlainMap> {
  try {
    await ctx.call('file.link', [target, path]);
  } catch (error) {
    if (!(error instanceof CommandExecutionError)) throw error;
    return failed(path, `${fault} ${path} -> ${target}: ${error.message}`, changes);
  }
  return done(path, `${made} ${path} -> ${target}`, { ...changes, new: path });
}
