/** Users of RabbitMQ. Source: read, Salt 3008.3. */
import type { Context } from '../../kernel/contract/context.js';
import { InvocationError } from '../../kernel/contract/errors.js';
import { p } from '../../kernel/contract/params.js';
import { defineState, fn } from '../../kernel/contract/plugin.js';
import { done, wouldChange } from '../../kernel/contract/state.js';
import { str } from '../../kernel/std/python-text.js';
import { equalValues, isList, isMap, isTruthy, mapEntries, mapGet, type PlainMap, type Value } from '../../kernel/std/value.js';
import { guarded, virtual } from './rabbitmq/step.js';

interface Wish {
  readonly name: string;
  readonly password: string | null;
  readonly force: Value;
  readonly tags: Value;
  readonly perms: Value;
  readonly runas: string | null;
}
/** What is done for the user, and what it is called in the changes. */
interface Deed {
  readonly changes: PlainMap;
  readonly work: () => Promise<Value>;
}
const PARTS = ['configure', 'write', 'read'] as const;

/** `[{vhost: [configure, write, read]}]`. */
function permissionsOf(perms: Value): (readonly [vhost: string, perm: PlainMap])[] {
  return (isList(perms) ? perms : []).flatMap((entry) => {
    if (!isMap(entry)) throw new InvocationError("'perms' is a list of maps: a virtual host and its three expressions");
    return mapEntries(entry).map(([vhost, three]) => {
      if (!isList(three) || three.length !== PARTS.length) throw new InvocationError(`The permissions for '${str(vhost)}' are three expressions: configure, write and read`);
      return [str(vhost), Object.fromEntries(PARTS.map((part, at) => [part, str(three[at] ?? '')]))] as const;
    });
  });
}

async function passwordDeed({ name, password, force, runas }: Wish, ctx: Context): Promise<Deed[]> {
  const fits = password === null || await ctx.call('rabbitmq.check_password', [name, password], { runas }) === true;
  if (fits && !isTruthy(force)) return [];
  if (password === null) return [{ changes: { password: { old: 'Removed password.', new: '' } }, work: () => ctx.call('rabbitmq.clear_password', [name], { runas }) }];
  return [{ changes: { password: { old: '', new: 'Set password.' } }, work: () => ctx.call('rabbitmq.change_password', [name, password], { runas }) }];
}

async function tagsDeed({ name, tags, runas }: Wish, isThere: boolean, ctx: Context): Promise<Deed[]> {
  if (tags === null) return [];
  const wanted = (isList(tags) ? tags : str(tags).split(/\s+/)).map(str).filter((tag) => tag !== '');
  const all = isThere ? await ctx.call('rabbitmq.list_users', [], { runas }) : {};
  const now = isMap(all) ? mapGet(all, name) ?? [] : [];
  const current = isList(now) ? now.map(str) : [];
  if (wanted.every((tag) => current.includes(tag)) && current.every((tag) => wanted.includes(tag))) return [];
  return [{ changes: { tags: { old: current, new: wanted } }, work: () => ctx.call('rabbitmq.set_user_tags', [name, wanted], { runas }) }];
}

/** Differs: every virtual host stays in the changes, the old ones by name; Salt keeps the last, or mixes them. */
async function permissionDeeds({ name, perms, runas }: Wish, isThere: boolean, ctx: Context): Promise<Deed[]> {
  const wanted = permissionsOf(perms);
  if (wanted.length === 0) return [];
  const known = isThere ? await ctx.call('rabbitmq.list_user_permissions', [name], { runas }) : {};
  const before = (vhost: string): Value | undefined => (isMap(known) ? mapGet(known, vhost) : undefined);
  const differing = wanted.filter(([vhost, perm]) => !equalValues(before(vhost), perm));
  if (differing.length === 0) return [];
  const old = Object.fromEntries(differing.flatMap(([vhost]) => { const was = before(vhost); return was === undefined ? [] : [[vhost, was]]; }));
  const changes = { perms: { ...(Object.keys(old).length > 0 ? { old } : {}), new: Object.fromEntries(differing) } };
  const set = ([vhost, perm]: (typeof differing)[number]): Promise<Value> => ctx.call('rabbitmq.set_permissions', [vhost, name, ...PARTS.map((part) => perm[part] ?? '')], { runas });
  return [{ changes, work: async () => { for (const one of differing) await set(one); return true; } }];
}

/** Differs: a test run foretells all that the real one does for a new user too. */
async function present(wish: Wish, ctx: Context): Promise<PlainMap> {
  const { name, password, runas } = wish;
  const isThere = await ctx.call('rabbitmq.user_exists', [name], { runas }) === true;
  const first = isThere ? await passwordDeed(wish, ctx) : [{ changes: { user: { old: '', new: name } }, work: () => ctx.call('rabbitmq.add_user', [name, password], { runas }) }];
  const deeds: readonly Deed[] = [...first, ...await tagsDeed(wish, isThere, ctx), ...await permissionDeeds(wish, isThere, ctx)];
  const changes: PlainMap = Object.assign({}, ...deeds.map((deed) => deed.changes)) as PlainMap;
  if (deeds.length === 0) {
    const isAsked = isTruthy(wish.force) || isTruthy(wish.perms) || isTruthy(wish.tags);
    return done(name, isAsked ? `'${name}' is already in the desired state.` : `User '${name}' is already present.`);
  }
  if (ctx.test) return wouldChange(name, isThere ? `Configuration for '${name}' will change.` : `User '${name}' is set to be created.`, changes);
  for (const deed of deeds) await deed.work();
  return done(name, `'${name}' was configured.`, changes);
}

async function absent(name: string, runas: string | null, ctx: Context): Promise<PlainMap> {
  if (await ctx.call('rabbitmq.user_exists', [name], { runas }) !== true) return done(name, `The user '${name}' is not present.`);
  const changes = { name: { old: name, new: '' } };
  if (ctx.test) return wouldChange(name, `The user '${name}' will be removed.`, changes);
  await ctx.call('rabbitmq.delete_user', [name], { runas });
  return done(name, `The user '${name}' was removed.`, changes);
}

const name = p.string();
const runas = p.string(null, 'the user who runs the program');

export default defineState({
  name: 'rabbitmq_user',
  virtual,
  doc: 'Users of RabbitMQ.',
  functions: {
    present: fn({
      doc: 'Make sure that there is a user with this password, these tags and permissions.',
      params: { name, password: p.string(null), force: p.any(false, 'set the password even when it is right'), tags: p.any(null), perms: p.any([], 'a list of maps: a virtual host and three expressions'), runas },
      run: (wish, ctx) => guarded(wish.name, () => present(wish, ctx)),
    }),
    absent: fn({ doc: 'Make sure that there is no such user.', params: { name, runas }, run: (args, ctx) => guarded(args.name, () => absent(args.name, args.runas, ctx)) }),
  },
});
