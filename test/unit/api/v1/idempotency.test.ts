import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import type { Answer, Ask } from '../../../../src/api/http/exchange.js';
import { AnswerStore } from '../../../../src/api/v1/answer-store.js';
import { Idempotency } from '../../../../src/api/v1/idempotency.js';
import type { PlainMap } from '../../../../src/kernel/std/value.js';
import { openDatabase } from '../../../../src/kernel/sys/sqlite.js';
import { keepingLog } from '../../../support/logs.js';

const folder = mkdtempSync(join(tmpdir(), 'tsalt-answers-'));
after(() => rmSync(folder, { recursive: true, force: true }));

const askWith = (key: string | undefined): Ask => ({
  method: 'POST', path: '/v1/jobs', segments: ['v1', 'jobs'], query: new URLSearchParams(), headers: key === undefined ? {} : { 'idempotency-key': key }, address: '127.0.0.1', isSecure: false, id: 'one',
  signal: new AbortController().signal, body: () => Promise.resolve(Buffer.alloc(0)),
});
const answerOf = (body: string): Answer => ({ status: 202, headers: { Location: '/here' }, body });

function caller(store: AnswerStore) {
  const idempotency = new Idempotency(store);
  let count = 0;
  const call = (key: string | undefined, { body = { fun: 'x' }, token = 'abc' }: { body?: PlainMap; token?: string } = {}, run?: () => Promise<Answer>) =>
    idempotency.once({ ask: askWith(key), token, body }, run ?? (() => Promise.resolve(answerOf(`answer ${count += 1}`))));
  return { call };
}

test('the same key gives the same answer, once done; another user, path or none does not', async () => {
  const { call } = caller(new AnswerStore(openDatabase(':memory:')));
  const [first, again] = await Promise.all([call('k'), call('k')]);
  assert.deepEqual(first, answerOf('answer 1'));
  assert.deepEqual(again, first);
  assert.deepEqual(await call('k'), first);
  assert.equal((await call('k', { token: 'other' })).body, 'answer 2');
  assert.equal((await call(undefined)).body, 'answer 3');
  await assert.rejects(call('k', { body: { fun: 'y' } }), { status: 409 });
  for (const wrong of ['', 'a b', 'x'.repeat(129)]) await assert.rejects(call(wrong), { status: 400 });
});

test('what failed may be tried again', async () => {
  const { call } = caller(new AnswerStore(openDatabase(':memory:')));
  await assert.rejects(call('k', {}, () => Promise.reject(new Error('no master'))), /no master/);
  assert.equal((await call('k')).body, 'answer 1');
});

test('another life of the service knows the answers of the one before, and what was cut short', async () => {
  const path = join(folder, 'deep/answers.db');
  const first = AnswerStore.open(path, keepingLog());
  assert.equal((await caller(first).call('secret-key', { token: 'secret-token' })).body, 'answer 1');
  void caller(first).call('cut', {}, () => new Promise(() => undefined));
  first[Symbol.dispose]();
  using second = AnswerStore.open(path, keepingLog());
  const { call } = caller(second);
  assert.deepEqual(await call('secret-key', { token: 'secret-token' }, () => Promise.reject(new Error('done twice'))), answerOf('answer 1'));
  await assert.rejects(call('cut'), { status: 409, message: /cut short/ });
  const bytes = readFileSync(path).toString('latin1');
  assert.ok(!bytes.includes('secret-key') && !bytes.includes('secret-token'));
});

test('answers end after a day, and the oldest make room', async () => {
  let now = 1_000_000;
  const store = new AnswerStore(openDatabase(':memory:'), () => now);
  const { call } = caller(store);
  await call('k');
  now += 86_400_000;
  assert.equal((await call('k')).body, 'answer 2');
  for (let count = 0; count < 10_050; count += 1) {
    now += 1;
    store.begin(`id${count}`, 'digest');
  }
  assert.equal(store.find('id10'), undefined);
  assert.equal(store.find('id10049')?.digest, 'digest');
});

test('a file that is no database is told, and the service goes on', async () => {
  const path = join(folder, 'broken.db');
  writeFileSync(path, 'this is no database at all, but long enough to look like a file of one'.repeat(20));
  const log = keepingLog();
  using store = AnswerStore.open(path, log);
  const { call } = caller(store);
  assert.deepEqual([(await call('k')).body, (await call('k')).body], ['answer 1', 'answer 1']);
  assert.match(JSON.stringify(log.lines), /kept in memory alone/);
});
