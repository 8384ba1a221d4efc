/** Device files and pipes. */
import type { BigIntStats } from 'node:fs';
import type { Context } from '../../../../kernel/contract/context.js';
import { CommandExecutionError, InvocationError, PythonError } from '../../../../kernel/contract/errors.js';
import type { Sys } from '../../../../kernel/contract/sys.js';
import { tupleOf } from '../../../../kernel/std/sequences.js';
import { str } from '../../../../kernel/std/python-text.js';
import { isTruthy, type Value } from '../../../../kernel/std/value.js';
import { octal } from '../../../../kernel/sys/file/mode.js';
import { failedWith, systemError } from '../../../../kernel/sys/file/os-error.js';
import { expandUser, linkOrPathExists } from '../../../../kernel/sys/file/probe.js';
import { readInteger } from '../look/read.js';
import type { Outcome } from './outcome.js';
import { alignPerms } from './perms.js';
import { makeParents } from './folders.js';

/** What of `stat` a question about a device needs; undefined where nothing is. Other failures are the caller's. */
async function deviceStat(sys: Sys, given: string): Promise<BigIntStats | undefined> {
  const path = await expandUser(sys, given);
  try {
    return await sys.fs.stat(path, { bigint: true });
  } catch (error) {
    if (failedWith(error, 'ENOENT')) return undefined;
    throw error;
  }
}

export async function isCharacterDevice(sys: Sys, path: string): Promise<boolean> {
  return (await deviceStat(sys, path))?.isCharacterDevice() ?? false;
}

export async function isBlockDevice(sys: Sys, path: string): Promise<boolean> {
  return (await deviceStat(sys, path))?.isBlockDevice() ?? false;
}

export async function isPipe(sys: Sys, path: string): Promise<boolean> {
  return (await deviceStat(sys, path))?.isFIFO() ?? false;
}

/** `file.get_devmm`: major and minor number; zeros for what is no device. Source: bits of `dev_t`, makedev(3). */
export async function deviceNumbers(sys: Sys, path: string): Promise<Value> {
  const stat = await deviceStat(sys, path);
  if (stat === undefined || !(stat.isCharacterDevice() || stat.isBlockDevice())) return tupleOf([0, 0]);
  const { rdev } = stat;
  const major = ((rdev >> 8n) & 0xfffn) | ((rdev >> 32n) & 0xfffff000n);
  const minor = (rdev & 0xffn) | ((rdev >> 12n) & 0xffffff00n);
  return tupleOf([Number(major), Number(minor)]);
}

/** Kinds of nodes: the letter `mknod` takes, and Salt's words for it. */
const KINDS = { c: 'Character device', b: 'Block device', p: 'Fifo pipe' } as const;
type Kind = keyof typeof KINDS;

export interface NodeWish {
  readonly kind: Kind;
  readonly major?: Value;
  readonly minor?: Value;
  readonly user: Value;
  readonly group: Value;
  readonly mode: Value;
}

/** `file.mknod_chrdev`, `file.mknod_blkdev`, `file.mknod_fifo`. */
export async function makeNode(ctx: Context, given: string, wish: NodeWish): Promise<Outcome> {
  const path = await expandUser(ctx.sys, given);
  const outcome: Outcome = { name: path, changes: {}, comment: '', result: false };
  const changes = { new: `${KINDS[wish.kind]} ${path} created.` };
  if (ctx.test) {
    Object.assign(outcome, { changes, result: null });
  } else if (await linkOrPathExists(ctx.sys, path)) {
    outcome.comment = `File ${path} exists and cannot be overwritten`;
  } else {
    await callMknod(ctx, path, wish);
    Object.assign(outcome, { changes, result: true });
  }
  const mode = isTruthy(wish.mode) ? readInteger(wish.mode) : null;
  await alignPerms(ctx, path, null, { user: wish.user, group: wish.group, mode });
  return outcome;
}

async function callMknod(ctx: Context, path: string, { kind, major, minor, mode }: NodeWish): Promise<void> {
  const digits = str(mode).replace(/^[0Oo]+/, '');
  if (octal(digits) === undefined) throw new PythonError('ValueError', `invalid literal for int() with base 8: '${digits}'`);
  const numbers = kind === 'p' ? [] : [String(readInteger(major ?? 0)), String(readInteger(minor ?? 0))];
  const done = await ctx.sys.run(['mknod', '-m', digits, '--', path, kind, ...numbers], { signal: ctx.signal, env: { LC_ALL: 'C' } });
  if (done.code === 0) return;
  const complaint = Buffer.from(done.stderr).toString().trim();
  if (complaint.endsWith('Operation not permitted')) throw systemError('EPERM');
  if (complaint.endsWith('No such file or directory')) throw systemError('ENOENT');
  throw new CommandExecutionError(complaint);
}

/** `file.mknod`: makes the folders above first. */
export async function makeAnyNode(ctx: Context, path: string, type: Value, wish: Omit<NodeWish, 'kind'>): Promise<Outcome> {
  await makeParents(ctx, path, { user: wish.user, group: wish.group, mode: null });
  if (type === 'c' || type === 'b' || type === 'p') return makeNode(ctx, path, { ...wish, kind: type });
  throw new InvocationError(
    `Node type unavailable: '${str(type)}'. Available node types are character ('c'), block ('b'), and pipe ('p').`,
  );
}
