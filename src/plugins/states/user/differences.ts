/** What of a user is not as it is asked for. */
import type { Context } from '../../../kernel/contract/context.js';
import { CommandExecutionError } from '../../../kernel/contract/errors.js';
import { compareText } from '../../../kernel/std/python-order.js';
import { str } from '../../../kernel/std/python-text.js';
import { equalValues, isTruthy, type PlainMap, type Value } from '../../../kernel/std/value.js';
import { AGE_NAMES, AGES, below, GECOS, type Wish } from './wish.js';

/** Groups by name with their numbers. */
type Numbers = ReadonlyMap<string, Value>;

async function numbersOf(names: Iterable<string>, ctx: Context): Promise<Numbers> {
  const numbers = new Map<string, Value>();
  for (const name of names) numbers.set(name, await ctx.call('file.group_to_gid', [name]));
  return numbers;
}

/** Names without a group and all others that have its number. */
function withoutGroup(names: readonly string[], group: string, numbers: Numbers): string[] {
  const number = numbers.get(group);
  return names.filter((name) => name !== group && !(number !== undefined && number !== '' && equalValues(numbers.get(name), number)));
}

/** True when the groups differ; two names of one number count as the same. */
function groupsDiffer(now: readonly string[], wanted: readonly string[], remove: boolean, numbers: Numbers): boolean {
  const missing = wanted.filter((name) => !now.includes(name));
  const unwanted = remove ? now.filter((name) => !wanted.includes(name)) : [];
  const known = [...new Set([...now, ...wanted])];
  return [...missing, ...unwanted].some((name) => !known.some((other) => other !== name && equalValues(numbers.get(other), numbers.get(name))));
}

/** The supplementary groups the user should have, or undefined when they are as they should be. */
async function groupChange(wish: Wish, user: PlainMap, ctx: Context): Promise<string[] | undefined> {
  let now = [...user['groups'] as readonly string[]];
  const asked = [...new Set([...wish.groups ?? [], ...wish.optionalGroups ?? []])];
  const keeps = !wish.removeGroups || (wish.groups === null && !isTruthy(wish.optionalGroups));
  let wanted = (keeps ? [...new Set([...asked, ...now])] : asked).toSorted(compareText);
  const numbers = await numbersOf(new Set([...now, ...wanted]), ctx);
  const primary = str(await ctx.call('file.gid_to_group', [wish.gid ?? user['gid'] ?? null]));
  const oldPrimary = str(await ctx.call('file.gid_to_group', [user['gid'] ?? null]));
  // The primary group is no supplementary one, whether it is named or not; nor is the one that was.
  const isListed = now.includes(primary) || wanted.includes(primary);
  if (isListed) [now, wanted] = [withoutGroup(now, primary, numbers), withoutGroup(wanted, primary, numbers)];
  if (oldPrimary !== primary && now.includes(oldPrimary)) now = withoutGroup(now, oldPrimary, numbers);
  if (now.includes(wish.name) && !wanted.includes(wish.name)) now = withoutGroup(now, wish.name, numbers);
  return groupsDiffer(now, wanted, wish.removeGroups, numbers) && (wanted.length > 0 || wish.removeGroups) ? wanted : undefined;
}

async function accountChanges(wish: Wish, user: PlainMap, ctx: Context): Promise<PlainMap> {
  const changes: PlainMap = {};
  if (isTruthy(wish.uid) && !equalValues(user['uid'], wish.uid)) changes['uid'] = wish.uid;
  if (wish.gid !== null && !equalValues(user['gid'], wish.gid) && !equalValues(user['gid'], await ctx.call('file.group_to_gid', [wish.gid]))) {
    changes['gid'] = wish.gid;
  }
  const groups = await groupChange(wish, user, ctx);
  if (groups !== undefined) changes['groups'] = groups;
  if (isTruthy(wish.home) && user['home'] !== wish.home) changes['home'] = wish.home;
  const home = isTruthy(wish.home) ? wish.home : str(user['home'] ?? '');
  if (wish.createHome && home !== null && !isTruthy(await ctx.call('file.directory_exists', [home]))) changes['homeDoesNotExist'] = home;
  if (isTruthy(wish.shell) && user['shell'] !== wish.shell) changes['shell'] = wish.shell;
  return changes;
}

async function shadowChanges(wish: Wish, ctx: Context): Promise<PlainMap> {
  if (!await ctx.has('shadow.info')) return {};
  const shadow = await ctx.call('shadow.info', [wish.name]) as PlainMap;
  const hash = str(shadow['passwd'] ?? '');
  const changes: PlainMap = {};
  if (isTruthy(wish.password) && !wish.emptyPassword && hash !== wish.password) {
    if (wish.enforcePassword || hash === await ctx.call('shadow.default_hash')) changes['passwd'] = wish.password;
  }
  if (wish.emptyPassword && hash !== '') changes['empty_password'] = true;
  for (const name of AGE_NAMES) {
    const wanted = wish.ages[name];
    const isAsked = name === 'expire' ? isTruthy(wanted) : wanted !== null;
    if (isAsked && !equalValues(shadow[AGES[name].field], wanted)) changes[name] = wanted;
  }
  const isLocked = hash.startsWith('!');
  if ((isTruthy(wish.passwordLock) && !isLocked) || (wish.passwordLock === false && isLocked)) changes['password_lock'] = wish.passwordLock;
  return changes;
}

const refusal = (what: string, from: Value, to: Value): string =>
  `Changing ${what} (${str(from)} -> ${str(to)}) not permitted, set allow_${what}_change to True to force this change. Note that this will not change file ownership.`;

/**
 * What has to change, in the order it is told; undefined when there is no such user.
 * @throws CommandExecutionError for numbers that may not change
 */
export async function differences(wish: Wish, ctx: Context): Promise<PlainMap | undefined> {
  const user = await ctx.call('user.info', [wish.name], below(wish.local)) as PlainMap;
  if (!isTruthy(user)) return undefined;
  const changes = { ...await accountChanges(wish, user, ctx), ...await shadowChanges(wish, ctx) };
  for (const part of GECOS) {
    const wanted = wish.gecos[part];
    if (wanted !== null && user[part] !== wanted) changes[part] = wanted;
  }
  const refused = [
    ...(!wish.allowUid && 'uid' in changes ? [refusal('uid', user['uid'] ?? null, wish.uid)] : []),
    ...(!wish.allowGid && 'gid' in changes ? [refusal('gid', user['gid'] ?? null, wish.gid)] : []),
  ];
  if (refused.length === 0) return changes;
  throw new CommandExecutionError(`Encountered error checking for needed changes. Additional info follows:\n\n${refused.map((line) => `- ${line}`).join('\n')}`);
}
