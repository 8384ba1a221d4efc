import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { parseMinionId, type MinionId } from '../../../../src/kernel/contract/job.js';
import { cleanPem, KeyStore } from '../../../../src/master/keys/key-store.js';

const web1 = 'web1' as MinionId;
const PEM = '-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----';
let root = '';
before(() => {
  root = mkdtempSync(join(tmpdir(), 'tsalt-keys-'));
});
after(() => rmSync(root, { recursive: true }));
let number = 0;
function newStore(permissive = false): { store: KeyStore; dir: string } {
  const dir = join(root, String((number += 1)));
  const store = new KeyStore(dir);
  store.prepare(permissive);
  return { store, dir };
}

test('folders and files are for the master alone; with permissive access its group may look', () => {
  const { store, dir } = newStore();
  store.write('pending', web1, PEM);
  assert.equal(statSync(join(dir, 'minions_pre')).mode & 0o777, 0o700);
  assert.equal(statSync(join(dir, 'minions_pre', 'web1')).mode & 0o777, 0o600);
  assert.equal(statSync(join(newStore(true).dir, 'minions')).mode & 0o777, 0o750);
});

test('a key moves from state to state and is in one of them', () => {
  const { store } = newStore();
  store.write('pending', web1, PEM);
  assert.deepEqual(store.stateOf(web1), { state: 'pending', pem: PEM });
  assert.equal(store.move(web1, 'pending', 'accepted'), true);
  assert.equal(store.move(web1, 'pending', 'accepted'), false);
  assert.deepEqual([store.isAccepted(web1), store.ids('pending'), store.ids('accepted')], [true, [], ['web1']]);
  assert.equal(store.move(web1, 'accepted', 'rejected'), true);
  assert.deepEqual([store.isAccepted(web1), store.stateOf(web1)?.state], [false, 'rejected']);
  assert.deepEqual([store.remove('rejected', web1), store.remove('rejected', web1), store.stateOf(web1)], [true, false, undefined]);
});

test('what another program does with the files is seen', () => {
  const { store, dir } = newStore();
  const path = join(dir, 'minions', 'web1');
  writeFileSync(path, `${PEM}\n`);
  assert.equal(store.read('accepted', web1), PEM, 'without the newline at its end');
  rmSync(path);
  writeFileSync(path, PEM.replace('AAAA', 'BBBB'));
  assert.match(store.read('accepted', web1) ?? '', /BBBB/);
  rmSync(path);
  assert.deepEqual([store.read('accepted', web1), store.isAccepted(web1)], [undefined, false]);
});

test('who asks for an accepted key with each request sees in the next turn that another program took it away', async () => {
  const { store, dir } = newStore();
  assert.equal(store.readAccepted(web1), undefined);
  store.write('accepted', web1, PEM);
  assert.equal(store.readAccepted(web1), PEM, 'written by the store itself: at once');
  utimesSync(join(dir, 'minions'), 1000, 1000);
  await nextTurn();
  assert.equal(store.readAccepted(web1), PEM);
  rmSync(join(dir, 'minions', 'web1'));
  await nextTurn();
  assert.equal(store.readAccepted(web1), undefined);
  store.write('accepted', web1, PEM);
  assert.equal(store.readAccepted(web1), PEM);
  store.move(web1, 'accepted', 'rejected');
  assert.equal(store.readAccepted(web1), undefined, 'moved by the store itself: at once');
});

test('files that are no keys of minions are not listed', () => {
  const { store, dir } = newStore();
  for (const name of ['.hidden', '.new-1-2', 'web1', 'db 1', ' web2', 'web\u202e3']) writeFileSync(join(dir, 'minions', name), PEM);
  assert.deepEqual(store.ids('accepted'), ['db 1', 'web1']);
  assert.deepEqual(new KeyStore(join(dir, 'nowhere')).ids('accepted'), []);
});

test('no name of a minion leads out of the folder', () => {
  for (const name of ['../web1', 'a/b', 'a\\b', '..', '.', '', 'a\0', 'a\n', '__proto__', 'x'.repeat(254), ' a', null, 7]) assert.equal(parseMinionId(name), undefined, String(name));
  for (const name of ['web1', 'web1.example', 'é', 'a b', 'a:b', 'x'.repeat(253)]) assert.equal(parseMinionId(name), name);
  const { store, dir } = newStore();
  const long = 'x'.repeat(253) as MinionId;
  store.write('accepted', long, PEM);
  assert.equal(readFileSync(join(dir, 'minions', long), 'utf8'), PEM);
});

test('keys are counted for bounds, those written since are added', () => {
  const { store, dir } = newStore();
  assert.equal(store.count('pending'), 0);
  store.write('pending', web1, PEM);
  store.write('pending', 'web2' as MinionId, PEM);
  assert.equal(store.count('pending'), 2);
  assert.ok(existsSync(join(dir, 'minions_pre', 'web2')));
});

test('cleanPem() gives the form in which keys are compared', () => assert.equal(cleanPem(` ${PEM.replaceAll('\n', '\r\n')}\r\n\r\n`), PEM));
