/** Users of MySQL and MariaDB. Source: read, Salt 3008.3. */
import { createHash } from 'node:crypto';
import type { Context } from '../../../kernel/contract/context.js';
import { CommandExecutionError, InvocationError } from '../../../kernel/contract/errors.js';
import { str } from '../../../kernel/std/python-text.js';
import { isTruthy, type PlainMap, type Value } from '../../../kernel/std/value.js';
import { MysqlError, Session } from './session.js';

const ACCESS_DENIED = 1045;
const NATIVE = 'mysql_native_password';

export interface Credentials {
  readonly user: string;
  readonly host: string;
  readonly password: Value;
  readonly password_hash: Value;
  /** May be without a password. */
  readonly passwordless: boolean;
  readonly unix_socket: boolean;
  readonly password_column: Value;
  readonly auth_plugin?: string;
}

interface Server {
  readonly maria: boolean;
  /** `CREATE USER ... IDENTIFIED WITH`: MySQL from 8.0.11 on. */
  readonly recent: boolean;
}

export async function serverOf(session: Session): Promise<Server> {
  const [[version] = []] = (await session.ask('SELECT VERSION()')).rows;
  const text = version ?? '';
  const [major = 0, minor = 0, patch = 0] = text.split(/[.-]/).map((part) => Number.parseInt(part, 10));
  return { maria: text.includes('MariaDB'), recent: major > 8 || (major === 8 && (minor > 0 || patch >= 11)) };
}

/** As `mysql_native_password` keeps it. */
const nativeHash = (password: string): string => `*${createHash('sha1').update(createHash('sha1').update(password).digest()).digest('hex').toUpperCase()}`;

async function passwordColumn(session: Session, given: Value): Promise<string> {
  if (isTruthy(given)) {
    if (!/^\w+$/.test(str(given))) throw new InvocationError(`'${str(given)}' is no column for passwords`);
    return str(given);
  }
  const { rows } = await session.ask("SELECT column_name FROM information_schema.COLUMNS WHERE table_schema = 'mysql' AND table_name = 'user' AND column_name = 'Password'");
  return rows.length > 0 ? 'Password' : 'authentication_string';
}

const pluginOf = async (session: Session, user: string, host: string): Promise<string> => {
  const [[plugin] = []] = (await session.ask('SELECT plugin FROM mysql.user WHERE User = ? AND Host = ?', [user, host])).rows;
  return plugin === undefined || plugin === null || plugin === '' ? NATIVE : plugin;
};

/** A session; with the new password of the user itself when the old one is refused, as after a change of one's own. */
export async function sessionFor({ user, password }: Pick<Credentials, 'user' | 'password'>, given: PlainMap, ctx: Context): Promise<Session> {
  try {
    return await Session.open(given, ctx);
  } catch (error) {
    const own = error instanceof MysqlError && error.errno === ACCESS_DENIED && error.message.includes(`Access denied for user '${user}'@`);
    if (!own || !isTruthy(password)) throw error;
    return Session.open({ ...given, connection_pass: password }, ctx);
  }
}

export async function userExists(session: Session, who: Credentials): Promise<boolean> {
  const { maria } = await serverOf(session);
  const column = await passwordColumn(session, who.password_column);
  const plugin = await pluginOf(session, who.user, who.host);
  const [sql, values] = ((): [string, string[]] => {
    if (who.passwordless && who.unix_socket) return [' AND plugin = ?', [maria ? 'unix_socket' : 'auth_socket']];
    if (who.passwordless) return [` AND ${column} = ''`, []];
    if (!isTruthy(who.password) && !isTruthy(who.password_hash)) return ['', []];
    if (isTruthy(who.password) && plugin !== NATIVE) throw new CommandExecutionError('Unable to verify password.');
    return [` AND ${column} = ?`, [isTruthy(who.password) ? nativeHash(str(who.password)) : str(who.password_hash)]];
  })();
  return (await session.ask(`SELECT User, Host FROM mysql.user WHERE User = ? AND Host = ?${sql}`, [who.user, who.host, ...values])).rows.length === 1;
}

export async function pluginStatus(session: Session, name: string): Promise<string> {
  const [[status] = []] = (await session.ask('SELECT PLUGIN_STATUS FROM INFORMATION_SCHEMA.PLUGINS WHERE PLUGIN_NAME = ?', [name])).rows;
  return status ?? '';
}

/** How a user proves itself, as the end of a statement. @throws CommandExecutionError when nothing is said */
async function identified(session: Session, who: Credentials): Promise<[sql: string, values: string[]]> {
  const { maria, recent } = await serverOf(session);
  if (who.unix_socket) {
    const plugin = maria ? 'unix_socket' : 'auth_socket';
    if (await pluginStatus(session, plugin) === '') throw new CommandExecutionError(`The ${plugin} plugin is not enabled.`);
    if (who.host !== 'localhost') throw new CommandExecutionError('Auth via unix_socket can be set only for host=localhost');
    return [` IDENTIFIED ${maria ? 'VIA' : 'WITH'} ${plugin}`, []];
  }
  const plugin = who.auth_plugin ?? NATIVE;
  if (!/^\w+$/.test(plugin)) throw new InvocationError(`'${plugin}' is no plugin`);
  if (who.password !== null) return [recent && !maria ? ` IDENTIFIED WITH ${plugin} BY ?` : ' IDENTIFIED BY ?', [str(who.password)]];
  if (who.password_hash !== null) return [recent && !maria ? ` IDENTIFIED WITH ${plugin} AS ?` : ' IDENTIFIED BY PASSWORD ?', [str(who.password_hash)]];
  if (!who.passwordless) throw new CommandExecutionError('password or password_hash must be specified, unless allow_passwordless=True');
  return [' IDENTIFIED BY ?', ['']];
}

export async function createUser(session: Session, who: Credentials): Promise<boolean> {
  if (await userExists(session, { ...who, password: null, password_hash: null, passwordless: false })) return false;
  // A password is no use to somebody who shall have none.
  const [sql, values] = await identified(session, who.passwordless && !who.unix_socket ? { ...who, password: null, password_hash: null } : who);
  await session.ask(`CREATE USER ?@?${sql}`, [who.user, who.host, ...values]);
  return true;
}

/** Differs: one statement for every server, where Salt writes into the table of the users on old ones. */
export async function changePassword(session: Session, who: Credentials): Promise<boolean> {
  if (!await userExists(session, { ...who, password: null, password_hash: null, passwordless: false })) return false;
  const plugin = await pluginOf(session, who.user, who.host);
  const socket = who.passwordless && who.unix_socket;
  const [sql, values] = await identified(session, { ...who, unix_socket: socket, auth_plugin: plugin });
  await session.ask(`ALTER USER ?@?${sql}`, [who.user, who.host, ...values]);
  return true;
}

export const removeUser = async (session: Session, user: string, host: string): Promise<void> => void await session.ask('DROP USER ?@?', [user, host]);
