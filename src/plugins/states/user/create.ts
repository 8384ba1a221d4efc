/** Creates a user. */
import type { Context } from '../../../kernel/contract/context.js';
import { InvocationError } from '../../../kernel/contract/errors.js';
import { done, failed, wouldChange } from '../../../kernel/contract/state.js';
import { str } from '../../../kernel/std/python-text.js';
import { equalValues, isTruthy, type PlainMap, type Value } from '../../../kernel/std/value.js';
import { AGE_NAMES, AGES, below, REDACTED, type Wish } from './wish.js';

/** Arguments that only `user.add` needs, by its names. */
export type Additional = Readonly<Record<'gid' | 'unique' | 'system' | 'nologinit' | 'loginclass' | 'usergroup', Value>>;

/** One thing of the shadow file that is set after the user is there. */
interface Step {
  readonly key: string;
  readonly isAsked: boolean;
  readonly fun: string;
  readonly args: readonly Value[];
  readonly field: string;
  readonly wanted: Value;
  readonly shown: Value;
  readonly failure: string;
}

function stepsOf(wish: Wish): Step[] {
  const { name, password } = wish;
  const ages = AGE_NAMES.map((key): Step => {
    const wanted = wish.ages[key];
    const { field, fun, words } = AGES[key];
    return {
      key, isAsked: key === 'date' ? wanted !== null : isTruthy(wanted), fun, args: [name, wanted], field, wanted, shown: wanted,
      failure: `User ${name} created but failed to set ${words} to ${str(wanted)}`,
    };
  });
  return [
    {
      key: 'password', isAsked: isTruthy(password) && !wish.emptyPassword, fun: 'shadow.set_password', args: [name, password], field: 'passwd',
      wanted: password, shown: REDACTED, failure: `User ${name} created but failed to set password to ${REDACTED}`,
    },
    {
      key: 'password', isAsked: wish.emptyPassword && !isTruthy(password), fun: 'shadow.del_password', args: [name], field: 'passwd',
      wanted: '', shown: '', failure: `User ${name} created but failed to empty password`,
    },
    ...ages,
  ];
}

/** False for a name no account can have, as the program itself would say. */
async function addUser(account: PlainMap, ctx: Context): Promise<Value> {
  try {
    return await ctx.call('user.add', [], account);
  } catch (error) {
    if (error instanceof InvocationError) return false;
    throw error;
  }
}

export async function createUser(wish: Wish, more: Additional, pendingGroups: readonly string[], ctx: Context): Promise<PlainMap> {
  const { name } = wish;
  if (ctx.test) {
    return wouldChange(name, `User ${name} set to be added${pendingGroups.length > 0 ? ` (pending groups: ${pendingGroups.join(',')})` : ''}`);
  }
  const groups = wish.optionalGroups === null || wish.optionalGroups.length === 0 ? wish.groups : [...wish.groups ?? [], ...wish.optionalGroups];
  const added = await addUser({
    name, uid: wish.uid, groups, home: wish.home, shell: wish.shell, ...wish.gecos, createhome: wish.createHome, local: wish.local, ...more,
  }, ctx);
  if (added !== true) return failed(name, typeof added === 'string' ? added : `Failed to create new user ${name}`);
  const changes = { ...await ctx.call('user.info', [name], below(wish.local)) as PlainMap };
  if (!wish.createHome) changes['home'] = '';
  let comment = `New user ${name} created`;
  let worked = true;
  for (const step of await ctx.has('shadow.info') ? stepsOf(wish).filter(({ isAsked }) => isAsked) : []) {
    await ctx.call(step.fun, step.args);
    const shadow = await ctx.call('shadow.info', [name]) as PlainMap;
    if (!equalValues(shadow[step.field], step.wanted)) [comment, worked] = [step.failure, false];
    changes[step.key] = step.shown;
  }
  return (worked ? done : failed)(name, comment, changes);
}
