/** What the states of SQLite ask of a database file. */
import type { Context } from '../../../kernel/contract/context.js';
import { CommandExecutionError } from '../../../kernel/contract/errors.js';
import type { PlainMap } from '../../../kernel/std/value.js';
import type { Database, SqlValue } from '../../../kernel/sys/sqlite.js';
import { cellValue, refuseSeveral, withDatabase } from '../../../kernel/sys/sqlite-session.js';

export interface Where {
  readonly table: string;
  readonly where: string;
  readonly args: readonly SqlValue[];
}

/** A name, whatever stands in it. */
export const quoted = (name: string): string => `\`${name.replaceAll('`', '``')}\``;

/** Works with a database that is there already. @throws CommandExecutionError with SQLite's words, or when there is no such file */
export async function inDatabase<T>(path: string, work: (database: Database) => T, ctx: Context): Promise<T> {
  if (!await ctx.sys.exists(path)) throw new CommandExecutionError(`unable to open database file: ${path} does not exist`);
  return withDatabase(path, work);
}

export function rowsWhere(database: Database, { table, where, args }: Where): PlainMap[] {
  refuseSeveral(where);
  const columns = database.prepare('SELECT name FROM pragma_table_info(?)').all(table).map((row) => String(row['name']));
  const sql = `SELECT * FROM ${quoted(table)} WHERE ${where}`;
  return database.prepare(sql).rows(...args).map((row) => Object.fromEntries(row.map((cell, at) => [columns[at] ?? String(at), cellValue(cell)])));
}

/** The statement that made a table; undefined when there is none. */
export function schemaOf(database: Database, name: string): string | undefined {
  const [found] = database.prepare("SELECT sql FROM sqlite_master WHERE type='table' AND name=?").all(name);
  return found === undefined ? undefined : String(found['sql']);
}
