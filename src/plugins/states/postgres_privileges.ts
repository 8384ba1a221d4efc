/** Rights on what is in databases of PostgreSQL, and who is in a group. */
import type { Context } from '../../kernel/contract/context.js';
import { p } from '../../kernel/contract/params.js';
import { defineState, fn } from '../../kernel/contract/plugin.js';
import { done } from '../../kernel/contract/state.js';
import { str } from '../../kernel/std/python-text.js';
import { isList, isTruthy, type PlainMap, type Value } from '../../kernel/std/value.js';
import { guarded, step } from './outcome/step.js';
import { connection, loginOf, none, virtual } from './postgres/shared.js';

interface Wish {
  readonly name: string;
  readonly object_name: string;
  readonly object_type: string;
}

/** Salt joins what is given; a text is taken as it is. */
const joined = (privileges: Value): Value => (isTruthy(privileges) ? (isList(privileges) ? privileges.map(str).join(',') : str(privileges)) : null);
const shown = ({ object_name: object, object_type: kind }: Wish, privileges: Value): string => (kind === 'group' ? object : str(privileges));

async function present(wish: Wish, kwargs: PlainMap, ctx: Context): Promise<PlainMap> {
  const { name, object_name: object, object_type: kind } = wish;
  if (await ctx.call('postgres.has_privileges', [name, object, kind], kwargs) === true) return done(name, 'The requested privilege(s) are already set');
  const rights = shown(wish, kwargs['privileges'] ?? null);
  return step({
    name, changes: { [name]: 'Present' }, would: `The privilege(s): ${rights} are set to be granted to ${name}`, did: `The privilege(s): ${rights} have been granted to ${name}`,
    could: `Failed to grant privilege(s): ${rights} to ${name}`, work: () => ctx.call('postgres.privileges_grant', [name, object, kind], { ...kwargs, strict: true }),
  }, ctx);
}

async function absent(wish: Wish, kwargs: PlainMap, ctx: Context): Promise<PlainMap> {
  const { name, object_name: object, object_type: kind } = wish;
  if (await ctx.call('postgres.has_privileges', [name, object, kind], kwargs) !== true) return done(name, 'The requested privilege(s) are not set so cannot be revoked');
  const rights = shown(wish, kwargs['privileges'] ?? null);
  return step({
    name, changes: { [name]: 'Absent' }, would: `The privilege(s): ${rights} are set to be revoked from ${name}`, did: `The privilege(s): ${rights} have been revoked from ${name}`,
    could: `Failed to revoke privilege(s): ${rights} from ${name}`, work: () => ctx.call('postgres.privileges_revoke', [name, object, kind], { ...kwargs, strict: true }),
  }, ctx);
}

const object = { name: p.string(), object_name: p.string(), object_type: p.string() };
const { maintenance_db: _database, ...rest } = connection;
const prepend = p.string('public', 'schema of tables, sequences and functions');

export default defineState({
  name: 'postgres_privileges',
  virtual,
  doc: 'Rights on tables, schemas, databases and others, and who is in a group.',
  functions: {
    present: fn({
      doc: 'Make sure that a role has rights, or is in a group (object_type group).',
      params: { ...object, privileges: none, grant_option: none, prepend, maintenance_db: none, ...rest },
      run: (args, ctx) => guarded(args.name, () =>
        present(args, { privileges: joined(args.privileges), grant_option: args.grant_option, prepend: args.prepend, ...loginOf(args) }, ctx)),
    }),
    absent: fn({
      doc: 'Make sure that a role has not rights, or is not in a group.',
      params: { ...object, privileges: none, prepend, maintenance_db: none, ...rest },
      run: (args, ctx) => guarded(args.name, () => absent(args, { privileges: joined(args.privileges), prepend: args.prepend, ...loginOf(args) }, ctx)),
    }),
  },
});
