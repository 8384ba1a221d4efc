/** `file.recurse`. */
import type { Context } from '../../../../kernel/contract/context.js';
import { CommandExecutionError } from '../../../../kernel/contract/errors.js';
import type { PlainMap, Value } from '../../../../kernel/std/value.js';
import { basename } from '../../../../kernel/sys/file/paths.js';
import { isDirectory, linkOrPathExists, pathExists } from '../../../../kernel/sys/file/probe.js';
import { manage } from '../content/managed.js';
import { managedArgs } from '../content/managed-params.js';
import { answering, Refusal } from '../ground/answer.js';
import { demandAbsolute, demandAccounts } from '../ground/checks.js';
import { symlink } from '../links/symlink.js';
import { cleanFolder } from './clean.js';
import { directory } from './directory.js';
import { Gathering } from './gathering.js';
import { keptPaths } from './keep.js';
import { planRecurse, type Plan, type RecurseWish } from './plan.js';
import { recurseSources } from './recurse-sources.js';

export interface FullRecurseWish extends Omit<RecurseWish, 'folder' | 'sources'> {
  readonly source: Value;
  readonly user: Value;
  readonly group: Value;
  readonly dirMode: string | null;
  readonly symMode: string | null;
  readonly clean: boolean;
  readonly require: Value;
  readonly forceSymlinks: boolean;
  readonly replace: boolean;
  /** Arguments of `file.managed` for each file. */
  readonly ofFiles: PlainMap;
}

interface Work {
  readonly ctx: Context;
  readonly path: string;
  readonly wish: FullRecurseWish;
  readonly gathered: Gathering;
}

/** @throws Refusal */
export async function recurse(ctx: Context, path: string, wish: FullRecurseWish): Promise<PlainMap> {
  await demandAccounts(ctx, wish.user, wish.group);
  demandAbsolute(path);
  const sources = await sourcesOf(ctx, wish.source);
  if (!await isDirectory(ctx.sys, path)) {
    if (await pathExists(ctx.sys, path)) throw new Refusal(`The path ${path} exists and is not a directory`);
    if (!ctx.test) await ctx.call('file.makedirs_perms', [], { name: path, user: wish.user, group: wish.group, mode: wish.dirMode });
  }
  const work: Work = { ctx, path, wish, gathered: new Gathering() };
  const plan = await planRecurse(ctx, { ...wish, folder: path, sources });
  for (const folder of plan.folders) await layFolder(work, folder);
  for (const [place, source] of plan.files) await layFile(work, place, source);
  for (const [place, target] of plan.links) await layLink(work, place, target);
  if (wish.clean) await clean(work, plan);
  return work.gathered.answer(path);
}

async function sourcesOf(ctx: Context, given: Value): Promise<string[]> {
  try {
    return await recurseSources(ctx, given);
  } catch (error) {
    if (!(error instanceof CommandExecutionError)) throw error;
    throw new Refusal(`Recurse failed: ${error.message}`);
  }
}

/** Cleaning makes room for a thing of another kind; true when a test run ends here. */
async function makeRoom({ ctx, gathered }: Work, place: string, words: { foretold: string; made: string }): Promise<boolean> {
  if (ctx.test) {
    gathered.add(place, { result: null, comment: words.foretold, changes: {} });
    return true;
  }
  await ctx.call('file.remove', [place]);
  gathered.add(place, { result: true, comment: '', changes: { diff: words.made } });
  return false;
}

async function layFolder(work: Work, place: string): Promise<void> {
  const { ctx, wish: { user, group, dirMode, clean }, gathered } = work;
  if (basename(place) === '..') return;
  const isOther = clean && await pathExists(ctx.sys, place) && !await isDirectory(ctx.sys, place);
  if (isOther && await makeRoom(work, place, { foretold: `Replacing ${place} with a directory`, made: 'Replaced file with a directory' })) return;
  gathered.add(place, await answering(place, () => directory(ctx, place, {
    user, group, dirMode, fileMode: dirMode, recurse: [], maxDepth: null, makedirs: true, clean: false, require: null, excludePat: null,
    follow: false, childrenOnly: false, force: false, backupname: null, allowLink: true,
  })));
}

async function layFile(work: Work, place: string, source: string): Promise<void> {
  const { ctx, wish, gathered } = work;
  const isOther = wish.clean && wish.replace && await isDirectory(ctx.sys, place);
  if (isOther && await makeRoom(work, place, { foretold: `Replacing directory ${place} with a file`, made: 'Replaced directory with a new file' })) return;
  gathered.add(place, await answering(place, () => manage(ctx, place, managedArgs({ ...wish.ofFiles, source, makedirs: true }))));
}

async function layLink({ ctx, wish, gathered }: Work, place: string, target: string): Promise<void> {
  gathered.add(place, await answering(place, () => symlink(ctx, place, {
    target, force: wish.forceSymlinks, backupname: null, makedirs: true, user: wish.user, group: wish.group, mode: wish.symMode, atomic: false,
    renameOnly: false, inheritOwner: false, follow: true,
  })));
}

async function clean({ ctx, path, wish, gathered }: Work, plan: Plan): Promise<void> {
  const kept = new Set([...plan.keep, ...await keptPaths(ctx, path, wish.require)]);
  const removed = await linkOrPathExists(ctx.sys, path) ? await cleanFolder(ctx, path, kept, wish.excludePat) : [];
  if (removed.length > 0) gathered.removed(removed, ctx.test);
}

