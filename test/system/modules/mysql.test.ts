/** The module mysql on a real MariaDB. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import config from '../../../src/plugins/modules/config.js';
import mysql from '../../../src/plugins/modules/mysql.js';
import type { PlainMap, Value } from '../../../src/kernel/std/value.js';
import { skipWithoutMaria as skip, startMaria, type Database } from '../../support/servers/databases.js';
import { machine } from '../../unit/plugins/modules/machine.js';

const root = mkdtempSync(join(tmpdir(), 'tsalt-mysql-'));
let server: Database | undefined;
before(async () => { if (skip === false) server = await startMaria(root); });
after(async () => {
  await server?.[Symbol.asyncDispose]();
  rmSync(root, { recursive: true, force: true });
});
const { call } = machine({ modules: [mysql, config] });
const login = (): PlainMap => ({ connection_host: '127.0.0.1', connection_port: server?.port ?? 0, connection_user: 'salt', connection_pass: server?.password ?? '' });
const ask = (fun: string, args: readonly Value[] = [], kwargs: PlainMap = {}): Promise<Value> => call(`mysql.${fun}`, args, { ...login(), ...kwargs });

test('databases and tables are listed, looked after and asked', { skip }, async () => {
  const name = 'a `b` 100%';
  assert.equal(await ask('db_create', [name, 'utf8mb4', 'utf8mb4_bin']), true);
  assert.equal(await ask('db_create', [name]), false);
  assert.deepEqual(await ask('db_get', [name]), { character_set: 'utf8mb4', collate: 'utf8mb4_bin' });
  assert.equal(await ask('alter_db', [name], { collate: 'utf8mb4_general_ci' }), true);
  assert.deepEqual((await ask('query', [name, 'CREATE TABLE t (id INT, name TEXT, raw BLOB)']) as PlainMap)['rows affected'], 0);
  assert.deepEqual((await ask('query', [name, "INSERT INTO t VALUES (1, 'x'';', NULL), (2, 'é', 'b')"]) as PlainMap)['rows affected'], 2);
  const { 'query time': time, ...rest } = await ask('query', [name, 'select * FROM t']) as PlainMap;
  assert.match(String((time as PlainMap)['human']), /^[\d.]+m?s$/);
  assert.deepEqual(rest, { 'rows returned': 2, columns: ['id', 'name', 'raw'], results: [['1', "x';", null], ['2', 'é', 'b']] });
  assert.deepEqual(await ask('db_tables', [name]), ['t']);
  assert.equal(await ask('db_tables', ['none']), false);
  assert.deepEqual(await ask('db_check', [name, 't']), [{ Table: `${name}.t`, Op: 'check', Msg_type: 'status', Msg_text: 'OK' }]);
  for (const fun of ['db_check', 'db_repair', 'db_optimize']) assert.equal((await ask(fun, [name]) as Value[]).length, 1);
  const file = join(root, 'a file.sql');
  writeFileSync(file, "-- a comment; with a semicolon\nSELECT ';' AS x; INSERT INTO t VALUES (3, '--no', NULL); /* no */ SELECT id FROM t\n WHERE id > 2;\n");
  const { 'query time': _time, ...sum } = await ask('file_query', [name, file]) as PlainMap;
  assert.deepEqual(sum, { 'rows returned': 2, columns: [['x'], ['id']], results: [[[';']], [['3']]], 'rows affected': 1 });
  assert.ok((await ask('db_list') as Value[]).includes(name));
  assert.equal(await ask('db_remove', [name]), true);
  assert.equal(await ask('db_exists', [name]), false);
});

test('one query is one statement', { skip }, async () => {
  await assert.rejects(ask('query', ['mysql', 'SELECT 1; CREATE DATABASE stolen']), /MySQL Error 1064/);
  assert.equal(await ask('db_exists', ['stolen']), false);
});

test('users log in with what they were given', { skip }, async () => {
  const [user, at] = ["it's `me`", '127.0.0.1'];
  for (const password of ["p'\\\"w%", 'other é']) {
    assert.equal(await ask(password === 'other é' ? 'user_chpass' : 'user_create', [user, at, password]), true);
    assert.equal(await ask('user_exists', [user, at, password]), true);
    assert.equal(await ask('user_exists', [user, at, 'wrong']), false);
    assert.equal(await ask('verify_login', [user, password]), true);
    assert.equal(await ask('verify_login', [user, 'wrong']), false);
  }
  assert.ok((await ask('user_list') as PlainMap[]).some((one) => one['User'] === user && one['Host'] === at));
  assert.equal((await ask('user_info', [user, at]) as PlainMap)['User'], user);
  assert.equal(await ask('grant_add', ['SELECT, INSERT', 'some_db.*', user, at]), true);
  assert.deepEqual((await ask('user_grants', [user, at]) as string[]).filter((one) => one.includes('SELECT')), ["GRANT SELECT, INSERT ON `some\\_db`.* TO `it's ``me```@`127.0.0.1`"]);
  assert.equal(await ask('grant_exists', ['INSERT', 'some_db.*', user, at]), true);
  assert.equal(await ask('grant_exists', ['DELETE', 'some_db.*', user, at]), false);
  assert.equal(await ask('grant_revoke', ['INSERT', 'some_db.*', user, at]), true);
  assert.equal(await ask('grant_exists', ['INSERT', 'some_db.*', user, at]), false);
  assert.equal(await ask('grant_add', ['SELECT', 'x.*', 'nobody', at]), false);
  assert.equal(await ask('user_remove', [user, at]), true);
  assert.equal(await ask('user_remove', [user, at]), false);
  assert.equal(await ask('user_grants', [user, at]), false);
});

test('the server tells of itself', { skip }, async () => {
  assert.match(String(await ask('version')), /MariaDB/);
  assert.ok('Uptime' in (await ask('status') as PlainMap));
  for (const fun of ['processlist', 'showvariables', 'showglobal', 'plugins_list']) assert.ok((await ask(fun) as Value[]).length > 0, fun);
  assert.deepEqual([await ask('get_slave_status'), await ask('slave_lag'), await ask('slave_lag', [], { connection_port: 1 })], [{}, -1, -3]);
  assert.deepEqual(await ask('get_master_status'), {});
  assert.equal(await ask('plugin_status', ['unix_socket']), 'ACTIVE');
  assert.equal(await ask('plugin_status', ['none']), '');
  assert.equal(await ask('plugin_add', ['none']), false);
  assert.equal(await ask('plugin_remove', ['none']), true);
});

test('a file of options says who asks', { skip }, async () => {
  const file = join(root, 'my.cnf');
  writeFileSync(file, `[mysqld]\nuser=other\n[client]\nhost = 127.0.0.1\nport=${server?.port ?? 0}\nuser="salt"\npassword='${server?.password ?? ''}'\n`);
  assert.match(String(await call('mysql.version', [], { connection_default_file: file })), /MariaDB/);
  await assert.rejects(call('mysql.version', [], { connection_default_file: join(root, 'none') }), /Can't read the file/);
});
