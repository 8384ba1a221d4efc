/** Users and groups of PostgreSQL are both roles: one way to look and change. */
import type { Context } from '../../../kernel/contract/context.js';
import { done } from '../../../kernel/contract/state.js';
import { str } from '../../../kernel/std/python-text.js';
import { equalValues, isList, isPlainMap, isTruthy, type PlainMap, type Value } from '../../../kernel/std/value.js';
import { encrypted, encryptionOf, fitsVerifier } from '../../../kernel/sys/postgres/password.js';
import { step } from '../outcome/step.js';

export interface RoleWish {
  readonly name: string;
  readonly kind: 'user' | 'group';
  readonly createdb: Value;
  readonly createroles: Value;
  readonly encrypted: Value;
  readonly superuser: Value;
  readonly inherit: Value;
  readonly login: Value;
  readonly replication: Value;
  readonly password: Value;
  readonly refresh_password: Value;
  readonly groups: Value;
  readonly default_password?: Value;
  readonly valid_until?: Value;
}

/** Parameter and the fact that tells it. */
const FACTS = [
  ['createdb', 'can create databases'], ['inherit', 'inherits privileges'], ['login', 'can login'], ['createroles', 'can create roles'], ['replication', 'replication'],
  ['superuser', 'superuser'],
] as const;

/** The password to set, as it is kept; null when there is none to set. A given one is only compared, not shown. */
function newPassword(wish: RoleWish, facts: PlainMap | undefined): Value {
  const given = facts === undefined ? wish.password ?? wish.default_password ?? null : wish.password;
  if (given === null) return null;
  const how = encryptionOf(wish.encrypted);
  const known = facts !== undefined && !isTruthy(wish.refresh_password) && fitsVerifier(wish.name, str(given), str(facts['password'] ?? ''), how);
  return known ? null : encrypted(wish.name, str(given), how);
}

const groupsOf = (groups: Value): string[] => (isList(groups) ? groups.map(str) : str(groups).split(',').map((one) => one.trim()));

/** The moment as the server reads it, compared with that of the role. */
async function otherMoment(until: string, facts: PlainMap, login: PlainMap, ctx: Context): Promise<boolean> {
  const quoted = until.replaceAll("'", "''");
  const text = quoted.includes('\\') ? `E'${quoted.replaceAll('\\', '\\\\')}'` : `'${quoted}'`;
  const rows = await ctx.call('postgres.psql_query', [`SELECT ${text}::timestamp(0) as dt`], login);
  const [row] = isList(rows) ? rows : [];
  const wanted = isPlainMap(row) ? str(row['dt'] ?? '') : '';
  const digits = (value: Value): string => (value === null ? '' : str(value).replace(/\.\d+$/, '').replaceAll(/\D/g, ''));
  const isDate = /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/.test(wanted);
  return digits(isDate ? wanted : null) !== digits(facts['expiry time'] ?? null);
}

async function changesOf(wish: RoleWish, facts: PlainMap, password: Value, login: PlainMap, ctx: Context): Promise<PlainMap> {
  const changes: PlainMap = {};
  for (const [param, fact] of FACTS) if (wish[param] !== null && !equalValues(facts[fact] ?? null, isTruthy(wish[param]))) changes[param] = wish[param];
  if (password !== null) changes['password'] = true;
  const until = wish.valid_until ?? null;
  if (until !== null && await otherMoment(str(until), facts, login, ctx)) changes['valid_until'] = until;
  const member = isList(facts['groups'] ?? null) ? (facts['groups'] as readonly Value[]).map(str) : [];
  const missing = wish.groups === null ? [] : groupsOf(wish.groups).filter((group) => group !== '' && !member.includes(group));
  if (missing.length > 0) changes['groups'] = missing;
  return changes;
}

const titled = (kind: string): string => kind.charAt(0).toUpperCase() + kind.slice(1);

export async function rolePresent(wish: RoleWish, login: PlainMap, ctx: Context): Promise<PlainMap> {
  const { name, kind, createdb, createroles, superuser, inherit, replication, groups } = wish;
  const found = await ctx.call('postgres.role_get', [name], { return_password: !isTruthy(wish.refresh_password), ...login });
  const facts = isPlainMap(found) ? found : undefined;
  const verb = facts === undefined ? 'create' : 'update';
  const password = newPassword(wish, facts);
  const changes = facts === undefined ? {} : await changesOf(wish, facts, password, login, ctx);
  if (facts !== undefined && Object.keys(changes).length === 0) return done(name, `${titled(kind)} ${name} is already present`);
  return step({
    name, changes: { [name]: facts === undefined ? 'Present' : changes }, would: `${titled(kind)} ${name} is set to be ${verb}d`,
    did: `The ${kind} ${name} has been ${verb}d`, could: `Failed to ${verb} ${kind} ${name}`,
    work: () => ctx.call(`postgres.${kind}_${verb}`, [name], {
      createdb, createroles, encrypted: encryptionOf(wish.encrypted), superuser, login: wish.login, inherit, replication, rolepassword: password, groups,
      ...kind === 'user' ? { valid_until: wish.valid_until ?? null } : {}, ...login, strict: true,
    }),
  }, ctx);
}

export async function roleAbsent(name: string, kind: 'user' | 'group', login: PlainMap, ctx: Context): Promise<PlainMap> {
  const title = titled(kind);
  if (await ctx.call('postgres.user_exists', [name], login) !== true) return done(name, `${title} ${name} is not present, so it cannot be removed`);
  return step({
    name, changes: { [name]: 'Absent' }, would: `${title} ${name} is set to be removed`, did: `${title} ${name} has been removed`, could: `${title} ${name} failed to be removed`,
    work: () => ctx.call(`postgres.${kind}_remove`, [name], { ...login, strict: true }),
  }, ctx);
}
