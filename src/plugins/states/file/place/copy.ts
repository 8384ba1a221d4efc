/** `file.copy`. */
import type { Context } from '../../../../kernel/contract/context.js';
import { PythonError } from '../../../../kernel/contract/errors.js';
import { done, wouldChange } from '../../../../kernel/contract/state.js';
import { str } from '../../../../kernel/std/python-text.js';
import type { PlainMap, Value } from '../../../../kernel/std/value.js';
import { copyWithMode } from '../../../../kernel/sys/file/copying.js';
import { isSystemError } from '../../../../kernel/sys/file/os-error.js';
import { basename, dirname, joinPath } from '../../../../kernel/sys/file/paths.js';
import { isDirectory, isRegularFile, linkOrPathExists, pathExists } from '../../../../kernel/sys/file/probe.js';
import { answerOf, textFrom, Refusal } from '../ground/answer.js';
import { demandAbsolute, demandAccounts, ownerOrOwn } from '../ground/checks.js';
import { pathsBelow } from '../ground/walk.js';

export interface CopyWish {
  readonly source: string;
  readonly force: boolean;
  readonly makedirs: boolean;
  readonly preserve: boolean;
  readonly user: Value;
  readonly group: Value;
  readonly mode: Value;
  readonly dirMode: Value;
  readonly subdir: boolean;
}

interface Rights {
  readonly user: Value;
  readonly group: Value;
  readonly mode: Value;
}

async function rightsOf(ctx: Context, { source, preserve, user, group, mode }: CopyWish): Promise<Rights> {
  const ask = (fun: string): Promise<Value> => ctx.call(`file.${fun}`, [source]);
  if (preserve) return { user: await ask('get_user'), group: await ask('get_group'), mode: await ask('get_mode') };
  const owner = await ownerOrOwn(ctx, user, group);
  await demandAccounts(ctx, owner.user, owner.group);
  return { ...owner, mode: mode ?? await ask('get_mode') };
}

/** @throws Refusal */
export async function copy(ctx: Context, given: string, wish: CopyWish): Promise<PlainMap> {
  const { source, force } = wish;
  demandAbsolute(given);
  if (!await pathExists(ctx.sys, source)) throw new Refusal(`Source file "${source}" is not present`);
  const rights = await rightsOf(ctx, wish);
  const target = wish.subdir && await isDirectory(ctx.sys, given) ? joinPath(given, basename(source)) : given;
  const isInTheWay = await linkOrPathExists(ctx.sys, target);
  if (isInTheWay && !force) return done(given, `The target file "${target}" exists and will not be overwritten`);
  if (ctx.test) return wouldChange(given, `File "${source}" is set to be copied to "${target}"`);
  const comment = `Copied "${source}" to "${given}"${isInTheWay && await isEqual(ctx, source, target) ? ' - files are identical but force flag is set' : ''}`;
  if (isInTheWay) await ctx.call('file.remove', [target], { force: true });
  await makeRoom(ctx, target, wish, rights);
  return place(ctx, { given, target, comment }, wish, rights);
}

async function isEqual(ctx: Context, source: string, target: string): Promise<boolean> {
  if (!await isRegularFile(ctx.sys, target)) return false;
  return await textFrom(ctx, 'get_hash', target) === await textFrom(ctx, 'get_hash', source);
}

/** A folder may be entered by everybody who may do anything with the file. */
function folderMode(mode: Value): Value {
  if (mode === null) return null;
  return Array.from(str(mode)).slice(-3).map((digit) => (digit === '0' ? digit : String(Number(digit) | 1))).join('');
}

async function makeRoom(ctx: Context, target: string, { makedirs, dirMode }: CopyWish, { user, group, mode }: Rights): Promise<void> {
  const folder = dirname(target);
  if (await isDirectory(ctx.sys, folder)) return;
  if (!makedirs) throw new Refusal(`The target directory ${folder} is not present`);
  await ctx.call('file.makedirs', [target], { user, group, mode: dirMode ?? folderMode(mode) });
}

interface Telling {
  readonly given: string;
  readonly target: string;
  readonly comment: string;
}

async function place(ctx: Context, { given, target, comment }: Telling, { source, preserve }: CopyWish, rights: Rights): Promise<PlainMap> {
  const changes = { [target]: source };
  try {
    await copyWithMode(ctx.sys, source, target);
    if (await isDirectory(ctx.sys, source)) {
      for await (const { path } of pathsBelow(ctx.sys, target)) await ctx.call('file.lchown', [path, rights.user, rights.group]);
    }
    if (preserve) return done(given, comment, changes);
    const begun = done(given, comment, changes);
    const answer = answerOf(await ctx.call('file.check_perms', [target, begun, rights.user, rights.group, rights.mode]));
    return answer.result === false ? answer : { ...answer, comment };
  } catch (error) {
    if (!isSystemError(error) && !(error instanceof PythonError)) throw error;
    throw new Refusal(`Failed to copy "${source}" to "${target}"`, changes);
  }
}
