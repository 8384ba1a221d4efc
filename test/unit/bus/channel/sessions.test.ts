import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { Sessions } from '../../../../src/bus/channel/sessions.js';
import type { MinionId } from '../../../../src/kernel/contract/job.js';

const web1 = 'web1' as MinionId;
let root = '';
before(() => {
  root = mkdtempSync(join(tmpdir(), 'tsalt-sessions-'));
});
after(() => rmSync(root, { recursive: true }));
let number = 0;
const newDir = (): string => join(root, String((number += 1)));
const nowSeconds = (): number => Math.floor(Date.now() / 1000);

test('a session is kept on disk, for its minion alone', () => {
  const dir = newDir();
  const key = new Sessions(dir, 3600).issue(web1, 'pem');
  assert.equal(readFileSync(join(dir, 'web1'), 'utf8'), key);
  assert.equal(statSync(join(dir, 'web1')).mode & 0o777, 0o600);
  assert.equal(statSync(dir).mode & 0o777, 0o700);
  assert.equal(new Sessions(dir, 3600).issue(web1, 'pem'), key, 'the same after a restart');
});

test('another public key, and an old session, get a new key', () => {
  const dir = newDir();
  const sessions = new Sessions(dir, 3600);
  const key = sessions.issue(web1, 'pem');
  const other = sessions.issue(web1, 'other pem');
  assert.notEqual(other, key);
  const past = new Date(Date.now() - 3_601_000);
  utimesSync(join(dir, 'web1'), past, past);
  assert.notEqual(new Sessions(dir, 3600).issue(web1, 'other pem'), other);
});

test('a session is what opens what its minion sealed', () => {
  const sessions = new Sessions(newDir(), 3600);
  assert.equal(sessions.crypticle(web1), undefined);
  sessions.issue(web1, 'pem');
  const crypticle = sessions.crypticle(web1);
  assert.equal(crypticle?.open(crypticle.seal(Buffer.from('a'))).toString(), 'a');
  sessions.drop(web1);
  assert.equal(sessions.crypticle(web1), undefined);
});

test('a damaged file is as good as none', () => {
  const dir = newDir();
  const sessions = new Sessions(dir, 3600);
  writeFileSync(join(dir, 'web1'), 'half a k');
  assert.equal(sessions.crypticle(web1), undefined);
  assert.equal(Buffer.from(sessions.issue(web1, 'pem'), 'base64').length, 56);
});

test('every key that is handed out is told, also those of an earlier life', () => {
  const dir = newDir();
  const key = new Sessions(dir, 3600).issue(web1, 'pem');
  const told: string[] = [];
  const sessions = new Sessions(dir, 3600);
  sessions.onIssue = (id, issued) => told.push(`${id} ${issued}`);
  sessions.announce([web1, 'unknown' as MinionId]);
  sessions.issue(web1, 'pem');
  assert.deepEqual(told, [`web1 ${key}`, `web1 ${key}`]);
});

test('a request is taken once, and a minion whose clock was set back gets a new key', () => {
  const sessions = new Sessions(newDir(), 3600);
  const key = sessions.issue(web1, 'pem');
  const iv = randomBytes(16);
  assert.deepEqual([sessions.take(web1, iv, 10_000), sessions.take(web1, iv, 10_000)], ['taken', 'repeated']);
  assert.equal(sessions.issue(web1, 'pem'), key);
  assert.equal(sessions.take(web1, randomBytes(16), 1000), 'too_old');
  assert.notEqual(sessions.issue(web1, 'pem'), key);
  assert.equal(sessions.take(web1, randomBytes(16), 1000), 'taken');
});

test('after a restart only what is sent since then is new', () => {
  const dir = newDir();
  new Sessions(dir, 3600).issue(web1, 'pem');
  const sessions = new Sessions(dir, 3600);
  assert.equal(sessions.take(web1, randomBytes(16), nowSeconds() - 60), 'too_old');
  assert.equal(sessions.take(web1, randomBytes(16), nowSeconds() + 1), 'taken');
});

test('a proof counts for the public key it was checked with', () => {
  const sessions = new Sessions(newDir(), 3600);
  sessions.setProvenTok(web1, 'pem', Buffer.from('tok'));
  assert.equal(sessions.provenTok(web1, 'pem'), undefined, 'without a session there is nothing to keep');
  sessions.issue(web1, 'pem');
  sessions.setProvenTok(web1, 'pem', Buffer.from('tok'));
  assert.equal(String(sessions.provenTok(web1, 'pem')), 'tok');
  assert.equal(sessions.provenTok(web1, 'other'), undefined);
  sessions.issue(web1, 'other');
  assert.equal(sessions.provenTok(web1, 'pem'), undefined, 'a new session begins without one');
});
