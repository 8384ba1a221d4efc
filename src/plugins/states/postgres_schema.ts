/** Schemas of databases of PostgreSQL. */
import { p } from '../../kernel/contract/params.js';
import { defineState, fn } from '../../kernel/contract/plugin.js';
import { done } from '../../kernel/contract/state.js';
import type { PlainMap } from '../../kernel/std/value.js';
import { guarded, step } from './outcome/step.js';
import { none, virtual } from './postgres/shared.js';

const connection = { user: none, db_user: none, db_password: none, db_host: none, db_port: none };

/** A schema is told with its database. */
const inDatabase = async (dbname: string, name: string, work: () => Promise<PlainMap>): Promise<PlainMap> => ({ dbname, ...await guarded(name, work) });

export default defineState({
  name: 'postgres_schema',
  virtual,
  doc: 'Schemas of databases of PostgreSQL.',
  functions: {
    present: fn({
      doc: 'Make sure that a database has a schema. The owner of one that is there stays.',
      params: { dbname: p.string(), name: p.string(), owner: none, ...connection },
      run: ({ dbname, name, owner, ...login }, ctx) => inDatabase(dbname, name, async () => {
        if (await ctx.call('postgres.schema_get', [dbname, name], login) !== null) return done(name, `Schema ${name} already exists in database ${dbname}`);
        return step({
          name, changes: { [name]: 'Present' }, would: `Schema ${name} is set to be created in database ${dbname}.`, did: `Schema ${name} has been created in database ${dbname}`,
          could: `Failed to create schema ${name} in database ${dbname}`, work: () => ctx.call('postgres.schema_create', [dbname, name], { owner, ...login, strict: true }),
        }, ctx);
      }),
    }),
    absent: fn({
      doc: 'Make sure that a database has not a schema.',
      params: { dbname: p.string(), name: p.string(), ...connection },
      run: ({ dbname, name, ...login }, ctx) => inDatabase(dbname, name, async () => {
        if (await ctx.call('postgres.schema_exists', [dbname, name], login) !== true) return done(name, `Schema ${name} is not present in database ${dbname}, so it cannot be removed`);
        return step({
          name, changes: { [name]: 'Absent' }, would: `Schema ${name} is set to be removed from database ${dbname}`, did: `Schema ${name} has been removed from database ${dbname}`,
          could: `Schema ${name} failed to be removed`, work: () => ctx.call('postgres.schema_remove', [dbname, name], { ...login, strict: true }),
        }, ctx);
      }),
    }),
  },
});
