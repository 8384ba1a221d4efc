/** Extensions of a database. Source: read, Salt 3008.3. */
import type { Context } from '../../../kernel/contract/context.js';
import { str } from '../../../kernel/std/python-text.js';
import { isTruthy, type PlainMap, type Value } from '../../../kernel/std/value.js';
import { execute, query, type Login } from './psql.js';
import { identifier, literal, unquoted } from './sql.js';

type Row = Record<string, string>;

/** What `create_metadata` answers, as states compare it. */
const NOT_INSTALLED = 'EXTENSION NOT INSTALLED';
const INSTALLED = 'EXTENSION INSTALLED';
const TO_UPGRADE = 'EXTENSION TO UPGRADE';
const TO_MOVE = 'EXTENSION TO MOVE';

const byCell = (rows: readonly Row[], cell: string): Record<string, Row> => Object.fromEntries(rows.map((row) => [row[cell] ?? '', row]));
const own = (rows: Record<string, Row>, name: string): Row | null => (Object.hasOwn(rows, name) ? rows[name] ?? null : null);

export const available = async (login: Login, ctx: Context): Promise<Record<string, Row>> => byCell(await query('select * from pg_available_extensions()', login, ctx), 'name');
export const installed = async (login: Login, ctx: Context): Promise<Record<string, Row>> =>
  byCell(await query('select a.*, b.nspname as schema_name from pg_extension a, pg_namespace b where a.extnamespace = b.oid', login, ctx), 'extname');

export const availableNamed = async (name: string, login: Login, ctx: Context): Promise<PlainMap | null> => own(await available(login, ctx), name);
export const installedNamed = async (name: string, login: Login, ctx: Context): Promise<PlainMap | null> => own(await installed(login, ctx), name);

export const isAvailable = async (name: string, login: Login, ctx: Context): Promise<boolean> =>
  Object.keys(await available(login, ctx)).some((one) => one.toLowerCase() === name.toLowerCase());

/** Compares versions part by part, numbers as numbers. */
function isOlder(a: string, b: string): boolean {
  const parts = (text: string): string[] => text.match(/\d+|[a-z]+/gi) ?? [];
  const [left, right] = [parts(a), parts(b)];
  for (let at = 0; at < Math.max(left.length, right.length); at += 1) {
    const [one = '', other = ''] = [left[at], right[at]];
    if (one === other) continue;
    return /^\d+$/.test(one) && /^\d+$/.test(other) ? Number(one) < Number(other) : one < other;
  }
  return false;
}

export interface ExtensionWish {
  readonly schema: Value;
  readonly ext_version: Value;
}

/** A version as it was meant: Salt's users put it in quotes. */
const versionOf = (value: Value): string => unquoted(str(value), "'");

/** How an extension stands to what is wished. */
export async function standing(name: string, { schema, ext_version: version }: ExtensionWish, login: Login, ctx: Context): Promise<string[]> {
  const there = own(await installed(login, ctx), name);
  if (there === null) return [NOT_INSTALLED];
  const older = version !== null && isOlder(there['extversion'] ?? '', versionOf(version));
  const elsewhere = schema !== null && there['extrelocatable'] === 't' && there['schema_name'] !== str(schema);
  return [INSTALLED, ...older ? [TO_UPGRADE] : [], ...elsewhere ? [TO_MOVE] : []];
}

export interface NewExtension extends ExtensionWish {
  readonly ifNotExists: boolean;
  readonly from_version: Value;
}

function statements(name: string, wish: NewExtension, state: readonly string[]): string[] {
  const { schema, ext_version: version, from_version: from } = wish;
  if (!state.includes(NOT_INSTALLED)) {
    return [
      ...isTruthy(schema) && state.includes(TO_MOVE) ? [`ALTER EXTENSION ${identifier(name)} SET SCHEMA ${identifier(str(schema))}`] : [],
      ...isTruthy(version) && state.includes(TO_UPGRADE) ? [`ALTER EXTENSION ${identifier(name)} UPDATE TO ${literal(versionOf(version))}`] : [],
    ];
  }
  const options = [
    ...isTruthy(schema) ? [`SCHEMA ${identifier(str(schema))}`] : [], ...isTruthy(version) ? [`VERSION ${literal(versionOf(version))}`] : [],
    ...isTruthy(from) ? [`FROM ${literal(versionOf(from))}`] : [],
  ];
  return [['CREATE EXTENSION', ...wish.ifNotExists ? ['IF NOT EXISTS'] : [], identifier(name), ...options.length > 0 ? ['WITH', ...options] : []].join(' ')];
}

/** Installs an extension, or brings it to the wished version and schema; says whether it is so afterwards. */
export async function createExtension(name: string, wish: NewExtension, strict: boolean, login: Login, ctx: Context): Promise<boolean> {
  const before = await standing(name, wish, login, ctx);
  // The server says best why an extension cannot be had.
  const sql = strict || await isAvailable(name, login, ctx) ? statements(name, wish, before) : [];
  if (sql.length > 0 && !await execute(sql.join('; '), { strict }, login, ctx)) return false;
  const after = await standing(name, wish, login, ctx);
  return after.length === 1 && after[0] === INSTALLED;
}

export interface Drop {
  readonly ifExists: boolean;
  readonly cascade: boolean;
  readonly restrict: boolean;
}

/** Differs: `restrict` wins over the default of `cascade`; Salt's statement with both is none. */
export async function dropExtension(name: string, { ifExists, cascade, restrict }: Drop, strict: boolean, login: Login, ctx: Context): Promise<boolean> {
  if (await installedNamed(name, login, ctx) === null) return true;
  const sql = ['DROP EXTENSION', ...ifExists ? ['IF EXISTS'] : [], identifier(name), restrict ? 'RESTRICT' : cascade ? 'CASCADE' : ''].join(' ').trim();
  return await execute(sql, { strict }, login, ctx) && await installedNamed(name, login, ctx) === null;
}
