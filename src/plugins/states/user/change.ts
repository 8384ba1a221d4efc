/** Changes a user that exists. */
import type { Context } from '../../../kernel/contract/context.js';
import { done, failed, wouldChange } from '../../../kernel/contract/state.js';
import { repr, str } from '../../../kernel/std/python-text.js';
import { equalValues, isTruthy, type PlainMap, type Value } from '../../../kernel/std/value.js';
import { differences } from './differences.js';
import { AGE_NAMES, AGES, below, REDACTED, type Wish } from './wish.js';

type Facts = PlainMap;

const userOf = async (wish: Wish, ctx: Context): Promise<Facts> => await ctx.call('user.info', [wish.name], below(wish.local)) as Facts;
const shadowOf = async (wish: Wish, ctx: Context): Promise<Facts> =>
  (await ctx.has('shadow.info') ? await ctx.call('shadow.info', [wish.name]) as Facts : {});

/** What a test run says. */
export function planned(wish: Wish, changes: PlainMap, pendingGroups: readonly string[]): PlainMap {
  const lines = Object.entries(changes).map(([key, value]) => `${key}: ${key === 'passwd' ? REDACTED : str(value)}\n`);
  const pending = pendingGroups.length > 0 ? [`groups (pending creation): ${pendingGroups.join(',')}\n`] : [];
  return wouldChange(wish.name, ['The following user attributes are set to be changed:\n', ...lines, ...pending].join(''));
}

async function changePassword(wish: Wish, changes: PlainMap, ctx: Context): Promise<void> {
  if ('passwd' in changes && !wish.emptyPassword) await ctx.call('shadow.set_password', [wish.name, wish.password]);
  if ('empty_password' in changes) await ctx.call('shadow.del_password', [wish.name]);
  if ('password_lock' in changes) await ctx.call(isTruthy(wish.passwordLock) ? 'shadow.lock_password' : 'shadow.unlock_password', [wish.name]);
  if ('date' in changes) await ctx.call('shadow.set_date', [wish.name, wish.ages.date]);
}

async function changeHome(wish: Wish, changes: PlainMap, before: Facts, ctx: Context): Promise<void> {
  const home = changes['homeDoesNotExist'] ?? changes['home'];
  if (home === undefined) return;
  await ctx.call('user.chhome', [wish.name, home], { persist: wish.persistHome });
  if (!('homeDoesNotExist' in changes) || isTruthy(await ctx.call('file.directory_exists', [home]))) return;
  // 493 is 0o755: Salt hands over the number as it is.
  await ctx.call('file.mkdir', [home, before['uid'] ?? null, before['gid'] ?? null, 493]);
}

/** Those that `user.ch...` functions set, groups last. */
async function changeRest(wish: Wish, changes: PlainMap, ctx: Context): Promise<void> {
  const handled = new Set<string>(['passwd', 'empty_password', 'password_lock', 'home', 'homeDoesNotExist', 'groups', ...AGE_NAMES]);
  for (const name of AGE_NAMES) if (name !== 'date' && name in changes) await ctx.call(AGES[name].fun, [wish.name, wish.ages[name]]);
  for (const [key, value] of Object.entries(changes)) {
    if (!handled.has(key) && await ctx.has(`user.ch${key}`)) await ctx.call(`user.ch${key}`, [wish.name, value]);
  }
  if ('groups' in changes) await ctx.call('user.chgroups', [wish.name, changes['groups'] as Value, !wish.removeGroups]);
}

const changedFacts = (before: Facts, after: Facts): PlainMap =>
  Object.fromEntries(Object.entries(after).filter(([key, value]) => !equalValues(before[key], value)));

export async function changeUser(wish: Wish, changes: PlainMap, ctx: Context): Promise<PlainMap> {
  const shadowBefore = await shadowOf(wish, ctx);
  const before = await userOf(wish, ctx);
  await changePassword(wish, changes, ctx);
  await changeHome(wish, changes, before, ctx);
  await changeRest(wish, changes, ctx);
  const after = await userOf(wish, ctx);
  const shadow = shadowBefore['passwd'] === wish.password ? {} : changedFacts(shadowBefore, await shadowOf(wish, ctx));
  if ('passwd' in shadow) shadow['passwd'] = REDACTED;
  const made = { ...changedFacts(before, after), ...shadow };
  const left = await differences({ ...wish, allowUid: true, allowGid: true }, ctx);
  if (left !== undefined && Object.keys(left).length > 0) {
    // Differs: Salt would show the hash of a password that could not be set.
    const shown = 'passwd' in left ? { ...left, passwd: REDACTED } : left;
    return failed(wish.name, `These values could not be changed: ${repr(shown)}`, made);
  }
  const comment = Object.keys(made).length > 0 ? `Updated user ${wish.name}` : `User ${wish.name} is present and up to date`;
  return done(wish.name, comment, made);
}
