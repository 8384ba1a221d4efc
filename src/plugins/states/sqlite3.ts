/**
 * Tables and rows of SQLite. Source: read, Salt 3006 (3008 has the module without the state).
 *
 * Differs: a test run foretells with None, a row that is as wanted is not written again, a file that is not there is made for a table
 * alone, and a table is replaced whole or not at all.
 */
import type { Context } from '../../kernel/contract/context.js';
import { p } from '../../kernel/contract/params.js';
import { defineState, fn } from '../../kernel/contract/plugin.js';
import { done, failed, wouldChange } from '../../kernel/contract/state.js';
import { str } from '../../kernel/std/python-text.js';
import { equalValues, isList, isTruthy, type PlainMap, type Value } from '../../kernel/std/value.js';
import type { SqlValue } from '../../kernel/sys/sqlite.js';
import { refuseSeveral, valueCell, withDatabase } from '../../kernel/sys/sqlite-session.js';
import { guarded } from './outcome/step.js';
import { inDatabase, quoted, rowsWhere, schemaOf, type Where } from './sqlite3/statements.js';

interface RowWish extends Where {
  readonly name: string;
  readonly db: string;
}

const values = (data: PlainMap): SqlValue[] => Object.values(data).map(valueCell);

async function rowAbsent(wish: RowWish, ctx: Context): Promise<PlainMap> {
  const { name, db, table, where, args } = wish;
  const rows = await inDatabase(db, (database) => rowsWhere(database, wish), ctx);
  const [old] = rows;
  if (rows.length > 1) return failed(name, 'More than one row matched the specified query');
  if (old === undefined) return done(name, 'Row is absent');
  if (ctx.test) return wouldChange(name, `Row will be removed in ${table}`, { old });
  const count = await inDatabase(db, (database) => database.prepare(`DELETE FROM ${quoted(table)} WHERE ${where}`).run(...args), ctx);
  return count === 1 ? done(name, 'Row removed', { old }) : failed(name, 'Unable to remove row');
}

async function updateRow(wish: RowWish, old: PlainMap, data: PlainMap, ctx: Context): Promise<PlainMap> {
  const { name, db, table, where, args } = wish;
  if (ctx.test) return wouldChange(name, `Row will be update in ${table}`, { old, new: data });
  const columns = Object.keys(data).map((column) => `${quoted(column)}=?`).join(',');
  const sql = `UPDATE ${quoted(table)} SET ${columns} WHERE ${where}`;
  const count = await inDatabase(db, (database) => database.prepare(sql).run(...values(data), ...args), ctx);
  return count === 1 ? done(name, 'Row updated', { old, new: data }) : failed(name, 'Row update failed');
}

async function rowPresent(wish: RowWish, data: PlainMap, update: boolean, ctx: Context): Promise<PlainMap> {
  const { name, db, table } = wish;
  const rows = await inDatabase(db, (database) => rowsWhere(database, wish), ctx);
  if (rows.length > 1) return failed(name, 'More than one row matched the specified query');
  const [old] = rows;
  if (old !== undefined) {
    const isWanted = Object.entries(data).every(([column, value]) => !(column in old) || equalValues(old[column] ?? null, value));
    if (isWanted) return done(name, 'Row exists');
    return update ? updateRow(wish, old, data, ctx) : failed(name, 'Existing data does not match desired state');
  }
  if (ctx.test) return wouldChange(name, `Row will be inserted into ${table}`, { new: data });
  const sql = `INSERT INTO ${quoted(table)} (${Object.keys(data).map(quoted).join(',')}) VALUES (${Object.keys(data).map(() => '?').join(',')})`;
  const count = await inDatabase(db, (database) => database.prepare(sql).run(...values(data)), ctx);
  return count === 1 ? done(name, 'Inserted row', { new: data }) : failed(name, 'Unable to insert data');
}

async function tableAbsent(name: string, db: string, ctx: Context): Promise<PlainMap> {
  const old = await ctx.sys.exists(db) ? await inDatabase(db, (database) => schemaOf(database, name), ctx) : undefined;
  if (old === undefined) return done(name, `'${name}' is already absent`);
  if (ctx.test) return wouldChange(name, `'${name}' will be dropped`, { old });
  await inDatabase(db, (database) => database.exec(`DROP TABLE ${quoted(name)}`), ctx);
  return done(name, `'${name}' was dropped`, { old });
}

async function tablePresent(name: string, db: string, schema: Value, force: boolean, ctx: Context): Promise<PlainMap> {
  const wanted = isList(schema) ? `CREATE TABLE ${quoted(name)} (${schema.map(str).join(',')})` : str(schema);
  const old = await ctx.sys.exists(db) ? await inDatabase(db, (database) => schemaOf(database, name), ctx) : undefined;
  if (old === wanted) return done(name, `'${name}' exists with matching schema`);
  if (old !== undefined && !force) return failed(name, `Expected schema=${wanted}\nactual schema=${old}`);
  const changes = old === undefined ? { new: wanted } : { old, new: wanted };
  if (ctx.test) return wouldChange(name, old === undefined ? `'${name}' will be created` : `'${name}' will be replaced`, changes);
  refuseSeveral(wanted);
  const isNew = !await ctx.sys.exists(db);
  try {
    withDatabase(db, (database) => database.exec(`BEGIN;${old === undefined ? '' : `DROP TABLE ${quoted(name)};`}${wanted.replace(/;\s*$/, '')};COMMIT`));
  } catch (error) {
    if (isNew) await ctx.sys.fs.rm(db, { force: true });
    throw error;
  }
  return done(name, old === undefined ? `Created table '${name}'` : `Replaced '${name}'`, changes);
}

const name = p.string();
const db = p.string();
const row = { name, db, table: p.string() };
const where = { where_sql: p.string(), where_args: p.any(null, 'values for the question marks of where_sql') };

const wishOf = (args: { name: string; db: string; table: string; where_sql: string; where_args: Value }): RowWish => ({
  name: args.name, db: args.db, table: args.table, where: args.where_sql, args: isList(args.where_args) ? args.where_args.map(valueCell) : [],
});

export default defineState({
  name: 'sqlite3',
  doc: 'Tables and rows of SQLite.',
  functions: {
    row_absent: fn({
      doc: 'Make sure that no row fits a condition; fails when several do.',
      params: { ...row, ...where },
      run: (args, ctx) => guarded(args.name, () => rowAbsent(wishOf(args), ctx)),
    }),
    row_present: fn({
      doc: 'Make sure that a row fits a condition, else insert it; one that differs fails, or is changed with update=True.',
      params: { ...row, data: p.map(), ...where, update: p.any(false) },
      run: (args, ctx) => guarded(args.name, () => rowPresent(wishOf(args), args.data, isTruthy(args.update), ctx)),
    }),
    table_absent: fn({
      doc: 'Make sure that a table is not there.',
      params: { name, db },
      run: (args, ctx) => guarded(args.name, () => tableAbsent(args.name, args.db, ctx)),
    }),
    table_present: fn({
      doc: 'Make sure that a table has a schema: its CREATE TABLE statement, or a list of columns; another is replaced with force=True.',
      params: { name, db, schema: p.any(), force: p.any(false) },
      run: (args, ctx) => guarded(args.name, () => tablePresent(args.name, args.db, args.schema, isTruthy(args.force), ctx)),
    }),
  },
});
