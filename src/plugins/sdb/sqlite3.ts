/**
 * Values in a table of a SQLite database: text keys, values packed with msgpack, as Salt's former driver `sqlite3` has them.
 * Source: documentation of Salt 3006.
 */
import type { Context } from '../../kernel/contract/context.js';
import { InvocationError } from '../../kernel/contract/errors.js';
import { defineSdb } from '../../kernel/contract/plugin.js';
import { isList, type PlainMap } from '../../kernel/std/value.js';
import { openDatabase, type Database } from '../../kernel/sys/sqlite.js';

const TABLE = 'sdb';

/** Opened for each call: values are read seldom, and others write the file, too. */
async function withTable<T>(profile: Readonly<PlainMap>, ctx: Context, work: (db: Database, table: string) => T | Promise<T>): Promise<T> {
  const { database, table = TABLE } = profile;
  if (typeof database !== 'string' || database === '') throw new InvocationError('sdb sqlite3: the profile has no database');
  if (typeof table !== 'string' || !/^\w+$/.test(table)) throw new InvocationError('sdb sqlite3: the table needs a name of letters, digits and underscores');
  // Values are often secrets.
  await (await ctx.sys.fs.open(database, 'a', 0o600)).close();
  const db = openDatabase(database);
  try {
    db.exec('PRAGMA busy_timeout=5000');
    if (profile['create_table'] !== false) for (const statement of statementsOf(profile, table)) db.exec(statement);
    return await work(db, table);
  } finally {
    db.close();
  }
}

function statementsOf({ create_statements: own }: Readonly<PlainMap>, table: string): string[] {
  if (isList(own) && own.length > 0) return own.map(String);
  return [`CREATE TABLE IF NOT EXISTS ${table} (key text, value blob)`, `CREATE UNIQUE INDEX IF NOT EXISTS idx ON ${table} (key)`];
}

/** `:key` and `:value` of queries of the profile, by place. */
const query = (own: unknown, usual: string): string => (typeof own === 'string' ? own : usual).replaceAll(':key', '?1').replaceAll(':value', '?2');

export default defineSdb({
  name: 'sqlite3',
  doc: 'Values in a table of a SQLite database.',
  get: (key, profile, ctx) => withTable(profile, ctx, async (db, table) => {
    const [row] = db.prepare(query(profile['get_query'], `SELECT value FROM ${table} WHERE key=:key`)).all(key);
    const value = row === undefined ? undefined : Object.values(row)[0];
    return value instanceof Uint8Array ? ctx.port('pack').unpack(value) : value ?? null;
  }),
  set: (key, value, profile, ctx) => withTable(profile, ctx, async (db, table) => {
    const packed = await ctx.port('pack').pack(value);
    db.prepare(query(profile['set_query'], `INSERT OR REPLACE INTO ${table} VALUES (:key, :value)`)).run(key, packed);
    return true;
  }),
  delete: (key, profile, ctx) => withTable(profile, ctx, (db, table) => {
    db.prepare(query(profile['delete_query'], `DELETE FROM ${table} WHERE key=:key`)).run(key);
    return true;
  }),
});
