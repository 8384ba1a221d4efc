/** Owner, group, mode, attributes and SELinux context of a path: compare, set, and say what changed (`file.check_perms`). */
import type { Context } from '../../../../kernel/contract/context.js';
import { tupleOf } from '../../../../kernel/std/sequences.js';
import { isTruthy, type PlainMap, type Value } from '../../../../kernel/std/value.js';
import { normalizeMode } from '../../../../kernel/sys/file/mode.js';
import { isSystemError } from '../../../../kernel/sys/file/os-error.js';
import { expandUser, isDirectory, isSymlink } from '../../../../kernel/sys/file/probe.js';
import type { ContextParts } from '../look/selinux.js';
import { rightsOf, type Rights } from '../look/stat.js';
import { alignAttributes } from './perms-attributes.js';
import { alignContext } from './perms-selinux.js';
import { outcomeFrom, type Check, type Outcome } from './outcome.js';
import { changeLinkOwner, changeOwner, setMode } from './ownership.js';

/** What a path shall have; null leaves a thing alone. */
export interface Wish {
  readonly user: Value;
  readonly group: Value;
  readonly mode: Value;
  readonly attrs?: string | null;
  readonly follow?: boolean;
  readonly selinux?: ContextParts;
}

interface Perms {
  luser: Value;
  lgroup: Value;
  lmode: Value;
  cuser?: Value;
  cgroup?: Value;
  cmode?: Value;
}

/** The outcome, and what was (`l...`) and what had to change (`c...`). */
export async function alignPerms(ctx: Context, given: string, begun: Value, wish: Wish): Promise<readonly [Outcome, PlainMap]> {
  const path = await expandUser(ctx.sys, given);
  const outcome = outcomeFrom(begun, path, []);
  const before = isTruthy(begun) ? outcome.comment : '';
  const check: Check = { ctx, path, outcome, comments: [] };
  const perms = await alignOwnerAndMode(check, wish);
  if (typeof wish.attrs === 'string' && !(await isDirectory(ctx.sys, path)) && !(await isBareLink(check, wish))) {
    await alignAttributes(check, wish.attrs);
  }
  if (wish.selinux !== undefined && Object.values(wish.selinux).some(isTruthy)) await alignContext(check, wish.selinux);
  outcome.comment = typeof before === 'string'
    ? [...(before === '' ? [] : [before]), ...check.comments].join('; ')
    : check.comments;
  if (ctx.test && Object.keys(outcome.changes).length > 0) outcome.result = null;
  return [outcome, { ...perms }];
}

/** The answer of `file.check_perms`: a tuple in Python. */
export async function checkPerms(ctx: Context, name: string, begun: Value, wish: Wish): Promise<Value> {
  return tupleOf([...(await alignPerms(ctx, name, begun, wish))]);
}

async function isBareLink({ ctx, path }: Check, wish: Wish): Promise<boolean> {
  return wish.follow !== true && await isSymlink(ctx.sys, path);
}

/** Salt compares with name and number, and only those of the same type. */
const isOwner = (wanted: Value, name: Value, id: number): boolean => wanted === name || wanted === id;

async function alignOwnerAndMode(check: Check, wish: Wish): Promise<Perms> {
  const { ctx, path, outcome, comments } = check;
  const mode = normalizeMode(wish.mode);
  const follow = wish.follow ?? false;
  const now = await rightsOf(ctx.sys, path, follow);
  const bareLink = await isBareLink(check, wish);
  const perms: Perms = {
    luser: typeof wish.user === 'number' ? now.uid : now.user,
    lgroup: typeof wish.group === 'number' ? now.gid : now.group,
    lmode: now.mode,
  };
  if (isTruthy(wish.user) && !isOwner(wish.user, now.user, now.uid)) perms.cuser = wish.user;
  if (isTruthy(wish.group) && !isOwner(wish.group, now.group, now.gid)) perms.cgroup = wish.group;
  if (!ctx.test && (perms.cuser !== undefined || perms.cgroup !== undefined)) await giveAway(check, wish, now, bareLink);
  if (mode !== null && !ctx.test && !bareLink && mode !== now.mode) {
    perms.cmode = mode;
    await setMode(ctx.sys, path, mode);
  }
  const isTouched = !ctx.test && (perms.cuser !== undefined || perms.cgroup !== undefined || perms.cmode !== undefined);
  const after = isTouched ? await rightsOf(ctx.sys, path, follow) : now;
  const settle = (key: 'user' | 'group' | 'mode', wanted: Value, reached: boolean, changed: boolean): void => {
    if (reached) {
      if (changed) outcome.changes[key] = wanted;
    } else if (ctx.test) {
      outcome.changes[key] = wanted;
    } else {
      outcome.result = false;
      comments.push(`Failed to change ${key} to ${String(wanted)}`);
    }
  };
  if (isTruthy(wish.user)) settle('user', wish.user, isOwner(wish.user, after.user, after.uid), perms.cuser !== undefined);
  if (isTruthy(wish.group)) settle('group', wish.group, isOwner(wish.group, after.group, after.gid), perms.cgroup !== undefined);
  if (mode !== null && !bareLink) settle('mode', mode, mode === after.mode, perms.cmode !== undefined);
  return perms;
}

async function giveAway(check: Check, wish: Wish, now: Rights, bareLink: boolean): Promise<void> {
  const { ctx, path, outcome, comments } = check;
  const user = wish.user ?? now.user;
  const group = wish.group ?? now.group;
  try {
    const fault = bareLink ? await changeLinkOwner(ctx.sys, path, user, group) : await changeOwner(ctx.sys, path, user, group);
    if (fault !== null) {
      outcome.result = false;
      comments.push(fault);
    } else if (!(await isSymlink(ctx.sys, path))) {
      // The kernel drops setuid and setgid when a file is given away.
      await setMode(ctx.sys, path, now.mode);
    }
  } catch (error) {
    if (!isSystemError(error)) throw error;
    outcome.result = false;
  }
}
