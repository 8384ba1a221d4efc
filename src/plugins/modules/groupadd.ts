/** Groups of the machine. */
import type { Context } from '../../kernel/contract/context.js';
import { p } from '../../kernel/contract/params.js';
import { defineModule, fn } from '../../kernel/contract/plugin.js';
import { str } from '../../kernel/std/python-text.js';
import { equalValues, isMap, isTruthy, mapGet, type PlainMap, type Value } from '../../kernel/std/value.js';
import { accountName, groupEntries, groupEntry, programPath, type GroupEntry } from './lookup/account-files.js';

const shown = ({ name, passwd, gid, members }: GroupEntry): PlainMap => ({ name, passwd, gid, members });
const worked = async (argv: readonly string[], ctx: Context): Promise<boolean> => (await ctx.call('cmd.retcode', [argv], { python_shell: false })) === 0;
const below = (option: string, folder: string | null): string[] => (folder === null ? [] : [option, folder]);

async function runAll(argv: readonly string[], ctx: Context): Promise<boolean> {
  const done = await ctx.call('cmd.run_all', [argv], { python_shell: false }) as { retcode: number };
  return done.retcode === 0;
}

async function changeGid(name: string, gid: Value, folder: string | null, nonUnique: boolean, ctx: Context): Promise<boolean> {
  const before = await groupEntry(name, folder, ctx);
  if (before === undefined) return false;
  if (equalValues(before.gid, gid)) return true;
  const argv = [await programPath('groupmod', ctx), ...below('-R', folder), nonUnique ? '-og' : '-g', str(gid), accountName(name)];
  await ctx.call('cmd.run', [argv], { python_shell: false });
  return equalValues((await groupEntry(name, folder, ctx))?.gid, gid);
}

/** True also when there is no such group. */
async function removeUser(name: string, user: string, folder: string | null, ctx: Context): Promise<boolean> {
  const found = await ctx.call('group.info', [name]);
  const members = isMap(found) ? mapGet(found, 'members') : undefined;
  if (!Array.isArray(members) || !members.includes(user)) return true;
  return worked([await programPath('gpasswd', ctx), '--del', accountName(user), accountName(name), ...below('--root', folder)], ctx);
}

const name = p.string();
const root = p.string(null, 'folder to change the root to');
const local = p.any(false, 'through the programs of libuser');

export default defineModule({
  name: 'groupadd',
  quickGrains: true,
  serves: 'group',
  when: { kernel: ['Linux'] },
  doc: 'Adds, changes and removes groups.',
  functions: {
    add: fn({
      doc: "Add a group.\n\nsalt '*' group.add foo 3456",
      params: { name, gid: p.any(null), system: p.any(false), root, non_unique: p.any(false), local },
      async run(args, ctx) {
        const byLibuser = isTruthy(args.local);
        const gid = isTruthy(args.gid) ? ['-g', str(args.gid), ...(isTruthy(args.non_unique) && !byLibuser ? ['-o'] : [])] : [];
        const program = await programPath(byLibuser ? 'lgroupadd' : 'groupadd', ctx);
        return runAll([program, ...gid, ...(isTruthy(args.system) ? ['-r'] : []), ...below('-R', byLibuser ? null : args.root), accountName(args.name)], ctx);
      },
    }),
    delete: fn({
      doc: "Remove a group.\n\nsalt '*' group.delete foo",
      params: { name, root, local },
      async run(args, ctx) {
        const byLibuser = isTruthy(args.local);
        return runAll([await programPath(byLibuser ? 'lgroupdel' : 'groupdel', ctx), ...below('-R', byLibuser ? null : args.root), accountName(args.name)], ctx);
      },
    }),
    info: fn({
      doc: "Give what is known about a group; nothing when there is none.\n\nsalt '*' group.info foo",
      params: { name, root },
      async run(args, ctx) {
        const found = await groupEntry(args.name, args.root, ctx);
        return found === undefined ? {} : shown(found);
      },
    }),
    getent: fn({
      doc: "Give all groups.\n\nsalt '*' group.getent",
      params: { refresh: p.any(false, 'nothing is kept, so always fresh'), root },
      run: async (args, ctx) => (await groupEntries(args.root, ctx)).map(shown),
    }),
    chgid: fn({
      doc: "Change the number of a group.\n\nsalt '*' group.chgid foo 4376",
      params: { name, gid: p.any(), root, non_unique: p.any(false) },
      run: (args, ctx) => changeGid(args.name, args.gid, args.root, isTruthy(args.non_unique), ctx),
    }),
    adduser: fn({
      doc: "Add a user to a group.\n\nsalt '*' group.adduser foo bar",
      params: { name, username: p.string(), root },
      run: async (args, ctx) =>
        worked([await programPath('gpasswd', ctx), '--add', accountName(args.username), accountName(args.name), ...below('--root', args.root)], ctx),
    }),
    deluser: fn({
      doc: "Remove a user from a group.\n\nsalt '*' group.deluser foo bar",
      params: { name, username: p.string(), root },
      run: (args, ctx) => removeUser(args.name, args.username, args.root, ctx),
    }),
    members: fn({
      doc: "Set the members of a group, as names with commas between.\n\nsalt '*' group.members foo 'user1,user2'",
      params: { name, members_list: p.string(), root },
      async run({ members_list: members, ...args }, ctx) {
        const list = members === '' ? '' : accountName(members);
        return worked([await programPath('gpasswd', ctx), '--members', list, accountName(args.name), ...below('--root', args.root)], ctx);
      },
    }),
  },
});
