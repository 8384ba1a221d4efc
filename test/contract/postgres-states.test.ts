/** States of PostgreSQL hold what every state must, on a real server. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after } from 'node:test';
import type { Client } from 'pg';
import type { CallSession } from '../../src/kernel/loader/call-session.js';
import type { ModuleHost } from '../../src/kernel/loader/module-host.js';
import type { PlainMap } from '../../src/kernel/std/value.js';
import { createSys } from '../../src/kernel/sys/sys.js';
import { gatheredGrains } from '../support/gathered-grains.js';
import { neverAborted, testHost } from '../support/module-host.js';
import { skipWithoutPostgres as skip, startPostgres, type Database } from '../support/servers/databases.js';
import { runState } from '../support/state-calls.js';
import { stateContract, type StateSystem } from './states.js';

const root = mkdtempSync(join(tmpdir(), 'tsalt-pg-states-'));
interface Started {
  readonly host: ModuleHost;
  readonly server: Database;
  /** One connection for all that is not the work of a state: a program for each statement took longer than the states. */
  readonly client: Client;
}
let starting: Promise<Started> | undefined;
let count = 0;
after(async () => {
  const started = await starting;
  await started?.client.end();
  await started?.host[Symbol.asyncDispose]();
  await started?.server[Symbol.asyncDispose]();
  rmSync(root, { recursive: true, force: true });
});

/** The database that states work in. */
const SHARED = 'shared';

interface Server extends StateSystem {
  /** A name, and the prefix of all names, of this case alone. */
  readonly own: string;
  /** What states need to reach the server. */
  readonly login: PlainMap;
  /** Statements in the database of all cases. */
  sql(text: string): Promise<void>;
}

/** All that the states of this file could touch, in one answer. */
const PICTURE = `SELECT json_build_array(${[
  'SELECT datname, pg_get_userbyid(datdba) AS owner, datacl FROM pg_database',
  'SELECT rolname, rolsuper, rolinherit, rolcreaterole, rolcreatedb, rolcanlogin, rolreplication, rolconnlimit, rolpassword, rolvaliduntil FROM pg_authid',
  'SELECT roleid::regrole::text AS a, member::regrole::text AS b, admin_option FROM pg_auth_members',
  'SELECT nspname, pg_get_userbyid(nspowner) AS owner, nspacl FROM pg_namespace',
  'SELECT extname, extversion, extnamespace::regnamespace::text AS n FROM pg_extension',
  "SELECT relname, relacl, pg_get_userbyid(relowner) AS owner FROM pg_class WHERE relnamespace = 'public'::regnamespace",
  "SELECT proname, proacl FROM pg_proc WHERE pronamespace = 'public'::regnamespace",
].map((query) => `(SELECT json_agg(t ORDER BY t::text) FROM (${query}) t)`).join(', ')}) AS picture`;

/** One host for all cases: facts about the machine take their time. */
async function openHost(): Promise<Started> {
  const server = await startPostgres(root);
  server.ask('postgres', `CREATE DATABASE ${SHARED}`);
  // Loaded late: it is optional, and without it these tests are skipped.
  const { default: pg } = await import('pg');
  const client = new pg.Client({ host: '127.0.0.1', port: server.port, user: 'salt', password: server.password, database: SHARED });
  await client.connect();
  const { grains } = await gatheredGrains({ opts: { id: 'web1' } });
  return { server, client, host: await testHost({ sys: createSys(), grains: () => grains, opts: { cachedir: join(root, 'cache'), 'postgres.bins_dir': server.programs } }) };
}

/** Takes away what a case left in the database of all: another database for each would be 300 more files. */
const EMPTIED = `DO $$ DECLARE one text; BEGIN
  FOR one IN SELECT extname FROM pg_extension WHERE extname <> 'plpgsql' LOOP EXECUTE format('DROP EXTENSION %I CASCADE', one); END LOOP;
  FOR one IN SELECT nspname FROM pg_namespace WHERE nspname NOT LIKE 'pg\\_%' AND nspname <> 'information_schema' LOOP EXECUTE format('DROP SCHEMA %I CASCADE', one); END LOOP;
  CREATE SCHEMA public; GRANT USAGE ON SCHEMA public TO public;
END $$`;

async function openServer(): Promise<Server> {
  const { host, client, server: { port, password } } = await (starting ??= openHost());
  const session = (): CallSession => host.session({ signal: neverAborted() });
  const sql = async (text: string): Promise<void> => void await client.query(text);
  return {
    own: `db${count += 1}`, sql, login: { db_host: '127.0.0.1', db_port: port, db_user: 'salt', db_password: password },
    run: (fun, args, options) => runState(session(), options?.test === true ? [fun, args, 'test'] : [fun, args]),
    picture: async () => (await client.query(PICTURE)).rows,
    [Symbol.asyncDispose]: () => sql(EMPTIED),
  };
}

const at = (name: string, more: PlainMap = {}) => (server: Server): PlainMap => ({ name: `${server.own} ${name}`, ...more, ...server.login });
/** In the database of all cases. */
const inside = (name: string, more: PlainMap = {}) => (server: Server): PlainMap => ({ name, maintenance_db: SHARED, ...more, ...server.login });
const inSchema = (name: string, more: PlainMap = {}) => (server: Server): PlainMap => ({ name, dbname: SHARED, ...more, ...server.login });
/** A database named as the case. */
const ownDatabase = (server: Server): Promise<void> => server.sql(`CREATE DATABASE ${server.own}`);
/** A role of the case, with the words behind its name. */
const role = (name: string, words = '') => (server: Server): Promise<void> => server.sql(`CREATE ROLE "${server.own} ${name}" ${words}`);

const ODD = `it's "$(id)" \\; --x`;
/** Nobody listens at port 1. */
const down = (server: Server): PlainMap => ({ ...server.login, db_port: 1 });
const unreachable = /connection to server at "127\.0\.0\.1", port 1 failed/;
const until = '2040-01-02 03:04:05';

stateContract({
  name: 'postgres_database', open: openServer, skip,
  changing: [
    { title: 'one with an odd name', fun: 'postgres_database.present', prepare: role('bob'), args: (s) => at(ODD, { owner: `${s.own} bob`, encoding: 'UTF8', lc_collate: 'C', lc_ctype: 'C', template: 'template0' })(s) },
    { title: 'another owner of all', fun: 'postgres_database.present', args: (s) => ({ name: s.own, owner: `${s.own} bob`, owner_recurse: true, ...s.login }), prepare: async (s) => {
      await ownDatabase(s);
      await role('bob')(s);
    } },
    { title: 'one goes', fun: 'postgres_database.absent', args: at('gone'), prepare: (s) => s.sql(`CREATE DATABASE "${s.own} gone"`) },
  ],
  idle: [{ title: 'one that is there', fun: 'postgres_database.present', prepare: ownDatabase, args: (s) => ({ name: s.own, encoding: 'utf8', ...s.login }) }],
  failing: [
    { title: 'an owner who is not there', fun: 'postgres_database.present', args: at('new', { owner: 'nobody there' }), comment: /^Failed to create database .*: ERROR: {2}role "nobody there" does not exist$/ },
    { title: 'another encoding', fun: 'postgres_database.present', prepare: ownDatabase, args: (s) => ({ name: s.own, encoding: 'LATIN1', ...s.login }), comment: /has wrong parameters which couldn't be changed on fly\.$/ },
    { title: 'a template that must stay', fun: 'postgres_database.absent', args: (s) => ({ name: 'template1', ...s.login }), comment: /failed to be removed: ERROR: {2}cannot drop a template database/ },
    { title: 'a server that is down', fun: 'postgres_database.absent', args: (s) => ({ ...at('x')(s), ...down(s) }), comment: unreachable },
    { title: 'a wrong password', fun: 'postgres_database.present', args: (s) => ({ ...at('x')(s), db_password: 'wrong' }), comment: /password authentication failed for user "salt"/ },
  ],
});

stateContract({
  name: 'postgres_user', open: openServer, skip,
  changing: [
    { title: 'one with an odd name and password', fun: 'postgres_user.present', prepare: role('staff'), args: (s) => at(ODD, { password: ODD, encrypted: 'scram-sha-256', valid_until: until, groups: `${s.own} staff`, createdb: true })(s) },
    { title: 'all others', fun: 'postgres_user.present', prepare: (s) => s.sql(`CREATE ROLE "${s.own} ann" LOGIN PASSWORD 'old'; CREATE ROLE "${s.own} staff"`), args: (s) => at('ann', {
      password: "new'", createdb: true, createroles: true, superuser: true, replication: true, inherit: false, login: false, valid_until: until, groups: [`${s.own} staff`],
    })(s) },
    { title: 'one goes', fun: 'postgres_user.absent', prepare: role('ann'), args: at('ann') },
  ],
  idle: [
    { title: 'a scram password and a date without end', fun: 'postgres_user.present', prepare: role('ann', "LOGIN PASSWORD 'p''w' VALID UNTIL 'infinity'"), args: at('ann', { password: "p'w", encrypted: 'scram-sha-256', login: true, valid_until: 'infinity' }) },
    { title: 'one that is not there', fun: 'postgres_user.absent', args: at('ann') },
  ],
  failing: [
    { title: 'a group that is not there', fun: 'postgres_user.present', args: at('ann', { groups: 'nobody there' }), comment: /^Failed to create user .*: .*role "nobody there" does not exist/ },
    { title: 'a date that is none', fun: 'postgres_user.present', args: at('ann', { valid_until: "no'date" }), comment: /invalid input syntax for type timestamp/ },
    { title: 'one who owns something', fun: 'postgres_user.absent', args: at('ann'), comment: /failed to be removed: ERROR: {2}role .* cannot be dropped because some objects depend on it/, prepare: async (s) => {
      await role('ann')(s);
      await s.sql(`CREATE SCHEMA ${s.own} AUTHORIZATION "${s.own} ann"`);
    } },
    { title: 'a way that does not exist', fun: 'postgres_user.present', args: at('ann', { password: 'x', encrypted: 'rot13' }), comment: /Unknown password algorithm: rot13/ },
  ],
});

stateContract({
  name: 'postgres_group', open: openServer, skip,
  changing: [
    { title: 'other rights', fun: 'postgres_group.present', prepare: role('staff', 'LOGIN'), args: at('staff', { createroles: true, login: false }) },
    { title: 'one goes', fun: 'postgres_group.absent', prepare: role('staff'), args: at('staff') },
  ],
  failing: [{ title: 'a group that is not there', fun: 'postgres_group.present', args: at('staff', { groups: ['nobody there'] }), comment: /^Failed to create group .*does not exist/ }],
});

stateContract({
  name: 'postgres_extension', open: openServer, skip,
  changing: [
    { title: 'one in a schema', fun: 'postgres_extension.present', args: inside('uuid-ossp', { schema: 'pg_catalog' }) },
    { title: 'another version and schema', fun: 'postgres_extension.present', args: inside('hstore', { schema: 'other place', ext_version: '1.8' }), prepare: (s) => s.sql('CREATE EXTENSION hstore VERSION \'1.4\'; CREATE SCHEMA "other place"') },
    { title: 'one goes', fun: 'postgres_extension.absent', args: inside('hstore'), prepare: (s) => s.sql('CREATE EXTENSION hstore') },
  ],
  idle: [{ title: 'one that is there', fun: 'postgres_extension.present', args: inside('plpgsql', { schema: 'pg_catalog', ext_version: '1.0' }) }],
  failing: [
    { title: 'one that nobody has', fun: 'postgres_extension.present', args: inside('no such; thing'), comment: /^Failed to install extension no such; thing: ERROR/ },
    { title: 'no such database', fun: 'postgres_extension.present', args: (s) => ({ ...inside('hstore')(s), maintenance_db: 'none' }), comment: /database "none" does not exist/ },
  ],
});

stateContract({
  name: 'postgres_schema', open: openServer, skip,
  changing: [
    { title: 'a new one', fun: 'postgres_schema.present', prepare: role('bob'), args: (s) => inSchema(ODD, { owner: `${s.own} bob` })(s) },
    { title: 'one goes', fun: 'postgres_schema.absent', prepare: (s) => s.sql('CREATE SCHEMA gone'), args: inSchema('gone') },
  ],
  idle: [{ title: 'one that is there', fun: 'postgres_schema.present', args: inSchema('public') }],
  failing: [
    { title: 'an owner who is not there', fun: 'postgres_schema.present', args: inSchema('new', { owner: 'nobody there' }), comment: /^Failed to create schema new in database shared: ERROR: {2}role "nobody there" does not exist/ },
    { title: 'one that is needed', fun: 'postgres_schema.absent', args: inSchema('pg_catalog'), comment: /^Schema pg_catalog failed to be removed: ERROR/ },
  ],
});

/** A role, a table with a sequence, and a function. */
const withTable = (server: Server): Promise<void> =>
  server.sql(`CREATE ROLE "${server.own} bob"; CREATE TABLE "a b" (id serial); CREATE FUNCTION f(integer) RETURNS integer LANGUAGE sql AS 'SELECT 1'; REVOKE ALL ON FUNCTION f(integer) FROM public`);
const rights = (object_name: string, object_type: string, privileges: string[] | null, more: PlainMap = {}) => (s: Server): PlainMap =>
  ({ name: `${s.own} bob`, object_name, object_type, privileges, maintenance_db: SHARED, ...more, ...s.login });

stateContract({
  name: 'postgres_privileges', open: openServer, skip,
  changing: [
    { title: 'all on a table, to give on', fun: 'postgres_privileges.present', prepare: withTable, args: rights('a b', 'table', ['ALL'], { grant_option: true }) },
    { title: 'on all tables', fun: 'postgres_privileges.present', prepare: withTable, args: rights('ALL', 'table', ['SELECT', 'INSERT']) },
    { title: 'on a function', fun: 'postgres_privileges.present', prepare: withTable, args: rights('f(integer)', 'function', ['EXECUTE']) },
    { title: 'in a group', fun: 'postgres_privileges.present', args: (s) => rights(`${s.own} staff`, 'group', null)(s), prepare: async (s) => {
      await withTable(s);
      await role('staff')(s);
    } },
    { title: 'rights go', fun: 'postgres_privileges.absent', args: rights('a b_id_seq', 'sequence', ['USAGE']), prepare: async (s) => {
      await withTable(s);
      await s.sql(`GRANT USAGE ON SEQUENCE "a b_id_seq" TO "${s.own} bob"`);
    } },
  ],
  idle: [{ title: 'rights of the owner', fun: 'postgres_privileges.present', prepare: withTable, args: (s) => ({ ...rights('a b', 'table', ['ALL'])(s), name: 'salt' }) }],
  failing: [
    { title: 'no such table', fun: 'postgres_privileges.present', prepare: withTable, args: rights('none; DROP TABLE x', 'table', ['SELECT']), comment: /^Failed to grant privilege\(s\): SELECT to .*: ERROR: {2}relation "public\.none; DROP TABLE x" does not exist/ },
    { title: 'no such right', fun: 'postgres_privileges.present', args: rights('a b', 'table', ['SELECT; DROP']), comment: /Invalid privilege\(s\): SELECT; DROP provided for object table/ },
    { title: 'a function with a statement in it', fun: 'postgres_privileges.present', prepare: withTable, args: rights('f(integer); DROP TABLE x', 'function', ['EXECUTE']), comment: /is no function with its types/ },
  ],
});
