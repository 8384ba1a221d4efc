/** MySQL or MariaDB through the package `mysql2`. */
import { readFile } from 'node:fs/promises';
import { CommandExecutionError } from '../../../kernel/contract/errors.js';
import type { ReturnerContext } from '../../../kernel/contract/returner.js';
import { asError } from '../../../kernel/std/async.js';
import { loadDriver } from '../../../kernel/sys/driver.js';
import { serverOf, textOption } from '../shared/options.js';
import type { Row, SqlSession } from './session.js';

interface Connection {
  execute(request: { sql: string; values: readonly (string | null)[]; timeout: number }): Promise<[readonly Row[] | object, unknown]>;
  end(): Promise<void>;
}
interface Driver {
  createConnection(options: object): Promise<Connection>;
}

export const MYSQL_PORT = 3306;
const CONNECT_MS = 20_000;
const STATEMENT_MS = 30_000;

/** @throws CommandExecutionError without the package, and when the server cannot be reached */
export async function openMysql(ctx: ReturnerContext): Promise<SqlSession> {
  const { options } = ctx;
  const driver = await loadDriver<Driver>('The returner mysql', 'mysql2/promise');
  const ssl = await trust(ctx);
  const connection = await driver.createConnection({
    ...serverOf(options, MYSQL_PORT, 'salt'), user: textOption(options, 'user'), password: textOption(options, 'pass'), database: textOption(options, 'db'),
    connectTimeout: CONNECT_MS, charset: 'utf8mb4', ...(ssl === undefined ? {} : { ssl }),
  }).catch((cause: unknown) => {
    throw new CommandExecutionError(`MySQL cannot be reached: ${asError(cause).message}`, { cause });
  });
  return {
    async ask(sql, values = []) {
      const [rows] = await connection.execute({ sql, values, timeout: STATEMENT_MS });
      return Array.isArray(rows) ? rows as readonly Row[] : [];
    },
    [Symbol.asyncDispose]: () => connection.end(),
  };
}

async function trust({ options }: ReturnerContext): Promise<object | undefined> {
  const paths = ['ssl_ca', 'ssl_cert', 'ssl_key'].map((name) => textOption(options, name));
  if (paths.every((path) => path === undefined)) return undefined;
  const [ca, cert, key] = await Promise.all(paths.map(async (path) => (path === undefined ? undefined : readFile(path))));
  return { ...(ca === undefined ? {} : { ca }), ...(cert === undefined ? {} : { cert }), ...(key === undefined ? {} : { key }) };
}
