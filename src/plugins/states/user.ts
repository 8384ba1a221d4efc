/** Users of the machine. */
import type { Context } from '../../kernel/contract/context.js';
import { p } from '../../kernel/contract/params.js';
import { defineState, fn } from '../../kernel/contract/plugin.js';
import { done, failed, wouldChange } from '../../kernel/contract/state.js';
import { str } from '../../kernel/std/python-text.js';
import { isTruthy, type PlainMap, type Value } from '../../kernel/std/value.js';
import { tried } from './outcome/failure.js';
import { changeUser, planned } from './user/change.js';
import { createUser, type Additional } from './user/create.js';
import { differences } from './user/differences.js';
import { below, GECOS, type Wish } from './user/wish.js';

const ALGORITHMS: Readonly<Record<string, string>> = { 1: 'md5', '2a': 'blowfish', 5: 'sha256', 6: 'sha512' };

/** The hash of a clear password, with the salt of the one that is set so that a second run finds no difference. */
async function hashed(name: string, password: string, ctx: Context): Promise<string> {
  const now = str((await ctx.call('shadow.info', [name]) as PlainMap)['passwd'] ?? '').split('$');
  const [, algorithm = '', salt = ''] = now;
  if (now.length !== 4) return str(await ctx.call('shadow.gen_password', [password]));
  return str(await ctx.call('shadow.gen_password', [password], { crypt_salt: salt, algorithm: ALGORITHMS[algorithm] ?? null }));
}

async function missingGroups(groups: readonly string[] | null, ctx: Context): Promise<string[]> {
  const missing: string[] = [];
  for (const group of groups ?? []) if (!isTruthy(await ctx.call('group.info', [group]))) missing.push(group);
  return missing;
}

/** A user's own group is the primary one when it is there. */
async function primaryGid({ usergroup, gid }: { usergroup: Value; gid: Value }, name: string, ctx: Context): Promise<Value> {
  return isTruthy(usergroup) && await ctx.call('file.group_to_gid', [name]) !== '' ? name : gid;
}

async function present(asked: Wish, more: Additional, ctx: Context): Promise<PlainMap> {
  const { name } = asked;
  const { fullname, roomnumber, workphone } = asked.gecos;
  const wrong = [fullname, roomnumber, workphone].find((text) => text?.includes(','));
  if (wrong !== undefined) return failed(name, `Unsupported char ',' in ${wrong}`);
  const missing = await missingGroups(asked.groups, ctx);
  if (missing.length > 0 && !ctx.test) return failed(name, `The following group(s) are not present: ${missing.join(',')}`);
  const missingOptional = await missingGroups(asked.optionalGroups, ctx);
  const wish: Wish = {
    ...asked,
    groups: asked.groups?.filter((group) => !missing.includes(group)) ?? null,
    optionalGroups: isTruthy(asked.optionalGroups) ? asked.optionalGroups?.filter((group) => !missingOptional.includes(group)) ?? null : null,
    gid: await primaryGid(more, name, ctx),
  };
  const outcome = await tried(differences(wish, ctx));
  if ('failure' in outcome) return failed(name, outcome.failure.message);
  if (outcome.value === undefined) return createUser(wish, more, missing, ctx);
  if (Object.keys(outcome.value).length === 0) return done(name, `User ${name} is present and up to date`);
  return ctx.test ? planned(wish, outcome.value, missing) : changeUser(wish, outcome.value, ctx);
}

async function absent(name: string, { purge, force, local }: { purge: Value; force: Value; local: Value }, ctx: Context): Promise<PlainMap> {
  if (!isTruthy(await ctx.call('user.info', [name], below(local)))) return done(name, `User ${name} is not present`);
  if (ctx.test) return wouldChange(name, `User ${name} set for removal`);
  const groups = await ctx.call('user.list_groups', [name]) as readonly string[];
  if (!isTruthy(await ctx.call('user.delete', [name, purge, force], { local }))) return failed(name, `Failed to remove user ${name}`);
  const gone = await missingGroups(groups, ctx);
  return done(name, `Removed user ${name}`, { ...Object.fromEntries(gone.map((group) => [`${group} group`, 'removed'])), [name]: 'removed' });
}

const names = (value: readonly Value[] | null): string[] | null => (value === null ? null : value.map(str));
const off = p.any(false);
const none = p.any(null);
const onlyWindows = p.any(null, 'only of use on Windows');

export default defineState({
  name: 'user',
  quickGrains: true,
  doc: 'Users of the machine.',
  functions: {
    present: fn({
      doc: 'Make sure that a user exists and is as it is asked for.',
      params: {
        name: p.string(), uid: none, gid: none, usergroup: none, groups: p.list(null), optional_groups: p.list(null), remove_groups: p.any(true),
        home: p.string(null), createhome: p.any(true), persist_home: off, password: p.string(null), hash_password: off, enforce_password: p.any(true),
        empty_password: off, shell: p.string(null), unique: p.any(true), system: off, fullname: p.string(null), roomnumber: p.string(null),
        workphone: p.string(null), homephone: p.string(null), other: p.string(null), loginclass: none, date: none, mindays: none, maxdays: none,
        inactdays: none, warndays: none, expire: none, win_homedrive: onlyWindows, win_profile: onlyWindows, win_logonscript: onlyWindows,
        win_description: onlyWindows, nologinit: off, allow_uid_change: off, allow_gid_change: off, password_lock: none, local: off,
      },
      async run(args, ctx) {
        const { name, date, mindays, maxdays, inactdays, warndays, expire, gid, unique, system, nologinit, loginclass, usergroup } = args;
        const password = isTruthy(args.password) && isTruthy(args.hash_password) ? await hashed(name, args.password ?? '', ctx) : args.password;
        const wish: Wish = {
          name, uid: args.uid, gid, groups: names(args.groups), optionalGroups: names(args.optional_groups), removeGroups: isTruthy(args.remove_groups),
          home: args.home, createHome: isTruthy(args.createhome), persistHome: args.persist_home, password, enforcePassword: isTruthy(args.enforce_password),
          emptyPassword: isTruthy(args.empty_password), passwordLock: args.password_lock, shell: args.shell, local: args.local,
          gecos: Object.fromEntries(GECOS.map((part) => [part, args[part]])) as Wish['gecos'],
          ages: { date, mindays, maxdays, inactdays, warndays, expire }, allowUid: isTruthy(args.allow_uid_change), allowGid: isTruthy(args.allow_gid_change),
        };
        return present(wish, { gid, unique, system, nologinit, loginclass, usergroup }, ctx);
      },
    }),
    absent: fn({
      doc: 'Make sure that there is no such user; with `purge` its files go as well.',
      params: { name: p.string(), purge: off, force: off, local: off },
      run: ({ name, ...how }, ctx) => absent(name, how, ctx),
    }),
  },
});
