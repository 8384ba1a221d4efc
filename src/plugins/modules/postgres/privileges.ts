/** Rights on tables, schemas, databases and others, and who is in a group. Source: read, Salt 3008.3; PostgreSQL's manual, 5.7 and `aclitem`. */
import type { Context } from '../../../kernel/contract/context.js';
import { InvocationError } from '../../../kernel/contract/errors.js';
import { str } from '../../../kernel/std/python-text.js';
import { isTruthy, type PlainMap, type Value } from '../../../kernel/std/value.js';
import { execute, query, type Login } from './psql.js';
import { identifier, literal, parseArray } from './sql.js';

const LETTERS: Readonly<Record<string, string>> = {
  a: 'INSERT', C: 'CREATE', D: 'TRUNCATE', c: 'CONNECT', t: 'TRIGGER', r: 'SELECT', U: 'USAGE', T: 'TEMPORARY', w: 'UPDATE', X: 'EXECUTE', x: 'REFERENCES', d: 'DELETE',
  m: 'MAINTAIN',
};
const OF_KIND = { table: 'arwdDxtm', tablespace: 'C', language: 'U', sequence: 'rwU', schema: 'UC', database: 'CTc', function: 'X' } as const;
/** Only servers from 17 on have it: nobody lacks it for having all. */
const RECENT = 'MAINTAIN';

type Kind = keyof typeof OF_KIND;

/** An object with rights, or a group. */
export interface Subject {
  readonly kind: Kind | 'group';
  readonly name: string;
  /** Schema of tables, sequences and functions. */
  readonly schema: string;
}

/** @throws InvocationError for a kind that has no rights */
export function subject(name: string, kind: string, schema: string): Subject {
  const known = kind.toLowerCase();
  if (known !== 'group' && !Object.hasOwn(OF_KIND, known)) throw new InvocationError(`Invalid object_type: ${known} provided`);
  return { kind: known as Subject['kind'], name, schema };
}

/** @throws InvocationError for a right that objects of the kind have not */
export function wishedRights({ kind }: Subject, privileges: Value): string[] {
  const text = isTruthy(privileges) ? str(privileges) : '';
  if (kind === 'group') {
    if (text !== '') throw new InvocationError('The privileges option should not be set for object_type group');
    return [];
  }
  const wished = text.toUpperCase().split(/\s*,\s*/);
  const possible = [...rightsOf(kind), 'ALL'];
  if (!wished.every((one) => possible.includes(one))) throw new InvocationError(`Invalid privilege(s): ${text} provided for object ${kind}`);
  return wished;
}

const rightsOf = (kind: Kind): string[] => OF_KIND[kind].split('').map((letter) => LETTERS[letter] ?? letter);

const inSchema = (kind: Subject['kind']): boolean => kind === 'table' || kind === 'sequence' || kind === 'function';
/** All tables of a schema. */
const isAll = ({ kind, name }: Subject): boolean => inSchema(kind) && name.toUpperCase() === 'ALL';

/** Catalog, condition and name of owner and rights, by kind. */
function catalogOf(object: Subject): { from: string; where: string; acl: string; owner: string } {
  const [name, schema] = [literal(object.name), literal(object.schema)];
  const classes = 'pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace';
  const named = (column: string): string => (isAll(object) ? '' : ` AND ${column} = ${name}`);
  switch (object.kind) {
    case 'table': return { from: classes, where: `n.nspname = ${schema} AND c.relkind IN ('r', 'v', 'm', 'p', 'f')${named('c.relname')}`, acl: 'c.relacl', owner: 'c.relowner' };
    case 'sequence': return { from: classes, where: `n.nspname = ${schema} AND c.relkind = 'S'${named('c.relname')}`, acl: 'c.relacl', owner: 'c.relowner' };
    case 'function': return {
      from: 'pg_catalog.pg_proc p JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace', where: `n.nspname = ${schema}${named('p.oid::regprocedure::text')}`,
      acl: 'p.proacl', owner: 'p.proowner',
    };
    case 'schema': return { from: 'pg_catalog.pg_namespace', where: `nspname = ${name}`, acl: 'nspacl', owner: 'nspowner' };
    case 'tablespace': return { from: 'pg_catalog.pg_tablespace', where: `spcname = ${name}`, acl: 'spcacl', owner: 'spcowner' };
    case 'language': return { from: 'pg_catalog.pg_language', where: `lanname = ${name}`, acl: 'lanacl', owner: 'lanowner' };
    case 'database': return { from: 'pg_catalog.pg_database', where: `datname = ${name}`, acl: 'datacl', owner: 'datdba' };
    case 'group': return { from: 'pg_catalog.pg_roles', where: `rolname = ${name}`, acl: 'NULL', owner: 'NULL' };
  }
}

interface Rights {
  readonly owner: string;
  /** By role: right, and whether it may be given on. */
  readonly roles: Readonly<Record<string, Readonly<Record<string, boolean>>>>;
}

/** Reads `"odd name"=ar/postgres`, where a star behind a letter is the right to give it on; nobody before the sign is everybody. */
function readEntry(entry: string): [role: string, rights: Record<string, boolean>] | undefined {
  const [, quoted, plain = '', letters = ''] = /^(?:"((?:[^"]|"")*)"|([^"=]*))=([^/]*)/.exec(entry) ?? [];
  if (quoted === undefined && !entry.includes('=')) return undefined;
  const rights: Record<string, boolean> = {};
  for (const [, letter = '', star] of letters.matchAll(/([A-Za-z])(\*?)/g)) rights[LETTERS[letter] ?? letter] = star === '*';
  const role = quoted?.replaceAll('""', '"') ?? plain;
  return [role === '' ? 'public' : role, rights];
}

async function objectRights(object: Subject, login: Login, ctx: Context): Promise<Rights[]> {
  const { from, where, acl, owner } = catalogOf(object);
  const rows = await query(`SELECT ${acl} AS acl, pg_catalog.pg_get_userbyid(${owner}) AS owner FROM ${from} WHERE ${where}`, login, ctx);
  return rows.map((row) => ({
    owner: row['owner'] ?? '', roles: Object.fromEntries(parseArray(row['acl'] ?? '').map(readEntry).filter((entry) => entry !== undefined)),
  }));
}

async function members(group: string, login: Login, ctx: Context): Promise<Record<string, boolean>> {
  const rows = await query(
    'SELECT rolname, admin_option FROM pg_catalog.pg_auth_members m JOIN pg_catalog.pg_roles r ON m.member = r.oid '
    + `WHERE m.roleid IN (SELECT oid FROM pg_catalog.pg_roles WHERE rolname = ${literal(group)}) ORDER BY rolname`, login, ctx,
  );
  return Object.fromEntries(rows.map(({ rolname = '', admin_option: admin }) => [rolname, admin === 't']));
}

export async function listRights(object: Subject, login: Login, ctx: Context): Promise<PlainMap> {
  if (object.kind === 'group') return members(object.name, login, ctx);
  return Object.assign({}, ...(await objectRights(object, login, ctx)).map(({ roles }) => roles)) as PlainMap;
}

export interface Grant {
  readonly rights: readonly string[];
  /** May give the rights on. */
  readonly grantOption: boolean;
}

function suffices(kind: Kind, role: string, { rights, grantOption }: Grant, found: Rights): boolean {
  if (found.owner === role) return true;
  const have = Object.hasOwn(found.roles, role) ? found.roles[role] ?? {} : {};
  const needed = rights.includes('ALL') ? rightsOf(kind).filter((right) => right !== RECENT) : rights;
  return needed.every((right) => Object.hasOwn(have, right) && (!grantOption || have[right] === true));
}

/**
 * Differs: with the right to give on, only the rights asked for count (Salt wants all that the kind has), servers before 17 need no
 * `MAINTAIN` for ALL, and `ALL` tables of a schema are looked at one by one. With Salt each of these is granted again in every run.
 */
export async function hasRights(role: string, object: Subject, grant: Grant, login: Login, ctx: Context): Promise<boolean> {
  if (object.kind === 'group') {
    const all = await members(object.name, login, ctx);
    return Object.hasOwn(all, role) && (!grant.grantOption || all[role] === true);
  }
  const { kind } = object;
  const found = await objectRights(object, login, ctx);
  return (isAll(object) || found.length > 0) && found.every((one) => suffices(kind, role, grant, one));
}

/** `name(integer, text)` with a quoted name; the types are words. */
function signature(text: string): string {
  const [, name = '', types = ''] = /^([^()]+)\(([\w\s,.[\]"]*)\)$/.exec(text) ?? [];
  if (name === '') throw new InvocationError(`'${text}' is no function with its types, such as f(integer)`);
  return `${identifier(name)}(${types})`;
}

function onWords(object: Subject): string {
  if (isAll(object)) return `ALL ${object.kind.toUpperCase()}S IN SCHEMA ${identifier(object.schema)}`;
  const name = object.kind === 'function' ? signature(object.name) : identifier(object.name);
  return `${object.kind.toUpperCase()} ${inSchema(object.kind) ? `${identifier(object.schema)}.` : ''}${name}`;
}

export async function grantRights(role: string, object: Subject, grant: Grant, strict: boolean, login: Login, ctx: Context): Promise<boolean> {
  if (await hasRights(role, object, grant, login, ctx)) return false;
  const sql = object.kind === 'group'
    ? `GRANT ${identifier(object.name)} TO ${identifier(role)}${grant.grantOption ? ' WITH ADMIN OPTION' : ''}`
    : `GRANT ${grant.rights.join(', ')} ON ${onWords(object)} TO ${identifier(role)}${grant.grantOption ? ' WITH GRANT OPTION' : ''}`;
  return execute(sql, { strict }, login, ctx);
}

export async function revokeRights(role: string, object: Subject, rights: readonly string[], strict: boolean, login: Login, ctx: Context): Promise<boolean> {
  if (!await hasRights(role, object, { rights, grantOption: false }, login, ctx)) return false;
  const sql = object.kind === 'group' ? `REVOKE ${identifier(object.name)} FROM ${identifier(role)}` : `REVOKE ${rights.join(', ')} ON ${onWords(object)} FROM ${identifier(role)}`;
  return execute(sql, { strict }, login, ctx);
}
