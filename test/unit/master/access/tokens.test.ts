import assert from 'node:assert/strict';
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { silentLog } from '../../../support/logs.js';
import { Tokens } from '../../../../src/master/access/tokens.js';
import { Gate } from './gate-kit.js';

const OPTS = { external_auth: { file: { bob: ['test.*'] } } };
const login = { eauth: 'file', username: 'bob', password: 'right' };

test('only the hash is on disk, for the master alone, and it is known after a restart', async () => {
  using gate = new Gate({ opts: OPTS });
  const token = await gate.token('bob');
  const dir = join(gate.dir, 'tokens');
  const [name = '', ...others] = readdirSync(dir);
  assert.deepEqual(others, []);
  assert.match(token, /^[0-9a-f]{64}$/);
  assert.notEqual(name, token);
  assert.equal(readFileSync(join(dir, name), 'utf8').includes(token), false);
  assert.deepEqual([statSync(dir).mode & 0o777, statSync(join(dir, name)).mode & 0o777], [0o700, 0o600]);
  const again = new Tokens({ dir, log: silentLog, now: () => gate.nowMs });
  assert.equal((await again.find(token))?.name, 'bob');
  assert.equal(await again.find(name), undefined, 'the name of the file is no token');
});

test('damaged and foreign files are nobody\'s', async () => {
  using gate = new Gate({ opts: OPTS });
  await gate.token('bob');
  const dir = join(gate.dir, 'tokens');
  writeFileSync(join(dir, 'a'.repeat(64)), 'no json');
  writeFileSync(join(dir, 'b'.repeat(64)), '{"name": "root"}');
  writeFileSync(join(dir, 'other'), '{}');
  assert.equal((await new Tokens({ dir, log: silentLog, now: () => gate.nowMs }).list()).length, 1);
});

test('revoked by itself and by its id', async () => {
  using gate = new Gate({ opts: OPTS });
  const [one, two] = [await gate.token('bob'), await gate.token('bob')];
  assert.equal(await gate.tokens.remove(one), true);
  assert.equal(await gate.tokens.remove(one), false);
  const [left] = await gate.tokens.list();
  assert.equal(await gate.tokens.remove(String(left?.id)), true);
  assert.equal(await gate.tokens.find(two), undefined);
  assert.equal(await gate.tokens.remove('../../etc/passwd'), false);
});

const lives: [string, boolean | Record<string, string[]>, unknown, number][] = [
  ['nobody may choose', false, 60, 43_200], ['everybody may', true, 60, 60], ['this user may', { file: ['bob'] }, '60', 60], ['another may', { file: ['ann'] }, 60, 43_200],
  ['of another plugin', { other: ['bob'] }, 60, 43_200], ['no time', true, -1, 43_200], ['no number', true, 'long', 43_200], ['without end', true, Infinity, 100 * 366 * 86_400],
];
for (const [title, override, asked, seconds] of lives) {
  test(`life of a token: ${title}`, async () => {
    using gate = new Gate({ opts: { ...OPTS, token_expire: 43_200, token_expire_user_override: override } });
    const made = await gate.desk.make('port:mk_token', { ...login, token_expire: asked as number }, 'test');
    assert.equal(Number(made?.['expire']) - Number(made?.['start']), seconds);
  });
}

test('the sweep removes what has ended', async () => {
  using gate = new Gate({ opts: OPTS });
  await gate.token('bob');
  gate.nowMs += 43_200_001;
  assert.deepEqual(await gate.tokens.list(), []);
  await gate.tokens.removeExpired();
  assert.deepEqual(readdirSync(join(gate.dir, 'tokens')), []);
});
