/** What the module postgres does otherwise than Salt, on a real server. */
import assert from 'node:assert/strict';
import { chownSync, existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import config from '../../../src/plugins/modules/config.js';
import postgres from '../../../src/plugins/modules/postgres.js';
import type { PlainMap, Value } from '../../../src/kernel/std/value.js';
import { skipWithoutPostgres as skip, startPostgres, type Database } from '../../support/servers/databases.js';
import { machine } from '../../unit/plugins/modules/machine.js';

const root = mkdtempSync(join(tmpdir(), 'tsalt-postgres-'));
let server: Database | undefined;
before(async () => { if (skip === false) server = await startPostgres(root); });
after(async () => {
  await server?.[Symbol.asyncDispose]();
  rmSync(root, { recursive: true, force: true });
});
const { call } = machine({ modules: [postgres, config] });
const login = (): PlainMap => ({ host: '127.0.0.1', port: server?.port ?? 0, user: 'salt', password: server?.password ?? '' });
const ask = (fun: string, args: readonly Value[] = [], kwargs: PlainMap = {}): Promise<Value> => call(`postgres.${fun}`, args, { ...login(), ...kwargs });
const ODD = `it's "$(id)" \\; --x`;

test('a query that fails and a server that is down are errors', { skip }, async () => {
  await assert.rejects(ask('psql_query', ['SELECT nothing']), /column "nothing" does not exist/);
  await assert.rejects(ask('db_list', [], { port: 1 }), /connection to server at "127\.0\.0\.1", port 1 failed/);
  await assert.rejects(ask('user_exists', ['x'], { password: 'wrong:\\' }), /password authentication failed/);
  await assert.rejects(ask('db_create', [ODD], { owner: 'none', strict: true }), /role "none" does not exist/);
  assert.equal(await ask('db_create', [ODD], { owner: 'none' }), false);
});

test('a query may write when it is said', { skip }, async () => {
  assert.equal(await ask('user_create', [ODD]), true);
  const change = 'WITH changed AS (UPDATE pg_authid SET rolconnlimit = 7 WHERE rolname LIKE $$it%$$ RETURNING rolconnlimit) SELECT * FROM changed;';
  assert.deepEqual(await ask('psql_query', [change], { write: true }), [{ rolconnlimit: '7' }]);
  assert.equal(await ask('user_remove', [ODD]), true);
});

test('who has a password logs in with it, whatever is in it', { skip }, async () => {
  for (const [at, encrypted] of ['md5', 'scram-sha-256'].entries()) {
    const name = `ann ${at}`;
    assert.equal(await ask('user_create', [name], { rolepassword: `${ODD}é\u00A0`, encrypted }), true);
    // The server of the tests asks for scram only.
    const entry = ask('version', [], { user: name, password: `${ODD}é\u00A0`, maintenance_db: 'postgres' });
    if (encrypted === 'md5') await assert.rejects(entry, /password authentication failed for user "ann 0"/);
    else assert.match(String(await entry), /^\d+/);
    assert.equal(await ask('user_update', [name], { rolepassword: false }), true);
    assert.equal((await ask('role_get', [name], { return_password: true }) as PlainMap)['password'], '');
  }
});

test('tablespaces are made, changed and removed', { skip: skip !== false ? skip : process.getuid?.() === 0 ? false : 'needs root for a folder of the server' }, async () => {
  const folder = join(root, 'a \\ space $(id)');
  mkdirSync(folder);
  const owner = await machine({ modules: [] }).context.sys.userByName('postgres');
  chownSync(folder, owner?.uid ?? 0, owner?.gid ?? 0);
  assert.equal(await ask('tablespace_create', ['fast one', folder], { options: { seq_page_cost: 1.5 } }), true);
  assert.equal(await ask('tablespace_alter', ['fast one'], { new_name: 'other', set_option: { random_page_cost: 2 }, reset_option: 'seq_page_cost' }), true);
  const { other } = await ask('tablespace_list') as Record<string, PlainMap>;
  assert.deepEqual(other, { Owner: 'salt', ACL: '', Opts: '{random_page_cost=2}', Location: folder });
  await assert.rejects(ask('tablespace_alter', ['other'], { reset_option: 'x); DROP TABLE y; --' }), /is no option of a tablespace/);
  assert.equal(await ask('tablespace_remove', ['other']), true);
  assert.equal(await ask('tablespace_exists', ['other']), false);
});

test('a folder of data is made once, and never over something', { skip: skip !== false ? skip : process.getuid?.() === 0 ? false : 'needs root to be another user' }, async () => {
  assert.equal(await call('postgres.datadir_exists', [join(root, 'none')]), false);
  assert.equal(await call('postgres.datadir_init', ['/proc/none; touch x'], { password: 'secret' }), false);
  assert.equal(existsSync(join(root, 'x')), false);
});

test('all of a database is given away, or nothing', { skip }, async () => {
  assert.equal(await ask('db_create', ['given']), true);
  assert.equal(await ask('user_create', ['new owner']), true);
  const done = await ask('owner_to', ['given', 'new owner']) as PlainMap;
  assert.deepEqual([done['retcode'], done['stderr']], [0, '']);
  const failed = await ask('owner_to', ['given', 'nobody there']) as PlainMap;
  assert.notEqual(failed['retcode'], 0);
  assert.match(String(failed['stderr']), /role "nobody there" does not exist/);
  assert.equal((await ask('db_list') as Record<string, PlainMap>)['given']?.['Owner'], 'new owner');
  assert.equal(await ask('db_remove', ['given']), true);
});

test('languages come and go', { skip }, async () => {
  assert.equal(await ask('db_create', ['spoken']), true);
  assert.equal(await ask('language_remove', ['plpgsql', 'spoken']), false, 'its extension needs it');
  assert.equal(await ask('language_create', ['plpgsql', 'spoken']), false, 'it is there');
  assert.equal(await ask('language_create', ['none"; x', 'spoken']), false);
});
