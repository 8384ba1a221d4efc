/** States of MySQL hold what every state must, on a real MariaDB. */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after } from 'node:test';
import type { CallSession } from '../../src/kernel/loader/call-session.js';
import type { ModuleHost } from '../../src/kernel/loader/module-host.js';
import type { PlainMap, Value } from '../../src/kernel/std/value.js';
import { createSys } from '../../src/kernel/sys/sys.js';
import { neverAborted, testHost } from '../support/module-host.js';
import { skipWithoutMaria as skip, startMaria, type Database } from '../support/servers/databases.js';
import { runState } from '../support/state-calls.js';
import { stateContract, type StateSystem } from './states.js';

const root = mkdtempSync(join(tmpdir(), 'tsalt-my-states-'));
let starting: Promise<{ host: ModuleHost; server: Database }> | undefined;
let count = 0;
after(async () => {
  const started = await starting;
  await started?.host[Symbol.asyncDispose]();
  await started?.server[Symbol.asyncDispose]();
  rmSync(root, { recursive: true, force: true });
});

interface Server extends StateSystem {
  /** A database of this case alone. */
  readonly own: string;
  readonly folder: string;
  readonly login: PlainMap;
  sql(text: string): Promise<Value>;
}

async function openHost(): Promise<{ host: ModuleHost; server: Database }> {
  const server = await startMaria(root);
  return { server, host: await testHost({ sys: createSys(), grains: () => ({ os: 'Debian', kernel: 'Linux' }), opts: { cachedir: join(root, 'cache') } }) };
}

async function openServer(): Promise<Server> {
  const { host, server: { port, password } } = await (starting ??= openHost());
  const session = (): CallSession => host.session({ signal: neverAborted() });
  const login = { connection_host: '127.0.0.1', connection_port: port, connection_user: 'salt', connection_pass: password };
  const own = `db${count += 1}`;
  const folder = mkdtempSync(join(root, 'out '));
  const sql: Server['sql'] = (text) => session().call('mysql.query', ['mysql', text], login);
  await sql(`CREATE DATABASE ${own} CHARACTER SET utf8mb4`);
  return {
    own, folder, login, sql,
    run: (fun, args, options) => runState(session(), options?.test === true ? [fun, args, 'test'] : [fun, args]),
    async picture() {
      const pictures: Value[] = [];
      for (const text of [
        'SELECT * FROM information_schema.SCHEMATA ORDER BY 2', 'SELECT User, Host, plugin, authentication_string, Select_priv FROM mysql.user ORDER BY 1, 2', 'SELECT * FROM mysql.db ORDER BY 1, 2, 3',
        'SELECT Host, Db, User, Table_name, Table_priv, Column_priv FROM mysql.tables_priv ORDER BY 1, 2, 3, 4',
      ]) pictures.push((await sql(text) as PlainMap)['results'] ?? null);
      return [pictures, readdirSync(folder).map((name) => [name, readFileSync(join(folder, name), 'utf8')])];
    },
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}

const at = (name: string, more: PlainMap = {}) => (server: Server): PlainMap => ({ name: `${server.own} ${name}`, ...more, ...server.login });
const ODD = "it's \"$(id)\" \\; `--x%_";
const user = (words: string) => async (server: Server): Promise<void> => void await server.sql(`CREATE USER '${server.own} ann'@'localhost' ${words}`);
const down = (server: Server): PlainMap => ({ ...server.login, connection_port: 1 });
const unreachable = /^MySQL Error 2003: Can't connect to server on '127\.0\.0\.1' \(111\)$/;

stateContract({
  name: 'mysql_database', open: openServer, skip,
  changing: [
    { title: 'a new one with an odd name', fun: 'mysql_database.present', args: at(ODD, { character_set: 'latin1', collate: 'latin1_bin' }) },
    { title: 'another character set', fun: 'mysql_database.present', args: (s) => ({ name: s.own, character_set: 'latin1', collate: 'latin1_swedish_ci', ...s.login }) },
    { title: 'one goes', fun: 'mysql_database.absent', args: (s) => ({ name: s.own, ...s.login }) },
  ],
  idle: [
    { title: 'one that is there', fun: 'mysql_database.present', args: (s) => ({ name: s.own, character_set: 'utf8mb4', ...s.login }) },
    { title: 'one that is not there', fun: 'mysql_database.absent', args: at('none') },
  ],
  failing: [
    { title: 'no such character set', fun: 'mysql_database.present', args: at('new', { character_set: 'klingon' }), comment: /^Failed to create database .* \(MySQL Error 1115: Unknown character set: 'klingon'\)$/ },
    { title: 'a statement as a character set', fun: 'mysql_database.present', args: at('new', { character_set: 'utf8; DROP DATABASE x' }), comment: /is no character set/ },
    { title: 'a database of the server', fun: 'mysql_database.absent', args: (s) => ({ name: 'mysql', ...s.login }), comment: /may not be removed/ },
    { title: 'a server that is down', fun: 'mysql_database.absent', args: (s) => ({ ...at('x')(s), ...down(s) }), comment: unreachable },
    { title: 'a wrong password', fun: 'mysql_database.present', args: (s) => ({ ...at('x')(s), connection_pass: 'wrong' }), comment: /^MySQL Error 1045: Access denied for user 'salt'@/ },
  ],
});

stateContract({
  name: 'mysql_user', open: openServer, skip,
  changing: [
    { title: 'a new one with an odd name and password', fun: 'mysql_user.present', args: at(ODD, { host: '192.0.2.%', password: ODD }) },
    { title: 'one without a password', fun: 'mysql_user.present', args: at('ann', { allow_passwordless: true }) },
    { title: 'another password', fun: 'mysql_user.present', prepare: user("IDENTIFIED BY 'old'"), args: at('ann', { password: 'new' }) },
    { title: 'a hash', fun: 'mysql_user.present', prepare: user("IDENTIFIED BY 'old'"), args: at('ann', { password_hash: '*6C8989366EAF75BB670AD8EA7A7FC1176A95CEF4' }) },
    { title: 'one goes', fun: 'mysql_user.absent', prepare: user(''), args: at('ann') },
  ],
  idle: [
    { title: 'one with the password', fun: 'mysql_user.present', prepare: user("IDENTIFIED BY 'it''s'"), args: at('ann', { password: "it's" }) },
    { title: 'one that is not there', fun: 'mysql_user.absent', args: at('ann') },
  ],
  failing: [
    { title: 'no password', fun: 'mysql_user.present', args: at('ann'), comment: /^Either password or password_hash must be specified, unless allow_passwordless is True$/ },
    { title: 'no hash of a password', fun: 'mysql_user.present', args: at('ann', { password_hash: 'x' }), comment: /^Failed to create user .* \(MySQL Error 1372: / },
    { title: 'a server that is down', fun: 'mysql_user.absent', args: (s) => ({ ...at('x')(s), ...down(s) }), comment: unreachable },
  ],
});

const grant = (rights: string, more: PlainMap = {}) => (s: Server): PlainMap => ({ name: 'a grant', grant: rights, database: `${s.own}.*`, user: `${s.own} ann`, ...more, ...s.login });

stateContract({
  name: 'mysql_grants', open: openServer, skip,
  changing: [
    { title: 'some rights', fun: 'mysql_grants.present', prepare: user(''), args: grant('select,Insert, create temporary tables') },
    { title: 'all rights, to give on', fun: 'mysql_grants.present', prepare: user(''), args: grant('all privileges', { grant_option: true }) },
    { title: 'rights on columns of a table', fun: 'mysql_grants.present', args: (s) => grant('SELECT (id, `odd name`)', { database: `${s.own}.goods` })(s), prepare: async (s) => {
      await user('')(s);
      await s.sql(`CREATE TABLE ${s.own}.goods (id INT, \`odd name\` INT)`);
    } },
    { title: 'fewer rights', fun: 'mysql_grants.present', args: grant('select', { revoke_first: true }), repeats: 'more rights hold fewer ones, so nothing is revoked', prepare: async (s) => {
      await user('')(s);
      await s.sql(`GRANT INSERT ON ${s.own}.* TO '${s.own} ann'@'localhost'`);
    } },
    { title: 'rights go', fun: 'mysql_grants.absent', args: grant('SELECT'), prepare: async (s) => {
      await user('')(s);
      await s.sql(`GRANT SELECT, INSERT ON ${s.own}.* TO '${s.own} ann'@'localhost'`);
    } },
  ],
  idle: [{ title: 'rights that are not there', fun: 'mysql_grants.absent', prepare: user(''), args: grant('SELECT') }],
  failing: [
    { title: 'no such right', fun: 'mysql_grants.present', prepare: user(''), args: grant('fly'), comment: /Invalid grant : 'fly'/ },
    { title: 'a statement as a right', fun: 'mysql_grants.present', prepare: user(''), args: grant('SELECT ON mysql.* TO x; --'), comment: /Invalid grant/ },
    { title: 'a statement as a database', fun: 'mysql_grants.present', prepare: user(''), args: grant('SELECT', { escape: false, database: 'x TO y; --.*' }), comment: /is no name of a database/ },
  ],
});

const query = (text: string, more: (s: Server) => PlainMap = () => ({})) => (s: Server): PlainMap => ({ name: 'a query', database: s.own, query: text, ...more(s), ...s.login });

stateContract({
  name: 'mysql_query', open: openServer, skip,
  changing: [
    { title: 'a result in a file', fun: 'mysql_query.run', args: query("SELECT 1 AS one, 'it''s' AS two", (s) => ({ output: join(s.folder, 'a file'), overwrite: false })) },
    { title: 'a statement', fun: 'mysql_query.run', args: query('CREATE OR REPLACE TABLE made (id INT)'), repeats: 'a query runs each time' },
  ],
  failing: [
    { title: 'a wrong statement', fun: 'mysql_query.run', args: query('SELEKT 1'), comment: /^MySQL Error 1064: You have an error in your SQL syntax/ },
    { title: 'no such database', fun: 'mysql_query.run', args: query('SELECT 1', () => ({ database: 'none' })), comment: /^Database none is not present$/ },
    { title: 'no such file', fun: 'mysql_query.run_file', args: (s) => ({ name: 'a file', database: s.own, query_file: '/nonexistent', ...s.login }), comment: /^File \/nonexistent does not exist$/ },
    { title: 'a grain without a name', fun: 'mysql_query.run', args: query('SELECT 1', () => ({ output: 'grain' })), comment: /needs the grain parameter/ },
  ],
});
