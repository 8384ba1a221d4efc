/** Starts psql: who asks which server, with a password that no list of programs shows. Source: read, Salt 3008.3. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Context } from '../../../kernel/contract/context.js';
import { CommandExecutionError } from '../../../kernel/contract/errors.js';
import type { RunResult } from '../../../kernel/contract/sys.js';
import { str } from '../../../kernel/std/python-text.js';
import { isTruthy, type PlainMap, type Value } from '../../../kernel/std/value.js';
import { parseCsv } from './sql.js';

/** The last parameters of most functions, as they were given. */
export interface Login {
  readonly user?: Value;
  readonly host?: Value;
  readonly port?: Value;
  readonly maintenance_db?: Value;
  readonly password?: Value;
  readonly runas?: Value;
}

const SYSTEM_USER = 'postgres';
const CONNECT_SECONDS = '30';

const option = async (name: string, ctx: Context): Promise<string> => {
  const value = await ctx.call('config.option', [`postgres.${name}`]);
  return isTruthy(value) ? str(value) : '';
};

/** A program of PostgreSQL: in `postgres.bins_dir`, else in the path. */
export async function findProgram(name: string, ctx: Context): Promise<string | undefined> {
  const folder = ctx.opts['postgres.bins_dir'] ?? ctx.pillar['postgres.bins_dir'] ?? null;
  const there = isTruthy(folder) ? await ctx.sys.which(join(str(folder), name)) : undefined;
  return there ?? ctx.sys.which(name);
}

/** A limit of all programs here; 0 or nothing is none. */
export async function timeLimit(ctx: Context): Promise<{ timeoutMs?: number }> {
  const seconds = Number(await option('timeout', ctx));
  return seconds > 0 ? { timeoutMs: seconds * 1000 } : {};
}

/** Runs `work` with a file that only `owner` can read; it is gone afterwards. */
export async function withSecretFile<T>(text: string, owner: string | undefined, ctx: Context, work: (path: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'salt-pg-'));
  try {
    const path = join(folder, 'secret');
    await ctx.sys.fs.writeFile(path, text, { mode: 0o600 });
    const account = owner === undefined ? undefined : await ctx.sys.userByName(owner);
    if (account !== undefined) {
      await ctx.sys.fs.chown(path, account.uid, account.gid);
      await ctx.sys.fs.chown(folder, account.uid, account.gid);
    }
    return await work(path);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** The user whom a program runs as: that of the server for a server of this machine. */
export const systemUserFor = (runas: Value | undefined, host: string): string | undefined =>
  (isTruthy(runas) ? str(runas ?? null) : host === '' || host.startsWith('/') ? SYSTEM_USER : undefined);

export async function psql(words: readonly string[], login: Login, ctx: Context, stdin?: string): Promise<RunResult> {
  const program = await findProgram('psql', ctx);
  if (program === undefined) throw new CommandExecutionError('psql was not found');
  const chosen = async (name: 'user' | 'host' | 'port' | 'maintenance_db'): Promise<string> => (isTruthy(login[name]) ? str(login[name] ?? null) : option(name, ctx));
  const [user, host, port, db] = [await chosen('user'), await chosen('host'), await chosen('port'), await chosen('maintenance_db')];
  const password = login.password === undefined || login.password === null ? await option('pass', ctx) : str(login.password);
  const runas = systemUserFor(login.runas, host);
  const argv: [string, ...string[]] = [
    program, '--no-align', '--no-readline', '--no-psqlrc', '--no-password', '--quiet', ...user === '' ? [] : [`--username=${user}`], ...host === '' ? [] : [`--host=${host}`],
    ...port === '' ? [] : [`--port=${port}`], `--dbname=${db === '' ? SYSTEM_USER : db}`, ...words,
  ];
  const run = async (env: Record<string, string>): Promise<RunResult> => ctx.sys.run(argv, {
    cwd: '/', cleanEnv: true, env: { PGCONNECT_TIMEOUT: CONNECT_SECONDS, PGCLIENTENCODING: 'UTF8', LC_ALL: 'C', ...env }, signal: ctx.signal,
    ...stdin === undefined ? {} : { stdin }, ...runas === undefined ? {} : { runas }, ...await timeLimit(ctx),
  });
  if (password === '') return run({});
  const line = `*:*:*:*:${password.replaceAll(/[\\:]/g, '\\$&').replaceAll('\n', '')}\n`;
  return withSecretFile(line, runas, ctx, (path) => run({ PGPASSFILE: path }));
}

export const textOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString('utf8').replace(/\n+$/, '');

function complaint(done: RunResult): CommandExecutionError {
  if (done.timedOut) return new CommandExecutionError('psql did not end in time (postgres.timeout)');
  const said = textOf(done.stderr);
  return new CommandExecutionError(said === '' ? `psql ended with ${done.code}` : said);
}

/**
 * Rows of a query, all values as texts. Differs: a query that fails is an error in the words of psql; Salt gives no rows, so that a server
 * that is down looks like one without databases.
 */
export async function query(sql: string, login: Login, ctx: Context, write = false): Promise<Record<string, string>[]> {
  const copy = `COPY (${sql.trim().replace(/;+$/, '')}) TO STDOUT WITH CSV HEADER`;
  const whole = write ? `START TRANSACTION READ WRITE; ${copy}; COMMIT TRANSACTION;` : copy;
  const done = await psql(['-v', 'datestyle=ISO,MDY', '-c', whole], login, ctx);
  if (done.code !== 0) throw complaint(done);
  return parseCsv(textOf(done.stdout));
}

/** The first line of what a query gives. */
export async function firstLine(sql: string, login: Login, ctx: Context): Promise<string> {
  const done = await psql(['-t', '-c', sql], login, ctx);
  if (done.code !== 0) throw complaint(done);
  return textOf(done.stdout).split('\n')[0] ?? '';
}

/** `strict` is of ours: what fails is an error in the words of psql, as states tell it, and not only False. */
export interface Statement {
  readonly strict: boolean;
  /** The statement has a password in it: psql reads it from its input, and does not show it when it fails. */
  readonly secret?: boolean;
}

/** Runs statements, all or none; says whether that worked. */
export async function execute(sql: string, { strict, secret = false }: Statement, login: Login, ctx: Context): Promise<boolean> {
  const done = secret
    ? await psql(['-v', 'ON_ERROR_STOP=1', '-v', 'VERBOSITY=terse', '--single-transaction', '-f', '-'], login, ctx, `${sql};\n`)
    : await psql(['-c', sql], login, ctx);
  if (done.code === 0) return true;
  const failure = complaint(done);
  if (strict) throw failure;
  ctx.log.error({ stderr: failure.message }, 'psql failed');
  return false;
}

/** As `cmd.run_all` tells it. */
export const asRunAll = (done: RunResult): PlainMap => ({ pid: done.pid, retcode: done.code, stdout: textOf(done.stdout), stderr: textOf(done.stderr) });
