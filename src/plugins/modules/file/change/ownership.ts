/** Changing owner, group and mode. */
import type { Context } from '../../../../kernel/contract/context.js';
import { CommandExecutionError, PythonError } from '../../../../kernel/contract/errors.js';
import type { Sys } from '../../../../kernel/contract/sys.js';
import { str } from '../../../../kernel/std/python-text.js';
import { isTruthy, type Value } from '../../../../kernel/std/value.js';
import { groupNumber, userNumber } from '../ground/accounts.js';
import { octal } from '../../../../kernel/sys/file/mode.js';
import { isSystemError } from '../../../../kernel/sys/file/os-error.js';
import { expandUser, pathExists } from '../../../../kernel/sys/file/probe.js';
import { factsOf } from '../look/stat.js';

/** Number that leaves owner or group as it is. */
const KEEP = -1;
const PERMISSION_BITS = 0o7777;
/** Largest number that C's chmod takes; bits that mean nothing are dropped by the system. */
const MODE_MAX = 0xffffffff;

interface Owner {
  readonly uid: number;
  readonly gid: number;
  /** What is wrong with the names; empty when nothing is. */
  readonly fault: string;
}

async function ownerOf(sys: Sys, user: Value, group: Value): Promise<Owner> {
  const uid = await userNumber(sys, user);
  const gid = await groupNumber(sys, group);
  let fault = '';
  if (uid === '' && isTruthy(user)) fault += 'User does not exist\n';
  if (gid === '' && isTruthy(group)) fault += 'Group does not exist\n';
  return { uid: uid === '' ? KEEP : uid, gid: gid === '' ? KEEP : gid, fault };
}

/** Observed: where there is no file Salt hands the empty answer of its look-up to the system call. */
function nameFault(fault: string): PythonError {
  return new PythonError('TypeError', `${fault.startsWith('User') ? 'uid' : 'gid'} should be integer, not str`);
}

/** `file.set_mode`: the new mode, or a sentence when the mode is none. */
export async function setMode(sys: Sys, given: string, wish: Value): Promise<string> {
  const path = await expandUser(sys, given);
  const digits = str(wish).replace(/^[0Oo]+/, '') || '0';
  if (!(await pathExists(sys, path))) throw new CommandExecutionError(`${path}: File not found`);
  const mode = octal(digits);
  if (mode === undefined || mode > MODE_MAX) return `Invalid Mode ${digits}`;
  try {
    await sys.fs.chmod(path, mode & PERMISSION_BITS);
  } catch (error) {
    if (isSystemError(error)) return `Invalid Mode ${digits}`;
    throw error;
  }
  return (await factsOf(sys, path)).mode;
}

/** `file.chown`: null, or sentences about what is wrong. A link to nothing is changed itself. */
export async function changeOwner(sys: Sys, given: string, user: Value, group: Value): Promise<string | null> {
  const path = await expandUser(sys, given);
  const { uid, gid, fault } = await ownerOf(sys, user, group);
  if (!(await pathExists(sys, path))) {
    if (fault !== '') throw nameFault(fault);
    try {
      await sys.fs.lchown(path, uid, gid);
      return null;
    } catch (error) {
      if (!isSystemError(error)) throw error;
      return 'File not found';
    }
  }
  if (fault !== '') return fault;
  await sys.fs.chown(path, uid, gid);
  return null;
}

/** `file.lchown`: the owner of a link itself; names that do not exist are errors of the system call. */
export async function changeLinkOwner(sys: Sys, given: string, user: Value, group: Value): Promise<null> {
  const path = await expandUser(sys, given);
  const { uid, gid, fault } = await ownerOf(sys, user, group);
  if (fault !== '') throw nameFault(fault);
  await sys.fs.lchown(path, uid, gid);
  return null;
}

/** `file.chgrp`. */
export async function changeGroup(ctx: Context, given: string, group: Value): Promise<string | null> {
  const path = await expandUser(ctx.sys, given);
  return changeOwner(ctx.sys, path, (await factsOf(ctx.sys, path)).user, group);
}
