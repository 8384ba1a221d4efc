/** MySQL and MariaDB: databases, users, grants, queries. The craft is in the folder beside it. */
import type { Context } from '../../kernel/contract/context.js';
import { CommandExecutionError, InvocationError } from '../../kernel/contract/errors.js';
import { p } from '../../kernel/contract/params.js';
import { defineModule, fn } from '../../kernel/contract/plugin.js';
import { isTrue } from '../../kernel/std/is-true.js';
import { str } from '../../kernel/std/python-text.js';
import { isTruthy, type PlainMap, type Value } from '../../kernel/std/value.js';
import { addGrant, grantsOf, holds, revokeGrant, tokensValue, type Grant } from './mysql/grants.js';
import { runFile, runQuery } from './mysql/queries.js';
import { attempt, identifier, MysqlError, Session, withSession } from './mysql/session.js';
import { changePassword, createUser, pluginStatus, removeUser, sessionFor, userExists, type Credentials } from './mysql/users.js';

const none = p.any(null);
const name = p.string();
const host = p.string('localhost');
const connection_args = p.keywords();
const charset = { character_set: none, collate: none };
/** Databases of the server itself. */
const KEPT = ['mysql', 'information_schema'];

const maps = (sql: string) => (given: PlainMap, ctx: Context): Promise<Value> => withSession(given, ctx, async (session) => (await session.maps(sql)).map((row): PlainMap => ({ ...row })));
const first = (sql: string) => (given: PlainMap, ctx: Context): Promise<Value> => withSession(given, ctx, async (session) => ({ ...(await session.maps(sql))[0] }));
const firstColumn = async (session: Session, sql: string, values: readonly string[] = []): Promise<string[]> => (await session.ask(sql, values)).rows.map(([cell]) => cell ?? '');

const hasDatabase = async (session: Session, database: string): Promise<boolean> =>
  (await firstColumn(session, 'SELECT SCHEMA_NAME FROM INFORMATION_SCHEMA.SCHEMATA WHERE SCHEMA_NAME = ?', [database])).length > 0;

async function charsetOf(session: Session, database: string): Promise<PlainMap> {
  const [row] = (await session.ask('SELECT DEFAULT_CHARACTER_SET_NAME, DEFAULT_COLLATION_NAME FROM INFORMATION_SCHEMA.SCHEMATA WHERE SCHEMA_NAME = ?', [database])).rows;
  return row === undefined ? {} : { character_set: row[0] ?? null, collate: row[1] ?? null };
}

/** A word that names a character set, a collation or a plugin. */
function word(value: Value, what: string): string {
  if (!/^[\w.-]+$/.test(str(value))) throw new InvocationError(`'${str(value)}' is no ${what}`);
  return str(value);
}
function charsetWords(characterSet: Value, collate: Value): string {
  return `${characterSet === null ? '' : ` CHARACTER SET ${word(characterSet, 'character set')}`}${collate === null ? '' : ` COLLATE ${word(collate, 'collation')}`}`;
}

/** CHECK, REPAIR or OPTIMIZE: what it says of one table, or of each. */
function upkeep(verb: 'CHECK' | 'REPAIR' | 'OPTIMIZE', database: string, table: Value, given: PlainMap, ctx: Context): Promise<Value> {
  return withSession(given, ctx, async (session) => {
    const one = async (which: string): Promise<PlainMap[]> => (await session.maps(`${verb} TABLE ${identifier(database)}.${identifier(which)}`)).map((row) => ({ ...row }));
    if (table !== null) return one(str(table));
    const answers: Value[] = [];
    for (const which of await firstColumn(session, `SHOW TABLES IN ${identifier(database)}`)) answers.push(await one(which));
    return answers;
  });
}

interface UserArgs {
  readonly user: string;
  readonly host: string;
  readonly password: Value;
  readonly password_hash: Value;
  readonly unix_socket: Value;
  readonly password_column: Value;
}
const credentials = (args: UserArgs, passwordless: Value, plugin?: string): Credentials => ({
  ...args, passwordless: isTrue(passwordless), unix_socket: isTrue(args.unix_socket), ...plugin === undefined ? {} : { auth_plugin: plugin },
});
const asUser = async (who: Credentials, given: PlainMap, ctx: Context, work: (session: Session) => Promise<boolean>): Promise<boolean> => {
  await using session = await sessionFor(who, given, ctx);
  return await work(session);
};
const isUser = async (session: Session, user: string, at: string): Promise<boolean> => (await session.ask('SELECT User FROM mysql.user WHERE User = ? AND Host = ?', [user, at])).rows.length === 1;

interface GrantArgs {
  readonly grant: string;
  readonly database: string;
  readonly user: string;
  readonly host: string;
  readonly grant_option: Value;
  readonly escape: Value;
}
const wishOf = (args: GrantArgs, sslOption: Value = null): Grant => ({ ...args, grantOption: isTrue(args.grant_option), escape: isTruthy(args.escape), sslOption });
const isGranted = async (session: Session, wish: Grant): Promise<boolean> => await isUser(session, wish.user, wish.host) && holds(await grantsOf(session, wish.user, wish.host), wish);
const ofGrant = { grant: p.string(), database: p.string(), user: p.string(), host, grant_option: p.any(false), escape: p.any(true) };

/** The file on this machine; it may come from the master or the web. */
async function localFile(path: string, ctx: Context): Promise<string> {
  const local = /^(?:salt|https?|swift|s3):\/\//.test(path) ? str(await ctx.call('cp.cache_file', [path])) : path;
  const text = await ctx.sys.readText(local);
  if (text === undefined) throw new CommandExecutionError(`File "${path}" does not exist`);
  return text;
}

function plugin(verb: 'INSTALL' | 'UNINSTALL', which: string, soname: Value, given: PlainMap, ctx: Context): Promise<boolean> {
  return attempt(given, ctx, () => withSession(given, ctx, async (session) => {
    const there = await pluginStatus(session, which) !== '';
    if (there === (verb === 'INSTALL')) return true;
    const library = isTruthy(soname) ? str(soname) : `${which}.so`;
    await session.ask(`${verb} PLUGIN ${word(which, 'plugin')}${verb === 'INSTALL' ? ' SONAME ?' : ''}`, verb === 'INSTALL' ? [library] : []);
    return true;
  }));
}

/** The server of this session becomes a master of its own. */
async function promote(session: Session): Promise<string> {
  for (const sql of ['STOP SLAVE', 'RESET MASTER', 'RESET SLAVE ALL']) await session.ask(sql);
  return (await session.ask('SHOW SLAVE STATUS')).rows.length === 0 ? 'promoted' : 'failed';
}

export default defineModule({
  name: 'mysql',
  doc: 'Databases, users and grants of MySQL and MariaDB. Options mysql.host, .user, .pass, .port, .unix_socket, .default_file say which server, or connection_host and so on in a call.',
  functions: {
    query: fn({
      doc: "Run one statement in a database; all values come as texts.\n\nsalt '*' mysql.query mydb 'SELECT id, name FROM cars'",
      params: { database: p.string(), query: p.string(), connection_args },
      run: (args, ctx) => withSession({ ...args.connection_args, connection_db: args.database }, ctx, (session) => runQuery(session, args.query, () => ctx.sys.now())),
    }),
    file_query: fn({
      doc: "Run the statements of a file in a database.\n\nsalt '*' mysql.file_query mydb file_name=salt://sqlfiles/file.sql",
      params: { database: p.string(), file_name: p.string(), connection_args },
      run: async (args, ctx) => {
        const text = await localFile(args.file_name, ctx);
        return withSession({ ...args.connection_args, connection_db: args.database }, ctx, (session) => runFile(session, text, () => ctx.sys.now()));
      },
    }),
    status: fn({
      doc: "Give the counters of the server.\n\nsalt '*' mysql.status",
      params: { connection_args },
      run: (args, ctx) => withSession(args.connection_args, ctx, async (session) => Object.fromEntries((await session.ask('SHOW STATUS')).rows.map(([key, value]) => [key ?? '', value ?? '']))),
    }),
    version: fn({
      doc: "Give the version of the server.\n\nsalt '*' mysql.version",
      params: { connection_args },
      run: (args, ctx) => withSession(args.connection_args, ctx, async (session) => (await firstColumn(session, 'SELECT VERSION()'))[0] ?? ''),
    }),
    slave_lag: fn({
      doc: "Give how many seconds a replica is behind: -1 for no replica, -2 for one that does not run, -3 for no server.\n\nsalt '*' mysql.slave_lag",
      params: { connection_args },
      async run(args, ctx) {
        try {
          const [row] = await withSession(args.connection_args, ctx, (session) => session.maps('SHOW SLAVE STATUS'));
          if (row === undefined) return -1;
          return row['Slave_IO_Running'] === 'Yes' ? Number(row['Seconds_Behind_Master']) : -2;
        } catch (error) {
          if (!(error instanceof MysqlError)) throw error;
          ctx.log.error({ err: error }, 'mysql failed');
          return -3;
        }
      },
    }),
    free_slave: fn({
      doc: "Make a replica a server of its own. Works on the replica.\n\nsalt '*' mysql.free_slave",
      params: { connection_args },
      run: (args, ctx) => withSession(args.connection_args, ctx, async (session) => {
        if ((await session.ask('SHOW SLAVE STATUS')).rows.length === 0) throw new CommandExecutionError('This server is no replica');
        return promote(session);
      }),
    }),
    db_list: fn({
      doc: "List the databases.\n\nsalt '*' mysql.db_list",
      params: { connection_args },
      run: (args, ctx) => withSession(args.connection_args, ctx, (session) => firstColumn(session, 'SHOW DATABASES')),
    }),
    db_exists: fn({
      doc: "Say whether a database is there.\n\nsalt '*' mysql.db_exists dbname",
      params: { name, connection_args },
      run: (args, ctx) => withSession(args.connection_args, ctx, (session) => hasDatabase(session, args.name)),
    }),
    db_get: fn({
      doc: "Give character set and collation of a database.\n\nsalt '*' mysql.db_get test",
      params: { name, connection_args },
      run: (args, ctx) => withSession(args.connection_args, ctx, (session) => charsetOf(session, args.name)),
    }),
    db_tables: fn({
      doc: "List the tables of a database; False when it is not there.\n\nsalt '*' mysql.db_tables database",
      params: { name, connection_args },
      run: (args, ctx) => withSession(args.connection_args, ctx, async (session) =>
        (await hasDatabase(session, args.name) ? firstColumn(session, `SHOW TABLES IN ${identifier(args.name)}`) : false)),
    }),
    db_create: fn({
      doc: "Make a database; False when it is there.\n\nsalt '*' mysql.db_create dbname utf8 utf8_general_ci",
      params: { name, ...charset, connection_args },
      run: (args, ctx) => attempt(args.connection_args, ctx, () => withSession(args.connection_args, ctx, async (session) => {
        if (await hasDatabase(session, args.name)) return false;
        await session.ask(`CREATE DATABASE IF NOT EXISTS ${identifier(args.name)}${charsetWords(args.character_set, args.collate)}`);
        return true;
      })),
    }),
    alter_db: fn({
      doc: "Set character set and collation of a database.\n\nsalt '*' mysql.alter_db testdb charset='latin1'",
      params: { name, ...charset, connection_args },
      run: (args, ctx) => attempt(args.connection_args, ctx, () => withSession(args.connection_args, ctx, async (session) => {
        const now = await charsetOf(session, args.name);
        const [set, collate] = [args.character_set ?? now['character_set'] ?? null, args.collate ?? (args.character_set === null ? now['collate'] ?? null : null)];
        await session.ask(`ALTER DATABASE ${identifier(args.name)}${charsetWords(set, collate)}`);
        return true;
      })),
    }),
    db_remove: fn({
      doc: "Remove a database; False when it is not there.\n\nsalt '*' mysql.db_remove dbname",
      params: { name, connection_args },
      run: (args, ctx) => attempt(args.connection_args, ctx, () => withSession(args.connection_args, ctx, async (session) => {
        if (!await hasDatabase(session, args.name)) return false;
        if (KEPT.includes(args.name)) throw new CommandExecutionError(`DB '${args.name}' may not be removed`);
        await session.ask(`DROP DATABASE ${identifier(args.name)}`);
        return true;
      })),
    }),
    db_check: fn({
      doc: "Check a table, or all of a database.\n\nsalt '*' mysql.db_check dbname dbtable",
      params: { name, table: none, connection_args },
      run: (args, ctx) => upkeep('CHECK', args.name, args.table, args.connection_args, ctx),
    }),
    db_repair: fn({
      doc: "Repair a table, or all of a database.\n\nsalt '*' mysql.db_repair dbname dbtable",
      params: { name, table: none, connection_args },
      run: (args, ctx) => upkeep('REPAIR', args.name, args.table, args.connection_args, ctx),
    }),
    db_optimize: fn({
      doc: "Optimize a table, or all of a database.\n\nsalt '*' mysql.db_optimize dbname dbtable",
      params: { name, table: none, connection_args },
      run: (args, ctx) => upkeep('OPTIMIZE', args.name, args.table, args.connection_args, ctx),
    }),
    user_list: fn({
      doc: "List the users with their hosts.\n\nsalt '*' mysql.user_list",
      params: { connection_args },
      run: (args, ctx) => maps('SELECT User, Host FROM mysql.user')(args.connection_args, ctx),
    }),
    user_exists: fn({
      doc: "Say whether a user is there, also with a password, its hash, or none.\n\nsalt '*' mysql.user_exists username hostname newpassword",
      params: { user: p.string(), host, password: none, password_hash: none, passwordless: p.any(false), unix_socket: p.any(false), password_column: none, connection_args },
      run(args, ctx) {
        const who = credentials(args, args.passwordless);
        return asUser(who, args.connection_args, ctx, (session) => userExists(session, who));
      },
    }),
    user_info: fn({
      doc: "Give everything known of a user.\n\nsalt '*' mysql.user_info root localhost",
      params: { user: p.string(), host, connection_args },
      run: (args, ctx) => withSession(args.connection_args, ctx, async (session) => {
        const [row] = await session.maps('SELECT * FROM mysql.user WHERE User = ? AND Host = ?', [args.user, args.host]);
        return row === undefined ? null : { ...row };
      }),
    }),
    user_create: fn({
      doc: "Make a user; False when it is there.\n\nsalt '*' mysql.user_create username hostname password_hash='hash'",
      params: {
        user: p.string(), host, password: none, password_hash: none, allow_passwordless: p.any(false), unix_socket: p.any(false), password_column: none,
        auth_plugin: p.string('mysql_native_password'), connection_args,
      },
      run(args, ctx) {
        const who = credentials(args, args.allow_passwordless, args.auth_plugin);
        return attempt(args.connection_args, ctx, () => asUser(who, args.connection_args, ctx, (session) => createUser(session, who)));
      },
    }),
    user_chpass: fn({
      doc: "Change the password of a user; False when it is not there.\n\nsalt '*' mysql.user_chpass frank localhost newpassword",
      params: { user: p.string(), host, password: none, password_hash: none, allow_passwordless: p.any(false), unix_socket: none, password_column: none, connection_args },
      run(args, ctx) {
        const who = credentials(args, args.allow_passwordless);
        return attempt(args.connection_args, ctx, () => asUser(who, args.connection_args, ctx, (session) => changePassword(session, who)));
      },
    }),
    user_remove: fn({
      doc: "Remove a user; False when it is not there.\n\nsalt '*' mysql.user_remove frank localhost",
      params: { user: p.string(), host, connection_args },
      run: (args, ctx) => attempt(args.connection_args, ctx, () => withSession(args.connection_args, ctx, async (session) => {
        if (!await isUser(session, args.user, args.host)) return false;
        await removeUser(session, args.user, args.host);
        return true;
      })),
    }),
    user_grants: fn({
      doc: "List the grants of a user; False when it is not there.\n\nsalt '*' mysql.user_grants frank localhost",
      params: { user: p.string(), host, connection_args },
      run: (args, ctx) => withSession(args.connection_args, ctx, async (session) => (await isUser(session, args.user, args.host) ? grantsOf(session, args.user, args.host) : false)),
    }),
    grant_exists: fn({
      doc: "Say whether a user has rights.\n\nsalt '*' mysql.grant_exists 'SELECT,INSERT,UPDATE,...' 'database.*' frank localhost",
      params: { ...ofGrant, connection_args },
      run: (args, ctx) => withSession(args.connection_args, ctx, (session) => isGranted(session, wishOf(args))),
    }),
    grant_add: fn({
      doc: "Give a user rights.\n\nsalt '*' mysql.grant_add 'SELECT,INSERT,UPDATE,...' 'database.*' frank localhost",
      params: { ...ofGrant, ssl_option: p.any(false), connection_args },
      run: (args, ctx) => attempt(args.connection_args, ctx, () => withSession(args.connection_args, ctx, async (session) => {
        const wish = wishOf(args, args.ssl_option);
        await addGrant(session, wish);
        return isGranted(session, wish);
      })),
    }),
    grant_revoke: fn({
      doc: "Take rights from a user.\n\nsalt '*' mysql.grant_revoke 'SELECT,INSERT,UPDATE' 'database.*' frank localhost",
      params: { ...ofGrant, connection_args },
      run: (args, ctx) => attempt(args.connection_args, ctx, () => withSession(args.connection_args, ctx, async (session) => {
        const wish = wishOf(args);
        await revokeGrant(session, wish);
        return !await isGranted(session, wish);
      })),
    }),
    tokenize_grant: fn({
      doc: "Read a statement of a grant.\n\nsalt '*' mysql.tokenize_grant 'GRANT SELECT, INSERT ON testdb.* TO testuser@localhost'",
      params: { grant: p.string() },
      run: (args) => tokensValue(args.grant),
    }),
    quote_identifier: fn({
      doc: "Put a name into quotes; for_grants also where `_` and `%` would mean any letters. Percent signs are doubled.\n\nsalt '*' mysql.quote_identifier 'foo`bar'",
      params: { identifier: p.string(), for_grants: p.bool(false) },
      run: (args) => `\`${(args.for_grants ? args.identifier.replaceAll('_', '\\_') : args.identifier).replaceAll('`', '``').replaceAll('%', '%%')}\``,
    }),
    processlist: fn({
      doc: "List what the server does now.\n\nsalt '*' mysql.processlist",
      params: { connection_args },
      run: (args, ctx) => maps('SHOW FULL PROCESSLIST')(args.connection_args, ctx),
    }),
    get_master_status: fn({
      doc: "Give where the log of a master stands.\n\nsalt '*' mysql.get_master_status",
      params: { connection_args },
      run: (args, ctx) => first('SHOW MASTER STATUS')(args.connection_args, ctx),
    }),
    get_slave_status: fn({
      doc: "Give how a replica stands.\n\nsalt '*' mysql.get_slave_status",
      params: { connection_args },
      run: (args, ctx) => first('SHOW SLAVE STATUS')(args.connection_args, ctx),
    }),
    showvariables: fn({
      doc: "List the variables of the session.\n\nsalt '*' mysql.showvariables",
      params: { connection_args },
      run: (args, ctx) => maps('SHOW VARIABLES')(args.connection_args, ctx),
    }),
    showglobal: fn({
      doc: "List the variables of the server.\n\nsalt '*' mysql.showglobal",
      params: { connection_args },
      run: (args, ctx) => maps('SHOW GLOBAL VARIABLES')(args.connection_args, ctx),
    }),
    verify_login: fn({
      doc: "Say whether a user can log in with a password.\n\nsalt '*' mysql.verify_login root password",
      params: { user: p.string(), password: none, connection_args },
      async run(args, ctx) {
        try {
          await using _session = await Session.open({ ...args.connection_args, connection_user: args.user, connection_pass: args.password }, ctx);
          return true;
        } catch (error) {
          if (!(error instanceof MysqlError)) throw error;
          ctx.log.info({ err: error }, 'mysql refuses');
          return false;
        }
      },
    }),
    plugins_list: fn({
      doc: "List the plugins with their states.\n\nsalt '*' mysql.plugins_list",
      params: { connection_args },
      run: (args, ctx) => withSession(args.connection_args, ctx, async (session) =>
        (await session.ask('SHOW PLUGINS')).rows.map(([which, status]): PlainMap => ({ name: which ?? '', status: status ?? '' }))),
    }),
    plugin_add: fn({
      doc: "Install a plugin, from the library of its name or another.\n\nsalt '*' mysql.plugin_add auth_socket",
      params: { name, soname: none, connection_args },
      run: (args, ctx) => plugin('INSTALL', args.name, args.soname, args.connection_args, ctx),
    }),
    plugin_remove: fn({
      doc: "Remove a plugin.\n\nsalt '*' mysql.plugin_remove auth_socket",
      params: { name, connection_args },
      run: (args, ctx) => plugin('UNINSTALL', args.name, null, args.connection_args, ctx),
    }),
    plugin_status: fn({
      doc: "Give the state of a plugin; nothing when it is not installed.\n\nsalt '*' mysql.plugin_status auth_socket",
      params: { name, connection_args },
      run: (args, ctx) => withSession(args.connection_args, ctx, (session) => pluginStatus(session, args.name)),
    }),
  },
});
