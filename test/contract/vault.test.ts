/**
 * The module, the sdb driver and the external pillar `vault` against one server: a strict one that speaks the documented API, its answers recorded from
 * OpenBao 2.7.2; with `TSALT_BAO=/path/to/bao` the real OpenBao.
 */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { PlainMap, Value } from '../../src/kernel/std/value.js';
import { createSys } from '../../src/kernel/sys/sys.js';
import { listeningLog, neverAborted, testHost, type LogLine } from '../support/module-host.js';
import { PillarFolder } from '../support/pillar-tree.js';
import { startVault, type VaultRun } from '../support/servers/vault-server.js';

const home = mkdtempSync(join(tmpdir(), 'tsalt-vault-'));
let vault: VaultRun;
let limited = '';
let approle: PlainMap = {};

const readerOf = (path: string): string => `path "${path}" { capabilities = ["create", "read", "update"] }`;
const fieldOf = (answer: unknown, part: string, name: string): string => (answer as Record<string, Record<string, string>>)[part]?.[name] ?? '';

before(async () => {
  vault = await startVault(home);
  const { admin } = vault;
  await admin('POST', 'sys/mounts/kv1', { type: 'kv', options: { version: '1' } });
  await admin('POST', 'sys/policy/app', { policy: readerOf('secret/data/app/*') });
  limited = fieldOf(await admin('POST', 'auth/token/create', { policies: ['app'] }), 'auth', 'client_token');
  await admin('POST', 'sys/auth/approle', { type: 'approle' });
  await admin('POST', 'auth/approle/role/web', { token_policies: 'app' });
  const roleId = fieldOf(await admin('GET', 'auth/approle/role/web/role-id'), 'data', 'role_id');
  approle = { method: 'approle', role_id: roleId, secret_id: fieldOf(await admin('POST', 'auth/approle/role/web/secret-id', {}), 'data', 'secret_id') };
});
after(async () => {
  await vault[Symbol.asyncDispose]();
  rmSync(home, { recursive: true, force: true });
});

interface Calls extends AsyncDisposable {
  readonly lines: readonly LogLine[];
  call(fun: string, args?: readonly Value[], kwargs?: PlainMap): Promise<Value>;
}

async function calls(auth: PlainMap = { token: vault.root }, server: PlainMap = {}, more: PlainMap = {}): Promise<Calls> {
  const lines: LogLine[] = [];
  const opts = { vault: { auth, server: { url: vault.url, ...server } }, my: { driver: 'vault' }, patching: { driver: 'vault', patch: true }, ...more };
  const host = await testHost({ sys: createSys(), log: listeningLog(lines), opts });
  return {
    lines, call: (fun, args = [], kwargs = {}) => host.session({ signal: neverAborted() }).call(fun, args, kwargs),
    [Symbol.asyncDispose]: () => host[Symbol.asyncDispose](),
  };
}

const versionOf = (answer: Value): Value => (answer as PlainMap)['version'] ?? null;

test('KV version 2: written, read, patched, listed, deleted, destroyed', async () => {
  await using on = await calls();
  const path = 'secret/my odd?name/x';
  assert.equal(versionOf(await on.call('vault.write_secret', [path], { user: 'foo', number: 5 })), 1);
  assert.deepEqual(await on.call('vault.read_secret', [path]), { number: 5, user: 'foo' });
  assert.equal(await on.call('vault.read_secret', [path, 'user']), 'foo');
  assert.equal(await on.call('vault.read_secret', ['secret/data/my odd?name/x', 'number']), 5);
  assert.equal(versionOf((await on.call('vault.read_secret', [path], { metadata: true }) as PlainMap)['metadata'] ?? null), 1);
  assert.equal(versionOf(await on.call('vault.patch_secret', [path], { user: null, more: 'x' })), 2);
  assert.deepEqual(await on.call('vault.read_secret', [path]), { more: 'x', number: 5 });
  assert.equal(versionOf(await on.call('vault.write_raw', [path, { deep: { a: [1] } }])), 3);
  assert.deepEqual(await on.call('vault.read_secret', [path]), { deep: { a: [1] } });
  assert.deepEqual(await on.call('vault.list_secrets', ['secret/']), { keys: ['my odd?name/'] });
  assert.deepEqual(await on.call('vault.list_secrets', ['secret/my odd?name/'], { keys_only: true }), ['x']);
  assert.deepEqual([await on.call('vault.delete_secret', [path, 1, '2']), await on.call('vault.destroy_secret', [path, 1]), await on.call('vault.delete_secret', [path])], [true, true, true]);
  await assert.rejects(on.call('vault.read_secret', [path]), { message: /^Failed to read secret! VaultNotFoundError: / });
  assert.equal(await on.call('vault.read_secret', [path], { default: 'none' }), 'none');
});

test('KV version 1: no versions, the same functions', async () => {
  await using on = await calls();
  assert.equal(await on.call('vault.write_secret', ['kv1/a/b'], { k: 'v', gone: 1 }), true);
  assert.equal(await on.call('vault.patch_secret', ['kv1/a/b'], { gone: null, n: 2 }), true);
  assert.deepEqual(await on.call('vault.read_secret', ['/kv1/a/b']), { k: 'v', n: 2 });
  assert.deepEqual(await on.call('vault.list_secrets', ['kv1/a']), { keys: ['b'] });
  assert.equal(await on.call('vault.delete_secret', ['kv1/a/b', 1]), false);
  assert.equal(await on.call('vault.destroy_secret', ['kv1/a/b', 1]), false);
  assert.deepEqual(on.lines.filter(({ level }) => level === 'error').map(({ fields }) => fields['reason']), ['Versioning support requires KV v2.', 'Destroy operation requires KV v2.']);
  assert.equal(await on.call('vault.delete_secret', ['kv1/a/b']), true);
  assert.equal(await on.call('vault.list_secrets', ['kv1/a'], { default: null }), null);
});

test('errors have the words of Vault, and no secret', async () => {
  await using on = await calls();
  await on.call('vault.write_secret', ['secret/e'], { a: 1 });
  await assert.rejects(on.call('vault.read_secret', ['secret/e', "no'key"]), { message: `Failed to read secret! KeyError: "no'key"` });
  await assert.rejects(on.call('vault.list_secrets', ['secret/none']), { message: /^Failed to list secrets! VaultNotFoundError: / });
  await assert.rejects(on.call('vault.read_secret', ['secret/../sys/policy']), { message: /^Failed to read secret! VaultInvocationError: A path of Vault has no step/ });
  await assert.rejects(on.call('vault.destroy_secret', ['secret/e']), { message: 'Need at least one version to destroy.' });
  assert.equal(await on.call('vault.write_secret', ['none/e'], { password: 'hunter2' }), false);
  await using wrong = await calls({ token: 's.wrong-token' });
  await assert.rejects(wrong.call('vault.read_secret', ['secret/e']), { message: 'Failed to read secret! VaultPermissionDeniedError: permission denied' });
  assert.equal(await wrong.call('vault.write_secret', ['secret/e'], { password: 'hunter2' }), false);
  await using down = await calls({ token: 's.secret-token' }, { url: 'http://127.0.0.1:1' });
  await assert.rejects(down.call('vault.read_secret', ['secret/e']), { message: /^Failed to read secret! ConnectionError: Vault at http:\/\/127\.0\.0\.1:1 cannot be asked: / });
  const told = JSON.stringify([on.lines, wrong.lines, down.lines]);
  assert.match(told, /permission denied/);
  assert.doesNotMatch(told, /hunter2|wrong-token|secret-token/);
});

test('a token that may not patch reads and writes', async () => {
  await using on = await calls({ method: 'token', token: limited });
  assert.equal(versionOf(await on.call('vault.write_secret', ['secret/app/a'], { a: 1, b: 2 })), 1);
  assert.equal(versionOf(await on.call('vault.patch_secret', ['secret/app/a'], { a: null, c: { d: 3 } })), 2);
  assert.deepEqual(await on.call('vault.read_secret', ['secret/app/a']), { b: 2, c: { d: 3 } });
  await assert.rejects(on.call('vault.read_secret', ['secret/other']), { message: /VaultPermissionDeniedError: .*permission denied/s });
});

test('AppRole: one login, a new one when the token was revoked, and out again', async () => {
  await using on = await calls(approle);
  const tokenNow = async (): Promise<Value> => fieldOf(await on.call('vault.query', ['GET', 'auth/token/lookup-self']), 'data', 'id');
  await vault.admin('POST', 'sys/policy/app', { policy: `${readerOf('secret/data/app/*')}\n${readerOf('auth/token/lookup-self')}` });
  const first = await tokenNow();
  assert.equal(await tokenNow(), first);
  assert.equal(await on.call('vault.query', ['POST', 'auth/token/revoke-self']), true);
  const second = await tokenNow();
  assert.notEqual(second, first);
  assert.equal(await on.call('vault.clear_token_cache'), true);
  assert.notEqual(await tokenNow(), second);
  assert.equal(await on.call('vault.clear_cache'), true);
  await using stranger = await calls({ ...approle, secret_id: 'wrong-secret' });
  await assert.rejects(stranger.call('vault.read_secret', ['secret/app/a']), { message: 'Failed to read secret! VaultInvocationError: invalid role or secret ID' });
});

test('policies and questions', async () => {
  await using on = await calls();
  const rules = 'path "secret/p" { capabilities = ["read"] }';
  assert.equal(await on.call('vault.policy_write', ['p one', rules]), true);
  assert.equal(await on.call('vault.policy_fetch', ['p one']), rules);
  assert.ok((await on.call('vault.policies_list') as string[]).includes('p one'));
  assert.deepEqual([await on.call('vault.policy_delete', ['p one']), await on.call('vault.policy_fetch', ['p one'])], [true, null]);
  await assert.rejects(on.call('vault.policy_write', ['bad', 'pth {']), { message: /^VaultInvocationError: failed to parse policy: / });
  await assert.rejects(on.call('vault.query', ['G ET', 'sys/policy']), { message: "'G ET' is no method of HTTP" });
  await assert.rejects(on.call('vault.query', ['GET', 'none/a']), { message: 'VaultNotFoundError: no handler for route "none/a". route entry not found.' });
  assert.ok((fieldOf(await on.call('vault.query', ['list', 'sys/policy']), 'data', 'keys') as unknown as string[]).includes('root'));
  await using spaced = await calls(undefined, { namespace: 'none' });
  await assert.rejects(spaced.call('vault.policies_list'), { message: 'VaultNotFoundError: namespace not found' });
});

test('sdb: a field by path or by ?, patched or replaced', async () => {
  await using on = await calls();
  const get = (address: string): Promise<Value> => on.call('sdb.get', [address]);
  assert.equal(await on.call('sdb.set', ['sdb://my/secret/sdb/x?pass', 'one']), true);
  assert.deepEqual([await get('sdb://my/secret/sdb/x?pass'), await get('sdb://my/secret/sdb/x/pass'), await get('sdb://my/secret/sdb/x?none')], ['one', 'one', null]);
  assert.deepEqual(await get('sdb://my/secret/sdb/x'), { pass: 'one' });
  assert.equal(await get('sdb://my/secret/none/at/all'), null);
  await on.call('sdb.set', ['sdb://patching/secret/sdb/x?more', 'two']);
  assert.deepEqual(await get('sdb://my/secret/sdb/x'), { more: 'two', pass: 'one' });
  await on.call('sdb.set', ['sdb://patching/secret/sdb/new?k', 'v']);
  await on.call('sdb.set', ['sdb://my/secret/sdb/x?only', 'three']);
  assert.deepEqual([await get('sdb://my/secret/sdb/x'), await get('sdb://my/secret/sdb/new/k')], [{ only: 'three' }, 'v']);
});

test('external pillar: patterns, nesting, secrets that are not there', async () => {
  const { admin, url, root } = vault;
  await admin('POST', 'secret/data/minions/m1', { data: { own: 'mine', shared: { a: 1 } } });
  await admin('POST', 'secret/data/roles/web', { data: { shared: { b: 2 } } });
  await admin('POST', 'kv1/roles/db', { who: 'db' });
  const conf = (path: string, more: PlainMap = {}): PlainMap => ({ vault: { conf: `path=${path}`, ...more } });
  const folder = new PillarFolder().write({ 'base/top.sls': "base:\n  '*': [roles]\n", 'base/roles.sls': 'odd: "{minion}"\n' });
  const { pillar, log } = await folder.compile({
    vault: { auth: { method: 'token', token: root }, url },
    ext_pillar: [{ vault: 'path=secret/minions/{minion}' }, conf('secret/roles/{pillar[odd]}'), conf('secret/roles/{pillar[missing]}'), conf('kv1/roles/db', { nesting_key: 'nested' }), conf('secret/minions/m1', { nesting_key: 'nested' })],
  });
  assert.deepEqual([pillar['own'], pillar['shared'], pillar['nested']], ['mine', { a: 1 }, { who: 'db', own: 'mine', shared: { a: 1 } }]);
  assert.doesNotMatch(JSON.stringify(log), /"mine"/);
  const roles = await folder.write({ 'base/roles.sls': 'roles: [web, none]\n' }).compile({ vault: { auth: { token: root }, server: { url } }, ext_pillar: [{ vault: 'path=secret/roles/{pillar[roles]}' }] });
  assert.deepEqual(roles.pillar['shared'], { b: 2 });
});

test('a configuration that cannot work says which part, not what stands there', async () => {
  for (const [auth, server, message] of [
    [{}, {}, /`vault:auth:token` is missing/], [{ method: 'ldap' }, {}, /neither token nor approle/], [{ method: 'approle' }, {}, /`vault:auth:role_id` is missing/],
    [{ token: { wrap_info: 'hidden' } }, {}, /wrapped, which is not supported/], [{ token: 'hidden' }, { url: 'ftp://hidden' }, /no address of http/],
    [{ token: 'hidden' }, { url: 'http://user:hidden@h' }, /more than a host/], [{ token: 'hidden' }, { url: null }, /credentials that the master issues are not supported/],
  ] as const) {
    await using on = await calls(auth, server);
    await assert.rejects(on.call('vault.get_server_config'), (error: Error) => message.test(error.message) && error.message.startsWith('InvalidConfigError: Invalid vault configuration: ') && !error.message.includes('hidden'));
  }
  await using on = await calls(undefined, { verify: false });
  assert.deepEqual(await on.call('vault.get_server_config'), { url: vault.url, namespace: null, verify: false });
});

test('no question was wrong', () => {
  assert.deepEqual(vault.faults, []);
});
