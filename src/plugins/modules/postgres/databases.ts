/** Databases, tablespaces, schemas and languages. Source: read, Salt 3008.3. */
import type { Context } from '../../../kernel/contract/context.js';
import { CommandExecutionError, InvocationError } from '../../../kernel/contract/errors.js';
import { str } from '../../../kernel/std/python-text.js';
import { isMap, isTruthy, mapEntries, type PlainMap, type Value } from '../../../kernel/std/value.js';
import { asRunAll, execute, firstLine, psql, query, type Login } from './psql.js';
import { identifier, literal, unquoted } from './sql.js';

type Row = Record<string, string>;

/** Rows by one of their cells, which leaves them. */
const byName = (rows: readonly Row[], key: string): PlainMap => Object.fromEntries(rows.map(({ [key]: name = '', ...rest }) => [name, rest]));

export const serverVersion = (login: Login, ctx: Context): Promise<string> => firstLine("SELECT setting FROM pg_catalog.pg_settings WHERE name = 'server_version'", login, ctx);

/** True when the server is of this version or later. */
export async function atLeast(major: number, login: Login, ctx: Context): Promise<boolean> {
  return Number.parseInt(await serverVersion(login, ctx), 10) >= major;
}

export async function databases(login: Login, ctx: Context): Promise<PlainMap> {
  return byName(await query(
    'SELECT datname as "Name", pga.rolname as "Owner", pg_encoding_to_char(encoding) as "Encoding", datcollate as "Collate", datctype as "Ctype", '
    + 'datacl as "Access privileges", spcname as "Tablespace" FROM pg_database pgd, pg_roles pga, pg_tablespace pgts '
    + 'WHERE pga.oid = pgd.datdba AND pgts.oid = pgd.dattablespace', login, ctx,
  ), 'Name');
}

export interface DatabaseWish {
  readonly tablespace: Value;
  readonly owner: Value;
  readonly encoding: Value;
  readonly lc_collate: Value;
  readonly lc_ctype: Value;
  readonly template: Value;
}

export async function createDatabase(name: string, wish: DatabaseWish, strict: boolean, login: Login, ctx: Context): Promise<boolean> {
  const named = (value: Value): string => identifier(unquoted(str(value), '"'));
  const valued = (value: Value): string => literal(str(value));
  const parts: [string, Value, (value: Value) => string][] = [
    ['TABLESPACE', wish.tablespace, named], ['OWNER', wish.owner, named], ['TEMPLATE', wish.template, named],
    ['ENCODING', wish.encoding, valued], ['LC_COLLATE', wish.lc_collate, valued], ['LC_CTYPE', wish.lc_ctype, valued],
  ];
  const given = parts.filter(([, value]) => value !== null).map(([word, value, quote]) => `${word} = ${quote(value)}`);
  return execute(`CREATE DATABASE ${identifier(name)}${given.length > 0 ? ` WITH ${given.join(' ')}` : ''}`, { strict }, login, ctx);
}

export interface DatabaseChange {
  readonly tablespace: Value;
  readonly owner: Value;
  readonly ownerRecurse: boolean;
}

export async function alterDatabase(name: string, { tablespace, owner, ownerRecurse }: DatabaseChange, strict: boolean, login: Login, ctx: Context): Promise<boolean> {
  if (isTruthy(owner) && ownerRecurse) {
    const done = await giveAll(name, str(owner), login, ctx);
    if (done['retcode'] !== 0 && strict) throw new CommandExecutionError(str(done['stderr'] ?? ''));
    if (done['retcode'] !== 0) return false;
  } else if (isTruthy(owner) && !await execute(`ALTER DATABASE ${identifier(name)} OWNER TO ${identifier(str(owner))}`, { strict }, login, ctx)) return false;
  return !isTruthy(tablespace) || execute(`ALTER DATABASE ${identifier(name)} SET TABLESPACE ${identifier(str(tablespace))}`, { strict }, login, ctx);
}

/** Differs: from PostgreSQL 13 on in one statement, so that a database that cannot go stays as it was; Salt has taken away rights before. */
export async function removeDatabase(name: string, login: Login, ctx: Context): Promise<boolean> {
  if (await atLeast(13, login, ctx)) return execute(`DROP DATABASE ${identifier(name)} WITH (FORCE)`, { strict: true }, login, ctx);
  const closing = `SELECT pid, pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = ${literal(name)} AND pid <> pg_backend_pid()`;
  for (const sql of [`REVOKE CONNECT ON DATABASE ${identifier(name)} FROM public`, closing, `DROP DATABASE ${identifier(name)}`]) await execute(sql, { strict: true }, login, ctx);
  return true;
}

/** What belongs to somebody in a database, with the statement that gives it away. */
const OWNED: readonly (readonly [kind: string, sql: string])[] = [
  ['SCHEMA', "SELECT quote_ident(nspname) AS n FROM pg_catalog.pg_namespace WHERE nspname !~ '^pg_' AND nspname <> 'information_schema' ORDER BY 1"],
  ['TABLE', "SELECT quote_ident(table_schema)||'.'||quote_ident(table_name) AS n FROM information_schema.tables WHERE table_schema NOT IN ('pg_catalog', 'information_schema') ORDER BY 1"],
  ['ROUTINE', "SELECT p.oid::regprocedure::text AS n FROM pg_catalog.pg_proc p JOIN pg_catalog.pg_namespace ns ON p.pronamespace = ns.oid WHERE ns.nspname NOT IN ('pg_catalog', 'information_schema') ORDER BY 1"],
  ['SEQUENCE', "SELECT quote_ident(sequence_schema)||'.'||quote_ident(sequence_name) AS n FROM information_schema.sequences ORDER BY 1"],
];

/** Gives a database and all that is in it to somebody, all or nothing. Differs: works (3008.3 ends with a TypeError), and leaves the schemas of the system alone. */
export async function giveAll(name: string, owner: string, login: Login, ctx: Context): Promise<PlainMap> {
  const there = { ...login, maintenance_db: name };
  const statements = [`ALTER DATABASE ${identifier(name)} OWNER TO ${identifier(owner)};`];
  for (const [kind, sql] of OWNED) {
    // The names come quoted from the server itself.
    for (const { n = '' } of await query(sql, there, ctx)) statements.push(`ALTER ${kind} ${n} OWNER TO ${identifier(owner)};`);
  }
  return asRunAll(await psql(['-v', 'ON_ERROR_STOP=1', '--single-transaction', '-f', '-'], there, ctx, `${statements.join('\n')}\n`));
}

export async function tablespaces(login: Login, ctx: Context): Promise<PlainMap> {
  return byName(await query(
    'SELECT spcname as "Name", pga.rolname as "Owner", spcacl as "ACL", spcoptions as "Opts", pg_tablespace_location(pgts.oid) as "Location" '
    + 'FROM pg_tablespace pgts, pg_roles pga WHERE pga.oid = pgts.spcowner', login, ctx,
  ), 'Name');
}

function settings(options: Value): string {
  if (!isMap(options)) throw new InvocationError('Options of a tablespace must be a map');
  return mapEntries(options).map(([name, value]) => `${settingName(str(name))} = ${literal(str(value))}`).join(', ');
}

function settingName(name: string): string {
  if (!/^\w+$/.test(name)) throw new InvocationError(`'${name}' is no option of a tablespace`);
  return name;
}

export async function createTablespace(name: string, location: string, { options, owner }: { options: Value; owner: Value }, login: Login, ctx: Context): Promise<boolean> {
  const words = ['CREATE TABLESPACE', identifier(name), ...isTruthy(owner) ? ['OWNER', identifier(str(owner))] : [], 'LOCATION', literal(location)];
  return execute([...words, ...isTruthy(options) ? [`WITH (${settings(options)})`] : []].join(' '), { strict: false }, login, ctx);
}

export interface TablespaceChange {
  readonly new_name: Value;
  readonly new_owner: Value;
  readonly set_option: Value;
  readonly reset_option: Value;
}

/** Differs: the new name comes last, so that the other changes find the tablespace, and all options are set, not the first one only. */
export async function alterTablespace(name: string, wish: TablespaceChange, login: Login, ctx: Context): Promise<boolean> {
  const head = `ALTER TABLESPACE ${identifier(name)}`;
  const statements = [
    ...isTruthy(wish.new_owner) ? [`${head} OWNER TO ${identifier(str(wish.new_owner))}`] : [],
    ...isTruthy(wish.set_option) ? [`${head} SET (${settings(wish.set_option)})`] : [],
    ...isTruthy(wish.reset_option) ? [`${head} RESET (${str(wish.reset_option).split(',').map((one) => settingName(one.trim())).join(', ')})`] : [],
    ...isTruthy(wish.new_name) ? [`${head} RENAME TO ${identifier(str(wish.new_name))}`] : [],
  ];
  for (const sql of statements) if (!await execute(sql, { strict: false }, login, ctx)) return false;
  return true;
}

export const removeTablespace = (name: string, login: Login, ctx: Context): Promise<boolean> => execute(`DROP TABLESPACE ${identifier(name)}`, { strict: false }, login, ctx);

export async function schemas(login: Login, ctx: Context): Promise<PlainMap> {
  const rows = await query('SELECT pg_namespace.nspname as "name", pg_namespace.nspacl as "acl", pg_roles.rolname as "owner" FROM pg_namespace LEFT JOIN pg_roles ON pg_roles.oid = pg_namespace.nspowner', login, ctx);
  return Object.fromEntries(rows.map(({ name = '', owner = '', acl = '' }) => [name, { owner, acl }]));
}

export async function createSchema(name: string, owner: Value, strict: boolean, login: Login, ctx: Context): Promise<boolean> {
  if (Object.hasOwn(await schemas(login, ctx), name)) return false;
  return execute(`CREATE SCHEMA ${identifier(name)}${owner === null ? '' : ` AUTHORIZATION ${identifier(str(owner))}`}`, { strict }, login, ctx);
}

export async function removeSchema(name: string, strict: boolean, login: Login, ctx: Context): Promise<boolean> {
  if (!Object.hasOwn(await schemas(login, ctx), name)) return false;
  return execute(`DROP SCHEMA ${identifier(name)}`, { strict }, login, ctx);
}

export async function languages(login: Login, ctx: Context): Promise<PlainMap> {
  return Object.fromEntries((await query('SELECT lanname AS "Name" FROM pg_language', login, ctx)).map(({ Name = '' }) => [Name, Name]));
}

export async function setLanguage(verb: 'CREATE' | 'DROP', name: string, login: Login, ctx: Context): Promise<boolean> {
  const there = Object.hasOwn(await languages(login, ctx), name);
  return there === (verb === 'DROP') && execute(`${verb} LANGUAGE ${identifier(name)}`, { strict: false }, login, ctx);
}
