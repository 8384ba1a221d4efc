/** Names and numbers of users and groups, with Salt's answers for what is not there. */
import type { Sys } from '../../../../kernel/contract/sys.js';
import type { Value } from '../../../../kernel/std/value.js';
import { str } from '../../../../kernel/std/python-text.js';
import { PythonError } from '../../../../kernel/contract/errors.js';

/** Name of a group number; the number itself when no group has it; empty when a name was given that no group has. */
export async function groupName(sys: Sys, gid: Value): Promise<Value> {
  const number = typeof gid === 'number' ? gid : await readGid(sys, gid);
  if (typeof number !== 'number') return number;
  return (await sys.groupById(number))?.name ?? number;
}

async function readGid(sys: Sys, gid: Value): Promise<number | ''> {
  const text = str(gid).trim();
  return /^[+-]?\d+$/.test(text) ? Number(text) : groupNumber(sys, gid);
}

/** Number of a group name; a number as it is; empty for nothing or an unknown name. */
export async function groupNumber(sys: Sys, group: Value): Promise<number | ''> {
  if (group === null) return '';
  if (typeof group === 'number') return group;
  return (await sys.groupByName(str(group)))?.gid ?? '';
}

/** Name of a user number; the number itself when no user has it. */
export async function userName(sys: Sys, uid: Value): Promise<Value> {
  if (typeof uid !== 'number') {
    throw new PythonError('TypeError', `uid should be integer, not ${typeof uid === 'string' ? 'str' : 'object'}`);
  }
  return (await sys.userById(uid))?.name ?? uid;
}

/** Number of a user name; a number as it is; our own user for nothing; empty for an unknown name. */
export async function userNumber(sys: Sys, user: Value): Promise<number | ''> {
  if (user === null) return process.getuid?.() ?? 0;
  if (typeof user === 'number') return user;
  return (await sys.userByName(str(user)))?.uid ?? '';
}
