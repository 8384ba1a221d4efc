/** Gives what was unpacked to its owner. */
import { posix } from 'node:path';
import type { Context } from '../../../kernel/contract/context.js';
import { isOsError } from '../../../kernel/std/os-error.js';
import { isTruthy, type Value } from '../../../kernel/std/value.js';
import { isDirectory, lstatOf } from '../../../kernel/sys/file/probe.js';
import { Refusal, type Contents, type Report, type Wish } from './wish.js';

export interface Owner {
  /** -1: as it is. */
  readonly uid: number;
  readonly gid: number;
}

/** @throws Refusal for an owner that is not there */
export async function ownerOf({ user, group }: Wish, ctx: Context): Promise<Owner> {
  const numberOf = async (fun: string, name: Value, word: string): Promise<number> => {
    if (!isTruthy(name)) return -1;
    const number = await ctx.call(fun, [name]);
    if (number === '') throw new Refusal(`${word} ${String(name)} does not exist`);
    return Number(number);
  };
  return { uid: await numberOf('file.user_to_uid', user, 'User'), gid: await numberOf('file.group_to_gid', group, 'Group') };
}

export interface Enforced {
  readonly missing: string[];
  readonly failed: string[];
}

async function targetsOf({ enforceOn }: Wish, contents: Contents, ctx: Context): Promise<{ readonly folders: readonly string[]; readonly others: readonly string[] }> {
  if (enforceOn === null) return { folders: contents.top_level_dirs, others: [...contents.top_level_files, ...contents.top_level_links] };
  return await isDirectory(ctx.sys, enforceOn) ? { folders: [enforceOn], others: [] } : { folders: [], others: [enforceOn] };
}

export async function enforceOwner(wish: Wish, owner: Owner, contents: Contents, report: Report, ctx: Context): Promise<Enforced> {
  const enforced: Enforced = { missing: [], failed: [] };
  const { user, group } = wish;
  if (!isTruthy(user) && !isTruthy(group)) return enforced;
  const folder = `${wish.name}/`;
  const { folders, others } = await targetsOf(wish, contents, ctx);
  const recurse = [...(isTruthy(user) ? ['user'] : []), ...(isTruthy(group) ? ['group'] : [])];
  for (const one of folders) {
    const path = one.startsWith('/') ? one : posix.join(folder, one);
    if (await isDirectory(ctx.sys, path)) {
      const changed = await ctx.state?.call('file.directory', { name: path, user, group, recurse });
      if (isTruthy(changed?.['changes'] ?? null)) report.changes['updated ownership'] = true;
      if (changed !== undefined && !isTruthy(changed['result']) && !(ctx.test && changed['result'] === null)) enforced.failed.push(path);
    } else if (!ctx.test) {
      enforced.missing.push(path);
    }
  }
  for (const one of others) await giveOne(one.startsWith('/') ? one : posix.join(folder, one), owner, enforced, report, ctx);
  return enforced;
}

async function giveOne(path: string, { uid, gid }: Owner, enforced: Enforced, { changes }: Report, ctx: Context): Promise<void> {
  const stat = await lstatOf(ctx.sys, path);
  if (stat === undefined) {
    if (!ctx.test) {
      enforced.missing.push(path);
      enforced.failed.push(path);
    }
    return;
  }
  const differs = (uid !== -1 && BigInt(uid) !== stat.uid) || (gid !== -1 && BigInt(gid) !== stat.gid);
  if (!differs) return;
  try {
    if (!ctx.test) await ctx.sys.fs.lchown(path, uid, gid);
    changes['updated ownership'] = true;
  } catch (error) {
    if (!isOsError(error)) throw error;
    enforced.failed.push(path);
  }
}
