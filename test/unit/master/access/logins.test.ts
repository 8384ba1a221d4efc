import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AuthPlugin } from '../../../../src/kernel/contract/auth.js';
import type { Context } from '../../../../src/kernel/contract/context.js';
import { keepingLog } from '../../../support/logs.js';
import { FailureLimit } from '../../../../src/master/access/failure-limit.js';
import { Logins } from '../../../../src/master/access/logins.js';

const REFUSAL_MS = 200;

function made(plugin: Partial<AuthPlugin>, refusalMs = 0) {
  const log = keepingLog();
  let asked = 0;
  const full: AuthPlugin = {
    kind: 'auth', name: 'file', ...plugin,
    auth: (name, password, ctx) => {
      asked += 1;
      return plugin.auth?.(name, password, ctx) ?? password === 'right';
    },
  };
  const logins = new Logins({
    opts: { external_auth: { file: {} } }, log, refusalMs, signal: new AbortController().signal,
    load: (name) => Promise.resolve(name === 'file' ? full : undefined), context: () => ({}) as Context,
  });
  const check = (username: string, password: string, more: { eauth?: string; from?: string } = {}) => logins.check({ eauth: 'file', from: 'port', username, password, ...more });
  return { check, log, asked: () => asked };
}

test('refusals take the same time: a wrong name, a wrong password, a slow plugin, none at all', async () => {
  const slow = made({ auth: async (name, password) => {
    if (name === 'known') await new Promise((resolve) => setTimeout(resolve, REFUSAL_MS / 4));
    return password === 'right';
  } }, REFUSAL_MS);
  const took = async (work: () => Promise<unknown>): Promise<number> => {
    const from = performance.now();
    assert.equal(await work(), undefined);
    return performance.now() - from;
  };
  const times = await Promise.all([
    took(() => slow.check('known', 'wrong')), took(() => slow.check('unknown', 'wrong')), took(() => slow.check('known', 'wrong', { eauth: 'none' })), took(() => slow.check('', 'x')),
  ]);
  for (const time of times) assert.ok(time >= REFUSAL_MS - 2, String(time));
});

test('who fails often is not asked for a while, on that way; who succeeds is not limited', async () => {
  const { check, asked } = made({});
  for (let time = 0; time < 100; time += 1) assert.equal((await check('bob', 'right'))?.name, 'bob');
  for (let time = 0; time < 40; time += 1) await check('bob', 'wrong');
  assert.ok(asked() < 140, String(asked()));
  assert.equal(await check('bob', 'right'), undefined);
  assert.equal((await check('bob', 'right', { from: 'door' }))?.name, 'bob');
  assert.equal((await check('ann', 'right'))?.name, 'ann');
});

test('a plugin that throws refuses, one whose groups fail gives none; neither tells what it was given', async () => {
  const throws = made({ auth: () => { throw new Error('bad password: secret'); } });
  assert.equal(await throws.check('bob', 'secret'), undefined);
  assert.equal(JSON.stringify(throws.log.lines).includes('secret'), false);
  const groups = made({ groups: () => { throw new Error('secret'); } });
  assert.deepEqual(await groups.check('bob', 'right'), { eauth: 'file', name: 'bob', groups: [], acl: null });
  assert.equal(JSON.stringify(groups.log.lines).includes('secret'), false);
});

test('only true lets in', async () => {
  for (const answer of [1, 'yes', {}, 0]) assert.equal(await made({ auth: () => answer as unknown as boolean }).check('bob', 'right'), undefined);
});

test('failures are forgotten with time', () => {
  let now = 0;
  const limit = new FailureLimit({ burst: 2, oneEachMs: 1000, namesMax: 2 }, () => now);
  limit.fail('a');
  assert.equal(limit.isBlocked('a'), false);
  limit.fail('a');
  limit.fail('a');
  now = 900;
  assert.equal(limit.isBlocked('a'), true);
  now = 1100;
  assert.equal(limit.isBlocked('a'), false);
  limit.fail('a');
  assert.equal(limit.isBlocked('a'), true);
  for (const name of ['b', 'c']) limit.fail(name);
  assert.equal(limit.isBlocked('a'), false, 'two others came after');
});
