import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { LocalKeys } from '../../../../src/master/access/local-keys.js';

let root = '';
before(() => {
  root = mkdtempSync(join(tmpdir(), 'tsalt-local-'));
});
after(() => rmSync(root, { recursive: true }));
const uid = process.getuid?.() ?? 0;

test('each user has a key of its own, for that user alone, kept over restarts', () => {
  const users = [{ name: 'ann', uid }, { name: 'bob', uid }];
  const keys = new LocalKeys(root, users);
  const text = (name: string): string => readFileSync(join(root, `.${name}_key`), 'utf8');
  assert.deepEqual(['ann', 'bob'].map((name) => keys.userOf(`${text(name)}\n`)), ['ann', 'bob']);
  assert.equal(statSync(join(root, '.ann_key')).mode & 0o777, 0o600);
  assert.equal(new LocalKeys(root, users).userOf(text('ann')), 'ann');
});

test('what is no key is nobody\'s', () => {
  const keys = new LocalKeys(root, [{ name: 'ann', uid }]);
  for (const wrong of ['', 'x', null, undefined, 7, {}, readFileSync(join(root, '.bob_key'), 'utf8')]) assert.equal(keys.userOf(wrong), undefined);
});

test('an empty key file proves nothing and is made anew', () => {
  writeFileSync(join(root, '.eve_key'), '\n');
  const keys = new LocalKeys(root, [{ name: 'eve', uid }]);
  assert.equal(keys.userOf(readFileSync(join(root, '.eve_key'), 'utf8')), 'eve');
  for (const wrong of ['', ' ', '\n']) assert.equal(keys.userOf(wrong), undefined);
});

test('names that lead elsewhere get no key', () => {
  assert.equal(new LocalKeys(root, [{ name: '../eve', uid }]).userOf('x'), undefined);
});
