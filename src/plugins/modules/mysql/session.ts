/** Conversations with MySQL and MariaDB through the package `mysql2`. Source: read, Salt 3008.3 (`mysql._connect`). */
import { userInfo } from 'node:os';
import type { Context } from '../../../kernel/contract/context.js';
import { CommandExecutionError } from '../../../kernel/contract/errors.js';
import { str } from '../../../kernel/std/python-text.js';
import { isTruthy, type PlainMap, type Value } from '../../../kernel/std/value.js';
import { loadDriver } from '../../../kernel/sys/driver.js';

/** Values of a row, all as texts. */
export type Row = Readonly<Record<string, string | null>>;
export interface Answer {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly (string | null)[])[];
  readonly affected: number;
}

interface Connection {
  query(request: object): Promise<[unknown, readonly { readonly name: string }[] | undefined]>;
  end(): Promise<void>;
  destroy(): void;
}
interface Driver {
  createConnection(options: object): Promise<Connection>;
}
interface Field {
  string(): string | null;
}

const PORT = 3306;
const SOCKET = '/run/mysqld/mysqld.sock';
const CONNECT_MS = 20_000;

/** What the server, or the way to it, says: Salt's words, with the number of the error. */
export class MysqlError extends CommandExecutionError {
  readonly errno: number;
  constructor(errno: number, message: string, cause?: unknown) {
    super(`MySQL Error ${errno}: ${message}`, { cause });
    this.errno = errno;
  }
}

/** The section `[client]` of a file of options. */
function clientOptions(text: string, group: string): PlainMap {
  let section = '';
  const options: PlainMap = {};
  for (const line of text.split('\n').map((one) => one.trim())) {
    const [, name] = /^\[(.+)\]$/.exec(line) ?? [];
    if (name !== undefined) section = name;
    const [, key, value] = /^([\w-]+)\s*=\s*(.*)$/.exec(line) ?? [];
    if ((section === 'client' || section === group) && key !== undefined) options[key] = (value ?? '').replace(/^(["'])(.*)\1$/, '$2');
  }
  return options;
}

/** `connection_host` of a call, else `mysql.host` of the configuration; a file named in the call is asked alone. */
async function setting(name: string, given: PlainMap, ctx: Context): Promise<Value> {
  const key = `connection_${name}`;
  if (key in given) return given[key] ?? null;
  if ('connection_default_file' in given) return null;
  return ctx.call('config.option', [`mysql.${name}`, null]);
}

async function connectionOptions(given: PlainMap, ctx: Context): Promise<PlainMap> {
  const file = await setting('default_file', given, ctx);
  const text = isTruthy(file) ? await ctx.sys.readText(str(file)) : '';
  if (text === undefined) throw new MysqlError(2000, `Can't read the file ${str(file)}`);
  const known = clientOptions(text, str(await setting('default_group', given, ctx) ?? ''));
  const choose = async (name: string, inFile: string): Promise<string> => {
    const value = await setting(name, given, ctx);
    return isTruthy(value) ? str(value) : str(known[inFile] ?? '');
  };
  const [host, socket, port] = [await choose('host', 'host'), await choose('unix_socket', 'socket'), await choose('port', 'port')];
  const local = socket !== '' ? socket : (host === '' || host === 'localhost') && await ctx.sys.exists(SOCKET) ? SOCKET : '';
  const database = await choose('db', 'database');
  const user = await choose('user', 'user');
  return {
    ...local === '' ? { host: host === '' ? 'localhost' : host, port: port === '' ? PORT : Number(port) } : { socketPath: local },
    user: user === '' ? userInfo().username : user, password: await choose('pass', 'password'), ...database === '' ? {} : { database },
    connectTimeout: CONNECT_MS, charset: 'utf8mb4', dateStrings: true, multipleStatements: false,
  };
}

function asMysqlError(cause: unknown, where: PlainMap): MysqlError {
  const { errno = 0, code = '', message = String(cause), sqlMessage } = cause as { errno?: number; code?: string; message?: string; sqlMessage?: string };
  if (sqlMessage !== undefined) return new MysqlError(errno, sqlMessage, cause);
  const number = Math.abs(errno);
  if (where['socketPath'] !== undefined && code.startsWith('E')) return new MysqlError(2002, `Can't connect to local server through socket '${str(where['socketPath'])}' (${number})`, cause);
  if (code.startsWith('E')) return new MysqlError(2003, `Can't connect to server on '${str(where['host'] ?? '')}' (${number})`, cause);
  return new MysqlError(number, message, cause);
}

export class Session implements AsyncDisposable {
  readonly #connection: Connection;
  readonly #where: PlainMap;
  readonly #forget: () => void;

  private constructor(connection: Connection, where: PlainMap, signal: AbortSignal) {
    const stop = (): void => connection.destroy();
    this.#connection = connection;
    this.#where = where;
    signal.addEventListener('abort', stop, { once: true });
    this.#forget = () => signal.removeEventListener('abort', stop);
  }

  /** @throws MysqlError when the server cannot be reached or refuses */
  static async open(given: PlainMap, ctx: Context): Promise<Session> {
    const driver = await loadDriver<Driver>('The module mysql', 'mysql2/promise');
    const where = await connectionOptions(given, ctx);
    ctx.signal.throwIfAborted();
    const connection = await driver.createConnection(where).catch((cause: unknown) => { throw asMysqlError(cause, where); });
    const session = new Session(connection, where, ctx.signal);
    // In other modes a backslash would be no escape, and a double quote the beginning of a name.
    await session.ask("SET SESSION sql_mode = REPLACE(REPLACE(@@SESSION.sql_mode, 'NO_BACKSLASH_ESCAPES', ''), 'ANSI_QUOTES', '')");
    return session;
  }

  /** Question marks are values. @throws MysqlError */
  async ask(sql: string, values: readonly (string | number)[] = []): Promise<Answer> {
    const typeCast = (field: Field): string | null => field.string();
    const [result, fields] = await this.#connection.query({ sql, rowsAsArray: true, typeCast, ...values.length > 0 ? { values } : {} })
      .catch((cause: unknown) => { throw asMysqlError(cause, this.#where); });
    if (!Array.isArray(result)) return { columns: [], rows: [], affected: (result as { affectedRows?: number }).affectedRows ?? 0 };
    return { columns: (fields ?? []).map((field) => field.name), rows: result as (string | null)[][], affected: result.length };
  }

  async maps(sql: string, values: readonly (string | number)[] = []): Promise<Row[]> {
    const { columns, rows } = await this.ask(sql, values);
    return rows.map((row) => Object.fromEntries(columns.map((column, at) => [column, row[at] ?? null])));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#forget();
    await this.#connection.end().catch(() => this.#connection.destroy());
  }
}

/** Opens a session, uses it, closes it. */
export async function withSession<T>(given: PlainMap, ctx: Context, work: (session: Session) => Promise<T>): Promise<T> {
  await using session = await Session.open(given, ctx);
  // Awaited here: the session is closed when this function ends.
  return await work(session);
}

/**
 * What changes something gives False when it fails, as Salt's functions do, and the reason goes to the log; states ask with
 * `connection_strict`, and get the reason as an error.
 */
export async function attempt(given: PlainMap, ctx: Context, work: () => Promise<boolean>): Promise<boolean> {
  try {
    return await work();
  } catch (error) {
    if (isTruthy(given['connection_strict'] ?? null) || !(error instanceof CommandExecutionError)) throw error;
    ctx.log.error({ err: error }, 'mysql failed');
    return false;
  }
}

/** A name in quotes: nothing in it can end it. `pattern`: where `_` and `%` would mean any letters. */
export const identifier = (name: string, pattern = false): string => `\`${(pattern ? name.replaceAll(/[_%]/g, '\\$&') : name).replaceAll('`', '``')}\``;
