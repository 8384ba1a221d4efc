/** Logins on the command lines of `tsalt-key` and `tsalt-cp`, and every client of the API with every state of credentials. */
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ApiHost } from '../../support/fleet/api.js';
import { Site } from '../../support/fleet/site.js';
import { startFleet } from '../kit/fleet.js';

const site = new Site();
const CLIENTS = ['local', 'local_async', 'local_batch', 'local_subset', 'runner', 'runner_async', 'wheel', 'wheel_async'];
let api: ApiHost;

site.setUp('a master, a minion and the API', async () => {
  const options = await ApiHost.options();
  const users = site.write('users', 'ann:secret\neve:secret\n', 0o600);
  const { master } = await startFleet(site, ['web1'], {
    master: {
      rest_cherrypy: options, netapi_enable_clients: CLIENTS, token_expire_user_override: true,
      external_auth: { file: { '^filename': users, ann: ['.*', '@runner', '@wheel'], eve: ['pkg.version'] }, auto: { ann: ['pkg.version'] } },
    },
  });
  api = await ApiHost.start(site, master, options);
});

const login = (username: string, password = 'secret'): string[] => ['--auth', 'file', '--username', username, '--password', password];

site.test('tsalt-key: the rights of the login', async () => {
  const key = (...words: readonly string[]) => api.master.tsalt('tsalt-key', '--no-color', ...words);
  const listed = await key(...login('ann'), '-L');
  assert.match(listed.stdout, /^Accepted Keys:\nweb1\n/, listed.stderr);
  assert.match((await key(...login('ann'), '-f', 'web1')).stdout, /web1: {2}([0-9a-f]{2}:){31}/);
  assert.match((await key(...login('ann'), '-y', '-r', 'web1', '--include-accepted')).stdout, /Key for minion web1 rejected\./);
  assert.ok(existsSync(api.master.path('pki/minions_rejected/web1')));
  assert.match((await key(...login('ann'), '-y', '-a', 'web1', '--include-rejected')).stdout, /Key for minion web1 accepted\./);
  for (const refused of [await key(...login('eve'), '-L'), await key(...login('ann', 'wrong'), '-y', '-d', 'web1'), await key(...login('eve'), '-y', '-D')]) {
    assert.notEqual(refused.code, 0);
    assert.match(refused.stderr, /Authentication failure of type "eauth" occurred/);
  }
  assert.ok(existsSync(api.master.path('pki/minions/web1')));
});

site.test('tsalt-cp: the rights of the login', async () => {
  await api.master.allAnswer('web1');
  const source = site.write('source.txt', 'as it was');
  const copy = (...words: readonly string[]) => api.master.tsalt('tsalt-cp', ...words, 'web1', source, join(site.dir, 'copied.txt'));
  const refused = await copy('-a', 'file', '--username', 'eve', '--password', 'secret');
  assert.match(refused.stdout, /Authorization error occurred/);
  assert.ok(!existsSync(join(site.dir, 'copied.txt')));
  const done = await copy('-a', 'file', '--username', 'ann', '--password', 'secret');
  assert.equal(done.code, 0, done.stderr);
  assert.equal(readFileSync(join(site.dir, 'copied.txt'), 'utf8'), 'as it was');
});

site.test('every client with every state of credentials', async () => {
  const fun = (client: string): Record<string, string> => (client.startsWith('local') ? { tgt: 'web1', fun: 'test.ping' } : client.startsWith('runner') ? { fun: 'test.arg' } : { fun: 'key.list_all' });
  const made = async (username: string, more = {}): Promise<string> =>
    String((await api.json('/v1/tokens', { body: { username, password: 'secret', eauth: 'file', ...more } }) as { token?: string }).token);
  const [right, without, ended, expired] = [await made('ann'), await made('eve'), await made('ann'), await made('ann', { token_expire: 0.001 })];
  await api.send('/v1/tokens/current', { method: 'DELETE', headers: { Authorization: `Bearer ${ended}` } });
  const proof = { eauth: 'file', username: 'ann', password: 'secret' };
  const states: readonly (readonly [string, Record<string, unknown>, number])[] = [
    ['none', {}, 401], ['wrong password', { ...proof, password: 'wrong' }, 401], ['no such name', { ...proof, username: 'nobody' }, 401], ['another plugin, without the right', { ...proof, eauth: 'auto' }, 401], ['no such plugin', { ...proof, eauth: 'nosuch' }, 401],
    ['wrong token', { token: 'a'.repeat(64) }, 401], ['token that is none', { token: '../x' }, 401], ['token of a list', { token: [right] }, 401], ['ended token', { token: ended }, 401], ['expired token', { token: expired }, 401],
    ['login without the right', { ...proof, username: 'eve' }, 401], ['token without the right', { token: without }, 401], ['key of root', { key: readFileSync(api.master.path('cache/.root_key'), 'utf8').trim(), user: 'root' }, 401],
    ['key of root beside a token without the right', { token: without, key: readFileSync(api.master.path('cache/.root_key'), 'utf8').trim(), user: 'root' }, 401],
    ['right login', proof, 200], ['right token', { token: right }, 200],
  ];
  for (const [state, credentials, wanted] of states) {
    const statuses = await Promise.all(CLIENTS.map(async (client) => [client, (await api.send('/run', { body: [{ client, ...fun(client), ...credentials }] as never })).status] as const));
    assert.deepEqual(statuses, CLIENTS.map((client) => [client, wanted]), state);
  }
  const log = readFileSync(api.master.path('log/master'), 'utf8') + readFileSync(api.master.path('log/api'), 'utf8');
  for (const secret of [right, without, ended, expired, 'password=', '"secret"']) assert.ok(!log.includes(secret), 'no credentials in the logs');
  assert.match(log, /access refused user=eve by="token file" rule="no right allows it" from="api 127\.0\.0\.1" way=api:publish fun=test\.ping tgt=web1/);
});
