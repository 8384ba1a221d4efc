/** Extensions of databases of PostgreSQL. */
import type { Context } from '../../kernel/contract/context.js';
import { p } from '../../kernel/contract/params.js';
import { defineState, fn } from '../../kernel/contract/plugin.js';
import { done } from '../../kernel/contract/state.js';
import { isList, type PlainMap } from '../../kernel/std/value.js';
import { guarded, step } from './outcome/step.js';
import { loginOf, none, virtual } from './postgres/shared.js';

const connection = { user: none, maintenance_db: none, db_user: none, db_password: none, db_host: none, db_port: none };

async function present(name: string, wish: PlainMap, login: PlainMap, ctx: Context): Promise<PlainMap> {
  const answer = await ctx.call('postgres.create_metadata', [name], { schema: wish['schema'] ?? null, ext_version: wish['ext_version'] ?? null, ...login });
  const flags = isList(answer) ? answer : [];
  const missing = flags.includes('EXTENSION NOT INSTALLED');
  if (!missing && !flags.includes('EXTENSION TO MOVE') && !flags.includes('EXTENSION TO UPGRADE')) return done(name, `Extension ${name} is already present`);
  const [verb, past] = missing ? ['install', 'Installed'] : ['upgrade', 'Upgraded'];
  return step({
    name, changes: { [name]: past }, would: `Extension ${name} is set to be ${past.toLowerCase()}`, did: `The extension ${name} has been ${past.toLowerCase()}`,
    could: `Failed to ${verb} extension ${name}`, work: () => ctx.call('postgres.create_extension', [name], { ...wish, ...login, strict: true }),
  }, ctx);
}

async function absent(name: string, how: PlainMap, login: PlainMap, ctx: Context): Promise<PlainMap> {
  if (await ctx.call('postgres.is_installed_extension', [name], login) !== true) return done(name, `Extension ${name} is not present, so it cannot be removed`);
  return step({
    name, changes: { [name]: 'Absent' }, would: `Extension ${name} is set to be removed`, did: `Extension ${name} has been removed`, could: `Extension ${name} failed to be removed`,
    work: () => ctx.call('postgres.drop_extension', [name], { ...how, ...login, strict: true }),
  }, ctx);
}

export default defineState({
  name: 'postgres_extension',
  virtual,
  doc: 'Extensions of databases of PostgreSQL; maintenance_db is the database.',
  functions: {
    present: fn({
      doc: 'Make sure that a database has an extension, in a version and a schema.',
      params: { name: p.string(), if_not_exists: none, schema: none, ext_version: none, from_version: none, ...connection },
      run({ name, if_not_exists, schema, ext_version, from_version, ...given }, ctx) {
        return guarded(name, () => present(name, { if_not_exists, schema, ext_version, from_version }, loginOf(given), ctx));
      },
    }),
    absent: fn({
      doc: 'Make sure that a database has not an extension, nor what needs it.',
      params: { name: p.string(), if_exists: none, restrict: none, cascade: none, ...connection },
      run: ({ name, if_exists, restrict, cascade, ...given }, ctx) => guarded(name, () => absent(name, { if_exists, restrict, cascade }, loginOf(given), ctx)),
    }),
  },
});
