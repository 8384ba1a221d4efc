/** Roles: users, who can log in, and groups. Source: read, Salt 3008.3. */
import type { Context } from '../../../kernel/contract/context.js';
import { InvocationError } from '../../../kernel/contract/errors.js';
import { str } from '../../../kernel/std/python-text.js';
import { DateTime, isList, isPlainMap, isTruthy, type PlainMap, type Value } from '../../../kernel/std/value.js';
import { encrypted as asKept, encryptionOf } from '../../../kernel/sys/postgres/password.js';
import { execute, query, type Login } from './psql.js';
import { identifier, literal, parseArray } from './sql.js';

/** What a role may be given; null leaves it as it is. */
export interface RoleWish {
  readonly createdb: Value;
  readonly createroles: Value;
  readonly encrypted: Value;
  readonly superuser: Value;
  readonly inherit: Value;
  readonly login: Value;
  readonly replication: Value;
  readonly rolepassword: Value;
  readonly groups: Value;
  readonly connlimit?: Value;
  readonly valid_until?: Value;
}

const FLAGS = ['superuser', 'inherits privileges', 'can create roles', 'can create databases', 'can update system catalogs', 'can login', 'replication', 'connections'];

const flagOf = (text: string | undefined): Value => (text === 't' ? true : text === 'f' ? false : null);

/** `2030-01-02 03:04:05` as a date; null for none, and for `infinity`. */
export function dateOf(text: string): DateTime | null {
  const [, year, month, day, time] = /^(\d{4})-(\d\d)-(\d\d) (\d\d:\d\d:\d\d)$/.exec(text) ?? [];
  return year === undefined ? null : new DateTime(`${year}${month ?? ''}${day ?? ''}T${time ?? ''}.000000`);
}

export async function roles(withPassword: boolean, login: Login, ctx: Context): Promise<Record<string, PlainMap>> {
  const rows = await query([
    'SELECT pg_roles.rolname as "name", pg_roles.rolsuper as "superuser", pg_roles.rolinherit as "inherits privileges", pg_roles.rolcreaterole as "can create roles",',
    'pg_roles.rolcreatedb as "can create databases", NULL as "can update system catalogs", pg_roles.rolcanlogin as "can login", pg_roles.rolreplication as "replication",',
    'pg_roles.rolconnlimit as "connections", (SELECT array_agg(other.rolname) FROM pg_catalog.pg_auth_members JOIN pg_catalog.pg_roles other ON (pg_auth_members.roleid = other.oid)',
    'WHERE pg_auth_members.member = pg_roles.oid) as "groups", pg_roles.rolvaliduntil::timestamp(0) as "expiry time", pg_roles.rolconfig as "defaults variables"',
    ...withPassword ? [', COALESCE(pg_shadow.passwd, pg_authid.rolpassword) as "password"'] : [],
    'FROM pg_roles', ...withPassword ? ['LEFT JOIN pg_authid ON pg_roles.oid = pg_authid.oid LEFT JOIN pg_shadow ON pg_roles.oid = pg_shadow.usesysid'] : [],
  ].join(' '), login, ctx);
  return Object.fromEntries(rows.map((row) => [row['name'] ?? '', {
    ...Object.fromEntries(FLAGS.map((key) => [key, flagOf(row[key])])),
    'expiry time': dateOf(row['expiry time'] ?? ''), 'defaults variables': row['defaults variables'] ?? '',
    ...withPassword ? { password: row['password'] ?? '' } : {}, groups: parseArray(row['groups'] ?? ''),
  }]));
}

export const roleNamed = async (name: string, withPassword: boolean, login: Login, ctx: Context): Promise<PlainMap | null> => {
  const all = await roles(withPassword, login, ctx);
  return Object.hasOwn(all, name) ? all[name] ?? null : null;
};

const flag = (word: string, value: Value): string[] => (value === null ? [] : [isTruthy(value) ? word : `NO${word}`]);

/** Differs: Salt doubles quotes before it computes the md5, so that nobody can log in with such a password. */
function passwordWords(name: string, { rolepassword, encrypted }: RoleWish): string[] {
  if (rolepassword === false) return ['PASSWORD NULL'];
  if (rolepassword === true) throw new InvocationError('rolepassword must be a password, or False for none');
  if (!isTruthy(rolepassword)) return [];
  const how = encryptionOf(encrypted);
  return [how === false ? 'UNENCRYPTED' : 'ENCRYPTED', 'PASSWORD', literal(asKept(name, str(rolepassword), how))];
}

function limitWords(limit: Value): string[] {
  if (limit === null) return [];
  if (!/^-?\d+$/.test(str(limit))) throw new InvocationError('connlimit must be a number');
  return [`CONNECTION LIMIT ${str(limit)}`];
}

export const groupNames = (groups: Value): string[] => {
  const list = isList(groups) ? groups.map(str) : isTruthy(groups) ? str(groups).split(',') : [];
  return list.map((one) => one.trim()).filter((one) => one !== '');
};

/** `before` are the facts of a role that is there: what it is anyway is not said again, as only a superuser may. */
function roleWords(name: string, wish: RoleWish, before: PlainMap | undefined): string {
  const sameSuper = before !== undefined && isTruthy(before['superuser']) === isTruthy(wish.superuser);
  const { valid_until: until = null, connlimit = null } = wish;
  return [
    ...flag('INHERIT', wish.inherit), ...flag('CREATEDB', wish.createdb), ...flag('CREATEROLE', wish.createroles), ...sameSuper ? [] : flag('SUPERUSER', wish.superuser),
    ...flag('REPLICATION', wish.replication), ...flag('LOGIN', wish.login), ...limitWords(connlimit), ...passwordWords(name, wish),
    ...isTruthy(until) ? [`VALID UNTIL ${literal(str(until))}`] : [],
  ].join(' ');
}

const grants = (name: string, groups: Value): string[] => groupNames(groups).map((group) => `GRANT ${identifier(group)} TO ${identifier(name)}`);

/** `secret` also for a statement without a password: one way through psql for all. */
const run = (statements: readonly string[], strict: boolean, login: Login, ctx: Context): Promise<boolean> => execute(statements.join('; '), { strict, secret: true }, login, ctx);

export async function createRole(name: string, kind: 'user' | 'group', wish: RoleWish, strict: boolean, login: Login, ctx: Context): Promise<boolean> {
  if (await roleNamed(name, false, login, ctx) !== null) {
    ctx.log.info({ name }, 'role already exists');
    return false;
  }
  const words = roleWords(name, { ...wish, inherit: wish.inherit ?? true, login: wish.login ?? kind === 'user' }, undefined);
  return run([`CREATE ROLE ${identifier(name)} WITH ${words}`, ...grants(name, wish.groups)], strict, login, ctx);
}

export async function updateRole(name: string, wish: RoleWish, strict: boolean, login: Login, ctx: Context): Promise<boolean> {
  const before = await roleNamed(name, false, login, ctx);
  if (!isPlainMap(before)) {
    ctx.log.info({ name }, 'role could not be found');
    return false;
  }
  return run([`ALTER ROLE ${identifier(name)} WITH ${roleWords(name, wish, before)}`, ...grants(name, wish.groups)], strict, login, ctx);
}

export async function removeRole(name: string, strict: boolean, login: Login, ctx: Context): Promise<boolean> {
  if (await roleNamed(name, false, login, ctx) === null) {
    ctx.log.info({ name }, 'role does not exist');
    return false;
  }
  return execute(`DROP ROLE ${identifier(name)}`, { strict }, login, ctx);
}
