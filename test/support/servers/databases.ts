/** PostgreSQL and MariaDB of Debian, each with a data folder of its own, run by the user who may run them. */
import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, readdirSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { repository } from '../fleet/salt-venv.js';
import { freePort, ProgramServer } from './program-server.js';

export interface Database extends AsyncDisposable {
  /** The folder of its own programs, without the wrappers that Debian puts before them and that cost more than the programs. */
  readonly programs: string;
  readonly port: number;
  readonly password: string;
  /** Makes an empty database with the tables of a returner, by the documented command. */
  create(name: string, returner: string): void;
  /** Runs that command again. */
  upgrade(name: string, returner: string): void;
  /** What a statement gives in a database: columns with tabs or bars between them, a line each row. */
  ask(name: string, sql: string): string;
}

const POSTGRES = '/usr/lib/postgresql';
const PASSWORD = 'geheim-7';
const isRoot = process.getuid?.() === 0;
const require = createRequire(import.meta.url);

function lacks(driver: string): boolean {
  try {
    require.resolve(driver);
    return false;
  } catch {
    // That is the answer.
    return true;
  }
}

const postgresBin = (): string | undefined => (existsSync(POSTGRES) ? readdirSync(POSTGRES).map((version) => join(POSTGRES, version, 'bin')).find((dir) => existsSync(join(dir, 'initdb'))) : undefined);

export const skipWithoutPostgres: string | false = lacks('pg') ? "the optional package 'pg' is not installed" : postgresBin() === undefined ? 'postgresql is not installed' : false;
export const skipWithoutMaria: string | false = lacks('mysql2') ? "the optional package 'mysql2' is not installed" : existsSync('/usr/sbin/mariadbd') ? false : 'mariadb-server is not installed';

const as = (user: string): readonly string[] => (isRoot ? ['setpriv', `--reuid=${user}`, `--regid=${user}`, '--clear-groups'] : []);
const schema = (returner: string): string => join(repository, 'docs/schema', `${returner}.sql`);

export async function startPostgres(root: string, wanted?: number): Promise<Database> {
  const bin = postgresBin() ?? '';
  const [port, dir] = [wanted ?? await freePort(), mkdtempSync(join(root, 'pg-'))];
  chmodSync(root, 0o755);
  const secret = join(dir, 'password');
  writeFileSync(secret, PASSWORD);
  if (isRoot) execFileSync('chown', ['-R', 'postgres', dir]);
  const run = ([program = '', ...args]: readonly string[]): void => {
    execFileSync(program, args, { stdio: ['ignore', 'ignore', 'pipe'], cwd: '/', env: { ...process.env, PGPASSWORD: PASSWORD } });
  };
  run([...as('postgres'), join(bin, 'initdb'), '-D', join(dir, 'data'), '-U', 'salt', '-A', 'scram-sha-256', `--pwfile=${secret}`, '-E', 'UTF8', '--no-locale', '-N']);
  const [program, ...args] = [...as('postgres'), join(bin, 'postgres'), '-D', join(dir, 'data'), '-p', String(port), '-k', dir, '-c', 'listen_addresses=127.0.0.1', '-F', '-c', 'shared_buffers=8MB', '-c', 'autovacuum=off', '-c', 'wal_level=minimal', '-c', 'max_wal_senders=0'];
  const server = new ProgramServer([program, ...args], { cwd: '/' });
  const psql = [join(bin, 'psql'), '-q', '-v', 'ON_ERROR_STOP=1', '-h', '127.0.0.1', '-p', String(port), '-U', 'salt'];
  await server.line((line) => (line.includes('ready to accept connections') ? true : undefined));
  return {
    port, password: PASSWORD, programs: bin,
    create(name, returner) {
      run([...psql, '-d', 'postgres', '-c', `CREATE DATABASE ${name}`]);
      run([...psql, '-d', name, '-f', schema(returner)]);
    },
    upgrade: (name, returner) => run([...psql, '-d', name, '-f', schema(returner)]),
    ask: (name, sql) => execFileSync(join(bin, 'psql'), [...psql.slice(1), '-At', '-d', name, '-c', sql], { encoding: 'utf8', cwd: '/', env: { ...process.env, PGPASSWORD: PASSWORD } }).trimEnd(),
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

export async function startMaria(root: string): Promise<Database> {
  const [port, dir] = [await freePort(), mkdtempSync(join(root, 'maria-'))];
  chmodSync(root, 0o755);
  if (isRoot) execFileSync('chown', ['-R', 'mysql', dir]);
  const [program, ...user] = as('mysql');
  const [data, socket] = [`--datadir=${join(dir, 'data')}`, join(dir, 'socket')];
  const command = (name: string, ...args: string[]): [string, ...string[]] => (program === undefined ? [name, ...args] : [program, ...user, name, ...args]);
  const [install, ...options] = command('mariadb-install-db', '--no-defaults', data, '--auth-root-authentication-method=normal', '--skip-test-db');
  execFileSync(install, options, { stdio: ['ignore', 'ignore', 'pipe'], cwd: '/' });
  const server = new ProgramServer(command('/usr/sbin/mariadbd', '--no-defaults', data, `--socket=${socket}`, `--pid-file=${join(dir, 'pid')}`, '--bind-address=127.0.0.1', `--port=${port}`, '--innodb-flush-log-at-trx-commit=0'), { cwd: '/' });
  await server.listens(port);
  const ask = (input: string, ...args: string[]): string =>
    execFileSync('mariadb', ['--no-defaults', '-u', 'root', '-S', socket, ...args], { input, stdio: ['pipe', 'pipe', 'pipe'], encoding: 'utf8' });
  ask(`CREATE USER salt@'127.0.0.1' IDENTIFIED BY '${PASSWORD}'; GRANT ALL ON *.* TO salt@'127.0.0.1' WITH GRANT OPTION`);
  return {
    port, password: PASSWORD, programs: '/usr/bin',
    create(name, returner) {
      ask(`CREATE DATABASE ${name} DEFAULT CHARACTER SET utf8mb4`);
      ask(`SOURCE ${schema(returner)}`, name);
    },
    upgrade: (name, returner) => void ask(`SOURCE ${schema(returner)}`, name),
    ask: (name, sql) => ask(sql, name, '-N').trimEnd(),
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}
