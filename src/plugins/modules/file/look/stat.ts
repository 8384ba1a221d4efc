/** What the system knows of a path: owner, mode, times, size. */
import { constants, type BigIntStats } from 'node:fs';
import type { Context } from '../../../../kernel/contract/context.js';
import { CommandExecutionError, InvocationError } from '../../../../kernel/contract/errors.js';
import type { Sys } from '../../../../kernel/contract/sys.js';
import { floatOf, type PlainMap, type Value } from '../../../../kernel/std/value.js';
import { groupName, userName } from '../ground/accounts.js';
import { modeText } from '../../../../kernel/sys/file/mode.js';
import { isSystemError } from '../../../../kernel/sys/file/os-error.js';
import { absolutePath, isAbsolute } from '../../../../kernel/sys/file/paths.js';
import { expandUser, lstatOf, realPath, statOf } from '../../../../kernel/sys/file/probe.js';
import { hashFile } from './hash.js';

export interface PathFacts {
  readonly inode: Value;
  readonly uid: number;
  readonly gid: number;
  readonly group: Value;
  readonly user: Value;
  readonly atime: Value;
  readonly mtime: Value;
  readonly ctime: Value;
  readonly size: Value;
  /** `0644`. */
  readonly mode: string;
  readonly sum?: string;
  readonly type: string;
  readonly target: string;
}

/** Seconds as Python's float has them. */
function seconds(ns: bigint): Value {
  return floatOf(Number(ns / 1_000_000_000n) + 1e-9 * Number(ns % 1_000_000_000n));
}

function whole(value: bigint): Value {
  return value <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(value) : value;
}

function typeWord(stat: BigIntStats): string {
  if (stat.isDirectory()) return 'dir';
  if (stat.isCharacterDevice()) return 'char';
  if (stat.isBlockDevice()) return 'block';
  if (stat.isSymbolicLink()) return 'link';
  if (stat.isFIFO()) return 'pipe';
  return stat.isSocket() ? 'socket' : 'file';
}

/** Who owns a path, and its mode. */
export type Rights = Pick<PathFacts, 'uid' | 'gid' | 'user' | 'group' | 'mode'>;

/** What is at a path. A link to nothing is described itself. @throws CommandExecutionError when nothing is there */
async function lookAt(sys: Sys, path: string, follow: boolean): Promise<BigIntStats> {
  const stat = (follow ? await statOf(sys, path) : undefined) ?? await lstatOf(sys, path);
  if (stat === undefined) throw new CommandExecutionError(`Path not found: ${path}`);
  return stat;
}

async function rightsIn(sys: Sys, stat: BigIntStats): Promise<Rights> {
  const [uid, gid] = [Number(stat.uid), Number(stat.gid)];
  return { uid, gid, group: await groupName(sys, gid), user: await userName(sys, uid), mode: modeText(stat.mode) };
}

/** The part of `file.stats` that can be changed. @throws CommandExecutionError when nothing is there */
export const rightsOf = async (sys: Sys, path: string, follow: boolean): Promise<Rights> => rightsIn(sys, await lookAt(sys, path, follow));

/** `file.stats`. @throws CommandExecutionError when nothing is there. */
export async function factsOf(sys: Sys, given: string, hashType: string | null = null, follow = true): Promise<PathFacts> {
  const path = await expandUser(sys, given);
  const stat = await lookAt(sys, path, follow);
  return {
    ...await rightsIn(sys, stat),
    inode: whole(stat.ino),
    atime: seconds(stat.atimeNs),
    mtime: seconds(stat.mtimeNs),
    ctime: seconds(stat.ctimeNs),
    size: whole(stat.size),
    ...(hashType ? { sum: await hashFile(sys, path, hashType) } : {}),
    type: typeWord(stat),
    target: follow ? await realPath(sys, path) : absolutePath(path),
  };
}

/** `file.lstat`: an empty map when nothing is there. */
export async function lstatMap(sys: Sys, given: string): Promise<PlainMap> {
  const path = await expandUser(sys, given);
  if (!isAbsolute(path)) throw new InvocationError('Path to file must be absolute.');
  const stat = await lstatOf(sys, path);
  if (stat === undefined) return {};
  return {
    st_atime: seconds(stat.atimeNs), st_ctime: seconds(stat.ctimeNs), st_gid: whole(stat.gid), st_mode: whole(stat.mode),
    st_mtime: seconds(stat.mtimeNs), st_nlink: whole(stat.nlink), st_size: whole(stat.size), st_uid: whole(stat.uid),
  };
}

const ACCESS_MODES: ReadonlyMap<Value, number> = new Map<Value, number>([
  ['f', constants.F_OK], ['r', constants.R_OK], ['w', constants.W_OK], ['x', constants.X_OK],
  [constants.F_OK, constants.F_OK], [constants.R_OK, constants.R_OK], [constants.W_OK, constants.W_OK], [constants.X_OK, constants.X_OK],
]);

/** `file.access`. */
export async function mayAccess(ctx: Context, given: string, mode: Value): Promise<boolean> {
  const path = await expandUser(ctx.sys, given);
  if (!isAbsolute(path)) throw new InvocationError('Path to link must be absolute.');
  const wanted = ACCESS_MODES.get(typeof mode === 'boolean' ? Number(mode) : mode);
  if (wanted === undefined) throw new InvocationError('Invalid mode specified.');
  try {
    await ctx.sys.fs.access(path, wanted);
    return true;
  } catch (error) {
    if (isSystemError(error)) return false;
    throw error;
  }
}
