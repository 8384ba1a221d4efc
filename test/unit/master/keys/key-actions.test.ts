import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { existsSync, mkdtempSync, mkdirSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import type { MinionId } from '../../../../src/kernel/contract/job.js';
import type { Logger } from '../../../../src/kernel/contract/log.js';
import type { PlainMap } from '../../../../src/kernel/std/value.js';
import { KeyActions } from '../../../../src/master/keys/key-actions.js';
import { KeyStore, type KeyState } from '../../../../src/master/keys/key-store.js';
import { KnownStore } from '../../../../src/master/known/known-store.js';

const PEM = generateKeyPairSync('rsa', { modulusLength: 2048 }).publicKey.export({ type: 'spki', format: 'pem' }).toString();
const said: string[] = [];
const say = (_: unknown, text: string): void => void said.push(text);
const log: Logger = { error: say, warn: say, info: say, debug: say, trace: say, child: () => log };

let dir = '';
let fired: { tag: string; data: PlainMap }[] = [];
let rotations = 0;
let invalid: string[] = [];

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'keys-'));
  fired = [];
  rotations = 0;
  invalid = [];
});
afterEach(() => rmSync(dir, { recursive: true }));

function world(keys: Partial<Record<KeyState, readonly string[]>>, opts: PlainMap = {}): { actions: KeyActions; known: KnownStore; store: KeyStore } {
  const store = new KeyStore(join(dir, 'pki'));
  store.prepare(false);
  for (const [state, ids] of Object.entries(keys)) for (const id of ids) store.write(state as KeyState, id as MinionId, PEM);
  const known = new KnownStore(join(dir, 'cache'), (error) => {
    throw error;
  });
  const actions = new KeyActions({
    keys: store, known, log, opts: { pki_dir: join(dir, 'pki'), hash_type: 'sha256', rotate_aes_key: true, ...opts },
    fire: async (events) => void fired.push(...events), rotate: () => void (rotations += 1), onInvalid: (id) => void invalid.push(id),
  });
  return { actions, known, store };
}

test('lists come in the order of Salt, names without regard to capital letters', () => {
  const { actions } = world({ accepted: ['web2', 'Web1', 'api'], denied: ['x'] });
  assert.deepEqual(Object.entries(actions.lists()), [
    ['minions_pre', []], ['minions_rejected', []], ['minions', ['api', 'Web1', 'web2']], ['minions_denied', ['x']],
  ]);
  assert.deepEqual(actions.listed('accepted'), { minions: ['api', 'Web1', 'web2'] });
  assert.deepEqual(actions.listed('un'), { minions_pre: [] });
  assert.deepEqual(actions.listed('bogus'), {});
});

test('the key files of the master are listed without links', () => {
  const { actions } = world({});
  for (const name of ['m.pem', 'm.pub', 'other.txt']) writeFileSync(join(dir, 'pki', name), PEM);
  symlinkSync('m.pub', join(dir, 'pki', 'master.pub'));
  assert.deepEqual(actions.all()['local'], ['m.pem', 'm.pub']);
});

test('globs, several of them, and lists of them', () => {
  const { actions } = world({ accepted: ['web1', 'web2'], pending: ['app1', 'Web3'] });
  assert.deepEqual(actions.matching('web*'), { minions: ['web1', 'web2'] });
  assert.deepEqual(actions.matching('web1,app*'), { minions_pre: ['app1'], minions: ['web1'] });
  assert.deepEqual(actions.matching(['Web*', 'w?b2']), { minions_pre: ['Web3'], minions: ['web2'] });
  assert.deepEqual(actions.matching('zzz'), {});
});

test('accepting moves waiting keys, tells the bus, and leaves others alone', async () => {
  const { actions } = world({ pending: ['app1', 'app2'], rejected: ['app3'] });
  assert.deepEqual(await actions.accept('app*'), { minions_rejected: ['app3'], minions: ['app1', 'app2'] });
  assert.deepEqual(fired, ['app1', 'app2'].map((id) => ({ tag: 'salt/key', data: { result: true, act: 'accepted', id, pub: PEM } })));
  assert.equal(rotations, 0);
});

test('rejected and denied keys are accepted when that was asked for', async () => {
  const { actions, store } = world({ rejected: ['a'], denied: ['b'], accepted: ['b'] });
  assert.deepEqual(await actions.accept({ minions_rejected: ['a'], minions_denied: ['b'] }, { rejected: true, denied: true }), { minions: ['a', 'b'] });
  assert.deepEqual(store.ids('denied'), []);
});

test('a key that was denied replaces one that waits', async () => {
  const { actions, store } = world({ denied: ['a'], pending: ['a'] });
  await actions.accept({ minions_denied: ['a'] }, { denied: true });
  assert.deepEqual([store.ids('accepted'), store.ids('pending'), store.ids('denied')], [['a'], [], []]);
});

test('keys that are no keys stay where they are and are named', async () => {
  const { actions, store } = world({ pending: ['good', 'bad'] });
  store.write('pending', 'bad' as MinionId, 'junk');
  assert.deepEqual(await actions.accept({ minions_pre: ['bad', 'good'] }), { minions: ['good'] });
  assert.deepEqual(invalid, ['bad']);
  assert.deepEqual(store.ids('pending'), ['bad']);
  assert.ok(said.includes('Invalid RSA public key: bad'));
});

test('rejecting takes accepted keys only when asked to, and has the session key changed', async () => {
  const { actions } = world({ pending: ['p'], accepted: ['a'] });
  assert.deepEqual(await actions.reject('*'), { minions_rejected: ['p'], minions: ['a'] });
  assert.deepEqual(await actions.reject('a', { accepted: true }), { minions_rejected: ['a'] });
  assert.equal(fired.at(-1)?.data['act'], 'rejected');
  assert.equal(rotations, 2);
});

test('deleting forgets what was known of the minion, unless another state of its key is left', async () => {
  const { actions, known } = world({ accepted: ['a', 'b'], denied: ['b'] });
  for (const id of ['a', 'b', 'a:dev']) known.setNow('pillar', id, { x: 1 });
  assert.deepEqual(await actions.delete({ minions: ['a', 'b', 'gone'] }), { minions_denied: ['b'] });
  assert.deepEqual(await known.list('pillar'), ['b']);
  assert.deepEqual(fired.map(({ data }) => data), [{ result: true, act: 'delete', id: 'a' }, { result: true, act: 'delete', id: 'b' }]);
  assert.equal(rotations, 1);
});

test('what is known can be kept, and the session key too', async () => {
  const { actions, known } = world({ accepted: ['a'] }, { rotate_aes_key: false, preserve_minions: true });
  known.setNow('grains', 'a', {});
  known.setNow('grains', 'stranger', {});
  await actions.delete('a');
  assert.deepEqual(await known.list('grains'), ['a']);
  assert.equal(rotations, 0);
});

test('names that are no ids reach no file', async () => {
  const { actions } = world({ accepted: ['a'] });
  writeFileSync(join(dir, 'pki', 'precious'), 'x');
  await actions.delete({ minions: ['../precious', 'a/../../precious', ''] });
  assert.ok(existsSync(join(dir, 'pki', 'precious')));
  assert.deepEqual(actions.texts('../precious'), {});
});

test('texts are the files as they are; fingerprints are of the whole text, that of the master of its middle', () => {
  const { actions } = world({ accepted: ['a'] });
  writeFileSync(join(dir, 'pki', 'master.pub'), PEM);
  assert.deepEqual(actions.texts('a'), { minions: { a: PEM } });
  const { local, minions } = actions.fingers('*');
  assert.match(minions?.['a'] ?? '', /^(?:[0-9a-f]{2}:){31}[0-9a-f]{2}$/);
  assert.equal(local?.['master.pub'], minions?.['a']);
  assert.notEqual(actions.masterFinger()['local']?.['master.pub'], minions?.['a']);
  assert.equal(actions.fingers('a', 'md5')['minions']?.['a']?.length, 47);
  assert.throws(() => actions.fingers('a', 'nohash'), /unsupported hash type nohash/);
});

test('a store without folders is an empty one', () => {
  mkdirSync(join(dir, 'empty'));
  const { actions } = world({}, { pki_dir: join(dir, 'nowhere') });
  assert.deepEqual(actions.all()['local'], []);
  assert.deepEqual(readdirSync(join(dir, 'empty')), []);
});
