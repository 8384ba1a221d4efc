/** What the states of PostgreSQL have in common. */
import type { Context } from '../../../kernel/contract/context.js';
import { p } from '../../../kernel/contract/params.js';
import type { PlainMap, Value } from '../../../kernel/std/value.js';

export const none = p.any(null);

/** The last parameters of most states: `user` is the one of the system, `db_user` the one of the database. */
export const connection = { user: none, maintenance_db: none, db_password: none, db_host: none, db_port: none, db_user: none };

interface Given {
  readonly user: Value;
  readonly maintenance_db: Value;
  readonly db_password: Value;
  readonly db_host: Value;
  readonly db_port: Value;
  readonly db_user: Value;
}

/** As the functions of the module `postgres` take them. */
export const loginOf = (given: Given): PlainMap => ({
  maintenance_db: given.maintenance_db, runas: given.user, host: given.db_host, user: given.db_user, port: given.db_port, password: given.db_password,
});

export const virtual = async (ctx: Context): Promise<string | true> =>
  (await ctx.has('postgres.user_exists') ? true : 'Unable to load postgres module.  Make sure `postgres.bins_dir` is set.');
