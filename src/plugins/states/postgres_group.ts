/** Groups of PostgreSQL: roles that others are members of. */
import { p } from '../../kernel/contract/params.js';
import { defineState, fn } from '../../kernel/contract/plugin.js';
import { roleAbsent, rolePresent } from './postgres/role.js';
import { guarded } from './outcome/step.js';
import { connection, loginOf, none, virtual } from './postgres/shared.js';

export default defineState({
  name: 'postgres_group',
  virtual,
  doc: 'Groups of PostgreSQL: roles that others are members of.',
  functions: {
    present: fn({
      doc: 'Make sure that a group is there, with rights and groups of its own.',
      params: {
        name: p.string(), createdb: none, createroles: none, encrypted: none, superuser: none, inherit: none, login: none, replication: none, password: none,
        refresh_password: none, groups: none, ...connection,
      },
      run: (args, ctx) => guarded(args.name, () => rolePresent({ ...args, kind: 'group' }, loginOf(args), ctx)),
    }),
    absent: fn({
      doc: 'Make sure that a group is not there.',
      params: { name: p.string(), ...connection },
      run: (args, ctx) => guarded(args.name, () => roleAbsent(args.name, 'group', loginOf(args), ctx)),
    }),
  },
});
