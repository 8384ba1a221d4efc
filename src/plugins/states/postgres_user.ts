/** Users of PostgreSQL. */
import { p } from '../../kernel/contract/params.js';
import { defineState, fn } from '../../kernel/contract/plugin.js';
import { roleAbsent, rolePresent } from './postgres/role.js';
import { guarded } from './outcome/step.js';
import { connection, loginOf, none, virtual } from './postgres/shared.js';

export default defineState({
  name: 'postgres_user',
  virtual,
  doc: 'Users of PostgreSQL.',
  functions: {
    present: fn({
      doc: 'Make sure that a user is there, with rights, password and groups. A password may be given as it is kept (md5..., SCRAM-SHA-256...).',
      params: {
        name: p.string(), createdb: none, createroles: none, encrypted: none, superuser: none, replication: none, inherit: none, login: none, password: none,
        default_password: none, refresh_password: none, valid_until: none, groups: none, ...connection,
      },
      run: (args, ctx) => guarded(args.name, () => rolePresent({ ...args, kind: 'user' }, loginOf(args), ctx)),
    }),
    absent: fn({
      doc: 'Make sure that a user is not there.',
      params: { name: p.string(), ...connection },
      run: (args, ctx) => guarded(args.name, () => roleAbsent(args.name, 'user', loginOf(args), ctx)),
    }),
  },
});
