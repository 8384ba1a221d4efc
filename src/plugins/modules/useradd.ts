/** Users of the machine. */
import { CommandExecutionError, CommandNotFoundError } from '../../kernel/contract/errors.js';
import { p } from '../../kernel/contract/params.js';
import { defineModule, fn } from '../../kernel/contract/plugin.js';
import { isTruthy, type PlainMap } from '../../kernel/std/value.js';
import { accountName, passwdEntries } from './lookup/account-files.js';
import { addUser, removeUser, setAttribute, setGecos, setGroups } from './useradd/change.js';
import { GECOS, groupsOf, shown, userInfo } from './useradd/facts.js';

const name = p.string();
const root = p.string(null, 'folder to change the root to');
const local = p.any(false, 'through the programs of libuser');

/** A function that sets one part of the comment field. */
const gecosFn = (part: typeof GECOS[number], what: string) => fn({
  doc: `Set ${what} of a user.\n\nsalt '*' user.ch${part} foo text`,
  params: { name, [part]: p.any(), root },
  run: (args, ctx) => setGecos(args['name'] as string, part, args[part] as string, args['root'] as string | null, ctx),
});

/** A function that sets one attribute by an option of usermod. */
const attributeFn = (key: string, option: string, what: string) => fn({
  doc: `Change ${what} of a user.\n\nsalt '*' user.ch${key} foo value`,
  params: { name, [key]: p.any(), root },
  run: (args, ctx) => setAttribute(args['name'] as string, key, args[key] as string, [option], args['root'] as string | null, ctx),
});

export default defineModule({
  name: 'useradd',
  quickGrains: true,
  serves: 'user',
  when: { kernel: ['Linux'] },
  doc: 'Adds, changes and removes users.',
  functions: {
    add: fn({
      doc: "Add a user.\n\nsalt '*' user.add foo 1500 users",
      params: {
        name, uid: p.any(null), gid: p.any(null), groups: p.any(null), home: p.any(null), shell: p.any(null), unique: p.any(true), system: p.any(false),
        fullname: p.any(''), roomnumber: p.any(''), workphone: p.any(''), homephone: p.any(''), other: p.any(''), createhome: p.any(true),
        loginclass: p.any(null, 'only of use on OpenBSD'), nologinit: p.any(false), root, usergroup: p.any(null), local,
      },
      run: (args, ctx) => addUser(args as PlainMap & typeof args, ctx),
    }),
    delete: fn({
      doc: "Remove a user.\n\nsalt '*' user.delete foo remove=True force=True",
      params: { name, remove: p.any(false, 'also home and mail'), force: p.any(false), root, local },
      run: (args, ctx) => removeUser(args.name, { remove: isTruthy(args.remove), force: isTruthy(args.force), local: isTruthy(args.local), root: args.root }, ctx),
    }),
    info: fn({
      doc: "Give what is known about a user; nothing when there is none.\n\nsalt '*' user.info root",
      params: { name, root },
      run: (args, ctx) => userInfo(args.name, args.root, ctx),
    }),
    getent: fn({
      doc: "Give what is known about all users.\n\nsalt '*' user.getent",
      params: { refresh: p.any(false, 'nothing is kept, so always fresh'), root },
      async run(args, ctx) {
        const users: PlainMap[] = [];
        for (const entry of await passwdEntries(args.root, ctx)) users.push(await shown(entry, ctx));
        return users;
      },
    }),
    list_users: fn({
      doc: "Give the names of all users, sorted.\n\nsalt '*' user.list_users",
      params: { root },
      run: async (args, ctx) => (await passwdEntries(args.root, ctx)).map((entry) => entry.name).toSorted(),
    }),
    list_groups: fn({
      doc: "Give the names of the groups of a user, sorted.\n\nsalt '*' user.list_groups foo",
      params: { name },
      run: (args, ctx) => groupsOf(args.name, ctx),
    }),
    primary_group: fn({
      doc: "Give the primary group of a user.\n\nsalt '*' user.primary_group foo",
      params: { name },
      async run(args, ctx) {
        if ((await ctx.sys.which('id')) === undefined) throw new CommandNotFoundError("The 'id' binary was not found in $PATH.");
        return ctx.call('cmd.run', [['id', '-g', '-n', accountName(args.name)]], { python_shell: false });
      },
    }),
    chuid: attributeFn('uid', '-u', 'the number'),
    chgid: attributeFn('gid', '-g', 'the primary group'),
    chshell: attributeFn('shell', '-s', 'the shell'),
    chhome: fn({
      doc: "Change the home of a user; persist=True moves what is in it.\n\nsalt '*' user.chhome foo /home/users/foo True",
      params: { name, home: p.any(), persist: p.any(false), root },
      run: (args, ctx) => setAttribute(args.name, 'home', args.home, [...(isTruthy(args.persist) ? ['-m'] : []), '-d'], args.root, ctx),
    }),
    chgroups: fn({
      doc: "Set the groups of a user, or add some.\n\nsalt '*' user.chgroups foo wheel,root append=True",
      params: { name, groups: p.any(), append: p.any(false), root },
      run: (args, ctx) => setGroups(args.name, args.groups, isTruthy(args.append), args.root, ctx),
    }),
    chfullname: gecosFn('fullname', 'the full name'),
    chroomnumber: gecosFn('roomnumber', 'the room number'),
    chworkphone: gecosFn('workphone', 'the telephone number at work'),
    chhomephone: gecosFn('homephone', 'the telephone number at home'),
    chother: gecosFn('other', 'further words about'),
    chloginclass: fn({
      doc: "Change the login class of OpenBSD; False elsewhere.\n\nsalt '*' user.chloginclass foo staff",
      params: { name, loginclass: p.any(), root },
      run: () => false,
    }),
    get_loginclass: fn({
      doc: "Give the login class of OpenBSD; False elsewhere.\n\nsalt '*' user.get_loginclass foo",
      params: { name },
      run: () => false,
    }),
    rename: fn({
      doc: "Change the name of a user.\n\nsalt '*' user.rename foo bar",
      params: { name, new_name: p.string(), root },
      async run(args, ctx) {
        if ((await userInfo(args.new_name, args.root, ctx))['name'] !== undefined) throw new CommandExecutionError(`User '${args.new_name}' already exists`);
        return setAttribute(args.name, 'name', accountName(args.new_name), ['-l'], args.root, ctx);
      },
    }),
  },
});
