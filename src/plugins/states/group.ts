/** Groups of the machine. */
import type { Context } from '../../kernel/contract/context.js';
import { p } from '../../kernel/contract/params.js';
import { defineState, fn } from '../../kernel/contract/plugin.js';
import { done, failed, wouldChange } from '../../kernel/contract/state.js';
import { repr, str } from '../../kernel/std/python-text.js';
import { setOf } from '../../kernel/std/sequences.js';
import { isTruthy, type PlainMap, type Value } from '../../kernel/std/value.js';

interface Wish {
  readonly name: string;
  readonly gid: Value;
  readonly system: Value;
  readonly add: readonly Value[] | null;
  readonly remove: readonly Value[] | null;
  readonly members: readonly Value[] | null;
  readonly nonUnique: Value;
  readonly local: Value;
}

const below = (local: Value): PlainMap => (isTruthy(local) ? { root: '/' } : {});
const infoOf = async (name: string, local: Value, ctx: Context): Promise<PlainMap> => await ctx.call('group.info', [name], below(local)) as PlainMap;
const sameMembers = (a: readonly Value[], b: readonly Value[]): boolean => a.every((one) => b.includes(one)) && b.every((one) => a.includes(one));
const asWhole = (gid: Value): number => (/^\s*[+-]?\d+\s*$/.test(str(gid)) ? Number(str(gid)) : NaN);

/** What has to change, in the order it is told; undefined when there is no such group. */
async function differences(wish: Wish, ctx: Context): Promise<PlainMap | undefined> {
  const group = await infoOf(wish.name, wish.local, ctx);
  const now = group['members'] as readonly Value[] | undefined;
  if (now === undefined) return undefined;
  const changes: PlainMap = {};
  if (isTruthy(wish.gid)) {
    const gid = asWhole(wish.gid);
    if (Number.isNaN(gid)) return { result: false, comment: 'Invalid gid' };
    if (group['gid'] !== gid) changes['gid'] = gid;
  }
  if (wish.members !== null && !sameMembers(now, wish.members)) {
    if (wish.members.length === 0) changes['delusers'] = setOf(now);
    else changes['members'] = wish.members;
  }
  const missing = (wish.add ?? []).filter((user) => !now.includes(user));
  const unwanted = (wish.remove ?? []).filter((user) => now.includes(user));
  if (missing.length > 0) changes['addusers'] = missing;
  if (unwanted.length > 0) changes['delusers'] = unwanted;
  return changes;
}

async function apply(wish: Wish, changes: PlainMap, ctx: Context): Promise<void> {
  for (const [key, value] of Object.entries(changes)) {
    if (key === 'gid') await ctx.call('group.chgid', [wish.name, wish.gid], { non_unique: wish.nonUnique });
    if (key === 'addusers') for (const user of value as readonly Value[]) await ctx.call('group.adduser', [wish.name, user]);
    if (key === 'delusers') for (const user of value as readonly Value[]) await ctx.call('group.deluser', [wish.name, user]);
    if (key === 'members') await ctx.call('group.members', [wish.name, (value as readonly Value[]).map(str).join(',')]);
  }
}

async function change(wish: Wish, changes: PlainMap, ctx: Context): Promise<PlainMap> {
  const lines = Object.entries(changes).map(([key, value]) => `${key}: ${typeof value === 'string' ? value : repr(value)}\n`);
  const comment = `The following group attributes are set to be changed:\n${lines.join('')}`;
  if (ctx.test) return wouldChange(wish.name, comment);
  await apply(wish, changes, ctx);
  const left = await differences(wish, ctx);
  if (left !== undefined && Object.keys(left).length > 0) return failed(wish.name, `${comment}Some changes could not be applied`, { Failed: left });
  return done(wish.name, comment, { Final: 'All changes applied successfully' });
}

async function holderOf(gid: Value, ctx: Context): Promise<Value | undefined> {
  const groups = await ctx.call('group.getent') as readonly PlainMap[];
  return groups.find((group) => group['gid'] === gid)?.['name'];
}

async function create(wish: Wish, ctx: Context): Promise<PlainMap> {
  const { name, gid } = wish;
  if (ctx.test) return wouldChange(name, `Group ${name} set to be added`);
  const holder = gid === null || isTruthy(wish.nonUnique) ? undefined : await holderOf(gid, ctx);
  if (holder !== undefined) return failed(name, `Group ${name} is not present but gid ${str(gid)} is already taken by group ${str(holder)}`);
  const added = await ctx.call('group.add', [name], { gid, system: wish.system, non_unique: wish.nonUnique, local: wish.local });
  if (!isTruthy(added)) return failed(name, `Failed to create new group ${name}`);
  const members = isTruthy(wish.add) ? wish.add : wish.members;
  if (isTruthy(members)) await ctx.call('group.members', [name, (members ?? []).map(str).join(',')]);
  const left = await differences(wish, ctx);
  if (left !== undefined && Object.keys(left).length > 0) {
    return failed(name, `Group ${name} has been created but, some changes could not be applied`, { Failed: left });
  }
  return done(name, `New group ${name} created`, await infoOf(name, wish.local, ctx));
}

async function present(wish: Wish, ctx: Context): Promise<PlainMap> {
  if (wish.members !== null && (wish.add !== null || wish.remove !== null)) {
    return wouldChange(wish.name, 'Error: Conflicting options "members" with "addusers" and/or "delusers" can not be used together. ');
  }
  if (wish.add !== null && wish.remove !== null && wish.add.some((user) => wish.remove?.includes(user))) {
    return wouldChange(wish.name, 'Error. Same user(s) can not be added and deleted simultaneously');
  }
  const changes = await differences(wish, ctx);
  if (changes === undefined) return create(wish, ctx);
  if (Object.keys(changes).length > 0) return change(wish, changes, ctx);
  return done(wish.name, `Group ${wish.name} is present and up to date`);
}

async function absent(name: string, local: Value, ctx: Context): Promise<PlainMap> {
  if (!isTruthy(await infoOf(name, local, ctx))) return done(name, 'Group not present');
  if (ctx.test) return wouldChange(name, `Group ${name} is set for removal`);
  const removed = isTruthy(await ctx.call('group.delete', [name], { local }));
  return removed ? done(name, `Removed group ${name}`, { [name]: '' }) : failed(name, `Failed to remove group ${name}`);
}

export default defineState({
  name: 'group',
  quickGrains: true,
  doc: 'Groups of the machine.',
  functions: {
    present: fn({
      doc: 'Make sure that a group exists, with a number and members.',
      params: {
        name: p.string(), gid: p.any(null), system: p.any(false), addusers: p.list(null), delusers: p.list(null), members: p.list(null),
        non_unique: p.any(false), local: p.any(false),
      },
      run: ({ addusers: add, delusers: remove, non_unique: nonUnique, ...wish }, ctx) => present({ ...wish, add, remove, nonUnique }, ctx),
    }),
    absent: fn({
      doc: 'Make sure that there is no such group.',
      params: { name: p.string(), local: p.any(false) },
      run: ({ name, local }, ctx) => absent(name, local, ctx),
    }),
  },
});
