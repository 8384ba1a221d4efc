/** The module postgres and its states beside those of real Salt, on one server. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { isPlainMap, type PlainMap, type Value } from '../../src/kernel/std/value.js';
import { skipWithoutSalt } from '../support/fleet/salt-venv.js';
import { compareCalls, saltFolder, type Answer, type Call } from '../support/salt-calls.js';
import { skipWithoutPostgres, startPostgres, type Database } from '../support/servers/databases.js';
import { compareStates, type StateCall } from '../support/state-calls.js';

const skip = skipWithoutPostgres === false ? skipWithoutSalt : skipWithoutPostgres;
const root = realpathSync(mkdtempSync(join(tmpdir(), 'tsalt-peer-pg-')));
let server: Database | undefined;
before(async () => { if (skip === false) server = await startPostgres(root); });
after(async () => {
  await server?.[Symbol.asyncDispose]();
  rmSync(root, { recursive: true, force: true });
});

function psql(text: string, database = 'postgres'): void {
  const login = ['-h', '127.0.0.1', '-p', String(server?.port ?? 0), '-U', 'salt', '-d', database];
  execFileSync('psql', ['-q', ...login, ...text.split('\n').flatMap((line) => ['-c', line])], { stdio: 'pipe', env: { ...process.env, PGPASSWORD: server?.password ?? '' } });
}

/** The same beginning for both. */
function prepare(): void {
  psql('DROP DATABASE IF EXISTS made\nDROP DATABASE IF EXISTS shop WITH (FORCE)\nDROP ROLE IF EXISTS ann\nDROP ROLE IF EXISTS bob\nDROP ROLE IF EXISTS staff\nDROP ROLE IF EXISTS eve\nDROP ROLE IF EXISTS crew');
  psql("CREATE DATABASE shop\nCREATE ROLE bob LOGIN PASSWORD 'md5c2c7d4d0dd0e25ac2e7bf1b2d1a1d5c3'\nCREATE ROLE staff\nCREATE ROLE eve LOGIN");
  psql('CREATE TABLE goods (id serial)\nGRANT SELECT, INSERT ON goods TO bob\nGRANT USAGE ON SCHEMA public TO bob WITH GRANT OPTION\nGRANT staff TO bob\nCREATE SCHEMA old', 'shop');
}

function folder(name: string): string {
  const path = join(root, name);
  mkdirSync(path);
  return saltFolder(path);
}

test('calls give what those of real Salt give', { skip }, async () => {
  const at = { host: '127.0.0.1', port: server?.port ?? 0, user: 'salt', password: server?.password ?? '' };
  const shop = { ...at, maintenance_db: 'shop' };
  const inSchema = { db_host: at.host, db_port: at.port, db_user: at.user, db_password: at.password };
  const call = (fun: string, args: readonly Value[], kwargs: PlainMap = at): Call => [`postgres.${fun}`, args, kwargs];
  await compareCalls(folder('calls'), [
    call('version', []), call('psql_query', ["SELECT 'a,\"b' AS x, NULL AS y, 'l1' || chr(10) || 'l2' AS z"]), call('psql_query', ['SELECT 1 AS one WHERE false']),
    call('db_list', []), call('db_exists', ['shop']), call('db_exists', ['none']), call('db_create', ['made'], { ...at, owner: 'bob', encoding: 'UTF8', lc_collate: 'C', lc_ctype: 'C', template: 'template0' }),
    call('db_create', ['made']), call('db_alter', ['made'], { ...at, owner: 'salt' }), call('db_alter', ['made'], { ...at, owner: 'none' }), call('db_remove', ['made']),
    call('tablespace_list', []), call('tablespace_exists', ['pg_default']), call('tablespace_alter', ['none'], { ...at, new_name: 'x' }), call('tablespace_remove', ['none']),
    call('user_list', [], { ...at, return_password: true }), call('role_get', ['bob']), call('role_get', ['none']), call('user_exists', ['eve']),
    call('user_create', ['ann'], { ...at, createdb: true, rolepassword: 'pw', groups: 'staff', connlimit: 3, replication: false }), call('role_get', ['ann'], { ...at, return_password: true }),
    call('user_create', ['ann']), call('user_update', ['ann'], { ...at, createroles: true, login: false, superuser: true, inherit: false }), call('role_get', ['ann'], { ...at, return_password: true }),
    call('user_update', ['none'], { ...at, login: true }), call('user_remove', ['ann']), call('user_remove', ['ann']),
    call('group_create', ['crew'], { ...at, createdb: true }), call('group_update', ['crew'], { ...at, createdb: false }), call('role_get', ['crew']), call('group_remove', ['crew']),
    call('is_available_extension', ['hstore'], shop), call('is_available_extension', ['none'], shop), call('get_available_extension', ['hstore'], shop), call('create_metadata', ['hstore'], shop),
    call('create_extension', ['hstore'], shop), call('is_installed_extension', ['hstore'], shop), call('create_metadata', ['hstore'], { ...shop, schema: 'old', ext_version: '9.0' }),
    call('create_extension', ['hstore'], { ...shop, schema: 'old' }), call('drop_extension', ['hstore'], shop), call('drop_extension', ['hstore'], shop), call('create_extension', ['none'], shop),
    call('schema_list', ['shop'], inSchema), call('schema_get', ['shop', 'old'], inSchema), call('schema_get', ['shop', 'none'], inSchema), call('schema_exists', ['shop', 'old'], inSchema),
    call('schema_create', ['shop', 'new', 'bob'], inSchema), call('schema_create', ['shop', 'new'], inSchema), call('schema_remove', ['shop', 'new'], inSchema), call('schema_remove', ['shop', 'new'], inSchema),
    call('language_list', ['shop']), call('language_exists', ['plpgsql', 'shop']),
    call('privileges_list', ['goods', 'table'], shop), call('privileges_list', ['public', 'schema'], shop), call('privileges_list', ['staff', 'group'], shop), call('privileges_list', ['none', 'table'], shop),
    call('has_privileges', ['bob', 'goods', 'table', 'SELECT'], shop), call('has_privileges', ['bob', 'goods', 'table', 'SELECT, DELETE'], shop), call('has_privileges', ['bob', 'staff', 'group'], shop),
    call('has_privileges', ['bob', 'staff', 'group', null, true], shop), call('has_privileges', ['bob', 'goods', 'table', 'FLY'], shop), call('has_privileges', ['salt', 'goods', 'table', 'ALL'], shop),
    call('privileges_grant', ['eve', 'goods', 'table', 'select,update'], shop), call('privileges_grant', ['eve', 'goods', 'table', 'SELECT'], shop), call('privileges_list', ['goods', 'table'], shop),
    call('privileges_grant', ['eve', 'staff', 'group'], { ...shop, grant_option: true }), call('privileges_list', ['staff', 'group'], shop), call('privileges_revoke', ['eve', 'goods', 'table', 'SELECT'], shop),
    call('privileges_revoke', ['eve', 'goods', 'table', 'SELECT'], shop), call('privileges_grant', ['eve', 'none', 'table', 'SELECT'], shop), call('privileges_list', ['goods', 'table'], shop),
    call('datadir_exists', ['/nonexistent'], {}),
  ], prepare);
});

/** Salt foretells no changes in most of these states, and does not say why something failed. */
function comparable(answer: Answer): unknown {
  const told = 'value' in answer && isPlainMap(answer.value) ? answer.value : undefined;
  if (told === undefined) return answer;
  const comment = String(told['comment']);
  return { ...told, comment: comment.replace(/: (?:psql:<stdin>:\d+: )?ERROR: [^]*$/, ''), ...told['result'] === null ? { changes: {} } : {} };
}

test('states tell what those of real Salt tell', { skip }, async () => {
  const at = { db_host: '127.0.0.1', db_port: server?.port ?? 0, db_user: 'salt', db_password: server?.password ?? '' };
  const shop = { ...at, maintenance_db: 'shop' };
  const both = (fun: string, args: PlainMap): StateCall[] => [[fun, args, 'test'], [fun, args], [fun, args]];
  const inShop = (name: string, more: PlainMap = {}): PlainMap => ({ name, dbname: 'shop', ...more, ...at });
  const rights = (name: string, object_name: string, object_type: string, privileges: string[] | null): PlainMap => ({ name, object_name, object_type, privileges, ...shop });
  await compareStates(folder('states'), [
    ...both('postgres_database.present', { name: 'made', owner: 'bob', ...at }), ...both('postgres_database.present', { name: 'made', owner: 'eve', encoding: 'utf8', ...at }),
    ['postgres_database.present', { name: 'made', lc_collate: 'de_DE', ...at }], ...both('postgres_database.absent', { name: 'made', ...at }), ['postgres_database.present', { name: 'made', owner: 'none', ...at }],
    ...both('postgres_user.present', { name: 'ann', password: 'pw', createdb: true, groups: 'staff', ...at }), ...both('postgres_user.present', { name: 'ann', password: 'other', superuser: true, login: false, ...at }),
    ...both('postgres_user.present', { name: 'ann', valid_until: '2040-01-02 03:04:05', ...at }), ...both('postgres_user.absent', { name: 'ann', ...at }),
    ['postgres_user.present', { name: 'ann', groups: ['none'], ...at }],
    ...both('postgres_group.present', { name: 'crew', createroles: true, ...at }), ...both('postgres_group.present', { name: 'crew', createroles: false, groups: ['staff'], ...at }), ...both('postgres_group.absent', { name: 'crew', ...at }),
    ...both('postgres_extension.present', { name: 'hstore', ...shop }), ...both('postgres_extension.present', { name: 'hstore', schema: 'old', ...shop }), ...both('postgres_extension.absent', { name: 'hstore', ...shop }),
    ['postgres_extension.present', { name: 'none', ...shop }],
    ...both('postgres_schema.present', inShop('new', { owner: 'bob' })), ...both('postgres_schema.absent', inShop('new')), ['postgres_schema.present', inShop('new', { owner: 'none' })],
    ...both('postgres_privileges.present', rights('eve', 'goods', 'table', ['SELECT', 'UPDATE'])), ...both('postgres_privileges.absent', rights('eve', 'goods', 'table', ['SELECT'])),
    ...both('postgres_privileges.present', rights('eve', 'staff', 'group', null)), ['postgres_privileges.present', rights('eve', 'none', 'table', ['SELECT'])],
  ], { prepare, comparable });
});
