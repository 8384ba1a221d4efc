/** PostgreSQL through the package `pg`. */
import { readFile } from 'node:fs/promises';
import { CommandExecutionError } from '../../../kernel/contract/errors.js';
import type { ReturnerContext } from '../../../kernel/contract/returner.js';
import { asError } from '../../../kernel/std/async.js';
import { loadDriver } from '../../../kernel/sys/driver.js';
import { numberOption, serverOf, textOption } from '../shared/options.js';
import type { Row, SqlSession } from './session.js';

interface Client {
  connect(): Promise<void>;
  query(request: { text: string; values: readonly (string | null)[] }): Promise<{ rows: readonly Row[] }>;
  end(): Promise<void>;
  on(event: 'error', listener: (error: Error) => void): void;
}
interface Driver {
  readonly Client?: new (options: object) => Client;
  readonly default: { readonly Client: new (options: object) => Client };
}

export const POSTGRES_PORT = 5432;
const CONNECT_SECONDS = 20;
const STATEMENT_MS = 30_000;

/** `password` is the name of the option that has it. @throws CommandExecutionError without the package, and when the server cannot be reached */
export async function openPostgres(ctx: ReturnerContext, password: 'pass' | 'passwd'): Promise<SqlSession> {
  const { options } = ctx;
  const driver = await loadDriver<Driver>('The returner for PostgreSQL', 'pg');
  const client = new (driver.Client ?? driver.default.Client)({
    ...serverOf(options, POSTGRES_PORT), user: textOption(options, 'user'), password: textOption(options, password), database: textOption(options, 'db'),
    connectionTimeoutMillis: numberOption(options, 'connect_timeout', CONNECT_SECONDS) * 1000, statement_timeout: STATEMENT_MS, ssl: await trust(ctx),
  });
  // A connection that breaks between two statements is told to the next one.
  client.on('error', (err) => ctx.log.debug({ err }, 'connection to PostgreSQL ended'));
  try {
    await client.connect();
  } catch (cause) {
    throw new CommandExecutionError(`PostgreSQL cannot be reached: ${asError(cause).message}`, { cause });
  }
  return {
    async ask(statement, values = []) {
      let at = 0;
      return (await client.query({ text: statement.replaceAll('?', () => `$${at += 1}`), values })).rows;
    },
    [Symbol.asyncDispose]: () => client.end(),
  };
}

/** `sslmode` of libpq: `require` encrypts, `verify-ca` and `verify-full` trust known certificates only. */
async function trust({ options }: ReturnerContext): Promise<false | object> {
  const mode = textOption(options, 'sslmode');
  if (mode === undefined || !/^(?:require|verify-ca|verify-full)$/.test(mode)) return false;
  const read = async (name: string): Promise<Buffer | undefined> => {
    const path = textOption(options, name);
    return path === undefined ? undefined : readFile(path);
  };
  const [ca, cert, key, crl] = await Promise.all(['sslrootcert', 'sslcert', 'sslkey', 'sslcrl'].map(read));
  const anyName = mode === 'verify-ca' ? { checkServerIdentity: () => undefined } : {};
  return { rejectUnauthorized: mode !== 'require' || ca !== undefined, ca, cert, key, crl, ...anyName };
}
