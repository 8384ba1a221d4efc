/** What the states of PostgreSQL have in common. */
import type { Context } from '../../../kernel/contract/context.js';
import { CommandExecutionError, InvocationError, PythonError } from '../../../kernel/contract/errors.js';
import { p } from '../../../kernel/contract/params.js';
import { done, failed, wouldChange } from '../../../kernel/contract/state.js';
import type { PlainMap, Value } from '../../../kernel/std/value.js';
import { tried } from '../outcome/failure.js';

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

/** A server that cannot be asked, and a wish that makes no sense, make the state fail in plain words. */
export async function guarded(name: string, work: () => Promise<PlainMap>): Promise<PlainMap> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof CommandExecutionError || error instanceof InvocationError || error instanceof PythonError) return failed(name, error.message);
    throw error;
  }
}

export interface Step {
  readonly name: string;
  /** Foretold in a test run, as they are in the real one. Differs: most of these states of Salt foretell none. */
  readonly changes: PlainMap;
  readonly would: string;
  readonly did: string;
  readonly could: string;
  readonly work: () => Promise<Value>;
}

/** Announces a step or makes it; what fails is told with the words of psql behind Salt's. */
export async function step({ name, changes, would, did, could, work }: Step, ctx: Context): Promise<PlainMap> {
  if (ctx.test) return wouldChange(name, would, changes);
  const made = await tried(work());
  if ('failure' in made) return failed(name, `${could}: ${made.failure.message}`);
  return made.value === true ? done(name, did, changes) : failed(name, could);
}
